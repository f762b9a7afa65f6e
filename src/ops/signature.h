// Signatures of ops, written as in Python.
#pragma once

#include "ops/registry.h"

namespace keravino::ops {

/// Takes "numpy.sum(x, axis=None, keepdims=False)" apart. Throws std::logic_error for a row that does not fit its
/// function.
Op parse_signature(const OpDef& def);

/// Arguments in the order of the parameters, defaults filled in. Error (TypeError) for too many, unknown or missing
/// ones.
List bind(const Op& op, const List& args, const std::vector<std::pair<std::string, Arg>>& named);

}  // namespace keravino::ops
