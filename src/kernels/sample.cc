#include "kernels/sample.h"

namespace keravino::kernels {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double normal(Stream& stream) {
  const double radius = std::sqrt(-2 * std::log(stream.uniform()));
  return radius * std::cos(2 * std::numbers::pi * stream.uniform());
}

/// Counts the trials up to each success: geometric steps, about count * p of them.
double binomial_by_steps(Stream& stream, double count, double p) {
  const double log_q = std::log1p(-p);
  double successes = 0;
  for (double trials = 0;; ++successes) {
    trials += std::floor(std::log(stream.uniform()) / log_q) + 1;
    if (trials > count) return successes;
  }
}

/// log(k!) without its Stirling part.
double stirling_tail(double k) { return std::lgamma(k + 1) - ((k + 0.5) * std::log(k + 1) - (k + 1)); }

double binomial_by_rejection(Stream& stream, double count, double p) {
  const double spread = std::sqrt(count * p * (1 - p));
  const double b = 1.15 + 2.53 * spread;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = count * p + 0.5;
  const double v_r = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * spread;
  const double odds = p / (1 - p);
  const double mode = std::floor((count + 1) * p);
  const double at_mode = stirling_tail(mode) + stirling_tail(count - mode);
  while (true) {
    const double u = stream.uniform() - 0.5;
    double v = stream.uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > count) continue;
    v = std::log(v * alpha / (a / (us * us) + b));
    const double bound = (mode + 0.5) * std::log((mode + 1) / (odds * (count - mode + 1))) +
                         (count + 1) * std::log((count - mode + 1) / (count - k + 1)) +
                         (k + 0.5) * std::log(odds * (count - k + 1) / (k + 1)) + at_mode - stirling_tail(k) -
                         stirling_tail(count - k);
    if (v <= bound) return k;
  }
}

}  // namespace

double log_gamma_variate(Stream& stream, double alpha) {
  if (!(alpha > 0 && std::isfinite(alpha))) return kNaN;
  const double boost = alpha < 1 ? std::log(stream.uniform()) / alpha : 0;
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal(stream);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(stream.uniform()) < 0.5 * x * x + d * (1 - v + std::log(v))) return std::log(d * v) + boost;
  }
}

double gamma(Stream stream, double alpha) { return std::exp(log_gamma_variate(stream, alpha)); }

double beta(Stream stream, double alpha, double beta) {
  const double a = log_gamma_variate(stream, alpha);
  const double b = log_gamma_variate(stream, beta);
  return 1 / (1 + std::exp(b - a));
}

double binomial(Stream stream, double count, double p) {
  if (!(count >= 0 && std::isfinite(count) && p >= 0 && p <= 1)) return kNaN;
  count = std::floor(count);
  if (p > 0.5) return count - binomial(stream, count, 1 - p);
  if (count == 0 || p == 0) return 0;
  return count * p < 10 ? binomial_by_steps(stream, count, p) : binomial_by_rejection(stream, count, p);
}

}  // namespace keravino::kernels
