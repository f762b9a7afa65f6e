#include "keravino/ops/transform.h"

#include "ops/contract.h"
#include "ops/families.h"
#include "ops/reductions.h"
#include "ops/sampling.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

using Format = std::optional<std::string>;

void check_images(const Tensor& images) {
  if (images.rank() == 3 || images.rank() == 4) return;
  throw Error(fmt::format("Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images), got {}",
                          images.rank()));
}

/// Calls `function` on images as (N, H, W, C) and gives the result the layout that they had.
template <class Function>
Tensor on_batches(const Tensor& images, const Format& data_format, Function function) {
  check_images(images);
  const bool alone = images.rank() == 3;
  const bool first = !is_channels_last(data_format);
  Tensor x = alone ? expand_dims(images, {0}) : strong(images);
  if (first) x = transpose(x, {{0, 2, 3, 1}});
  x = function(x);
  if (first) x = transpose(x, {{0, 3, 1, 2}});
  return alone ? squeeze(x, {{0}}) : x;
}

int64_t order_of(const std::string& interpolation) {
  if (interpolation == "nearest") return 0;
  if (interpolation == "bilinear") return 1;
  throw Error("interpolation must be \"nearest\" or \"bilinear\"");
}

/// The numbers 0, 1, ... of an axis of (N, H, W, C), as floats that broadcast over (N, H, W).
Tensor places_of(const Tensor& x, int64_t axis, DType dtype) {
  return expand_dims(iota(dim(x, axis), dtype), axis == 1 ? std::vector<int64_t>{0, 2} : std::vector<int64_t>{0, 1});
}

/// Images (N, H, W, C) under the projective map of each: place (x, y) shows what `transforms` (N or 1, 8) takes it to.
Tensor warped(const Tensor& x, const Tensor& transforms, const Sampling& sampling) {
  const DType dtype = DType::float32;
  const Tensor t = as(transforms, dtype);
  const auto number = [&](int64_t i) {
    return expand_dims(make<v::v8::Gather>(t, as_scalar(i), as_scalar(int64_t{1})), {1, 2});
  };
  const Tensor across = places_of(x, 2, dtype);
  const Tensor down = places_of(x, 1, dtype);
  const auto sum = [&](int64_t i) { return number(i) * across + number(i + 1) * down; };
  const Tensor scale = sum(6) + 1;
  const Tensor shape = Dims{dim(x, 0), dim(x, 1), dim(x, 2)}.tensor();
  const auto place = [&](int64_t i) { return make<v::v3::Broadcast>((sum(i) + number(i + 2)) / scale, shape); };
  return sampled(x, {place(3), place(0)}, 1, sampling);
}

/// A Gaussian's values at `size` places around its middle; they add up to 1.
Tensor gaussian(int64_t size, const Tensor& sigma) {
  if (size <= 0) throw Error(fmt::format("kernel_size must be positive, got {}", size));
  const Tensor place = (iota(size, sigma.dtype()) - static_cast<double>(size - 1) / 2) / sigma;
  const Tensor values = exp(place * place * -0.5);
  return values / total(values, {{0}}, true);
}

/// Each channel of (N, H, W, C) under the same kernels (height, width, 1, count): (N, H, W, C * count).
Tensor filtered(const Tensor& x, const Tensor& kernel) {
  const auto channels = known(dim(x, 3));
  if (!channels) throw Error("the number of channels must be known");
  std::vector<int64_t> shape = static_shape(kernel);
  shape[2] = *channels;
  return depthwise_conv(x, make<v::v3::Broadcast>(kernel, shape), {1}, "same", "channels_last", {1});
}

/// The computed images in the dtype that they had; integers rounded.
Tensor restored(const Tensor& x, DType dtype) { return as(is_float(dtype) ? x : round(x), dtype); }

DType filter_dtype(DType dtype) { return is_float(dtype) ? sum_precision(dtype) : DType::float32; }

}  // namespace

