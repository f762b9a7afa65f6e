#include "layers/int4.h"

#include <numeric>
#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/subtract.hpp>
#include <optional>

#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::layers {
namespace {

using namespace ov::op;
using Node = std::shared_ptr<ov::Node>;

constexpr int64_t kLeastGroup = 4;  // of the CPU plugin's products with grouped weights
constexpr int kShift = 8;           // from i4 to u4, which alone may have zero points there

/// The numbers of a matrix, that axis last which products sum over.
std::vector<float> summed_last(const Tensor& x, int64_t summed) {
  const auto numbers = ops::cast(summed == 1 ? x : ops::transpose(x), DType::float32).numbers();
  const auto* begin = numbers.data<float>();
  return {begin, begin + numbers.get_size()};
}

/// The same of the packed ones, without tensors of four bytes for each on the way.
std::vector<int8_t> numbers_summed_last(const Int4Matrix& matrix) {
  const auto packed = matrix.packed.numbers();
  const auto* bytes = packed.data<int8_t>();
  const auto rows = static_cast<size_t>(matrix.rows), columns = static_cast<size_t>(matrix.columns);
  std::vector<int8_t> numbers(rows * columns);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const int8_t byte = bytes[r * packed.get_shape()[1] + c / 2];
      const int high = byte >> 4, low = byte - high * 16;
      numbers[matrix.summed == 1 ? r * columns + c : c * rows + r] = static_cast<int8_t>(c % 2 == 1 ? high
                                                                                         : low < 8  ? low
                                                                                                    : low - 16);
    }
  }
  return numbers;
}

/// The group of each `size` of the summed axis; nothing if these are of several groups.
std::optional<std::vector<int64_t>> blocks(const Tensor& group_of, int64_t size) {
  const auto numbers = group_of.numbers();
  const auto* groups = numbers.data<int32_t>();
  std::vector<int64_t> found;
  for (size_t i = 0; i < numbers.get_size(); ++i) {
    if (i % static_cast<size_t>(size) == 0) found.push_back(groups[i]);
    if (groups[i] != found.back()) return {};
  }
  return found;
}

Node converted(const ov::element::Type& stored, const ov::Shape& shape, const std::vector<int8_t>& numbers,
               const ov::element::Type& type) {
  return std::make_shared<v0::Convert>(v0::Constant::create(stored, shape, numbers), type);
}

/// The matrix (others, summed) in 4 bits; nothing if it has no such form.
std::optional<Node> in_four_bits(const Int4Matrix& matrix) {
  if (matrix.packed.traced() || matrix.rows * matrix.columns == 0) return {};
  const size_t inputs = static_cast<size_t>(matrix.summed == 0 ? matrix.rows : matrix.columns);
  const size_t outputs = static_cast<size_t>(matrix.summed == 0 ? matrix.columns : matrix.rows);
  const auto type = element_type(matrix.scale.dtype());
  std::vector<int8_t> numbers = numbers_summed_last(matrix);
  if (matrix.group < 0) return converted(ov::element::i4, {outputs, inputs}, numbers, type);

  const int64_t size = std::gcd(static_cast<int64_t>(inputs), matrix.group);
  const auto groups = blocks(matrix.group_of, size);
  if (size < kLeastGroup || !groups) return {};
  const std::vector<float> scale = summed_last(matrix.scale, matrix.summed),
                           zero = summed_last(matrix.zero, matrix.summed);
  const size_t own = scale.size() / outputs, many = groups->size();
  std::vector<float> scales;
  std::vector<int8_t> zeros;
  for (size_t o = 0; o < outputs; ++o) {
    for (const int64_t group : *groups) {
      const size_t at = o * own + static_cast<size_t>(group);
      const float shifted = zero[at] + kShift;
      if (shifted != std::clamp(std::round(shifted), 0.0F, 15.0F)) return {};
      scales.push_back(scale[at]);
      zeros.push_back(static_cast<int8_t>(shifted));
    }
  }
  for (int8_t& number : numbers) number = static_cast<int8_t>(number + kShift);
  const ov::Shape each{outputs, many, 1};
  const Node stored = converted(ov::element::u4, {outputs, many, static_cast<size_t>(size)}, numbers, type);
  const Node centred = std::make_shared<v1::Subtract>(stored, converted(ov::element::u4, each, zeros, type));
  const Node scaled = std::make_shared<v1::Multiply>(centred, v0::Constant::create(type, each, scales));
  const auto whole = v0::Constant::create(ov::element::i64, {2}, {outputs, inputs});
  return std::make_shared<v1::Reshape>(scaled, whole, false);
}

/// Signed 4-bit numbers, two in each int8 of the last axis, the first in its low half: float32 with `size` of them
/// there.
Tensor unpacked(const Tensor& packed, int64_t size) {
  // As floats: plugins divide integers towards 0.
  const Tensor bytes = ops::cast(packed, DType::float32);
  const Tensor high = ops::floor(bytes * 0.0625), rest = bytes - high * 16;
  const Tensor low = rest - ops::floor(rest * 0.125) * 16;
  std::vector<ops::Dim> shape;
  for (int64_t axis = 0; axis + 1 < packed.rank(); ++axis) shape.push_back(ops::dim(packed, axis));
  shape.emplace_back((size + 1) / 2 * 2);
  return ops::slice_axis(ops::reshape(ops::stack({low, high}, -1), shape), packed.rank() - 1, int64_t{0}, size);
}

/// What packed numbers stand for, whose scales, and zero points, are for all along an axis or for groups of it.
Tensor floats(const Int4Matrix& matrix, const Tensor& packed, const Tensor& scale, const Tensor& zero, int64_t axis) {
  const Tensor numbers = ops::cast(unpacked(packed, matrix.columns), scale.dtype());
  if (matrix.group < 0) return numbers / ops::expand_dims(scale, {axis});
  return (numbers - ops::take(zero, matrix.group_of, axis)) * ops::take(scale, matrix.group_of, axis);
}

}  // namespace

Tensor floats(const Int4Matrix& matrix) {
  return floats(matrix, matrix.packed, matrix.scale, matrix.zero, matrix.summed);
}

Tensor rows_of(const Int4Matrix& matrix, const Tensor& indices) {
  const auto taken = [&](const Tensor& from) { return ops::take(from, indices, 0); };
  return floats(matrix, taken(matrix.packed), taken(matrix.scale), matrix.zero ? taken(matrix.zero) : Tensor(), -1);
}

Tensor product(const Tensor& x, const Int4Matrix& matrix) {
  if (const auto small = in_four_bits(matrix))
    return Tensor(
        std::make_shared<v0::MatMul>(ops::cast(x, matrix.scale.dtype()).output(), *small, false, true)->output(0));
  const Tensor numbers =
      matrix.group < 0 ? ops::cast(unpacked(matrix.packed, matrix.columns), matrix.scale.dtype()) : floats(matrix);
  return ops::matmul(x, matrix.summed == 0 ? numbers : ops::transpose(numbers));
}

}  // namespace keravino::layers
