#include "kernels/sample.h"

namespace keravino::kernels {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
T uniform_of(const Key& key) {
  return uniform<T>(random_bits<Bits<T>>(key, 0));
}
template <class T>
T normal_of(const Key& key) {
  const auto bits = random_bits<Bits<T>>(key, 0);
  T number = 0;
  kNormal<T>(&bits, &number, 1);
  return number;
}

template <class T>
bool is_shape(T alpha) {
  return alpha > 0 && std::isfinite(alpha);
}

/// A gamma variate of shape d + 1 / 3 is d times this.
template <class T>
T gamma_over_d(Key key, T d) {
  const T c = T(1. / 3) / std::sqrt(d);
  while (true) {
    Key normal_key = subkey(key, 1);
    const Key uniform_key = subkey(key, 2);
    key = subkey(key, 0);
    T x = 0, root = -1;
    while (root <= 0) {
      x = normal_of<T>(subkey(normal_key, 1));
      normal_key = subkey(normal_key, 0);
      root = 1 + x * c;
    }
    const T square = x * x, v = root * root * root, u = uniform_of<T>(uniform_key);
    if (u < 1 - T(0.0331) * (square * square)) return v;
    if (std::log(u) < square * T(0.5) + d * (1 - v + std::log(v))) return v;
  }
}

/// One of a shape below 1 is one of a shape above 1, times a uniform number's power.
template <class T>
T boosted(T alpha) {
  return (alpha < 1 ? alpha + 1 : alpha) - T(1. / 3);
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

template <class T>
T gamma(const Key& key, T alpha) {
  if (!is_shape(alpha)) return static_cast<T>(kNaN);
  const T d = boosted(alpha), v = gamma_over_d(subkey(key, 0), d);
  return d * v * (alpha < 1 ? std::pow(1 - uniform_of<T>(subkey(key, 1)), 1 / alpha) : 1);
}

template <class T>
T log_gamma_variate(const Key& key, T alpha) {
  if (!is_shape(alpha)) return static_cast<T>(kNaN);
  const T d = boosted(alpha), v = gamma_over_d(subkey(key, 0), d);
  return std::log(d) + std::log(v) + (alpha < 1 ? std::log1p(-uniform_of<T>(subkey(key, 1))) * (1 / alpha) : 0);
}

template float gamma(const Key&, float);
template double gamma(const Key&, double);
template float log_gamma_variate(const Key&, float);
template double log_gamma_variate(const Key&, double);

double binomial(Stream stream, double count, double p) {
  if (!(count >= 0 && std::isfinite(count) && p >= 0 && p <= 1)) return kNaN;
  count = std::floor(count);
  if (p > 0.5) return count - binomial(stream, count, 1 - p);
  if (count == 0 || p == 0) return 0;
  return count * p < 10 ? binomial_by_steps(stream, count, p) : binomial_by_rejection(stream, count, p);
}

}  // namespace keravino::kernels
