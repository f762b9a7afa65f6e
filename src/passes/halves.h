// float16 where a plugin computes in float32.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Rounds the result of each node of float16 to the numbers that float16 has, with its least and greatest ones: a
/// plugin that computes in float32 leaves more, and a gradient that vanishes or overflows does not. Returns how many.
size_t round_halves(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
