#include "passes/exact_exp.h"

#include <numbers>

#include "ops/make.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::make, ops::select;

constexpr double kLn2 = 0x1.62e43p-1;           // in float32
constexpr double kLn2Excess = 1.9046542999e-9;  // by which that is above log(2)

/// Minimax polynomial of (e^r - 1 - r) / r^2 for r in [-0.348, 0.72]; the error is 0.03 ulp of e^r.
constexpr double kTerms[] = {0.499999930673,   0.166667015954,   0.0416685226054,
                             0.00832637035784, 0.00138160871972, 0.00023540028302};

/// e^(x + low) = power (1 + rest).
struct Exponential {
  Tensor power, rest;
};

/// For x + low in [-87, 89]. The plugin's Exp takes n log(2) away, n whole and log(2) in float32, with one rounding,
/// and a polynomial of what is left. Of y, itself n log(2) but rounded to float32, so little is left that the result
/// 2^n (1 + y - n log(2)) is exact; that which y lacks to x goes through a polynomial here.
Exponential exponential(const Tensor& x, const Tensor& low) {
  const Tensor whole = make<v5::Round>((low ? x + low : x) * std::numbers::log2e, v5::Round::RoundMode::HALF_TO_EVEN);
  const Tensor n = make<v1::Minimum>(whole, ops::as(127, x.dtype()));  // 2^128 is infinite
  const Tensor y = n * kLn2;
  const Tensor digits = n * kLn2Excess;
  const Tensor r = (x - y) + (low ? digits + low : digits);
  return {make<v0::Exp>(y), r + r * r * polynomial(r, kTerms)};
}

}  // namespace

Tensor polynomial(const Tensor& x, std::span<const double> terms) {
  Tensor sum = terms.back();
  for (size_t i = terms.size() - 1; i-- > 0;) sum = sum * x + terms[i];
  return sum;
}

Tensor full_exp(const Tensor& x, const Tensor& low, double factor) {
  // Keeps the powers of two above the subnormal numbers, which the plugin makes 0. Its exponential is nearly a float32.
  constexpr double kShift = 33.828125;
  const Tensor small = x < -86;
  const Tensor shifted = make<v0::Clamp>(select(small, x + kShift, x), -86.0, 89.0);
  const auto [power, rest] = exponential(shifted, low);
  const Tensor value = power + power * rest;
  return select(x == x, value * select(small, ops::as(std::exp(-kShift) * factor, x.dtype()), factor), x);
}

Tensor full_expm1(const Tensor& x) {
  const auto [power, rest] = exponential(make<v0::Clamp>(x, -20.0, 89.0), {});
  return select(0 < x * x, power * rest + (power - 1), x);  // x where it is NaN, or so small that its square is 0
}

Tensor small_erf(const Tensor& x) {
  static constexpr double kErf[] = {0.128379167058,    -0.3761263843466,   0.1128378197418,   -0.02686540004649,
                                    0.005220945444778, -8.482829015653e-4, 1.125694912135e-4, -9.641519493188e-6};
  return x + x * polynomial(x * x, kErf);
}

}  // namespace keravino::passes
