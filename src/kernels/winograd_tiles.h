// Winograd's transforms for 3 x 3 convolutions: tiles of 6 x 6 inputs, of which 4 x 4 outputs are made.
#pragma once

#include <array>
#include <cstddef>

/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), F(4 x 4, 3 x 3): y = A' ((G g G') . (B'
/// d B)) A, with the polynomials' points 0, 3/2, -3/2, 2/3, -2/3 and infinity instead of 0, 1, -1, 2, -2: half of the
/// error.
namespace keravino::kernels::winograd {

inline constexpr size_t kOut = 4, kIn = 6, kPoints = kIn * kIn;
inline constexpr size_t kVector = 16;  // channels at once

/// Input pixels of a tile, or a row of zeros where there is none.
using Source = std::array<const float*, kPoints>;
/// Output pixels of a tile, or nullptr.
using Target = std::array<float*, kOut * kOut>;

/// v[p * stride + c] = (B' d B)[p] of channel c, which are a multiple of kVector.
void transform_input(const Source& from, size_t channels, float* v, size_t stride);

/// Puts min(max((A' m A) + bias, low), high) where `to` says; NaN stays NaN.
void transform_output(const float* m, size_t stride, size_t channels, const float* bias, float low, float high,
                      const Target& to);

/// For one input i: u[(p * inputs + i) * outputs + o] = (G g G')[p] of g = weights[(o * inputs + i) * 9 + ...] *
/// scale[o].
void transform_weights(const float* weights, size_t inputs, size_t outputs, const double* scale, size_t i, float* u);

}  // namespace keravino::kernels::winograd
