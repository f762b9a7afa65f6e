#include "kernels/winograd_tiles.h"

#include <cstring>

#include "kernels/processors.h"

namespace keravino::kernels::winograd {
namespace {

using Vector = float __attribute__((vector_size(4 * kVector)));
using Doubles = double __attribute__((vector_size(64)));
constexpr size_t kDoubles = sizeof(Doubles) / sizeof(double);

// The points 0, a, -a, b, -b and infinity, with a b = 1.
constexpr double kA = 3.0 / 2, kB = 2.0 / 3, kA2 = kA * kA, kB2 = kB * kB;

/// B' times six vectors that lie `step` apart.
[[gnu::always_inline]] inline void times_b(const Vector* d, Vector* out, size_t step) {
  constexpr auto a = static_cast<float>(kA), b = static_cast<float>(kB), a2 = static_cast<float>(kA2);
  constexpr auto b2 = static_cast<float>(kB2), both = static_cast<float>(kA2 + kB2);
  const Vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const Vector even_a = d4 - b2 * d2, odd_a = a * d3 - b * d1, even_b = d4 - a2 * d2, odd_b = b * d3 - a * d1;
  out[0] = d0 - both * d2 + d4;
  out[step] = even_a + odd_a;
  out[2 * step] = even_a - odd_a;
  out[3 * step] = even_b + odd_b;
  out[4 * step] = even_b - odd_b;
  out[5 * step] = d1 - both * d3 + d5;
}

/// A' times six vectors that lie `step` apart: four.
[[gnu::always_inline]] inline void times_a(const Vector* m, Vector* out, size_t step) {
  constexpr auto a = static_cast<float>(kA), b = static_cast<float>(kB), a2 = static_cast<float>(kA2);
  constexpr auto b2 = static_cast<float>(kB2), a3 = static_cast<float>(kA2 * kA), b3 = static_cast<float>(kB2 * kB);
  const Vector even_a = m[step] + m[2 * step], odd_a = m[step] - m[2 * step];
  const Vector even_b = m[3 * step] + m[4 * step], odd_b = m[3 * step] - m[4 * step];
  out[0] = m[0] + even_a + even_b;
  out[step] = a * odd_a + b * odd_b;
  out[2 * step] = a2 * even_a + b2 * even_b;
  out[3 * step] = a3 * odd_a + b3 * odd_b + m[5 * step];
}

/// A times four vectors that lie `step` apart: six.
[[gnu::always_inline]] inline void times_a_back(const Vector* y, Vector* out, size_t step) {
  constexpr auto a = static_cast<float>(kA), b = static_cast<float>(kB), a2 = static_cast<float>(kA2);
  constexpr auto b2 = static_cast<float>(kB2), a3 = static_cast<float>(kA2 * kA), b3 = static_cast<float>(kB2 * kB);
  const Vector y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  const Vector even_a = y0 + a2 * y2, odd_a = a * y1 + a3 * y3, even_b = y0 + b2 * y2, odd_b = b * y1 + b3 * y3;
  out[0] = y0;
  out[step] = even_a + odd_a;
  out[2 * step] = even_a - odd_a;
  out[3 * step] = even_b + odd_b;
  out[4 * step] = even_b - odd_b;
  out[5 * step] = y3;
}

constexpr double kOfA = 1 / (2 * kA2 * (kA2 - kB2)), kOfB = 1 / (2 * kB2 * (kB2 - kA2));

/// G times three vectors that lie `step` apart: six.
[[gnu::always_inline]] inline void times_g(const Doubles* g, Doubles* out, size_t step) {
  const Doubles g0 = g[0], g1 = g[step], g2 = g[2 * step];
  out[0] = g0;
  out[step] = kOfA * (g0 + kA * g1 + kA2 * g2);
  out[2 * step] = kOfA * (g0 - kA * g1 + kA2 * g2);
  out[3 * step] = kOfB * (g0 + kB * g1 + kB2 * g2);
  out[4 * step] = kOfB * (g0 - kB * g1 + kB2 * g2);
  out[5 * step] = g2;
}

/// G' times six vectors that lie `step` apart: three.
[[gnu::always_inline]] inline void times_g_back(const Vector* u, Vector* out, size_t step) {
  constexpr auto a = static_cast<float>(kA), b = static_cast<float>(kB), a2 = static_cast<float>(kA2);
  constexpr auto b2 = static_cast<float>(kB2), of_a = static_cast<float>(kOfA), of_b = static_cast<float>(kOfB);
  const Vector even_a = of_a * (u[step] + u[2 * step]), odd_a = of_a * (u[step] - u[2 * step]);
  const Vector even_b = of_b * (u[3 * step] + u[4 * step]), odd_b = of_b * (u[3 * step] - u[4 * step]);
  out[0] = u[0] + even_a + even_b;
  out[step] = a * odd_a + b * odd_b;
  out[2 * step] = a2 * even_a + b2 * even_b + u[5 * step];
}

/// The channel at which the next vector begins; the last one ends with the channels, and may do some of them again.
[[gnu::always_inline]] inline size_t next(size_t c, size_t vector, size_t channels) {
  return c + vector == channels ? channels : std::min(c + vector, channels - vector);
}

[[gnu::always_inline]] inline void get(const float* from, Vector& to) { std::memcpy(&to, from, sizeof(to)); }
[[gnu::always_inline]] inline void put(const Vector& from, float* to) { std::memcpy(to, &from, sizeof(from)); }

}  // namespace

FOR_EACH_PROCESSOR void transform_input(const Inputs& from, size_t channels, float* v, size_t stride) {
  for (size_t c = 0; c < channels; c = next(c, kVector, channels)) {
    Vector d[kPoints], t[kPoints];
    for (size_t p = 0; p < kPoints; ++p) get(from[p] + c, d[p]);
    for (size_t x = 0; x < kIn; ++x) times_b(d + x, t + x, kIn);
    for (size_t y = 0; y < kIn; ++y) times_b(t + kIn * y, d + kIn * y, 1);
    for (size_t p = 0; p < kPoints; ++p) put(d[p], v + p * stride + c);
  }
}

FOR_EACH_PROCESSOR void transform_output(const float* m, size_t stride, size_t channels, const float* bias, float low,
                                         float high, const Outputs& to) {
  const Vector least = low + Vector{}, most = high + Vector{};
  for (size_t c = 0; c < channels; c = next(c, kVector, channels)) {
    Vector d[kPoints], t[kOut * kIn], y[kOut * kOut], more;
    for (size_t p = 0; p < kPoints; ++p) get(m + p * stride + c, d[p]);
    get(bias + c, more);
    for (size_t x = 0; x < kIn; ++x) times_a(d + x, t + x, kIn);
    for (size_t x = 0; x < kOut; ++x) times_a(t + kIn * x, y + kOut * x, 1);
    for (size_t p = 0; p < kOut * kOut; ++p) {
      if (!to[p]) continue;
      const Vector sum = y[p] + more, up = sum < least ? least : sum;
      put(up > most ? most : up, to[p] + c);
    }
  }
}

FOR_EACH_PROCESSOR void transform_weights(const Weights<const float>& g, size_t i, size_t inputs, size_t outputs,
                                          const double* scale, float* u) {
  const float* own = g.first + static_cast<std::ptrdiff_t>(i) * g.input;
  for (size_t o = 0; o < outputs; o = next(o, kDoubles, outputs)) {
    Doubles d[9], half[3 * kIn], whole[kPoints];
    for (std::ptrdiff_t k = 0; k < 9; ++k) {
      for (size_t lane = 0; lane < kDoubles; ++lane) {
        const size_t at = o + lane;
        d[k][lane] = static_cast<double>(own[k * g.point + static_cast<std::ptrdiff_t>(at) * g.output]) * scale[at];
      }
    }
    for (size_t x = 0; x < 3; ++x) times_g(d + x, half + x, 3);
    for (size_t y = 0; y < kIn; ++y) times_g(half + 3 * y, whole + kIn * y, 1);
    for (size_t p = 0; p < kPoints; ++p) {
      for (size_t lane = 0; lane < kDoubles; ++lane)
        u[(p * inputs + i) * outputs + o + lane] = static_cast<float>(whole[p][lane]);
    }
  }
}

FOR_EACH_PROCESSOR void transform_gradient(const Gradients& from, size_t channels, float* m, size_t stride) {
  for (size_t c = 0; c < channels; c = next(c, kVector, channels)) {
    Vector d[kOut * kOut], t[kIn * kOut], whole[kPoints];
    for (size_t p = 0; p < kOut * kOut; ++p) get(from[p] + c, d[p]);
    for (size_t x = 0; x < kOut; ++x) times_a_back(d + x, t + x, kOut);
    for (size_t y = 0; y < kIn; ++y) times_a_back(t + kOut * y, whole + kIn * y, 1);
    for (size_t p = 0; p < kPoints; ++p) put(whole[p], m + p * stride + c);
  }
}

FOR_EACH_PROCESSOR void transform_weights_gradient(const float* u, size_t i, size_t inputs, size_t outputs,
                                                   const Weights<float>& g) {
  float* own = g.first + static_cast<std::ptrdiff_t>(i) * g.input;
  for (size_t o = 0; o < outputs; o = next(o, kVector, outputs)) {
    Vector d[kPoints], half[3 * kIn], whole[9];
    for (size_t p = 0; p < kPoints; ++p) get(u + (p * inputs + i) * outputs + o, d[p]);
    for (size_t x = 0; x < kIn; ++x) times_g_back(d + x, half + x, kIn);
    for (size_t y = 0; y < 3; ++y) times_g_back(half + kIn * y, whole + 3 * y, 1);
    for (std::ptrdiff_t k = 0; k < 9; ++k) {
      for (size_t lane = 0; lane < kVector; ++lane)
        own[k * g.point + static_cast<std::ptrdiff_t>(o + lane) * g.output] = whole[k][lane];
    }
  }
}

}  // namespace keravino::kernels::winograd
