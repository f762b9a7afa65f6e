// Every family of ops, in one list. A family is a file of src/ops with a function that returns its rows.
#pragma once

#include <array>

#include "ops/registry.h"

namespace keravino::ops {

using Family = std::span<const OpDef> (*)();

std::span<const OpDef> conv_ops();
std::span<const OpDef> core_ops();
std::span<const OpDef> elementwise_ops();
std::span<const OpDef> norm_ops();
std::span<const OpDef> pool_ops();
std::span<const OpDef> random_ops();

inline constexpr Family kFamilies[] = {
    conv_ops,
    core_ops,
    elementwise_ops,
    norm_ops,
    pool_ops,
    random_ops,
};

}  // namespace keravino::ops
