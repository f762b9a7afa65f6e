#include "keravino/ops/matmul.h"

#include "ops/contract.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// Labels 0, 1, ... for a tensor.
Labeled labeled(const Tensor& x, int first) {
  std::vector<int> labels(static_cast<size_t>(x.rank()));
  std::iota(labels.begin(), labels.end(), first);
  return {x, labels};
}

Tensor tensordot_of(const Tensor& a, const Tensor& b, const std::vector<int64_t>& axes1,
                    const std::vector<int64_t>& axes2) {
  if (axes1.size() != axes2.size()) throw Error("axes must name as many axes of x1 as of x2");
  Labeled left = labeled(a, 0);
  Labeled right = labeled(b, 1000);
  std::vector<int> summed;
  for (size_t i = 0; i < axes1.size(); ++i) {
    const int64_t i1 = normalize_axis(axes1[i], a.rank());
    const int64_t i2 = normalize_axis(axes2[i], b.rank());
    const auto n1 = known(dim(a, i1));
    const auto n2 = known(dim(b, i2));
    if (n1 && n2 && *n1 != *n2) throw Error(fmt::format("summed axes differ in size: {} and {}", *n1, *n2));
    right.labels[static_cast<size_t>(i2)] = left.labels[static_cast<size_t>(i1)];
    summed.push_back(left.labels[static_cast<size_t>(i1)]);
  }
  std::vector<int> keep;
  for (const Labeled* factor : {&left, &right}) {
    for (int label : factor->labels) {
      if (std::find(summed.begin(), summed.end(), label) == summed.end()) keep.push_back(label);
    }
  }
  return ordered(contract(left, right, keep), keep).x;
}

/// tensordot with `axes` as Keras takes it: a count, or the axes of each.
Tensor tensordot_op(Tensor x1, Tensor x2, Arg axes) {
  if (axes.is<List>()) {
    const auto [axes1, axes2] = convert<std::pair<std::vector<int64_t>, std::vector<int64_t>>>(axes);
    return tensordot(std::move(x1), std::move(x2), axes1, axes2);
  }
  const auto count = convert<int64_t>(axes);
  if (count > std::min(x1.rank(), x2.rank())) throw Error("axes is greater than the number of dimensions");
  std::vector<int64_t> axes1;
  std::vector<int64_t> axes2;
  for (int64_t i = 0; i < count; ++i) {
    axes1.push_back(i - count);
    axes2.push_back(i);
  }
  return tensordot(std::move(x1), std::move(x2), axes1, axes2);
}

/// The product of factors that have one dtype.
Tensor product(const Tensor& x1, const Tensor& x2) {
  const auto columns = known(dim(x1, -1));
  const auto rows = known(dim(x2, x2.rank() == 1 ? -1 : -2));
  if (columns && rows && *columns != *rows) {
    throw Error(fmt::format("inner dimensions differ: {} and {}", *columns, *rows));
  }
  return matrix_product(x1, x2);
}

}  // namespace

Tensor matmul(Tensor x1, Tensor x2) {
  if (x1.rank() == 0 || x2.rank() == 0) throw Error("scalars have no matrix product; use multiply");
  const bool int8 = x1.promotion_dtype() == DType::int8 && x2.promotion_dtype() == DType::int8;
  const DType dtype = int8 ? DType::int32 : common_dtype({x1, x2});  // as Keras has it for this product alone
  x1 = as(x1, dtype);
  x2 = as(x2, dtype);
  return product(x1, x2);
}

Tensor tensordot(Tensor x1, Tensor x2, std::vector<int64_t> axes1, std::vector<int64_t> axes2) {
  promote(x1, x2);
  return tensordot_of(x1, x2, axes1, axes2);
}

Tensor dot(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.rank() == 0 || x2.rank() == 0) return times(x1, x2);
  if (x2.rank() <= 2) return product(x1, x2);
  return tensordot_of(x1, x2, {-1}, {-2});
}

Tensor vdot(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return product(ravel(conjugate(std::move(x1))), ravel(std::move(x2)));
}

Tensor inner(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.rank() == 0 || x2.rank() == 0) return times(x1, x2);
  return tensordot_of(x1, x2, {-1}, {-1});
}

Tensor outer(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return times(expand_dims(ravel(std::move(x1)), {1}), expand_dims(ravel(std::move(x2)), {0}));
}

Tensor kron(Tensor x1, Tensor x2) {
  promote(x1, x2);
  const int64_t rank = std::max(x1.rank(), x2.rank());
  std::vector<Dim> shape;
  std::vector<Dim> shape1;
  std::vector<Dim> shape2;
  for (int64_t i = -rank; i < 0; ++i) {  // [a, 1, b, 1] and [1, c, 1, d]
    const Dim n1 = -i <= x1.rank() ? dim(x1, i) : Dim(int64_t{1});
    const Dim n2 = -i <= x2.rank() ? dim(x2, i) : Dim(int64_t{1});
    shape1.insert(shape1.end(), {n1, int64_t{1}});
    shape2.insert(shape2.end(), {int64_t{1}, n2});
    shape.push_back(n1 * n2);
  }
  return reshape(times(reshape(std::move(x1), shape1), reshape(std::move(x2), shape2)), shape);
}

Tensor cross(Tensor x1, Tensor x2, int64_t axisa, int64_t axisb, int64_t axisc, std::optional<int64_t> axis) {
  if (axis) axisa = axisb = axisc = *axis;
  promote(x1, x2);
  x1 = moveaxis(std::move(x1), {axisa}, {-1});
  x2 = moveaxis(std::move(x2), {axisb}, {-1});
  const auto n1 = known(dim(x1, -1));
  const auto n2 = known(dim(x2, -1));
  if ((n1 != 2 && n1 != 3) || (n2 != 2 && n2 != 3)) throw Error("vectors of a cross product have size 2 or 3");
  const auto part = [](const Tensor& x, int64_t i) {
    if (known(dim(x, -1)) == i) return as(0, x.dtype());  // the third component of a vector of two
    return make<v::v8::Gather>(x, as_scalar(i), as_scalar(x.rank() - 1));
  };
  const auto component = [&](int64_t i, int64_t k) {
    return times(part(x1, i), part(x2, k)) - times(part(x1, k), part(x2, i));
  };
  if (n1 == 2 && n2 == 2) return component(0, 1);
  return stack({component(1, 2), component(2, 0), component(0, 1)}, axisc);
}

namespace {
constexpr OpDef kOps[] = {
    op<&matmul>("numpy.matmul(x1, x2)", "Matrix product over the last two axes."),
    op<&dot>("numpy.dot(x1, x2)", "Sum over the last axis of x1 and the last but one of x2."),
    op<&vdot>("numpy.vdot(x1, x2)", "Dot product of the flattened tensors, the first one conjugated."),
    op<&inner>("numpy.inner(x1, x2)", "Sum over the last axes of both."),
    op<&outer>("numpy.outer(x1, x2)", "All products of an element of each."),
    op<&tensordot_op>("numpy.tensordot(x1, x2, axes=2)", "Sum over axes of both."),
    op<&kron>("numpy.kron(x1, x2)", "The Kronecker product."),
    op<&cross>("numpy.cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None)", "Cross products of vectors."),
};
}  // namespace
std::span<const OpDef> matmul_ops() { return kOps; }

}  // namespace keravino::ops
