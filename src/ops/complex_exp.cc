// Exponentials of complex tensors, and what is made of them. Infinite and NaN parts as in annex G of the C standard.
#include <limits>

#include "ops/complex.h"

namespace keravino::ops::complex_form {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// x y, and 0 where one is 0 and the other has no size.
Tensor product(const Tensor& x, const Tensor& y) {
  const Tensor p = x * y;
  return select(logical_and(p != p, logical_or(x == 0, y == 0)), 0, p);
}

/// A part of what has infinite length since x is infinite, but no known angle: infinite in place of NaN.
Tensor endless(const Tensor& part, const Tensor& x) {
  return select(logical_and(part != part, absolute(x) == kInfinity), kInfinity, part);
}

/// i z and -i z: circular functions are hyperbolic ones turned.
Tensor turned(const Tensor& z) { return Tensor::complex(-imag(z), real(z)); }
Tensor turned_back(const Tensor& z) { return Tensor::complex(imag(z), -real(z)); }

}  // namespace

/// e^x in two steps where it alone would overflow before it meets the cosine.
Tensor exp(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor large = x > (x.dtype() == DType::float64 ? 700 : 80);
  const Tensor first = ops::exp(select(large, x * 0.5, x));
  const Tensor second = select(large, first, 1);
  const auto along = [&](const Tensor& part) { return product(product(first, part), second); };
  const Tensor re = endless(along(ops::cos(y)), x);
  return Tensor::complex(re, along(ops::sin(y)));
}

/// e^z - 1 with no difference of nearly equal numbers: cos y = 1 - 2 sin(y / 2)^2.
Tensor expm1(const Tensor& z) {
  const Tensor x = real(z), y = imag(z), power = exp(z);
  const Tensor sine = ops::sin(y * 0.5);
  const Tensor near = product(ops::expm1(x), ops::cos(y)) - 2 * sine * sine;
  return Tensor::complex(select(x > 40, real(power), near), imag(power));
}

/// log |z| from (m - 1) (m + 1) + n^2 where |z| may be near 1, m and n being the larger and the smaller part.
Tensor log(const Tensor& z) {
  const Tensor a = absolute(real(z)), b = absolute(imag(z));
  const Tensor most = select(a > b, a, b), least = select(a > b, b, a);
  const Tensor near = logical_and(most > 0.5, most < 1.5);
  const Tensor excess = select(near, (most - 1) * (most + 1) + least * least, 0);
  const Tensor size = select(near, 0.5 * ops::log1p(excess), ops::log(length(a, b)));
  return Tensor::complex(size, direction(imag(z), real(z)));
}

Tensor log1p(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor near = logical_and(absolute(x) < 0.5, absolute(y) < 0.5);
  const Tensor excess = select(near, x * (2 + x) + y * y, 0);
  const Tensor far = log(Tensor::complex(1 + x, y));
  return Tensor::complex(select(near, 0.5 * ops::log1p(excess), real(far)), imag(far));
}

/// The root of the part that is not taken off |z|, and the other one from it.
Tensor sqrt(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor root = ops::sqrt(0.5 * absolute(x) + 0.5 * length(x, y));
  const Tensor other = select(root == 0, 0, absolute(y) / (2 * select(root == 0, 1, root)));
  const Tensor left = signbit(x);
  const Tensor endless = absolute(y) == kInfinity;
  const Tensor re = select(endless, kInfinity, select(left, other, root));
  const Tensor im = select(endless, kInfinity, select(left, root, other));
  return Tensor::complex(re, select(signbit(y), -im, im));
}

Tensor sinh(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor re = endless(product(ops::sinh(x), ops::cos(y)), x);
  return Tensor::complex(re, product(ops::cosh(x), ops::sin(y)));
}

Tensor cosh(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor re = endless(product(ops::cosh(x), ops::cos(y)), x);
  return Tensor::complex(re, product(ops::sinh(x), ops::sin(y)));
}

/// Kahan (1987), with t = tan y and s = sinh x: (1 + t^2) s cosh x and t over 1 + (1 + t^2) s^2.
Tensor tanh(const Tensor& z) {
  const Tensor x = real(z), y = imag(z);
  const Tensor far = absolute(x) > 20;
  const Tensor inner = select(far, 0, x);
  const Tensor s = ops::sinh(inner), t = ops::tan(y);
  const Tensor beta = 1 + t * t;
  const Tensor divisor = 1 + beta * s * s;
  const Tensor small = product(4 * ops::exp(-2 * absolute(x)), ops::sin(y) * ops::cos(y));
  const Tensor re = select(far, ops::sign(x), beta * s * ops::cosh(inner) / divisor);
  const Tensor im = select(far, small, t / divisor);
  return Tensor::complex(select(x == 0, x, re), select(y == 0, y, im));  // whatever the other part is
}

Tensor sin(const Tensor& z) { return turned_back(sinh(turned(z))); }
Tensor cos(const Tensor& z) { return cosh(turned(z)); }
Tensor tan(const Tensor& z) { return turned_back(tanh(turned(z))); }

}  // namespace keravino::ops::complex_form
