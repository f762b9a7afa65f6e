// Calls of ops that came before: a repeated eager call on small tensors builds no graph.
#pragma once

#include "ops/registry.h"

namespace keravino::ops {

/// Calls an op's function. An eager call whose arguments have been seen before, but for the numbers in its tensors,
/// runs the interpreter's steps that were worked out then. Ops that look at numbers to build their graph are left
/// alone. Needs graph_mutex().
Arg call_or_recall(const Op& op, std::span<const Arg> args);

}  // namespace keravino::ops
