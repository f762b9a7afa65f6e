#include "ops/resize.h"

#include <numbers>

#include "ops/make.h"

namespace keravino::ops {
namespace {

Tensor maximum(const Tensor& x, double least) { return make<v::v1::Maximum>(x, as(least, x.dtype())); }

/// The filters, as functions of the distance x >= 0 in pixels.
Tensor triangle(const Tensor& x) { return maximum(1 - x, 0); }

/// Keys (1981) with a = -0.5, which reproduces parabolas.
Tensor keys_cubic(const Tensor& x) {
  const Tensor near = ((1.5 * x - 2.5) * x) * x + 1;
  const Tensor far = ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return select(x >= 2, 0, select(x >= 1, far, near));
}

Tensor lanczos(const Tensor& x, double radius) {
  const auto sine = [](const Tensor& angle) { return make<v::v0::Sin>(angle); };
  const Tensor safe = maximum(x, 1e-3);
  const Tensor windowed = radius * sine(std::numbers::pi * safe) * sine(std::numbers::pi / radius * safe) /
                          (std::numbers::pi * std::numbers::pi * safe * safe);
  return select(x > radius, 0, select(x > 1e-3, windowed, 1));
}

Tensor filter(const std::string& interpolation, const Tensor& x) {
  if (interpolation == "bilinear") return triangle(x);
  if (interpolation == "bicubic") return keys_cubic(x);
  return lanczos(x, interpolation == "lanczos3" ? 3 : 5);
}

Tensor range(const Tensor& count) {
  return make<v::v4::Range>(as(0, DType::int64), count, as(1, DType::int64), ov::element::i64);
}

}  // namespace

bool is_resize_filter(const std::string& interpolation) {
  return interpolation == "bilinear" || interpolation == "bicubic" || interpolation == "lanczos3" ||
         interpolation == "lanczos5";
}

Tensor resize_weights(const Tensor& input, int64_t output, const std::string& interpolation, bool antialias) {
  const Tensor scale = as(input, DType::float32) / static_cast<double>(output);
  const Tensor places = as(range(as(output, DType::int64)), DType::float32);
  const Tensor centres = make<v::v0::Unsqueeze>((places + 0.5) * scale - 0.5, std::vector<int64_t>{1});
  Tensor distance = make<v::v0::Abs>(centres - as(range(input), DType::float32));
  if (antialias) distance = distance / maximum(scale, 1);
  const Tensor weights = filter(interpolation, distance);
  return weights / make<v::v1::ReduceSum>(weights, std::vector<int64_t>{1}, true);
}

Tensor nearest_indices(const Tensor& input, int64_t output) {
  const Tensor odd = range(as(output, DType::int64)) * 2 + 1;
  return make<v::v1::Divide>(odd * input, as(2 * output, DType::int64));  // of positive integers: rounds down
}

}  // namespace keravino::ops
