#include "saving/cudnn.h"

#include <cstring>

namespace keravino::saving {
namespace {

using Floats = std::span<const float>;

Floats floats(const SavedTensor& tensor) {
  return {reinterpret_cast<const float*>(tensor.data.get()), tensor.bytes / sizeof(float)};
}

SavedTensor tensor_of(const SavedTensor& like, const std::vector<size_t>& shape, const std::vector<float>& numbers) {
  const Buffer buffer = allocate(numbers.size() * sizeof(float));
  std::memcpy(buffer.data.get(), numbers.data(), buffer.size);
  return {like.name, like.dtype, shape, buffer.data, buffer.size};
}

/// Each gate's columns are a matrix of their own, which cuDNN keeps by columns: the same numbers in the same order,
/// read as (units, rows) and turned around.
SavedTensor turned(const SavedTensor& kernel, size_t units) {
  const Floats from = floats(kernel);
  const size_t rows = kernel.shape[0], columns = kernel.shape[1];
  std::vector<float> to(from.size());
  for (size_t gate = 0; gate < columns / units; ++gate) {
    for (size_t i = 0; i < rows * units; ++i) {
      const float number = from[i / units * columns + gate * units + i % units];
      to[i % rows * columns + gate * units + i / rows] = number;
    }
  }
  return tensor_of(kernel, kernel.shape, to);
}

}  // namespace

std::vector<SavedTensor> from_cudnn(std::vector<SavedTensor> tensors, const std::vector<std::vector<size_t>>& wanted) {
  if (tensors.size() != 3 || wanted[2].empty() || tensors[2].shape.size() != 1) return tensors;
  const size_t gates = wanted[2].back();  // units of all gates
  const bool rows = wanted[2].size() == 2;
  if (tensors[2].shape[0] != 2 * gates || (rows && wanted[2][0] != 2)) return tensors;
  for (size_t i = 0; i < 3; ++i) {
    if (tensors[i].dtype != "float32" || (i < 2 && tensors[i].shape != wanted[i])) return tensors;
  }
  if (wanted[0].size() != 2 || wanted[1].size() != 2 || wanted[1][0] == 0 || gates % wanted[1][0] != 0) return tensors;
  const size_t units = wanted[1][0];
  const Floats bias = floats(tensors[2]);
  std::vector<float> sums(bias.begin(), bias.end());
  if (!rows) {  // one for the input and one for the state, which an LSTM adds
    for (size_t i = 0; i < gates; ++i) sums[i] += sums[gates + i];
    sums.resize(gates);
  }
  return {turned(tensors[0], units), turned(tensors[1], units), tensor_of(tensors[2], wanted[2], sums)};
}

}  // namespace keravino::saving
