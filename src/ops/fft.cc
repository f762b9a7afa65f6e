#include "keravino/ops/fft.h"

#include <numbers>

#include "kernels/fourier.h"
#include "ops/families.h"
#include "ops/framing.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

using kernels::Transform;

/// A transform along the last axis, computed in at least float32.
std::vector<Tensor> transform(Transform transform, const std::vector<Tensor>& parts, bool odd = false) {
  const DType dtype = parts[0].dtype();
  std::vector<Tensor> wide;
  for (const Tensor& x : parts) wide.push_back(as(x, sum_precision(dtype)));
  std::vector<Tensor> out = make_all<kernels::Fourier>(wide, transform, odd);
  for (Tensor& x : out) x = as(x, dtype);
  return out;
}

/// Both parts in their common dtype; Error unless they are floats of one shape and at least `rank` dimensions.
std::vector<Tensor> parts_of(const Complex& x, int64_t rank) {
  auto [re, im] = x;
  if (!is_float(re.dtype()) || !is_float(im.dtype())) {
    throw Error(
        fmt::format("the real and imaginary parts must be floats, got {} and {}", name(re.dtype()), name(im.dtype())));
  }
  if (!re.shape().compatible(im.shape())) {
    throw Error(fmt::format("the real and imaginary parts differ in shape: {} and {}", to_string(re.shape()),
                            to_string(im.shape())));
  }
  if (re.rank() < rank) throw Error(fmt::format("at least {} dimensions are wanted, got {}", rank, re.rank()));
  promote_wide(re, im);
  return {re, im};
}

Complex both_axes(Transform kind, const Complex& x) {
  std::vector<Tensor> parts = transform(kind, parts_of(x, 2));
  for (Tensor& part : parts) part = swapaxes(part, -1, -2);
  parts = transform(kind, parts);
  return {swapaxes(parts[0], -1, -2), swapaxes(parts[1], -1, -2)};
}

/// The last axis cut or filled with zeros to a size.
Tensor resized(const Tensor& x, int64_t size) {
  if (known(dim(x, -1)) == size) return x;
  std::vector<int64_t> behind(static_cast<size_t>(x.rank()), 0);
  const std::vector<int64_t> before = behind;
  behind.back() = size;
  const Tensor filled = make<v::v1::Pad>(x, before, behind, as(0, x.dtype()), v::PadMode::CONSTANT);
  return slice_axis(filled, -1, int64_t{0}, size);
}

/// The numbers of a window in the middle of `fft_length`; nothing without one.
Tensor window_of(const SignalWindow& window, int64_t sequence_length, int64_t fft_length, DType dtype) {
  if (fft_length < sequence_length) {
    throw Error(
        fmt::format("`fft_length` must equal or exceed sequence_length, got {} and {}", fft_length, sequence_length));
  }
  Tensor numbers = window.numbers;
  if (!numbers && window.name.empty()) return {};
  if (!numbers) {
    if (window.name != "hann" && window.name != "hamming") {
      throw Error("If a string is passed to `window`, it must be \"hann\" or \"hamming\"");
    }
    const double mean = window.name == "hann" ? 0.5 : 0.54;
    std::vector<double> values;
    for (int64_t i = 0; i < sequence_length; ++i) {
      const double turn = static_cast<double>(i) / static_cast<double>(sequence_length);
      values.push_back(mean - (1 - mean) * std::cos(2 * std::numbers::pi * turn));
    }
    numbers = constant_tensor(values, {values.size()}, dtype);
  }
  if (numbers.rank() != 1 || known(dim(numbers, 0)) != sequence_length) {
    throw Error(
        fmt::format("The shape of `window` must be equal to (sequence_length,), got {}", to_string(numbers.shape())));
  }
  const int64_t before = (fft_length - sequence_length) / 2;
  return make<v::v1::Pad>(as(numbers, dtype), std::vector<int64_t>{before},
                          std::vector<int64_t>{fft_length - sequence_length - before}, as(0, dtype),
                          v::PadMode::CONSTANT);
}

void demand_positive(int64_t number, const char* name) {
  if (number <= 0) throw Error(fmt::format("{} must be positive, got {}", name, number));
}

}  // namespace

Complex fft(Complex x) {
  const std::vector<Tensor> parts = transform(Transform::forward, parts_of(x, 1));
  return {parts[0], parts[1]};
}
Complex fft2(Complex x) { return both_axes(Transform::forward, x); }
Complex ifft2(Complex x) { return both_axes(Transform::inverse, x); }

Complex rfft(Tensor x, std::optional<int64_t> fft_length) {
  x = to_float(x);
  if (x.rank() == 0) throw Error("at least 1 dimension is wanted, got 0");
  if (fft_length) {
    demand_positive(*fft_length, "fft_length");
    x = resized(x, *fft_length);
  }
  const std::vector<Tensor> parts = transform(Transform::forward_real, {x});
  return {parts[0], parts[1]};
}

