#include "keravino/ops/rearrange.h"

#include "ops/families.h"
#include "ops/shapes.h"

namespace keravino::ops {

Tensor flip(Tensor x, Axes axis) {
  x = strong(x);
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  if (axes.empty()) return x;
  const std::vector<int64_t> backwards(axes.size(), -1);
  const std::vector<int64_t> before_first(axes.size(), std::numeric_limits<int32_t>::min());
  return make<v::v8::Slice>(x, backwards, before_first, backwards, axes);
}
Tensor fliplr(Tensor x) {
  if (x.rank() < 2) throw Error("x must have at least two dimensions");
  return flip(std::move(x), {{1}});
}
Tensor flipud(Tensor x) {
  if (x.rank() < 1) throw Error("x must have at least one dimension");
  return flip(std::move(x), {{0}});
}

Tensor roll(Tensor x, std::vector<int64_t> shift, Axes axis) {
  if (!axis) {
    std::vector<Dim> shape = dims(x);
    const int64_t total = std::accumulate(shift.begin(), shift.end(), int64_t{0});
    return reshape(roll(ravel(std::move(x)), {total}, {{0}}), shape);
  }
  x = strong(x);
  if (shift.size() == 1) shift.resize(axis->size(), shift[0]);
  std::vector<int64_t> axes = *axis;
  if (axes.size() == 1) axes.resize(shift.size(), axes[0]);
  if (axes.size() != shift.size()) throw Error("shift and axis must have the same length");
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t along = normalize_axis(axes[i], x.rank());
    const Dim size = dim(x, along);
    Dim cut = int64_t{0};
    if (const auto n = known(size)) {
      if (*n == 0 || shift[i] % *n == 0) continue;
      cut = ((-shift[i]) % *n + *n) % *n;
    } else {
      cut = make<v::v1::FloorMod>(as_scalar(-shift[i]), as_scalar(larger(size, int64_t{1})));
    }
    const Tensor head = slice_axis(x, along, cut, std::numeric_limits<int64_t>::max());
    x = make<v::v0::Concat>(std::vector<Tensor>{head, slice_axis(x, along, int64_t{0}, cut)}, along);
  }
  return x;
}

Tensor rot90(Tensor array, int64_t k, std::pair<int64_t, int64_t> axes) {
  if (array.rank() < 2) throw Error("array must have at least two dimensions");
  const int64_t first = normalize_axis(axes.first, array.rank());
  const int64_t second = normalize_axis(axes.second, array.rank());
  if (first == second) throw Error("axes must be two different dimensions");
  switch ((k % 4 + 4) % 4) {
    case 1:
      return swapaxes(flip(std::move(array), {{second}}), first, second);
    case 2:
      return flip(std::move(array), {{first, second}});
    case 3:
      return flip(swapaxes(std::move(array), first, second), {{second}});
    default:
      return strong(array);
  }
}

namespace {

v::PadMode pad_mode(const std::string& mode) {
  if (mode == "constant") return v::PadMode::CONSTANT;
  if (mode == "reflect") return v::PadMode::REFLECT;
  if (mode == "symmetric") return v::PadMode::SYMMETRIC;
  if (mode == "edge") return v::PadMode::EDGE;
  throw Error("mode must be \"constant\", \"reflect\", \"symmetric\" or \"edge\"");
}

/// A border wider than the axis itself: the mirror images go on, so each place takes its element by index.
Tensor mirror(const Tensor& x, int64_t axis, std::pair<int64_t, int64_t> width, bool repeat_edge) {
  const int64_t size = static_shape(x)[static_cast<size_t>(axis)];
  const int64_t period = std::max<int64_t>(repeat_edge ? 2 * size : 2 * size - 2, 1);
  std::vector<int64_t> from;
  for (int64_t i = -width.first; i < size + width.second; ++i) {
    const int64_t place = (i % period + period) % period;
    from.push_back(place < size ? place : period - place - (repeat_edge ? 1 : 0));
  }
  return make<v::v8::Gather>(x, from, std::vector<int64_t>{axis});
}

}  // namespace

Tensor pad(Tensor x, PadWidth pad_width, std::string mode, Tensor constant_values) {
  x = strong(x);
  const auto rank = static_cast<size_t>(x.rank());
  const v::PadMode how = pad_mode(mode);
  if (constant_values && how != v::PadMode::CONSTANT) {
    throw Error("Argument `constant_values` can only be provided when `mode == 'constant'`");
  }
  if (pad_width.pairs.size() == 1) pad_width.pairs.resize(rank, pad_width.pairs[0]);
  if (pad_width.pairs.size() != rank) {
    throw Error(fmt::format("pad_width has {} pairs for {} dimensions", pad_width.pairs.size(), rank));
  }
  std::vector<int64_t> before;
  std::vector<int64_t> after;
  for (size_t axis = 0; axis < rank; ++axis) {
    auto& [left, right] = pad_width.pairs[axis];
    if (left < 0 || right < 0) throw Error("pad_width must not be negative");
    const auto size = known(dim(x, static_cast<int64_t>(axis)));
    const bool mirrors = how == v::PadMode::REFLECT || how == v::PadMode::SYMMETRIC;
    if (size == 0 && left + right > 0 && how != v::PadMode::CONSTANT) {
      throw Error(fmt::format("axis {} is empty: mode \"{}\" has nothing to repeat", axis, mode));
    }
    if (mirrors && size && std::max(left, right) > *size - (how == v::PadMode::REFLECT ? 1 : 0)) {
      x = mirror(x, static_cast<int64_t>(axis), {left, right}, how == v::PadMode::SYMMETRIC);
      left = right = 0;
    }
    before.push_back(left);
    after.push_back(right);
  }
  const auto nothing = [](const std::vector<int64_t>& widths) {
    return std::all_of(widths.begin(), widths.end(), [](int64_t n) { return n == 0; });
  };
  if (nothing(before) && nothing(after)) return x;
  if (how != v::PadMode::CONSTANT) return make<v::v12::Pad>(x, before, after, how);
  return make<v::v12::Pad>(x, before, after, as(constant_values ? constant_values : Tensor(0), x.dtype()), how);
}

namespace {
constexpr OpDef kOps[] = {
    op<&flip>("numpy.flip(x, axis=None)", "The order of elements reversed along axes."),
    op<&fliplr>("numpy.fliplr(x)", "The second axis reversed."),
    op<&flipud>("numpy.flipud(x)", "The first axis reversed."),
    op<&roll>("numpy.roll(x, shift, axis=None)", "Elements moved along axes, in a circle."),
    op<&rot90>("numpy.rot90(array, k=1, axes=(0, 1))", "Turned by 90 degrees in the plane of two axes."),
    op<&pad>("numpy.pad(x, pad_width, mode=\"constant\", constant_values=None)", "Borders around a tensor."),
};
}  // namespace
std::span<const OpDef> rearrange_ops() { return kOps; }

}  // namespace keravino::ops
