// Numbers for pending graphs: the interpreter for small work, a compiled graph for heavy or repeated work.
#pragma once

#include <vector>

#include "keravino/tensor.h"

namespace keravino::engine {

/// Who computes eager graphs. `automatic` weighs the cost of a graph and how often it came; both give the same numbers.
enum class Tier { automatic, interpret, compile };
void set_tier(Tier tier);
Tier tier();

/// The numbers of tensors, computed together. Error for a traced tensor.
std::vector<ov::Tensor> numbers(const std::vector<Tensor>& tensors);
ov::Tensor numbers(const Tensor& tensor);

/// The same for an op that would do in a trace what it does with them: for its errors to be those of the call, or for a
/// size. It does not count as asking.
std::vector<ov::Tensor> compute(const std::vector<Tensor>& tensors);

/// How often this thread has asked for numbers: whether something between two looks at it depended on them.
uint64_t times_asked();

/// Pending graphs deeper than this are computed at once, so that they cannot grow without bound.
inline constexpr uint32_t kMaxPendingDepth = 200;

}  // namespace keravino::engine
