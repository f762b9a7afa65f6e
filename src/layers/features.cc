// Layers that make numbers of classes and of sounds.
#include "layers/features.h"

#include "keravino/config.h"
#include "layers/families.h"

namespace keravino::layers {
namespace {

Tensor category_encoding(Layer& layer, const Tensor& x) {
  const Tensor weights = layer.tensor("count_weights");
  return encoded(layer, output_mode(layer), x, layer.get<int64_t>("num_tokens"), layer.compute_dtype(),
                 weights ? ops::cast(weights, layer.compute_dtype()) : weights);
}

Tensor constant_of(const std::vector<double>& numbers) {
  std::vector<float> floats(numbers.begin(), numbers.end());
  return Tensor(std::make_shared<ov::op::v0::Constant>(ov::element::f32, ov::Shape{floats.size()}, floats)->output(0));
}

Tensor discretization(Layer& layer, const Tensor& x) {
  if (!layer.has("bin_boundaries")) throw layer.error("has no boundaries: it was saved before it was adapted");
  const auto bins = layer.get<std::vector<double>>("bin_boundaries");
  const std::string mode = output_mode(layer);
  return encoded(layer, mode, ops::digitize(x, constant_of(bins)), static_cast<int64_t>(bins.size()) + 1,
                 mode == "int" ? DType::int32 : layer.compute_dtype());
}

/// A transform by convolution with the saved waves, one channel after the other.
Tensor stft_spectrogram(Layer& layer, const Tensor& x) {
  const int64_t length = layer.get<int64_t>("frame_length");
  const int64_t step = layer.has("frame_step") ? layer.get<int64_t>("frame_step") : length / 2;
  int64_t size = 1;  // the next power of two
  while (size < length) size *= 2;
  const int64_t bins = layer.get_or("fft_length", size) / 2 + 1;
  const std::string mode = layer.choice("mode", {"real", "imag", "angle", "stft", "psd", "magnitude", "log"});
  const Tensor first = layer.channels_first() ? x : ops::transpose(x, {{0, 2, 1}});
  const int64_t channels = dimension(layer, first, 1), steps = dimension(layer, first, 2);
  const Tensor signals = ops::reshape(first, {int64_t{-1}, steps, int64_t{1}});
  // (batch, channels, bins, frames)
  const auto waves = [&](const char* name) {
    const Tensor kernel = layer.weight(name, {length, 1, bins});
    const Tensor y = ops::transpose(
        ops::conv(signals, kernel, {step}, layer.choice("padding", {"valid", "same"}), "channels_last", {1}),
        {{0, 2, 1}});
    return ops::reshape(y, {int64_t{-1}, channels, bins, dimension(layer, y, 2)});
  };
  Tensor real, imaginary, y;
  if (mode != "imag") real = waves("real_kernel");
  if (mode != "real") imaginary = waves("imag_kernel");
  if (mode == "real") {
    y = real;
  } else if (mode == "imag") {
    y = imaginary;
  } else if (mode == "angle") {
    y = ops::arctan2(imaginary, real);
  } else if (mode == "stft") {
    y = ops::concatenate({real, imaginary}, 2);
  } else {
    y = ops::square(real) + ops::square(imaginary);
    if (mode == "psd") {
      const Tensor inner = ops::make<ov::op::v8::Slice>(y, std::vector<int64_t>{1}, std::vector<int64_t>{-1},
                                                        std::vector<int64_t>{1}, std::vector<int64_t>{2});
      y = y + ops::pad(inner, ops::PadWidth{{{0, 0}, {0, 0}, {1, 1}, {0, 0}}});
    } else {
      y = ops::sqrt(ops::maximum(y, epsilon()));
      if (mode == "log") y = ops::log(ops::maximum(y, epsilon()));
    }
  }
  if (layer.get_or("expand_dims", false))
    return ops::transpose(y,
                          layer.channels_first() ? std::vector<int64_t>{0, 1, 3, 2} : std::vector<int64_t>{0, 3, 2, 1});
  const Tensor joined = ops::reshape(y, {int64_t{-1}, channels * dimension(layer, y, 2), dimension(layer, y, 3)});
  return layer.channels_first() ? joined : ops::transpose(joined, {{0, 2, 1}});
}

/// Triangles over the bins of a spectrum, evenly on the mel scale, 1127 ln(1 + f / 700) (HTK): (bins, bands).
Tensor mel_weights(int64_t bins, int64_t bands, double rate, double lowest, double highest) {
  const auto mel = [](double hertz) { return 1127.0 * std::log(1.0 + hertz / 700.0); };
  const double start = mel(lowest), width = (mel(highest) - start) / static_cast<double>(bands + 1);
  std::vector<float> weights(static_cast<size_t>(bins * bands));
  for (int64_t bin = 1; bin < bins; ++bin) {  // the first one, at 0 Hz, counts nowhere
    const double at = mel(rate / 2 * static_cast<double>(bin) / static_cast<double>(bins - 1));
    for (int64_t band = 0; band < bands; ++band) {
      const double rise = (at - start) / width - static_cast<double>(band);
      weights[static_cast<size_t>(bin * bands + band)] = static_cast<float>(std::max(0.0, std::min(rise, 2 - rise)));
    }
  }
  const ov::Shape shape{static_cast<size_t>(bins), static_cast<size_t>(bands)};
  return Tensor(std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, weights)->output(0));
}

Tensor mel_spectrogram(Layer& layer, const Tensor& x) {
  const int64_t size = layer.get<int64_t>("fft_length"), bands = layer.get<int64_t>("num_mel_bins");
  const int64_t rate = layer.get<int64_t>("sampling_rate");
  if (size < 2 || size > (1 << 20) || bands < 1 || bands > (1 << 16))
    throw layer.error("\"fft_length\" or \"num_mel_bins\" is out of range");
  layer.take_memory((size / 2 + 1) * bands, 2 * sizeof(float));
  const auto [real, imaginary] =
      ops::stft(ops::cast(x, DType::float32), layer.get_or("sequence_length", size),
                layer.get<int64_t>("sequence_stride"), size, {layer.get_or<std::string>("window", ""), {}}, true);
  Tensor y = ops::power(ops::sqrt(ops::square(real) + ops::square(imaginary)), layer.get<double>("mag_exp"));
  const double highest = layer.has("max_freq") ? layer.get<double>("max_freq") : static_cast<double>(rate / 2);
  y = ops::matmul(y,
                  mel_weights(size / 2 + 1, bands, static_cast<double>(rate), layer.get<double>("min_freq"), highest));
  if (layer.get_or("power_to_db", true)) {
    const double least = layer.get<double>("min_power"), reference = std::abs(layer.get<double>("ref_power"));
    y = 10.0 * ops::log10(ops::maximum(y, least)) - 10.0 * std::log10(std::max(reference, least));
    y = ops::maximum(y, ops::max(y) - layer.get<double>("top_db"));
  }
  return ops::cast(ops::swapaxes(y, -1, -2), layer.compute_dtype());
}

constexpr Row kRows[] = {
    row<&category_encoding>("CategoryEncoding", Masks::dropped, "inputs count_weights"),
    row<&discretization>("Discretization"),
    row<&mel_spectrogram>("MelSpectrogram"),
    row<&stft_spectrogram>("STFTSpectrogram"),
};

}  // namespace

std::span<const Row> feature_layers() { return kRows; }

std::string output_mode(const Layer& layer) {
  return layer.choice("output_mode", {"int", "one_hot", "multi_hot", "count"});
}

Tensor encoded(const Layer& layer, std::string_view mode, const Tensor& numbers, int64_t depth, DType dtype,
               const Tensor& weights) {
  if (layer.get_or("sparse", false)) throw layer.error("sparse=true is not supported", Error::Kind::unsupported);
  if (mode == "int") return ops::cast(numbers, dtype);
  const Tensor x = ops::cast(numbers, DType::int32);
  if (mode == "multi_hot") return ops::multi_hot(x, depth, -1, dtype);
  if (mode == "count") {
    const Tensor rows = ops::one_hot(x, depth, -1, weights ? weights.dtype() : dtype);
    return ops::sum(weights ? rows * ops::expand_dims(weights, {-1}) : rows, {{x.rank() > 1 ? 1 : 0}}, false);
  }
  const bool column = x.rank() > 1 && x.shape()[static_cast<size_t>(x.rank() - 1)] == 1;
  return ops::one_hot(column ? ops::squeeze(x, {{-1}}) : x, depth, -1, dtype);
}

}  // namespace keravino::layers
