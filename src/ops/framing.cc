#include "ops/framing.h"

#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// (..., length) -> (..., pieces, stride), the last piece filled with zeros.
Tensor in_pieces(const Tensor& x, int64_t stride) {
  const auto length = known(dim(x, -1));
  if (!length) throw Error("the sequences must have a static length");
  const int64_t pieces = (*length + stride - 1) / stride;
  std::vector<int64_t> behind(static_cast<size_t>(x.rank()), 0);
  const std::vector<int64_t> before = behind;
  behind.back() = pieces * stride - *length;
  const Tensor filled = make<v::v1::Pad>(x, before, behind, as(0, x.dtype()), v::PadMode::CONSTANT);
  std::vector<Dim> shape = dims(x);
  shape.back() = pieces;
  shape.emplace_back(stride);
  return reshape(filled, shape);
}

}  // namespace

Tensor framed(const Tensor& x, int64_t length, int64_t stride) {
  const Tensor size = as_scalar(dim(x, -1));
  Dim count = int64_t{0};
  if (const auto n = known(dim(x, -1))) {
    count = std::max<int64_t>((*n - length) / stride + 1, 0);
  } else {
    count = make<v::v1::Divide>(size - length, as(stride, DType::int64)) + 1;
  }
  const Tensor starts = expand_dims(iota(count, DType::int32) * stride, {1});
  const Tensor places = starts + iota(length, DType::int32);
  return make<v::v8::Gather>(x, places, as_scalar(x.rank() - 1));
}

Tensor overlap_added(const Tensor& x, int64_t stride) {
  const Tensor pieces = in_pieces(x, stride);
  const int64_t rank = pieces.rank();
  const int64_t count = *known(dim(pieces, -2));
  Tensor sum;
  for (int64_t i = 0; i < count; ++i) {  // piece i of a sequence lies i places behind the sequence's first one
    std::vector<int64_t> before(static_cast<size_t>(rank - 1), 0);
    std::vector<int64_t> behind = before;
    before[before.size() - 2] = i;
    behind[before.size() - 2] = count - 1 - i;
    const Tensor piece = make<v::v8::Gather>(pieces, as_scalar(i), as_scalar(rank - 2));
    const Tensor moved = make<v::v1::Pad>(piece, before, behind, as(0, x.dtype()), v::PadMode::CONSTANT);
    sum = sum ? sum + moved : moved;
  }
  std::vector<Dim> shape = dims(x);
  const Dim size = (dim(x, -2) - Dim(int64_t{1})) * Dim(stride) + dim(x, -1);
  shape.pop_back();
  shape.back() = (dim(x, -2) + Dim(count - 1)) * Dim(stride);
  return slice_axis(reshape(sum, shape), -1, int64_t{0}, size);
}

Tensor steady_sum(const Tensor& x, int64_t stride) {
  const Tensor pieces = in_pieces(x, stride);
  const int64_t length = *known(dim(x, -1));
  const Tensor sum = total(pieces, {{-2}}, true);
  const Tensor everywhere = make<v::v3::Broadcast>(sum, shape_tensor(pieces));
  return slice_axis(reshape(everywhere, std::vector<int64_t>{-1}), -1, int64_t{0}, length);
}

}  // namespace keravino::ops