Tensor map_coordinates(Tensor inputs, Tensor coordinates, int64_t order, std::string fill_mode, double fill_value) {
  inputs = strong(inputs);
  if (coordinates.rank() < 2) throw Error("Invalid coordinates rank: expected at least rank 2");
  if (known(dim(coordinates, 0)).value_or(inputs.rank()) != inputs.rank())
    throw Error("the first dimension of `coordinates` must be the same as the rank of `inputs`");
  std::vector<Tensor> places;
  for (int64_t axis = 0; axis < inputs.rank(); ++axis) {
    places.push_back(make<v::v8::Gather>(strong(coordinates), as_scalar(axis), as_scalar(int64_t{0})));
  }
  return sampled(inputs, places, 0, {order, fill_mode, fill_value});
}

Tensor affine_transform(Tensor images, Tensor transform, std::string interpolation, std::string fill_mode,
                        double fill_value, Format data_format) {
  const Sampling sampling{order_of(interpolation), fill_mode, fill_value};
  check(sampling);
  check_images(images);
  if (transform.rank() != 1 && transform.rank() != 2) {
    throw Error("Invalid transform rank: expected rank 1 (single transform) or rank 2 (batch of transforms)");
  }
  if (known(dim(transform, -1)).value_or(8) != 8) throw Error("a transform is of 8 numbers");
  const Tensor transforms = transform.rank() == 1 ? expand_dims(transform, {0}) : strong(transform);
  return on_batches(images, data_format, [&](const Tensor& x) { return warped(x, transforms, sampling); });
}

Tensor compute_homography_matrix(Tensor start_points, Tensor end_points) {
  promote_float(start_points, end_points);
  for (const auto& [points, name] : {std::pair(start_points, "start_points"), std::pair(end_points, "end_points")}) {
    if ((points.rank() != 2 && points.rank() != 3) || known(dim(points, -1)).value_or(2) != 2 ||
        known(dim(points, -2)).value_or(4) != 4) {
      throw Error(fmt::format("Invalid {} shape: expected (4, 2) or, for a batch, (N, 4, 2)", name));
    }
  }
  if (start_points.rank() != end_points.rank()) throw Error("start_points and end_points must have the same shape");
  const auto coordinate = [](const Tensor& points, int64_t i) {
    return make<v::v8::Gather>(points, as_scalar(i), as_scalar(points.rank() - 1));
  };
  const Tensor x = coordinate(end_points, 0);
  const Tensor y = coordinate(end_points, 1);
  const Tensor start_x = coordinate(start_points, 0);
  const Tensor start_y = coordinate(start_points, 1);
  const Tensor zero = zeros_like(x);
  const Tensor one = ones_like(x);
  const Tensor x_rows = stack({x, y, one, zero, zero, zero, -start_x * x, -start_x * y}, -1);
  const Tensor y_rows = stack({zero, zero, zero, x, y, one, -start_y * x, -start_y * y}, -1);
  return solve(concatenate({x_rows, y_rows}, -2), concatenate({start_x, start_y}, -1));
}

Tensor perspective_transform(Tensor images, Tensor start_points, Tensor end_points, std::string interpolation,
                             double fill_value, Format data_format) {
  const Sampling sampling{order_of(interpolation), "constant", fill_value};
  check_images(images);
  Tensor transforms = compute_homography_matrix(as(start_points, DType::float32), as(end_points, DType::float32));
  if (transforms.rank() == 1) transforms = expand_dims(transforms, {0});
  return on_batches(images, data_format, [&](const Tensor& x) { return warped(x, transforms, sampling); });
}

