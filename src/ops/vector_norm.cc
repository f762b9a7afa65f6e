#include "keravino/ops/vector_norm.h"

#include "keravino/ops/linalg.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor absolute_of(const Tensor& x) { return make<v::v0::Abs>(x); }
Tensor root_of_squares(const Tensor& x, const Axes& axis, bool keepdims) { return root(total(x * x, axis, keepdims)); }

Tensor vector_norm(const Tensor& x, double ord, const Axes& axis, bool keepdims) {
  if (ord == 2) return root_of_squares(x, axis, keepdims);
  if (ord == kInfinity) return max(absolute_of(x), axis, keepdims);
  if (ord == -kInfinity) return min(absolute_of(x), axis, keepdims);
  if (ord == 0) return total(as(x != 0, x.dtype()), axis, keepdims);
  if (ord == 1) return total(absolute_of(x), axis, keepdims);
  const Tensor powers = make<v::v1::Power>(absolute_of(x), as(ord, x.dtype()));
  return make<v::v1::Power>(total(powers, axis, keepdims), as(1 / ord, x.dtype()));
}

/// Norms made of singular values: the greatest (2), the least (-2) or the sum of all (nuclear).
template <class Reduce>
Tensor spectral_norm(const Tensor& x, const std::vector<int64_t>& axes, bool keepdims, Reduce reduce) {
  const Tensor values = svd(moveaxis(x, axes, {-2, -1}), false, false)[0];
  const Tensor found = reduce(values, {{-1}}, false);
  return keepdims ? expand_dims(found, {std::min(axes[0], axes[1]), std::max(axes[0], axes[1])}) : found;
}

/// Norms 1 and infinity of matrices: the extreme of the sums along one of the axes.
Tensor matrix_norm(const Tensor& x, double ord, const std::vector<int64_t>& axes, bool keepdims) {
  const double size = std::abs(ord);
  const auto extreme = [&](const Tensor& values, const Axes& axis, bool keep) {
    return ord > 0 ? max(values, axis, keep) : min(values, axis, keep);
  };
  if (size == 2) return spectral_norm(x, axes, keepdims, extreme);
  if (size != 1 && size != kInfinity) throw Error("the order of a matrix norm is 1, 2 or infinity, or minus that");
  const int64_t summed = size == 1 ? axes[0] : axes[1];
  const int64_t compared = size == 1 ? axes[1] : axes[0];
  const Tensor sums = total(absolute_of(x), {{summed}}, true);
  const Tensor found = extreme(sums, {{compared}}, true);
  return keepdims ? found : squeeze(found, axes);
}

Tensor norm_op(Tensor x, Arg ord, Axes axis, bool keepdims) {
  NormOrder order;
  if (ord.is<std::string>())
    order = ord.as<std::string>();
  else if (!ord.is<None>())
    order = convert<double>(ord);
  return norm(std::move(x), order, std::move(axis), keepdims);
}

}  // namespace

Tensor norm(Tensor x, NormOrder ord, Axes axis, bool keepdims) {
  const DType dtype = is_float(x.dtype()) ? x.dtype() : result_type({x.dtype(), DType::python_float});
  x = as(x, sum_precision(dtype));
  if (!ord) return as(root_of_squares(x, axis, keepdims), dtype);
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  if (axes.size() != 1 && axes.size() != 2) throw Error("a norm of an order is taken over one or two axes");
  if (const auto* text = std::get_if<std::string>(&*ord)) {
    if (*text == "nuc" && axes.size() == 2) return as(spectral_norm(x, axes, keepdims, total), dtype);
    if (*text != "fro" || axes.size() != 2) throw Error("ord must be a number, or \"fro\" or \"nuc\" for matrices");
    return as(root_of_squares(x, axes, keepdims), dtype);
  }
  const double number = std::get<double>(*ord);
  if (axes.size() == 2) return as(matrix_norm(x, number, axes, keepdims), dtype);
  return as(vector_norm(x, number, axes, keepdims), dtype);
}

namespace {
constexpr OpDef kOps[] = {
    op<&norm_op>("linalg.norm(x, ord=None, axis=None, keepdims=False)", "Norms of vectors or matrices."),
};
}  // namespace
std::span<const OpDef> vector_norm_ops() { return kOps; }

}  // namespace keravino::ops