Tensor irfft(Complex x, std::optional<int64_t> fft_length) {
  std::vector<Tensor> parts = parts_of(x, 1);
  if (fft_length) {
    demand_positive(*fft_length, "fft_length");
    for (Tensor& part : parts) part = resized(part, *fft_length / 2 + 1);
  }
  return transform(Transform::inverse_real, parts, fft_length.value_or(0) % 2 == 1)[0];
}

Tensor extract_sequences(Tensor x, int64_t sequence_length, int64_t sequence_stride) {
  demand_positive(sequence_length, "sequence_length");
  demand_positive(sequence_stride, "sequence_stride");
  if (x.rank() == 0) throw Error("at least 1 dimension is wanted, got 0");
  const auto size = known(dim(x, -1));
  if (size && *size < sequence_length) {
    throw Error(fmt::format("sequence_length is {}, but the last axis has size {}", sequence_length, *size));
  }
  return framed(strong(x), sequence_length, sequence_stride);
}

Complex stft(Tensor x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length, SignalWindow window,
             bool center) {
  if (x.dtype() != DType::float32 && x.dtype() != DType::float64) {
    throw Error(Error::Kind::type, fmt::format("x must be `float32` or `float64`, got {}", name(x.dtype())));
  }
  demand_positive(sequence_length, "sequence_length");
  const Tensor factors = window_of(window, sequence_length, fft_length, x.dtype());
  if (center) {
    const auto size = known(dim(x, -1));
    if (size && *size <= fft_length / 2) {
      throw Error(fmt::format("with center, x must have more than fft_length / 2 numbers, got {}", *size));
    }
    std::vector<int64_t> around(static_cast<size_t>(x.rank()), 0);
    around.back() = fft_length / 2;
    x = make<v::v1::Pad>(x, around, around, v::PadMode::REFLECT);
  }
  const Tensor sequences = extract_sequences(x, fft_length, sequence_stride);
  return rfft(factors ? sequences * factors : sequences);
}

Tensor istft(Complex x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length,
             std::optional<int64_t> length, SignalWindow window, bool center) {
  parts_of(x, 2);
  demand_positive(sequence_length, "sequence_length");
  demand_positive(sequence_stride, "sequence_stride");
  Tensor sequences = irfft(std::move(x), fft_length);
  const DType dtype = sequences.dtype();
  const Tensor factors = window_of(window, sequence_length, fft_length, dtype);
  if (factors && sequence_stride > fft_length) {
    throw Error(
        fmt::format("sequence_stride must not be greater than fft_length, got {} and {}", sequence_stride, fft_length));
  }
  if (factors) {
    // Divided by what the windows add up to in the middle of a long signal, as Keras has it: also at its ends.
    sequences = sequences * (factors / steady_sum(expand_dims(factors * factors, {0}), sequence_stride));
  }
  sequences = overlap_added(sequences, sequence_stride);
  const int64_t start = center ? fft_length / 2 : 0;
  if (length) return resized(slice_axis(sequences, -1, start, std::numeric_limits<int64_t>::max()), *length);
  return center ? slice_axis(sequences, -1, start, dim(sequences, -1) - Dim(start)) : sequences;
}

namespace {

SignalWindow window_arg(const Arg& window) {
  if (window.is<None>()) return {};
  if (window.is<std::string>()) return {window.as<std::string>(), {}};
  return {"", convert<Tensor>(window)};
}

Complex stft_op(Tensor x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length, Arg window,
                bool center) {
  return stft(std::move(x), sequence_length, sequence_stride, fft_length, window_arg(window), center);
}

Tensor istft_op(Complex x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length,
                std::optional<int64_t> length, Arg window, bool center) {
  return istft(std::move(x), sequence_length, sequence_stride, fft_length, length, window_arg(window), center);
}

constexpr OpDef kOps[] = {
    op<&fft>("math.fft(x)", "Fourier transform along the last axis."),
    op<&fft2>("math.fft2(x)", "Fourier transform along the last two axes."),
    op<&ifft2>("math.ifft2(x)", "Inverse Fourier transform along the last two axes."),
    op<&rfft>("math.rfft(x, fft_length=None)", "Fourier transform of real signals."),
    op<&irfft>("math.irfft(x, fft_length=None)", "Real signals of their Fourier transforms."),
    op<&extract_sequences>("math.extract_sequences(x, sequence_length, sequence_stride)", "Overlapping sequences."),
    op<&stft_op>("math.stft(x, sequence_length, sequence_stride, fft_length, window=\"hann\", center=True)",
                 "Fourier transforms of overlapping sequences."),
    op<&istft_op>(
        "math.istft(x, sequence_length, sequence_stride, fft_length, length=None, window=\"hann\", center=True)",
        "The signal of its short-time Fourier transform."),
};
}  // namespace
std::span<const OpDef> fft_ops() { return kOps; }

}  // namespace keravino::ops
