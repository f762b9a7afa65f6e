#include "keravino/ops/patch.h"

#include "ops/families.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

using Ints = std::vector<int64_t>;

/// One number or two, none below `least`, for height and width.
Ints pair(const Ints& values, std::string_view name, int64_t least = 1) {
  if (values.size() != 1 && values.size() != 2) throw Error(fmt::format("{} must be one number or two", name));
  for (const int64_t value : values) {
    if (value < least || value > std::numeric_limits<int32_t>::max())
      throw Error(fmt::format("{} must be at least {} and have 32 bits, got {}", name, least, value));
  }
  return {values.front(), values.back()};
}

void check_image(const Tensor& x, int64_t block_size) {
  if (x.rank() != 4) throw Error("x must have four dimensions");
  if (block_size < 1) throw Error("block_size must be positive");
}

}  // namespace

Tensor unfold(Tensor input, Ints kernel_size, Ints dilation, Ints padding, Ints stride) {
  if (input.rank() != 4) throw Error("input must have four dimensions, (N, C, H, W)");
  const Ints kernel = pair(kernel_size, "kernel_size");
  const Ints step = pair(dilation, "dilation");
  const Ints pads = pair(padding, "padding", 0);
  const Ints strides = pair(stride, "stride");
  Tensor x = strong(input);
  if (pads[0] > 0 || pads[1] > 0) {
    const Ints around{0, 0, pads[0], pads[1]};
    x = make<v::v12::Pad>(x, around, around, as(0, x.dtype()), v::PadMode::CONSTANT);
  }
  check_windows_fit(
      x, {static_cast<size_t>((kernel[0] - 1) * step[0] + 1), static_cast<size_t>((kernel[1] - 1) * step[1] + 1)},
      v::PadType::VALID);
  std::vector<Tensor> parts;  // for each element of the window its value in all places
  for (int64_t i = 0; i < kernel[0]; ++i) {
    for (int64_t j = 0; j < kernel[1]; ++j) {
      const auto end = [&](int64_t axis, int64_t k) {
        const int64_t after = (kernel[static_cast<size_t>(axis)] - 1 - k) * step[static_cast<size_t>(axis)];
        return after == 0 ? std::numeric_limits<int64_t>::max() : -after;
      };
      const Tensor part =
          make<v::v8::Slice>(x, Ints{i * step[0], j * step[1]}, Ints{end(0, i), end(1, j)}, strides, Ints{2, 3});
      parts.push_back(make<v::v0::Unsqueeze>(part, Ints{2}));
    }
  }
  const Tensor windows = make<v::v0::Concat>(parts, 2);  // (N, C, kh * kw, places high, places wide)
  const int64_t channels = x.shape()[1].is_static() ? x.shape()[1].get_length() : 0;
  if (channels == 0) throw Error("the number of channels must be known and not 0");
  return reshape_to(windows, {0, channels * kernel[0] * kernel[1], -1});
}

Tensor fold(Tensor x, Ints output_size, Ints kernel_size, Ints dilation, Ints padding, Ints stride) {
  if (x.rank() != 3) throw Error("x must have three dimensions, (N, C * kh * kw, places)");
  const auto sizes = [](const Ints& values) { return ov::Strides(values.begin(), values.end()); };
  const Ints pads = pair(padding, "padding", 0);
  const ov::Shape around(pads.begin(), pads.end());
  return make<v::v15::Col2Im>(strong(x), pair(output_size, "output_size"), pair(kernel_size, "kernel_size"),
                              sizes(pair(stride, "stride")), sizes(pair(dilation, "dilation")), around, around);
}

/// Keras orders the channels of channels_last as (block, block, channel), and of channels_first as (channel, block,
/// block).
Tensor depth_to_space(Tensor x, int64_t block_size, std::optional<std::string> data_format) {
  check_image(x, block_size);
  using Mode = v::v0::DepthToSpace::DepthToSpaceMode;
  const bool last = is_channels_last(data_format);
  const Tensor y =
      make<v::v0::DepthToSpace>(to_channels_first(strong(x), last), last ? Mode::BLOCKS_FIRST : Mode::DEPTH_FIRST,
                                static_cast<size_t>(block_size));
  return from_channels_first(y, last);
}

Tensor space_to_depth(Tensor x, int64_t block_size, std::optional<std::string> data_format) {
  check_image(x, block_size);
  using Mode = v::v0::SpaceToDepth::SpaceToDepthMode;
  const bool last = is_channels_last(data_format);
  const Tensor y =
      make<v::v0::SpaceToDepth>(to_channels_first(strong(x), last), last ? Mode::BLOCKS_FIRST : Mode::DEPTH_FIRST,
                                static_cast<size_t>(block_size));
  return from_channels_first(y, last);
}

namespace {
constexpr OpDef kOps[] = {
    op<&unfold>("nn.unfold(input, kernel_size, dilation=1, padding=0, stride=1)", "Sliding windows as columns."),
    op<&fold>("nn.fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1)",
              "Sums columns of windows up into images."),
    op<&depth_to_space>("nn.depth_to_space(x, block_size, data_format='channels_last')",
                        "Channels to blocks of pixels."),
    op<&space_to_depth>("nn.space_to_depth(x, block_size, data_format='channels_last')",
                        "Blocks of pixels to channels."),
};
}  // namespace
std::span<const OpDef> patch_ops() { return kOps; }

}  // namespace keravino::ops
