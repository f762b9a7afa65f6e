// Fourier transforms along the last axis. Complex tensors are pairs of real and imaginary parts.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "keravino/tensor.h"

namespace keravino::ops {

using Complex = std::pair<Tensor, Tensor>;

/// Discrete Fourier transforms over the last axis (fft) or the last two. Error unless both parts are floats of one
/// shape.
Complex fft(Complex x);
Complex fft2(Complex x);
Complex ifft2(Complex x);
/// The first fft_length / 2 + 1 terms of the transform of a real signal, which is cut or filled with zeros to
/// fft_length.
Complex rfft(Tensor x, std::optional<int64_t> fft_length = std::nullopt);
/// The real signal of these terms; of 2 (n - 1) numbers unless `fft_length` says otherwise.
Tensor irfft(Complex x, std::optional<int64_t> fft_length = std::nullopt);
/// Overlapping sequences of the last axis: (..., n) -> (..., number of sequences, sequence_length).
Tensor extract_sequences(Tensor x, int64_t sequence_length, int64_t sequence_stride);
/// What a signal's sequences are multiplied with: "hann", "hamming", a vector, or nothing.
struct SignalWindow {
  std::string name;
  Tensor numbers;
};
/// The short-time transform: (..., n) -> (..., number of sequences, fft_length / 2 + 1).
Complex stft(Tensor x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length,
             SignalWindow window = {"hann", {}}, bool center = true);
/// The signal of a short-time transform with the same arguments, cut or filled with zeros to `length`.
Tensor istft(Complex x, int64_t sequence_length, int64_t sequence_stride, int64_t fft_length,
             std::optional<int64_t> length = std::nullopt, SignalWindow window = {"hann", {}}, bool center = true);

}  // namespace keravino::ops
