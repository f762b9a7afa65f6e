#include "layers/clahe.h"

#include "ops/shapes.h"

namespace keravino::layers {
namespace {

constexpr int64_t kLevels = 256;

/// An axis of the image in tiles, the last of which may reach beyond it.
struct Tiling {
  Tiling(const Layer& layer, const Tensor& x, int64_t axis, int64_t tiles)
      : pixels(dimension(layer, x, axis)), count(tiles), size(tiles > 0 ? (pixels + tiles - 1) / tiles : 0) {
    if (tiles < 1 || tiles > (1 << 15)) throw layer.error("\"tile_grid_size\" is out of range");
    layer.take_memory(whole(), 64);  // of what Between makes for each pixel
  }
  int64_t whole() const { return size * count; }

  int64_t pixels, count, size;
};

/// For each pixel the tiles whose centres it lies between, counted from one more at the edge, and how near it is to the
/// second; along the image's axis 1 or 2.
struct Between {
  Between(const Tiling& tiling, int64_t axis) {
    std::vector<int64_t> low, high;
    std::vector<float> near;
    for (int64_t i = 0; i < tiling.whole(); ++i) {
      const double at =
          (static_cast<double>(i) - static_cast<double>(tiling.size) / 2) / static_cast<double>(tiling.size) + 1;
      const double below = std::floor(at);
      low.push_back(std::clamp(static_cast<int64_t>(below), int64_t{0}, tiling.count + 1));
      high.push_back(std::clamp(static_cast<int64_t>(below) + 1, int64_t{0}, tiling.count + 1));
      near.push_back(static_cast<float>(at - below));
    }
    std::vector<int64_t> shape(4, 1);
    shape[static_cast<size_t>(axis)] = tiling.whole();
    const auto shaped = [&](const Tensor& t) {
      return ops::reshape(t, std::vector<ops::Dim>(shape.begin(), shape.end()));
    };
    first = shaped(ops::cast(Tensor(constant(low)), DType::int32));
    second = shaped(ops::cast(Tensor(constant(high)), DType::int32));
    weight = shaped(
        Tensor(std::make_shared<ov::op::v0::Constant>(ov::element::f32, ov::Shape{near.size()}, near)->output(0)));
  }
  Tensor first, second, weight;
};

/// The new level of each old one, for each tile and channel: (batch, rows, columns, channels, levels). It is the share
/// of pixels up to that level, where what a level has beyond the limit is given to all.
Tensor new_levels(const Tensor& pixels, const Tiling& rows, const Tiling& columns, int64_t channels, double limit) {
  const int64_t area = rows.size * columns.size;
  const Tensor split =
      ops::reshape(pixels, {int64_t{-1}, rows.count, rows.size, columns.count, columns.size, channels});
  const Tensor tiles = ops::reshape(ops::transpose(split, {{0, 1, 3, 5, 2, 4}}),
                                    {int64_t{-1}, rows.count, columns.count, channels, area});
  Tensor counts = ops::sum(ops::one_hot(tiles, kLevels, -1, DType::float32), {{-2}}, false);
  if (limit > 0) {
    const Tensor kept = ops::minimum(counts, limit * static_cast<double>(area) / static_cast<double>(kLevels));
    counts = kept + ops::sum(counts - kept, {{-1}}, true) / static_cast<double>(kLevels);
  }
  const Tensor sums = ops::cumsum(counts, -1);
  const Tensor least = ops::min(sums, {{-1}}, true), rest = static_cast<double>(area) - least;
  return ops::clip((sums - least) * 255.0 / ops::where(rest == 0, 1, rest), 0, 255);
}

}  // namespace

Tensor contrast_limited_equalization(Layer& layer, const Tensor& input) {
  if (input.rank() != 4)
    throw layer.error(fmt::format("expected an input of rank 4, got {}", ops::to_string(input.shape())));
  const bool first = layer.channels_first();
  Tensor x = ops::cast(input, layer.compute_dtype());
  if (first) x = ops::transpose(x, {{0, 2, 3, 1}});
  const auto range = layer.get<std::vector<double>>("value_range");
  if (range.size() != 2) throw layer.error("\"value_range\" has not two numbers");
  const std::vector<int64_t> grid = layer.sizes("tile_grid_size", 2);
  const Tiling rows(layer, x, 1, grid[0]), columns(layer, x, 2, grid[1]);
  const int64_t channels = dimension(layer, x, 3);

  x = (ops::cast(x, DType::float32) - range[0]) / (range[1] - range[0]) * 255.0;
  x = ops::pad(x,
               ops::PadWidth{{{0, 0}, {0, rows.whole() - rows.pixels}, {0, columns.whole() - columns.pixels}, {0, 0}}},
               "symmetric");
  const Tensor pixels = ops::cast(ops::clip(x, 0, 255), DType::int32);
  const Tensor levels = new_levels(pixels, rows, columns, channels, layer.get<double>("clip_limit"));
  // Beyond the edge the tiles are those at the edge.
  const Tensor table = ops::reshape(
      ops::pad(levels, ops::PadWidth{{{0, 0}, {1, 1}, {1, 1}, {0, 0}, {0, 0}}}, "symmetric"), {int64_t{-1}});
  const Between y(rows, 1), z(columns, 2);
  const int64_t of_column = channels * kLevels, of_row = of_column * (columns.count + 2);
  const Tensor images = ops::expand_dims(ops::iota(ops::dim(x, 0), DType::int32), {1, 2, 3});
  const Tensor channel =
      ops::reshape(ops::iota(channels, DType::int32), {int64_t{1}, int64_t{1}, int64_t{1}, channels});
  const Tensor base = images * (of_row * (rows.count + 2)) + channel * kLevels + pixels;
  const auto row = [&](const Tensor& tile) {
    const auto at = [&](const Tensor& column) {
      return ops::take(table, base + tile * of_row + column * of_column, 0);
    };
    return at(z.first) * (1 - z.weight) + at(z.second) * z.weight;
  };
  Tensor result = row(y.first) * (1 - y.weight) + row(y.second) * y.weight;
  result = ops::slice_axis(ops::slice_axis(result, 1, int64_t{0}, rows.pixels), 2, int64_t{0}, columns.pixels);
  result = ops::cast(result / 255.0 * (range[1] - range[0]) + range[0], layer.compute_dtype());
  return first ? ops::transpose(result, {{0, 3, 1, 2}}) : result;
}

}  // namespace keravino::layers