namespace {

/// gaussian_blur with deviations that may be known only when a graph runs.
Tensor blur(Tensor images, std::vector<int64_t> kernel_size, Tensor sigma, Format data_format) {
  if (kernel_size.size() != 2) throw Error("kernel_size is of two numbers");
  const DType computed = filter_dtype(images.dtype());
  const auto values = [&](size_t i) {
    const Tensor all = as(sigma, computed);
    if (all.rank() > 1 || (all.rank() == 1 && known(dim(all, 0)) != 2)) throw Error("sigma is of one or two numbers");
    const auto place = static_cast<int64_t>(i);
    return gaussian(kernel_size[i], all.rank() == 0 ? all : make<v::v8::Gather>(all, as_scalar(place), Tensor(0)));
  };
  const Tensor across = expand_dims(values(0), {0, 2, 3});
  const Tensor down = expand_dims(values(1), {1, 2, 3});
  return on_batches(images, data_format, [&](const Tensor& x) {
    return restored(filtered(filtered(as(x, computed), across), down), x.dtype());
  });
}

}  // namespace

Tensor gaussian_blur(Tensor images, std::vector<int64_t> kernel_size, std::vector<double> sigma, Format data_format) {
  const Tensor deviations = constant_tensor(sigma, {sigma.size()}, DType::float64);
  return blur(std::move(images), std::move(kernel_size), deviations, std::move(data_format));
}

Tensor elastic_transform(Tensor images, double alpha, double sigma, std::string interpolation, std::string fill_mode,
                         double fill_value, Tensor seed, Format data_format) {
  const Sampling sampling{order_of(interpolation), fill_mode, fill_value};
  check(sampling);
  const int64_t size = static_cast<int64_t>(6 * sigma) | 1;
  return on_batches(images, data_format, [&](const Tensor& x) {
    const Dims shape{dim(x, 0), dim(x, 1), dim(x, 2), int64_t{2}};
    const Tensor noise = normal(shape, 0, sigma, DType::float32, seed);
    const Tensor shifts = gaussian_blur(noise, {size, size}, {sigma, sigma}, "channels_last") * alpha;
    const auto shift = [&](int64_t i) { return make<v::v8::Gather>(shifts, as_scalar(i), as_scalar(int64_t{3})); };
    const Tensor down = places_of(x, 1, DType::float32) + shift(0);
    const Tensor across = places_of(x, 2, DType::float32) + shift(1);
    return sampled(x, {down, across}, 1, sampling);
  });
}

Tensor sobel_edges(Tensor images, Format data_format) {
  if (images.rank() != 4) throw Error(fmt::format("images must have 4 dimensions, got {}", images.rank()));
  const bool first = !is_channels_last(data_format);
  const std::vector<double> kernels{-1, -1, -2, 0, -1, 1, 0, -2, 0, 0, 0, 2, 1, -1, 2, 0, 1, 1};  // dy and dx in turn
  const Tensor x = first ? transpose(images, {{0, 2, 3, 1}}) : strong(images);
  const DType computed = filter_dtype(x.dtype());
  Tensor edges = filtered(as(x, computed), constant_tensor(kernels, {3, 3, 1, 2}, computed));
  std::vector<Dim> shape = dims(x);
  shape.emplace_back(int64_t{2});
  edges = as(reshape(edges, shape), images.dtype());
  return first ? transpose(edges, {{0, 3, 1, 2, 4}}) : edges;
}

