#include "training/state.h"

#include <cstring>

#include "keravino/tensor.h"

namespace keravino::training {

ov::Tensor numbers_of(const saving::SavedTensor& saved) {
  ov::Tensor tensor(element_type(dtype_from_name(saved.dtype)), ov::Shape(saved.shape));
  std::memcpy(tensor.data(), saved.data.get(), saved.bytes);
  return tensor;
}

void store(const State& state, saving::WeightStore& weights) {
  std::map<std::string, std::vector<saving::SavedTensor>> groups;
  for (const auto& [key, numbers] : state) {
    const auto& [group, index] = key;
    if (index == kSeed) continue;
    const auto [place, fresh] = groups.try_emplace(group);
    auto& tensors = place->second;
    // What of a group does not change stays; the optimizer's are all here.
    if (fresh && group != kOptimizer && weights.has(group)) tensors = weights.vars(group);
    if (tensors.size() <= index) tensors.resize(index + 1);
    const auto holder = std::make_shared<ov::Tensor>(numbers);
    tensors[index] = {"",
                      std::string(name(dtype_of(numbers.get_element_type()))),
                      numbers.get_shape(),
                      {holder, static_cast<const std::byte*>(holder->data())},
                      numbers.get_byte_size()};
  }
  for (auto& [group, tensors] : groups) weights.set(group, std::move(tensors));
}

}  // namespace keravino::training
