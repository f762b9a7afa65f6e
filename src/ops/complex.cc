// Complex tensors: made of parts, taken apart, multiplied and divided.
#include "ops/complex.h"

#include <limits>

#include "keravino/ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"

namespace keravino::ops {

/// An infinite part makes an infinite length, whatever the other one is.
Tensor length(const Tensor& x, const Tensor& y) {
  const Tensor a = make<v::v0::Abs>(x), b = make<v::v0::Abs>(y);
  const Tensor first = a > b;
  const Tensor most = select(first, a, b);
  const Tensor ratio = select(first, b, a) / select(most == 0, 1, most);  // NaN of either is in one of them
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor z = select(logical_or(a == infinity, b == infinity), infinity, most * sqrt(1 + ratio * ratio));
  const auto vjp = [](const auto& xs, const auto& ys, const auto& gs) -> std::vector<Tensor> {  // 0 at the origin
    const Tensor scaled = gs[0] / select(ys[0] == 0, 1, ys[0]);
    return {scaled * xs[0], scaled * xs[1]};
  };
  return with_gradient({z}, {x, y}, vjp)[0];
}

/// From the angle of (|x|, |y|), mirrored. Equal lengths, zeros and infinities among them, have the ratio sign(|y|).
Tensor direction(const Tensor& y, const Tensor& x) {
  const Tensor up = make<v::v0::Abs>(y), across = make<v::v0::Abs>(x);
  const Tensor same = across == up;
  Tensor angle = arctan(select(same, sign(up), up / select(same, 1, across)));
  angle = select(signbit(x), std::numbers::pi - angle, angle);
  const auto vjp = [](const auto& xs, const auto&, const auto& gs) -> std::vector<Tensor> {
    const Tensor square = xs[0] * xs[0] + xs[1] * xs[1];
    const Tensor scaled = gs[0] / select(square == 0, 1, square);  // 0 at the origin, as torch has it
    return {xs[1] * scaled, -xs[0] * scaled};
  };
  return with_gradient({select(signbit(y), -angle, angle)}, {y, x}, vjp)[0];
}

Tensor complex_of(std::pair<Tensor, Tensor> parts) {
  auto& [re, im] = parts;
  promote_wide(re, im);
  const DType part = re.dtype() == DType::float64 ? DType::float64 : DType::float32;
  if (!re.shape().compatible(im.shape())) {
    throw Error(fmt::format("the real and imaginary parts differ in shape: {} and {}", to_string(re.shape()),
                            to_string(im.shape())));
  }
  return Tensor::complex(as(re, part), as(im, part));
}

Tensor view_as_complex(Tensor x) {
  if (x.rank() == 0 || known(dim(x, -1)) != 2) {
    throw Error(
        fmt::format("the last axis must be the real and the imaginary part, got shape {}", to_string(x.shape())));
  }
  x = as(x, DType::float32);
  const auto at = [&](int64_t i) { return make<v::v8::Gather>(x, as_scalar(i), as_scalar(x.rank() - 1)); };
  return Tensor::complex(at(0), at(1));
}

Tensor view_as_real(Tensor x) { return stack({real(x), imag(x)}, -1); }

Tensor polar(Tensor abs_, Tensor angle) {
  promote_float(abs_, angle);
  return complex_of({abs_ * cos(angle), abs_ * sin(angle)});
}

namespace complex_form {

Tensor scaled(const Tensor& z, const Tensor& factor) {
  return by_parts(z, [&](const Tensor& part) { return part * factor; });
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  const Tensor re = real(a) * real(b) - imag(a) * imag(b);
  return Tensor::complex(re, real(a) * imag(b) + imag(a) * real(b));
}

/// Smith's way (1962), as NumPy divides: the larger part of the divisor goes into the smaller one first.
Tensor divide(const Tensor& a, const Tensor& b) {
  const Tensor re = real(b), im = imag(b);
  const Tensor wide = absolute(re) >= absolute(im);
  const Tensor most = select(wide, re, im);
  const Tensor none = most == 0;  // then both parts of the result are that part divided by 0
  const Tensor ratio = select(none, 0, select(wide, im, re) / select(none, 1, most));
  const Tensor scale = 1 / select(none, absolute(re), most + select(wide, im, re) * ratio);
  const Tensor x = real(a), y = imag(a);
  const Tensor real_part = select(wide, x + y * ratio, x * ratio + y) * scale;
  return Tensor::complex(real_part, select(wide, y - x * ratio, y * ratio - x) * scale);
}

namespace {

/// z to a whole power, by squaring.
Tensor whole_power(const Tensor& z, int64_t n) {
  Tensor result = as(1, z.dtype());
  Tensor square = z;
  for (uint64_t rest = static_cast<uint64_t>(std::abs(n)); rest > 0; rest /= 2) {
    if (rest % 2 == 1) result = result.rank() == 0 && z.rank() > 0 ? square : multiply(result, square);
    if (rest > 1) square = multiply(square, square);
  }
  return n < 0 ? divide(as(1, z.dtype()), result) : result;
}

/// Products along an axis, which stays: of the halves of what is there, again and again.
Tensor product_along(Tensor z, int64_t axis) {
  const auto size = known(dim(z, axis));
  if (!size) throw Error(fmt::format("the size of axis {} must be known for a product of complex numbers", axis));
  for (int64_t n = *size; n > 1; n = (n + 1) / 2) {
    const int64_t half = n / 2;
    const Tensor product = multiply(slice_axis(z, axis, int64_t{0}, half), slice_axis(z, axis, half, 2 * half));
    z = n % 2 == 0 ? product : make<v::v0::Concat>(std::vector{product, slice_axis(z, axis, n - 1, n)}, axis);
  }
  if (*size > 0) return z;
  std::vector<Dim> shape = dims(z);
  shape[static_cast<size_t>(axis)] = int64_t{1};
  return filled(shape, 1, z.dtype());
}

}  // namespace

/// e^(b log a), but for a = 0: 1 where b = 0, 0 where its real part is positive, NaN elsewhere.
Tensor power(const Tensor& a, const Tensor& b, const Tensor& exponent) {
  constexpr int64_t kExact = 100;
  if (const auto& literal = exponent.value()->scalar) {
    const double n = std::visit([](auto number) { return static_cast<double>(number); }, *literal);
    if (n == std::floor(n) && std::abs(n) <= kExact && n != 0) return whole_power(a, static_cast<int64_t>(n));
  }
  const Tensor zero = equal(a, as(0, a.dtype()));
  const Tensor one = as(1, a.dtype());
  const Tensor result = exp(multiply(b, log(select(zero, one, a))));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor of_zero = select(real(b) > 0, as(0, a.dtype()),
                                Tensor::complex(as(nan, part_dtype(a.dtype())), as(nan, part_dtype(a.dtype()))));
  return select(equal(b, as(0, b.dtype())), one, select(zero, of_zero, result));
}

Tensor prod(const Tensor& z, const Axes& axis, bool keepdims) {
  const std::vector<int64_t> axes = normalize_axes(axis, z.rank());
  Tensor product = z;
  for (const int64_t i : axes) product = product_along(product, i);
  return keepdims ? product : squeeze(product, axes);
}

/// z / |z|, and 0 of 0.
Tensor sign(const Tensor& z) {
  const Tensor size = absolute(z);
  const Tensor divisor = select(size == 0, 1, size);
  return by_parts(z, [&](const Tensor& part) { return part / divisor; });
}

}  // namespace complex_form

namespace {
constexpr OpDef kOps[] = {
    op<&complex_of>("math._get_complex_tensor_from_tuple(x)", "The complex tensor of a real and an imaginary part."),
    op<&view_as_complex>("math.view_as_complex(x)", "The complex tensor of the parts along the last axis."),
    op<&view_as_real>("math.view_as_real(x)", "The parts of a complex tensor along a new last axis."),
    op<&polar>("nn.polar(abs_, angle)", "The complex tensor of an absolute value and an angle."),
};
}  // namespace
std::span<const OpDef> complex_ops() { return kOps; }

}  // namespace keravino::ops