namespace {

/// The kernels of jax.image.scale_and_translate, as functions of a distance.
Tensor resampling_kernel(const std::string& method, const Tensor& x) {
  if (method == "linear" || method == "bilinear" || method == "trilinear" || method == "triangle") {
    return make<v::v1::Maximum>(1 - x, as(0, x.dtype()));
  }
  if (method == "cubic" || method == "bicubic" || method == "tricubic") {  // Keys, 1981
    const Tensor near = ((x * 1.5 - 2.5) * x) * x + 1;
    const Tensor far = ((x * -0.5 + 2.5) * x - 4) * x + 2;
    return select(x >= 2, 0, select(x >= 1, far, near));
  }
  if (method != "lanczos3" && method != "lanczos5") {
    throw Error(
        "method must be \"linear\", \"bilinear\", \"trilinear\", \"cubic\", \"bicubic\", \"tricubic\", "
        "\"lanczos3\" or \"lanczos5\"");
  }
  const int radius = method == "lanczos3" ? 3 : 5;
  return select(x > radius, 0, sinc(x) * sinc(x / radius));
}

/// How much each of `from` places counts for each of `to` places of a resampled axis: (to, from).
Tensor resampling_weights(const Dim& from, int64_t to, const Tensor& scale, const Tensor& translation,
                          const std::string& method, bool antialias) {
  const DType dtype = scale.dtype();
  const Tensor spread = antialias ? make<v::v1::Maximum>(1 / scale, as(1, dtype)) : as(1, dtype);
  const Tensor centre = expand_dims((iota(to, dtype) + 0.5 - translation) / scale - 0.5, {1});
  const Tensor distance = absolute(centre - expand_dims(iota(from, dtype), {0})) / spread;
  const Tensor weights = resampling_kernel(method, distance);
  const Tensor sum = total(weights, {{1}}, true);
  const Tensor enough = absolute(sum) > 1000 * 0x1p-23;
  const Tensor inside = logical_and(centre >= -0.5, centre <= as(as_scalar(from), dtype) - 0.5);
  return select(logical_and(enough, inside), weights / select(enough, sum, 1), 0);
}

}  // namespace

Tensor scale_and_translate(Tensor images, std::vector<int64_t> output_shape, Tensor scale, Tensor translation,
                           std::vector<int64_t> spatial_dims, std::string method, bool antialias) {
  const DType dtype = images.dtype();
  const DType computed = filter_dtype(dtype);
  if (static_cast<int64_t>(output_shape.size()) != images.rank()) {
    throw Error("output_shape must have one number for each dimension of images");
  }
  Tensor x = as(images, computed);
  for (size_t i = 0; i < spatial_dims.size(); ++i) {
    const int64_t axis = normalize_axis(spatial_dims[i], x.rank());
    const auto part = [&](const Tensor& t) {
      return make<v::v8::Gather>(as(t, computed), as_scalar(static_cast<int64_t>(i)), as_scalar(int64_t{0}));
    };
    const Tensor weights = resampling_weights(dim(x, axis), output_shape[static_cast<size_t>(axis)], part(scale),
                                              part(translation), method, antialias);
    x = moveaxis(matrix_product(moveaxis(x, {axis}, {-1}), weights, false, true), {-1}, {axis});
  }
  return restored(x, dtype);
}

namespace {

constexpr OpDef kOps[] = {
    op<&map_coordinates>("image.map_coordinates(inputs, coordinates, order, fill_mode=\"constant\", fill_value=0.0)",
                         "The input at fractional coordinates."),
    op<&affine_transform>("image.affine_transform(images, transform, interpolation=\"bilinear\", "
                          "fill_mode=\"constant\", fill_value=0, data_format=None)",
                          "Images under a projective map."),
    op<&perspective_transform>("image.perspective_transform(images, start_points, end_points, "
                               "interpolation=\"bilinear\", fill_value=0, data_format=None)",
                               "Images under the perspective between two sets of four points."),
    op<&compute_homography_matrix>("image.compute_homography_matrix(start_points, end_points)",
                                   "The eight numbers of the perspective between two sets of four points."),
    op<&blur>("image.gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None)", "Blurred images."),
    op<&elastic_transform>("image.elastic_transform(images, alpha=20.0, sigma=5.0, interpolation=\"bilinear\", "
                           "fill_mode=\"reflect\", fill_value=0.0, seed=None, data_format=None)",
                           "Images under smooth random shifts."),
    op<&scale_and_translate>(
        "image.scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, "
        "antialias=True)",
        "Axes resampled."),
    op<&sobel_edges>("image.sobel_edges(images, data_format=None)", "Gradients of each channel."),
};
}  // namespace
std::span<const OpDef> transform_ops() { return kOps; }

}  // namespace keravino::ops
