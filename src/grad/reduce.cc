// Reductions, running sums, and products of matrices.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using ops::select;

/// The axes of a reduction, and its result and gradient with these axes kept.
struct Reduced {
  std::vector<int64_t> axes;
  Tensor y, g;
};

Reduced reduced(const Step& s) {
  const std::vector<int64_t> axes = constant_ints(s.node, 1, s.in[0].rank());
  const bool kept = s.out[0].rank() == s.in[0].rank();
  const auto keep = [&](const Tensor& t) { return kept ? t : make<v::v0::Unsqueeze>(t, axes); };
  return {axes, keep(s.out[0]), keep(s.g[0])};
}

Tensor like(const Tensor& g, const Tensor& x) { return make<v::v3::Broadcast>(g, ops::shape_tensor(x)); }

std::vector<Tensor> sum(const Step& s) { return {like(reduced(s).g, s.in[0])}; }

std::vector<Tensor> mean(const Step& s) {
  const Reduced r = reduced(s);
  std::vector<Dim> sizes;
  for (int64_t axis : r.axes) sizes.push_back(ops::dim(s.in[0], axis));
  const Tensor count = ops::as(ops::as_scalar(ops::product(sizes)), s.in[0].dtype());
  return {like(r.g / count, s.in[0])};
}

/// Equal extremes share the gradient.
std::vector<Tensor> extreme(const Step& s) {
  const Reduced r = reduced(s);
  const Tensor wins = ops::as(s.in[0] == r.y, s.in[0].dtype());
  return {wins * (r.g / make<v::v1::ReduceSum>(wins, r.axes, true))};
}

/// Of each element the product of all others, by running products from both ends: right with zeros, too.
std::vector<Tensor> product(const Step& s) {
  const Reduced r = reduced(s);
  const int64_t rank = s.in[0].rank();
  if (ops::known(ops::product(ops::dims(s.in[0]))) == 0) return {};
  std::vector<int64_t> order;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (std::find(r.axes.begin(), r.axes.end(), axis) == r.axes.end()) order.push_back(axis);
  }
  const auto rest = static_cast<int64_t>(order.size());
  order.insert(order.end(), r.axes.begin(), r.axes.end());
  const Tensor front = ops::transpose(s.in[0], order);
  std::vector<Dim> shape = ops::dims(front);
  const std::vector<Dim> moved = shape;
  shape.resize(static_cast<size_t>(rest));
  shape.emplace_back(ops::product({moved.begin() + rest, moved.end()}));
  const Tensor flat = ops::reshape(front, shape);
  const Tensor one = ops::as(1, flat.dtype());
  const auto before = [&](const Tensor& x) {  // the product of all elements before each
    const Tensor running = ops::cumprod(x, rest);
    std::vector<Dim> first = shape;
    first[static_cast<size_t>(rest)] = int64_t{1};
    return make<v::v0::Concat>(std::vector<Tensor>{ops::filled(first, one, flat.dtype()),
                                                   ops::slice_axis(running, rest, int64_t{0}, int64_t{-1})},
                               rest);
  };
  const Tensor others = before(flat) * ops::flip(before(ops::flip(flat, {{rest}})), {{rest}});
  std::vector<int64_t> back(order.size());
  for (size_t i = 0; i < order.size(); ++i) back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return {ops::transpose(ops::reshape(others, moved), back) * r.g};
}

/// The running sum the other way round.
std::vector<Tensor> running_sum(const Step& s) {
  const auto& op = static_cast<const v::v0::CumSum&>(s.node);
  return {make<v::v0::CumSum>(s.g[0], s.in[1], op.is_exclusive(), !op.is_reverse())};
}

Tensor product_of(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  return make<v::v0::MatMul>(a, b, transpose_a, transpose_b);
}

/// Whether b is one matrix for a whole batch of a, so that the rows of all of it can be rows of one matrix.
bool is_shared(const Tensor& b, const Tensor& a) {
  if (a.rank() < 3 || a.shape().rbegin()->is_dynamic() || b.shape().is_dynamic()) return false;
  return std::all_of(b.shape().begin(), b.shape().end() - 2, [](const auto& dim) { return dim == 1; });
}
Tensor rows_of(const Tensor& x) { return ops::reshape(x, {int64_t{-1}, x.shape().rbegin()->get_length()}); }

/// y = a b, each transposed or not. Vectors are matrices of one row (a) or column (b) on the way.
std::vector<Tensor> matmul(const Step& s) {
  const auto& op = static_cast<const v::v0::MatMul&>(s.node);
  const bool row = s.in[0].rank() == 1, column = s.in[1].rank() == 1;
  const bool ta = op.get_transpose_a() && !row, tb = op.get_transpose_b() && !column;
  const Tensor a = row ? ops::expand_dims(s.in[0], {0}) : s.in[0];
  const Tensor b = column ? ops::expand_dims(s.in[1], {1}) : s.in[1];
  Tensor g = s.g[0];
  if (row) g = ops::expand_dims(g, {column ? -1 : -2});
  if (column) g = ops::expand_dims(g, {-1});
  std::vector<Tensor> result(2);
  if (s.wanted[0]) {
    const Tensor for_a = ta ? product_of(b, g, tb, true) : product_of(g, b, false, !tb);
    result[0] = row ? ops::reshape(unbroadcast(for_a, a), ops::dims(s.in[0])) : for_a;
  }
  if (s.wanted[1]) {
    const bool flat = !ta && is_shared(b, a);  // the sum over the batch is then within the product
    const Tensor x = flat ? rows_of(a) : a, z = flat ? rows_of(g) : g;
    Tensor for_b = tb ? product_of(z, x, true, ta) : product_of(x, z, !ta, false);
    if (flat) for_b = ops::reshape(for_b, ops::dims(b));
    result[1] = column ? ops::reshape(unbroadcast(for_b, b), ops::dims(s.in[1])) : for_b;
  }
  return result;
}

}  // namespace

Table reduce_rules() {
  return {
      row<v::v1::ReduceSum>(sum),     row<v::v1::ReduceMean>(mean),    row<v::v1::ReduceMax>(extreme),
      row<v::v1::ReduceMin>(extreme), row<v::v1::ReduceProd>(product), row<v::v0::CumSum>(running_sum),
      row<v::v0::MatMul>(matmul),
  };
}

}  // namespace keravino::grad
