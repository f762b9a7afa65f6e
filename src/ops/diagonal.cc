#include "keravino/ops/diagonal.h"

#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {

Tensor diagflat(Tensor x, int64_t k) {
  x = ravel(std::move(x));
  const Tensor places = iota(dim(x, 0), DType::int32);
  const Tensor rows = places + std::max<int64_t>(-k, 0), columns = places + std::max<int64_t>(k, 0);
  const Dim size = dim(x, 0) + Dim(std::abs(k));
  return make<v::v15::ScatterNDUpdate>(filled({size, size}, 0, x.dtype()), stack({rows, columns}, 1), x);
}

Tensor diagonal(Tensor x, int64_t offset, int64_t axis1, int64_t axis2) {
  x = strong(x);
  if (x.rank() < 2) throw Error("x must have at least two dimensions");
  axis1 = normalize_axis(axis1, x.rank());
  axis2 = normalize_axis(axis2, x.rank());
  if (axis1 == axis2) throw Error("axis1 and axis2 must differ");
  x = moveaxis(std::move(x), {axis1, axis2}, {-2, -1});
  const Dim rows = dim(x, -2);
  const Dim columns = dim(x, -1);
  // In a flattened matrix the elements of a diagonal are columns + 1 apart.
  const Dim start = offset >= 0 ? Dim(offset) : Dim(-offset) * columns;
  const Dim count = larger(
      int64_t{0}, smaller(rows + Dim(std::min<int64_t>(offset, 0)), columns - Dim(std::max<int64_t>(offset, 0))));
  std::vector<Dim> flat = dims(x);
  flat.pop_back();
  flat.back() = rows * columns;
  x = reshape(std::move(x), flat);
  const Dim step = columns + Dim(int64_t{1});
  return make<v::v8::Slice>(x, as_vector(start), as_vector(start + count * step), as_vector(step),
                            std::vector<int64_t>{x.rank() - 1});
}

Tensor diag(Tensor x, int64_t k) {
  if (x.rank() == 1) return diagflat(std::move(x), k);
  if (x.rank() == 2) return diagonal(std::move(x), k);
  throw Error("x must have one or two dimensions");
}

Tensor trace(Tensor x, int64_t offset, int64_t axis1, int64_t axis2) {
  const DType dtype = widened(x.dtype());
  const Tensor diagonals = as(diagonal(std::move(x), offset, axis1, axis2), sum_precision(dtype));
  return as(total(diagonals, {{-1}}, false), dtype);
}

namespace {

Tensor triangle(const Tensor& x, int64_t k, bool lower) {
  if (x.rank() < 2) throw Error("x must have at least two dimensions");
  const Tensor mask = tri(dim(x, -2), dim(x, -1), lower ? k : k - 1, DType::boolean);
  const Tensor zero = as(0, x.dtype());
  return lower ? select(mask, strong(x), zero) : select(mask, zero, strong(x));
}

}  // namespace

Tensor tril(Tensor x, int64_t k) { return triangle(x, k, true); }
Tensor triu(Tensor x, int64_t k) { return triangle(x, k, false); }

namespace {
constexpr OpDef kOps[] = {
    op<&diag>("numpy.diag(x, k=0)", "The diagonal of a matrix, or the matrix with this diagonal."),
    op<&diagflat>("numpy.diagflat(x, k=0)", "The matrix whose k-th diagonal is the flattened x."),
    op<&diagonal>("numpy.diagonal(x, offset=0, axis1=0, axis2=1)", "Diagonals of the matrices along two axes."),
    op<&trace>("numpy.trace(x, offset=0, axis1=0, axis2=1)", "Sums of the diagonals along two axes."),
    op<&tril>("numpy.tril(x, k=0)", "The lower triangle; zeros above the k-th diagonal."),
    op<&triu>("numpy.triu(x, k=0)", "The upper triangle; zeros below the k-th diagonal."),
};
}  // namespace
std::span<const OpDef> diagonal_ops() { return kOps; }

}  // namespace keravino::ops
