#include "keravino/ops/image.h"

#include "ops/families.h"
#include "ops/resize.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

using Data = std::optional<std::string>;
using Ints = std::vector<int64_t>;

struct ImageAxes {
  int64_t height, width, channels;
};

ImageAxes image_axes(const Tensor& images, const Data& data_format) {
  const int64_t rank = images.rank();
  if (rank != 3 && rank != 4) {
    throw Error(
        fmt::format("Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images), got {}", rank));
  }
  if (is_channels_last(data_format)) return {rank - 3, rank - 2, rank - 1};
  return {rank - 2, rank - 1, rank - 3};
}

/// A dimension as a scalar tensor, known or not.
Tensor dim(const Tensor& x, int64_t axis) { return make<v::v8::Gather>(shape_tensor(x), Tensor(axis), Tensor(0)); }

int64_t known_dim(const Tensor& x, int64_t axis) {
  const ov::Dimension& d = x.shape()[static_cast<size_t>(axis)];
  if (d.is_dynamic()) throw Error("height and width must be known to keep the aspect ratio");
  return d.get_length();
}

/// Cuts the largest part of the wanted aspect ratio out of the middle.
Tensor crop_to(const Tensor& images, const ImageAxes& axes, const Ints& size) {
  const int64_t height = known_dim(images, axes.height);
  const int64_t width = known_dim(images, axes.width);
  const int64_t h = std::clamp<int64_t>(width * size[0] / size[1], 1, height);
  const int64_t w = std::clamp<int64_t>(height * size[1] / size[0], 1, width);
  const Ints begin{(height - h) / 2, (width - w) / 2};
  return make<v::v8::Slice>(images, begin, Ints{begin[0] + h, begin[1] + w}, Ints{1, 1}, Ints{axes.height, axes.width});
}

/// Puts `value` around the images, so that they get the wanted aspect ratio.
Tensor pad_to(const Tensor& images, const ImageAxes& axes, const Ints& size, double value) {
  const int64_t height = known_dim(images, axes.height);
  const int64_t width = known_dim(images, axes.width);
  Ints around(static_cast<size_t>(images.rank()), 0);
  const int64_t h = (std::max(height, width * size[0] / size[1]) - height) / 2;
  const int64_t w = (std::max(width, height * size[1] / size[0]) - width) / 2;
  around[static_cast<size_t>(axes.height)] = h;
  if (h == 0) around[static_cast<size_t>(axes.width)] = w;
  return make<v::v12::Pad>(images, around, around, as(value, images.dtype()), v::PadMode::CONSTANT);
}

/// Float numbers as a dtype of images: rounded, and kept within the range of small integers.
Tensor as_pixels(Tensor x, DType dtype) {
  if (is_float(dtype)) return as(x, dtype);
  x = make<v::v5::Round>(x, v::v5::Round::RoundMode::HALF_TO_EVEN);
  const auto within = [&](double low, double high) { return make<v::v0::Clamp>(x, low, high); };
  switch (dtype) {
    case DType::boolean:
      return as(x, dtype);
    case DType::uint8:
      return as(within(0, 255), dtype);
    case DType::int8:
      return as(within(-128, 127), dtype);
    case DType::uint16:
      return as(within(0, 65535), dtype);
    case DType::int16:
      return as(within(-32768, 32767), dtype);
    default:
      return as(x, dtype);
  }
}

/// Bilinear interpolation without antialiasing has a node of its own, which reads two numbers where a matrix reads all.
Tensor bilinear(const Tensor& x, const Ints& size) {
  v::v11::Interpolate::InterpolateAttrs attrs;
  attrs.mode = v::v11::Interpolate::InterpolateMode::LINEAR_ONNX;
  attrs.shape_calculation_mode = v::v11::Interpolate::ShapeCalcMode::SIZES;
  attrs.coordinate_transformation_mode = v::v11::Interpolate::CoordinateTransformMode::HALF_PIXEL;
  return make<v::v11::Interpolate>(x, size, Ints{2, 3}, attrs);
}

Tensor filtered(const Tensor& x, const Ints& size, const std::string& interpolation, bool antialias) {
  const Tensor high = resize_weights(dim(x, 2), size[0], interpolation, antialias);
  const Tensor wide = resize_weights(dim(x, 3), size[1], interpolation, antialias);
  return make<v::v0::MatMul>(make<v::v0::MatMul>(as(high, x.dtype()), x), as(wide, x.dtype()), false, true);
}

/// The three channels; `also` names what else the op takes.
std::vector<Tensor> split_channels(const Tensor& images, int64_t axis, const char* also = "") {
  const ov::Dimension& channels = images.shape()[static_cast<size_t>(axis)];
  if (!channels.compatible(3))
    throw Error(fmt::format("Invalid channel size: expected 3 (RGB){}. Got {}", also, channels.get_length()));
  return make_all<v::v1::Split>(images, Tensor(axis), size_t{3});
}

Tensor joined(const std::vector<Tensor>& channels, int64_t axis) { return make<v::v0::Concat>(channels, axis); }

