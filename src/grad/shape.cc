// Ops that move elements and compute none.
#include "grad/rule.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

Tensor reshaped_like(const Tensor& g, const Tensor& x) { return ops::reshape(g, ops::dims(x)); }
std::vector<Tensor> reshape_back(const Step& s) { return {reshaped_like(s.g[0], s.in[0])}; }

std::vector<Tensor> transpose(const Step& s) {
  std::vector<int64_t> order = constant_ints(s.node, 1);
  const auto rank = static_cast<size_t>(s.in[0].rank());
  std::vector<int64_t> back(rank);
  for (size_t i = 0; i < rank; ++i) {
    // No order stands for the reverse one.
    back[order.empty() ? rank - 1 - i : static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  }
  return {make<v::v1::Transpose>(s.g[0], back)};
}

std::vector<Tensor> concat(const Step& s) {
  const int64_t axis = static_cast<const v::v0::Concat&>(s.node).get_axis();
  const int64_t at = ops::normalize_axis(axis, s.out[0].rank());
  std::vector<Tensor> result;
  Dim start = int64_t{0};
  for (size_t i = 0; i < s.in.size(); ++i) {
    const Dim stop = ops::operator+(start, ops::dim(s.in[i], at));
    result.push_back(s.wanted[i] ? ops::slice_axis(s.g[0], at, start, stop) : Tensor());
    start = stop;
  }
  return result;
}

/// Split and VariadicSplit: the parts together, zeros for those without a gradient.
std::vector<Tensor> split(const Step& s) {
  std::vector<Tensor> parts;
  for (size_t i = 0; i < s.out.size(); ++i) parts.push_back(s.g[i] ? s.g[i] : zeros_like(s.out[i]));
  return {make<v::v0::Concat>(parts, constant_ints(s.node, 1, s.in[0].rank())[0])};
}

/// `g` put where the indices start, start + step, ... of an axis of `size` lie, and zeros elsewhere.
Tensor spread(const Tensor& g, int64_t axis, int64_t size, int64_t start, int64_t step) {
  const int64_t count = *ops::known(ops::dim(g, axis));
  if (step == 1) {
    std::vector<int64_t> before(static_cast<size_t>(g.rank()), 0), after = before;
    before[static_cast<size_t>(axis)] = start;
    after[static_cast<size_t>(axis)] = size - start - count;
    return make<v::v12::Pad>(g, before, after, ops::as(0, g.dtype()), v::PadMode::CONSTANT);
  }
  std::vector<int64_t> places;
  for (int64_t i = 0; i < count; ++i) places.push_back(start + i * step);
  std::vector<Dim> shape = ops::dims(g);
  shape[static_cast<size_t>(axis)] = size;
  return make<v::v3::ScatterUpdate>(ops::filled(shape, 0, g.dtype()), ops::ints(places), g, Tensor(axis));
}

/// The same where sizes or bounds are not known: the indices are cut from all of the axis as the data was.
Tensor spread_open(const Step& s, const Tensor& g, int64_t axis, int64_t bound) {
  const auto of = [&](size_t input) { return ops::slice_axis(s.in[input], 0, bound, bound + 1); };
  const Dim size = ops::dim(s.in[0], axis);
  const Tensor places = make<v::v8::Slice>(ops::iota(size, DType::int64), of(1), of(2), of(3));
  std::vector<Dim> shape = ops::dims(g);
  shape[static_cast<size_t>(axis)] = size;
  return make<v::v3::ScatterUpdate>(ops::filled(shape, 0, g.dtype()), places, g, Tensor(axis));
}

std::vector<Tensor> slice(const Step& s) {
  const auto rank = s.in[0].rank();
  const auto count = s.in[1].shape()[0].get_length();
  const auto axes = s.in.size() > 4 ? constant_ints(s.node, 4, rank) : ops::normalize_axes(std::nullopt, count);
  const bool bounds = known_numbers(s.in[1].output()) && known_numbers(s.in[3].output());
  Tensor g = s.g[0];
  for (int64_t i = 0; i < count; ++i) {
    const int64_t axis = axes[static_cast<size_t>(i)];
    const auto size = ops::known(ops::dim(s.in[0], axis)), left = ops::known(ops::dim(g, axis));
    if (!bounds || !size || !left) {
      g = spread_open(s, g, axis, i);
      continue;
    }
    const int64_t first = constant_ints(s.node, 1)[static_cast<size_t>(i)];
    const int64_t step = constant_ints(s.node, 3)[static_cast<size_t>(i)];
    if (*left == *size && step == 1) continue;
    const int64_t start = first < 0 ? first + *size : first;
    g = spread(g, axis, *size, std::clamp<int64_t>(start, 0, step < 0 ? *size - 1 : *size), step);
  }
  return {g};
}

/// The rows `index` of an axis.
Tensor part(const Tensor& x, int64_t axis, int64_t start, int64_t stop) {
  return ops::slice_axis(x, axis, start, stop);
}

/// Adds to the rows of an axis of `g` from `start` on those of `more`.
Tensor added(const Tensor& g, const Tensor& more, int64_t axis, int64_t size, int64_t start) {
  return g + spread(more, axis, size, start, 1);
}

/// The gradient of what a Pad put before and after an axis goes to the elements that it repeats.
Tensor unpad(const Tensor& g, int64_t axis, int64_t before, int64_t after, int64_t size, v::PadMode mode) {
  const int64_t from = std::max<int64_t>(before, 0);
  const int64_t cut_before = std::max<int64_t>(-before, 0), cut_after = std::max<int64_t>(-after, 0);
  const int64_t inner = size - cut_before - cut_after;
  Tensor own = part(g, axis, from, from + inner);
  if (cut_before || cut_after) own = spread(own, axis, size, cut_before, 1);
  if (mode == v::PadMode::CONSTANT) return own;
  const int64_t b = std::max<int64_t>(before, 0), a = std::max<int64_t>(after, 0);
  const Tensor left = part(g, axis, 0, b), right = part(g, axis, from + inner, from + inner + a);
  if (mode == v::PadMode::EDGE) {
    const std::vector<int64_t> axes{axis};
    if (b) own = added(own, make<v::v1::ReduceSum>(left, axes, true), axis, size, 0);
    if (a) own = added(own, make<v::v1::ReduceSum>(right, axes, true), axis, size, size - 1);
    return own;
  }
  const int64_t edge = mode == v::PadMode::REFLECT ? 1 : 0;  // REFLECT does not repeat the edge itself
  if (b) own = added(own, ops::flip(left, {{axis}}), axis, size, edge);
  if (a) own = added(own, ops::flip(right, {{axis}}), axis, size, size - edge - a);
  return own;
}

/// The same with a number, where an axis is of a size, or the pads are, not known: none cuts anything off.
Tensor unpad_open(const Tensor& before, const Tensor& g, int64_t axis, const Dim& size) {
  const Dim start = ops::reshape(ops::slice_axis(before, 0, axis, axis + 1), std::vector<int64_t>{});
  return ops::slice_axis(g, axis, start, ops::operator+(start, size));
}

std::vector<Tensor> pad(const Step& s) {
  const auto& op = static_cast<const v::util::PadBase&>(s.node);
  Tensor g = s.g[0];
  for (int64_t i = 0; i < s.in[0].rank(); ++i) {
    const Dim size = ops::dim(s.in[0], i);
    if (op.get_pad_mode() == v::PadMode::CONSTANT && !(ops::known(size) && known_numbers(s.in[1].output()))) {
      g = unpad_open(s.in[1], g, i, size);
      continue;
    }
    if (!ops::known(size))
      throw Error(Error::Kind::unsupported, "[grad] Pad of an axis whose size is not known while tracing");
    const auto at = static_cast<size_t>(i);
    const int64_t before = constant_ints(s.node, 1)[at], after = constant_ints(s.node, 2)[at];
    if (before != 0 || after != 0) g = unpad(g, i, before, after, *ops::known(size), op.get_pad_mode());
  }
  std::vector<Tensor> result{g};
  if (s.in.size() > 3 && s.wanted[3]) {  // the number that fills: what is not the data's
    const auto axes = ops::normalize_axes(std::nullopt, g.rank());
    result.resize(4);
    result[3] = make<v::v1::ReduceSum>(s.g[0], axes, false) - make<v::v1::ReduceSum>(g, axes, false);
  }
  return result;
}

std::vector<Tensor> tile(const Step& s) {
  const auto repeats = constant_ints(s.node, 1);
  std::vector<Dim> own = ops::dims(s.in[0]), parts;
  if (repeats.size() > own.size()) own.insert(own.begin(), repeats.size() - own.size(), int64_t{1});
  std::vector<int64_t> axes;
  for (size_t i = 0; i < own.size(); ++i) {
    const size_t missing = own.size() - repeats.size();
    parts.emplace_back(i < missing ? 1 : repeats[i - missing]);
    parts.push_back(own[i]);
    axes.push_back(static_cast<int64_t>(2 * i));
  }
  const Tensor sum = make<v::v1::ReduceSum>(ops::reshape(s.g[0], parts), axes, false);
  return {reshaped_like(sum, s.in[0])};
}

/// Blocks back into depth, or depth into blocks.
template <class From, class To>
std::vector<Tensor> blocks(const Step& s) {
  using FromMode = decltype(static_cast<const From&>(s.node).get_mode());
  using ToMode = decltype(std::declval<To>().get_mode());
  const auto& op = static_cast<const From&>(s.node);
  const bool first = op.get_mode() == FromMode::BLOCKS_FIRST;
  return {make<To>(s.g[0], first ? ToMode::BLOCKS_FIRST : ToMode::DEPTH_FIRST, op.get_block_size())};
}

}  // namespace

Table shape_rules() {
  return {
      row<v::v1::Reshape>(reshape_back),
      row<v::v0::Squeeze>(reshape_back),
      row<v::v0::Unsqueeze>(reshape_back),
      row<v::v1::Transpose>(transpose),
      row<v::v0::Concat>(concat),
      row<v::v1::Split>(split),
      row<v::v1::VariadicSplit>(split),
      row<v::v8::Slice>(slice),
      row<v::v1::Pad>(pad),
      row<v::v12::Pad>(pad),
      row<v::v0::Tile>(tile),
      row<v::v3::Broadcast>([](const Step& s) { return s.g; }),  // the walker sums
      row<v::v0::SpaceToDepth>(blocks<v::v0::SpaceToDepth, v::v0::DepthToSpace>),
      row<v::v0::DepthToSpace>(blocks<v::v0::DepthToSpace, v::v0::SpaceToDepth>),
  };
}

}  // namespace keravino::grad
