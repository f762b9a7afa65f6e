// Elements taken from, or put to, places that numbers name.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using Reduction = v::v15::ScatterNDUpdate::Reduction;

Tensor add_at(const Tensor& like, const Tensor& places, const Tensor& g) {
  return make<v::v15::ScatterNDUpdate>(zeros_like(like), places, g, Reduction::SUM);
}

/// The indices as they are, negative ones counted from the end of an axis.
Tensor wrapped(const Tensor& indices, const Dim& size) {
  const Tensor wide = ops::as(indices, DType::int64);
  return ops::select(wide < 0, wide + ops::as_scalar(size), wide);
}

/// The same for each place of the leading dimensions apart: by the places of all elements in the flat tensor.
Tensor gathered_in_batches(const Step& s, int64_t axis, int64_t batch) {
  const std::vector<Dim> shape = ops::dims(s.in[0]);
  const Tensor all = ops::iota(ops::product(shape), DType::int64);
  const Tensor places = make<v::v8::Gather>(ops::reshape(all, shape), s.in[1], Tensor(axis), batch);
  const Tensor flat = ops::filled(std::vector<Dim>{ops::product(shape)}, 0, s.g[0].dtype());
  const Tensor sums = make<v::v15::ScatterNDUpdate>(flat, ops::expand_dims(places, {-1}), s.g[0], Reduction::SUM);
  return ops::reshape(sums, shape);
}

/// Rows of an axis were taken: their gradients are added where they came from.
std::vector<Tensor> gather(const Step& s) {
  const auto& op = static_cast<const v::v8::Gather&>(s.node);
  const int64_t rank = s.in[0].rank(), width = s.in[1].rank(),
                batch = ops::normalize_axis(op.get_batch_dims(), width + 1);
  const int64_t axis = constant_ints(s.node, 2, rank)[0];
  if (batch != 0) return {gathered_in_batches(s, axis, batch)};
  const Tensor places = ops::expand_dims(wrapped(s.in[1], ops::dim(s.in[0], axis)), {-1});
  // With the axis in front: the result's index axes first, then the others.
  std::vector<int64_t> front, order, back;
  for (int64_t i = 0; i < width; ++i) front.push_back(axis + i);
  for (int64_t i = 0; i < axis; ++i) front.push_back(i);
  for (int64_t i = axis + width; i < s.g[0].rank(); ++i) front.push_back(i);
  order.push_back(axis);
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis) order.push_back(i);
    back.push_back(i < axis ? i + 1 : i == axis ? 0 : i);
  }
  if (axis == 0) return {add_at(s.in[0], places, s.g[0])};
  std::vector<Dim> shape;
  for (int64_t i : order) shape.push_back(ops::dim(s.in[0], i));
  const Tensor sums = make<v::v15::ScatterNDUpdate>(ops::filled(shape, 0, s.g[0].dtype()), places,
                                                    ops::transpose(s.g[0], front), Reduction::SUM);
  return {ops::transpose(sums, back)};
}

/// Places of elements as indices of all axes, where GatherElements and TopK name those of one.
Tensor add_along(const Tensor& like, const Tensor& indices, const Tensor& g, int64_t axis) {
  return make<v::v12::ScatterElementsUpdate>(zeros_like(like), wrapped(indices, ops::dim(like, axis)), g, Tensor(axis),
                                             v::v12::ScatterElementsUpdate::Reduction::SUM);
}

/// x with elements along an axis replaced by, or joined with, updates; several updates to one place as in scatter_nd.
std::vector<Tensor> scatter_elements(const Step& s) {
  using Reduction = v::v12::ScatterElementsUpdate::Reduction;
  const auto& op = static_cast<const v::v12::ScatterElementsUpdate&>(s.node);
  const Reduction reduction = op.get_reduction();
  if (!(reduction == Reduction::NONE || (reduction == Reduction::SUM && op.get_use_init_val())))
    throw Error(Error::Kind::unsupported, "[grad] ScatterElementsUpdate that does not add or replace");
  const int64_t axis = constant_ints(s.node, 3, s.in[0].rank())[0];
  const Tensor places = wrapped(s.in[1], ops::dim(s.in[0], axis));
  std::vector<Tensor> result(3);
  if (s.wanted[0]) {
    result[0] = s.g[0];
    if (reduction == Reduction::NONE)
      result[0] = make<v::v12::ScatterElementsUpdate>(s.g[0], places, zeros_like(s.in[2]), Tensor(axis), reduction);
  }
  if (s.wanted[2]) result[2] = make<v::v6::GatherElements>(s.g[0], places, axis);
  return result;
}