Tensor float_image(const Tensor& images) {
  if (!is_float(images.dtype()))
    throw Error(fmt::format("Invalid images dtype: expected float dtype. Got {}", name(images.dtype())));
  return strong(images);
}

}  // namespace

Tensor resize(Tensor images, Ints size, std::string interpolation, bool antialias, bool crop_to_aspect_ratio,
              bool pad_to_aspect_ratio, std::string fill_mode, double fill_value, Data data_format) {
  if (size.size() != 2 || size[0] < 1 || size[1] < 1) throw Error("size must be two positive numbers, (height, width)");
  if (interpolation != "nearest" && !is_resize_filter(interpolation)) {
    throw Error(fmt::format("unknown interpolation \"{}\"; wanted nearest, bilinear, bicubic, lanczos3 or lanczos5",
                            interpolation));
  }
  if (fill_mode != "constant") throw Error(fmt::format("unknown fill_mode \"{}\"; wanted constant", fill_mode));
  if (crop_to_aspect_ratio && pad_to_aspect_ratio)
    throw Error("only one of crop and pad to aspect ratio can be asked for");
  Tensor x = strong(images);
  const DType dtype = x.dtype();
  const ImageAxes axes = image_axes(x, data_format);
  if (crop_to_aspect_ratio) x = crop_to(x, axes, size);
  if (pad_to_aspect_ratio) x = pad_to(x, axes, size, fill_value);
  if (interpolation == "nearest") {
    x = make<v::v8::Gather>(x, nearest_indices(dim(x, axes.height), size[0]), Tensor(axes.height));
    return make<v::v8::Gather>(x, nearest_indices(dim(x, axes.width), size[1]), Tensor(axes.width));
  }
  const bool single = x.rank() == 3;
  if (single) x = make<v::v0::Unsqueeze>(x, Ints{0});
  const bool channels_last = is_channels_last(data_format);
  x = to_channels_first(to_float(x), channels_last);
  x = interpolation == "bilinear" && !antialias && dtype != DType::float64
          ? bilinear(x, size)
          : filtered(x, size, interpolation, antialias);
  x = as_pixels(from_channels_first(x, channels_last), dtype);
  return single ? make<v::v0::Squeeze>(x, Ints{0}) : x;
}

Tensor rgb_to_grayscale(Tensor images, Data data_format) {
  images = strong(images);
  const int64_t axis = image_axes(images, data_format).channels;
  if (images.shape()[static_cast<size_t>(axis)] == 1) return images;
  const auto rgb = split_channels(to_float(images), axis, " or 1 (Grayscale)");
  return as(0.2989 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2], images.dtype());
}

Tensor rgb_to_hsv(Tensor images, Data data_format) {
  images = float_image(images);
  const int64_t axis = image_axes(images, data_format).channels;
  const auto rgb = split_channels(images, axis);
  const Tensor &r = rgb[0], &g = rgb[1], &b = rgb[2];
  const Tensor value = make<v::v1::Maximum>(make<v::v1::Maximum>(r, g), b);
  const Tensor spread = value - make<v::v1::Minimum>(make<v::v1::Minimum>(r, g), b);
  const Tensor coloured = spread > 0;
  const Tensor saturation = select(value > 0, spread / select(value > 0, value, 1), 0);
  const Tensor sixth = 1 / (6 * select(coloured, spread, 1));
  Tensor hue = select(value == g, sixth * (b - r) + 2.0 / 6, sixth * (r - g) + 4.0 / 6);
  hue = select(value == r, sixth * (g - b), hue);
  hue = select(coloured, select(hue < 0, hue + 1, hue), 0);
  return joined({hue, saturation, value}, axis);
}

Tensor hsv_to_rgb(Tensor images, Data data_format) {
  images = float_image(images);
  const int64_t axis = image_axes(images, data_format).channels;
  const auto hsv = split_channels(images, axis);
  const Tensor &hue = hsv[0], &saturation = hsv[1], &value = hsv[2];
  const Tensor turn = (hue - make<v::v0::Floor>(hue)) * 6;
  const auto ramp = [](const Tensor& x) { return make<v::v0::Clamp>(x, 0.0, 1.0); };
  const auto away = [&](double from) { return make<v::v0::Abs>(turn - from); };
  const auto channel = [&](const Tensor& share) { return value * (1 - saturation + saturation * share); };
  return joined({channel(ramp(away(3) - 1)), channel(ramp(2 - away(2))), channel(ramp(2 - away(4)))}, axis);
}

namespace {
constexpr OpDef kOps[] = {
    op<&resize>("image.resize(images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, "
                "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None)",
                "Images of another size."),
    op<&rgb_to_grayscale>("image.rgb_to_grayscale(images, data_format=None)", "The brightness of colour images."),
    op<&rgb_to_hsv>("image.rgb_to_hsv(images, data_format=None)", "Colours as hue, saturation and value."),
    op<&hsv_to_rgb>("image.hsv_to_rgb(images, data_format=None)", "Hue, saturation and value as colours."),
};
}  // namespace
std::span<const OpDef> image_ops() { return kOps; }

}  // namespace keravino::ops
