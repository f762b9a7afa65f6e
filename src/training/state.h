// The numbers that training changes: variables of the model and of the optimizer.
#pragma once

#include <openvino/runtime/tensor.hpp>

#include "saving/archive.h"

namespace keravino::training {

/// A variable's place in a weights file: its group and its number there.
using Key = std::pair<std::string, size_t>;
/// The group of an optimizer's variables.
inline constexpr const char* kOptimizer = "optimizer";
/// In the place of a number: the pair of a seed and a count, which is not saved. The group is the layer's JSON pointer.
inline constexpr size_t kSeed = SIZE_MAX;

/// Tensors by key. A step puts new ones in their places; the memory of the old ones is used again by the engine once
/// nobody holds them.
using State = std::map<Key, ov::Tensor>;

/// Puts the numbers into the weights of a file, which share their memory.
void store(const State& state, saving::WeightStore& weights);

/// A saved tensor's numbers, copied.
ov::Tensor numbers_of(const saving::SavedTensor& saved);

}  // namespace keravino::training