std::vector<Tensor> gather_elements(const Step& s) {
  const int64_t axis = static_cast<const v::v6::GatherElements&>(s.node).get_axis();
  return {add_along(s.in[0], s.in[1], s.g[0], ops::normalize_axis(axis, s.in[0].rank()))};
}

std::vector<Tensor> top_k(const Step& s) {
  if (!s.g[0]) return {};
  const auto axis = static_cast<int64_t>(static_cast<const v::v11::TopK&>(s.node).get_axis());
  return {add_along(s.in[0], s.out[1], s.g[0], axis)};
}

std::vector<Tensor> gather_nd(const Step& s) {
  const auto& op = static_cast<const v::v8::GatherND&>(s.node);
  const auto batch = static_cast<int64_t>(op.get_batch_dims());
  const int64_t depth = *ops::known(ops::dim(s.in[1], -1));
  std::vector<Tensor> columns;
  std::vector<Dim> shape = ops::dims(s.in[1]);
  shape.back() = int64_t{1};
  for (int64_t i = 0; i < batch; ++i) {  // the batch's own place, as ScatterNDUpdate knows no batches
    std::vector<int64_t> along(shape.size(), 1);
    along[static_cast<size_t>(i)] = -1;
    const Tensor own = ops::reshape(ops::iota(ops::dim(s.in[1], i), DType::int64), along);
    columns.push_back(ops::broadcast_to(own, shape));
  }
  for (int64_t i = 0; i < depth; ++i) {
    const Tensor column = ops::slice_axis(s.in[1], s.in[1].rank() - 1, i, i + 1);
    columns.push_back(wrapped(column, ops::dim(s.in[0], batch + i)));
  }
  return {add_at(s.in[0], ops::concatenate(columns, -1), s.g[0])};
}

/// x with rows of an axis replaced.
std::vector<Tensor> scatter_update(const Step& s) {
  const int64_t axis = constant_ints(s.node, 3, s.in[0].rank())[0];
  std::vector<Tensor> result(3);
  if (s.wanted[0]) result[0] = make<v::v3::ScatterUpdate>(s.g[0], s.in[1], zeros_like(s.in[2]), Tensor(axis));
  if (s.wanted[2]) result[2] = make<v::v8::Gather>(s.g[0], s.in[1], Tensor(axis));
  return result;
}

/// x with elements replaced by, or joined with, updates. Of several updates to one place, replaced, the last counts;
/// which one that is cannot be told here, so each gets the gradient.
std::vector<Tensor> scatter_nd(const Step& s) {
  const Reduction reduction = static_cast<const v::v15::ScatterNDUpdate&>(s.node).get_reduction();
  const Tensor &x = s.in[0], &places = s.in[1], &updates = s.in[2], &g = s.g[0];
  const auto taken = [&](const Tensor& t) { return make<v::v8::GatherND>(t, places, size_t{0}); };
  std::vector<Tensor> result(3);
  switch (reduction) {
    case Reduction::NONE:
      if (s.wanted[0]) result[0] = make<v::v15::ScatterNDUpdate>(g, places, zeros_like(updates), reduction);
      if (s.wanted[2]) result[2] = taken(g);
      return result;
    case Reduction::SUM:
      return {g, {}, s.wanted[2] ? taken(g) : Tensor()};
    case Reduction::SUB:
      return {g, {}, s.wanted[2] ? -taken(g) : Tensor()};
    case Reduction::MAX:
    case Reduction::MIN: {  // equal extremes share
      const Tensor own = ops::as(x == s.out[0], x.dtype());
      const Tensor theirs = ops::as(updates == taken(s.out[0]), x.dtype());
      const Tensor share = g / make<v::v15::ScatterNDUpdate>(own, places, theirs, Reduction::SUM);
      return {own * share, {}, theirs * taken(share)};
    }
    default:
      throw Error(Error::Kind::unsupported, "[grad] ScatterNDUpdate that multiplies");
  }
}

}  // namespace

Table index_rules() {
  return {
      row<v::v8::Gather>(gather),
      row<v::v6::GatherElements>(gather_elements),
      row<v::v8::GatherND>(gather_nd),
      row<v::v11::TopK>(top_k),
      row<v::v3::ScatterUpdate>(scatter_update),
      row<v::v12::ScatterElementsUpdate>(scatter_elements),
      row<v::v15::ScatterNDUpdate>(scatter_nd),
  };
}

}  // namespace keravino::grad
