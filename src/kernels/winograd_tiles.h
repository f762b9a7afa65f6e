// Winograd's transforms for 3 x 3 convolutions: tiles of 6 x 6 inputs, of which 4 x 4 outputs are made.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), F(4 x 4, 3 x 3): y = A' ((G g G') . (B'
/// d B)) A, with the polynomials' points 0, 3/2, -3/2, 2/3, -2/3 and infinity instead of 0, 1, -1, 2, -2: half of the
/// error.
namespace keravino::kernels::winograd {

inline constexpr size_t kOut = 4, kIn = 6, kPoints = kIn * kIn;
inline constexpr size_t kVector = 16;  // channels at once; there are no fewer

inline bool takes(size_t inputs, size_t outputs) { return std::min(inputs, outputs) >= kVector; }
/// How many tiles so many outputs take along an axis.
inline size_t tiles_along(size_t outputs) { return (outputs + kOut - 1) / kOut; }

/// Input pixels of a tile, or a row of zeros where there is none.
using Inputs = std::array<const float*, kPoints>;
/// Output pixels of a tile, or nullptr.
using Outputs = std::array<float*, kOut * kOut>;
/// Gradients of output pixels of a tile, or a row of zeros.
using Gradients = std::array<const float*, kOut * kOut>;

/// Where weights g[k][i][o] stand: g[0][0][0], and how far the others of k, i and o lie from it.
template <class Number>
struct Weights {
  Number* first;
  std::ptrdiff_t point, input, output;
};

/// v[p * stride + c] = (B' d B)[p] of channel c.
void transform_input(const Inputs& from, size_t channels, float* v, size_t stride);

/// Puts min(max((A' m A) + bias, low), high) where `to` says; NaN stays NaN.
void transform_output(const float* m, size_t stride, size_t channels, const float* bias, float low, float high,
                      const Outputs& to);

/// For one input i of all: u[(p * inputs + i) * outputs + o] = (G g G')[p] of g[.][i][o] * scale[o].
void transform_weights(const Weights<const float>& g, size_t i, size_t inputs, size_t outputs, const double* scale,
                       float* u);

/// The way back of a gradient by transform_output: m[p * stride + c] = (A dy A')[p].
void transform_gradient(const Gradients& from, size_t channels, float* m, size_t stride);

/// The way back of a gradient by transform_weights: g[.][i][o] = G' du G of u[(p * inputs + i) * outputs + o].
void transform_weights_gradient(const float* u, size_t i, size_t inputs, size_t outputs, const Weights<float>& g);

}  // namespace keravino::kernels::winograd
