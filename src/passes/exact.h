// Ops that OpenVINO's CPU plugin computes wrongly, written in other ops.
#pragma once

#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Rewrites in place what the CPU plugin gets wrong (2026.4.1), so that both tiers give the same numbers: comparisons
/// and truth of NaN; NaN, large and small arguments of Exp, SoftPlus, Erf and Elu; remainders of floats; comparisons of
/// integers, which it does in float32; those below 32 bits, which it saturates. With `digits`, for a graph that is
/// computed in float32, functions keep its last digits. With `kernels`, which only the CPU runs, also what else it does
/// to integers in float32 (division, powers, sums, products, extremes ...) and Results that share a tensor with a
/// Transpose. Bodies of loops and conditions are rewritten too. True if anything was.
bool make_exact(const std::shared_ptr<ov::Model>& model, bool digits, bool kernels);

}  // namespace keravino::passes
