#include "keravino/ops/elementwise.h"

#include <limits>

#include "kernels/special.h"
#include "ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

/// f of the promoted operands, where OpenVINO does not define it on bools: those are computed as int32.
template <class F>
Tensor on_numbers(Tensor x1, Tensor x2, F f) {
  promote(x1, x2);
  return as(f(to_number(x1), to_number(x2)), x1.dtype());
}

/// As `on_numbers` for functions whose result for bools is an int32.
template <class F>
Tensor to_numbers(Tensor x1, Tensor x2, F f) {
  promote(x1, x2);
  return f(to_number(x1), to_number(x2));
}

/// As `promote`, but a literal stays one: it is known not to be NaN.
void promote_tensors(Tensor& x1, Tensor& x2) {
  const DType dtype = common_dtype({x1, x2});
  if (!x1.value()->scalar) x1 = as(x1, dtype);
  if (!x2.value()->scalar) x2 = as(x2, dtype);
}

/// x1 where it wins or is NaN, else x2. A literal needs only one comparison, as the one that may lose.
template <class Op, class Wins>
Tensor extremum(Tensor x1, Tensor x2) {
  if (x1.value()->scalar) std::swap(x1, x2);
  const bool literal = x2.value()->scalar.has_value();
  promote_wide(x1, x2);
  if (!is_float(x1.dtype())) return as(make<Op>(to_number(x1), to_number(x2)), x1.dtype());
  if (literal) return select(make<Wins>(x2, x1), x2, x1);
  return select(logical_or(make<Wins>(x1, x2), isnan(x1)), x1, x2);
}

/// An extremum y whose gradient goes to the one that it is, and in halves to both where they are equal.
Tensor shared(const Tensor& y, const Tensor& x1, const Tensor& x2) {
  if (!is_float(y.dtype())) return y;
  const auto vjp = [](const auto& xs, const auto& ys, const auto& gs) -> std::vector<Tensor> {
    const auto share = [&](const Tensor& own, const Tensor& other) {
      return select(own == ys[0], select(other == ys[0], 0.5 * gs[0], gs[0]), 0);
    };
    return {share(xs[0], xs[1]), share(xs[1], xs[0])};
  };
  return with_gradient({y}, {as(x1, y.dtype()), as(x2, y.dtype())}, vjp)[0];
}

template <class Op, class Wins>
Tensor extremum_without_nan(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (!is_float(x1.dtype())) return extremum<Op, Wins>(x1, x2);
  return shared(select(logical_or(make<Wins>(x1, x2), isnan(x2)), x1, x2), x1, x2);
}

/// By a kernel: the opset would need Euclid's algorithm unrolled, one and a half steps for each bit.
Tensor greatest_divisor(const Tensor& a, const Tensor& b) {
  const DType dtype = a.dtype();
  const DType wide = element_type(dtype).size() < 4 ? DType::int32 : dtype;
  const auto mode = v::BroadcastType::BIDIRECTIONAL;
  const Tensor x = make<v::v3::Broadcast>(as(a, wide), shape_tensor(b), mode);
  const Tensor y = make<v::v3::Broadcast>(as(b, wide), shape_tensor(a), mode);
  return as(make<kernels::Special>(std::vector<Tensor>{x, y}, kernels::Function::gcd, element_type(wide)), dtype);
}

void demand_integers(const Tensor& x1, const Tensor& x2) {
  if (is_inexact(common_dtype({x1, x2}))) throw Error(Error::Kind::type, "wanted integers");
}

}  // namespace

Tensor add(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return x1.dtype() == DType::boolean ? make<v::v1::LogicalOr>(x1, x2) : make<v::v1::Add>(x1, x2);
}

Tensor subtract(Tensor x1, Tensor x2) {
  promote(x1, x2);
  if (x1.dtype() == DType::boolean) throw Error(Error::Kind::type, "bools cannot be subtracted; use logical_xor");
  return make<v::v1::Subtract>(x1, x2);
}

Tensor multiply(Tensor x1, Tensor x2) {
  promote(x1, x2);
  return times(x1, x2);
}

Tensor times(const Tensor& a, const Tensor& b) {
  if (a.is_complex()) return complex_form::multiply(a, b);
  return a.dtype() == DType::boolean ? make<v::v1::LogicalAnd>(a, b) : make<v::v1::Multiply>(a, b);
}

Tensor divide(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  if (x1.is_complex()) return complex_form::divide(x1, x2);
  return make<v::v1::Divide>(x1, x2);
}

Tensor divide_no_nan(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  const Tensor zero = x2 == 0;
  return select(zero, 0, x1 / select(zero, 1, x2));
}

/// Floats as NumPy does it: from the exact remainder, as x1 / x2 itself may round up to the next whole number.
Tensor floor_divide(Tensor x1, Tensor x2) {
  return on_numbers(x1, x2, [](const Tensor& a, const Tensor& b) {
    if (!is_float(a.dtype())) return make<v::v1::Divide>(a, b);
    const Tensor rest = make<v::v1::Mod>(a, b);
    const Tensor below = logical_and(rest != 0, (rest < 0) != (b < 0));
    return select(b == 0, a / b,
                  make<v::v5::Round>((a - rest) / b, v::v5::Round::RoundMode::HALF_TO_EVEN) - as(below, a.dtype()));
  });
}

Tensor mod(Tensor x1, Tensor x2) {
  return to_numbers(x1, x2, [](const Tensor& a, const Tensor& b) { return make<v::v1::FloorMod>(a, b); });
}

Tensor fmod(Tensor x1, Tensor x2) {
  return to_numbers(x1, x2, [](const Tensor& a, const Tensor& b) { return make<v::v1::Mod>(a, b); });
}

Tensor power(Tensor x1, Tensor x2) {
  if (x1.is_complex() || x2.is_complex()) {
    const Tensor exponent = x2;
    promote(x1, x2);
    return complex_form::power(x1, x2, exponent);
  }
  return on_numbers(x1, x2, [](const Tensor& a, const Tensor& b) { return make<v::v1::Power>(a, b); });
}

Tensor maximum(Tensor x1, Tensor x2) {
  promote_tensors(x1, x2);
  return shared(extremum<v::v1::Maximum, v::v1::Greater>(x1, x2), x1, x2);
}
Tensor minimum(Tensor x1, Tensor x2) {
  promote_tensors(x1, x2);
  return shared(extremum<v::v1::Minimum, v::v1::Less>(x1, x2), x1, x2);
}
Tensor fmax(Tensor x1, Tensor x2) { return extremum_without_nan<v::v1::Maximum, v::v1::Greater>(x1, x2); }
Tensor fmin(Tensor x1, Tensor x2) { return extremum_without_nan<v::v1::Minimum, v::v1::Less>(x1, x2); }

Tensor clip(Tensor x, Tensor x_min, Tensor x_max) {
  x = to_number(x);
  Tensor limited = x;
  if (x_min) limited = extremum<v::v1::Maximum, v::v1::Greater>(limited, x_min);
  if (x_max) limited = extremum<v::v1::Minimum, v::v1::Less>(limited, x_max);
  return as(limited, x.dtype());
}

Tensor heaviside(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  return select(isnan(x1), x1, select(x1 == 0, x2, as(x1 > 0, x1.dtype())));
}

/// In two steps: 2^x2 alone may overflow or vanish where the product does not.
Tensor ldexp(Tensor x1, Tensor x2) {
  if (!is_integer(x2.dtype())) {
    throw Error(Error::Kind::type, fmt::format("x2 must be an integer tensor, got {}", name(x2.dtype())));
  }
  promote_float(x1, x2);
  const Tensor half = floor(x2 * 0.5);
  return x1 * exp2(half) * exp2(x2 - half);
}

Tensor hypot(Tensor x1, Tensor x2) {
  promote_float(x1, x2);
  return length(x1, x2);
}

Tensor gcd(Tensor x1, Tensor x2) {
  demand_integers(x1, x2);
  return on_numbers(x1, x2, &greatest_divisor);
}

Tensor lcm(Tensor x1, Tensor x2) {
  demand_integers(x1, x2);
  return on_numbers(x1, x2, [](const Tensor& a, const Tensor& b) {
    const Tensor divisor = greatest_divisor(a, b);
    return absolute(make<v::v1::Divide>(a, select(divisor == 0, 1, divisor)) * b);
  });
}

namespace {
constexpr OpDef kOps[] = {
    op<&add>("numpy.add(x1, x2)", "Sum, element by element; of bools \"or\"."),
    op<&subtract>("numpy.subtract(x1, x2)", "Difference, element by element."),
    op<&multiply>("numpy.multiply(x1, x2)", "Product, element by element; of bools \"and\"."),
    op<&divide>("numpy.divide(x1, x2)", "Quotient as floats, element by element."),
    op<&divide>("numpy.true_divide(x1, x2)", "Quotient as floats, element by element."),
    op<&divide_no_nan>("numpy.divide_no_nan(x1, x2)", "Quotient as floats, 0 where the divisor is 0."),
    op<&floor_divide>("numpy.floor_divide(x1, x2)", "Quotient rounded down; integers: 0 where the divisor is 0."),
    op<&mod>("numpy.mod(x1, x2)", "Remainder with the sign of the divisor; integers: 0 where that is 0."),
    op<&fmod>("numpy.fmod(x1, x2)", "Remainder with the sign of the dividend; integers: 0 where the divisor is 0."),
    op<&power>("numpy.power(x1, x2)", "x1 to the power of x2, element by element."),
    op<&maximum>("numpy.maximum(x1, x2)", "The larger one, element by element; NaN if either is."),
    op<&minimum>("numpy.minimum(x1, x2)", "The smaller one, element by element; NaN if either is."),
    op<&fmax>("numpy.fmax(x1, x2)", "The larger one, element by element; the other where one is NaN."),
    op<&fmin>("numpy.fmin(x1, x2)", "The smaller one, element by element; the other where one is NaN."),
    op<&clip>("numpy.clip(x, x_min, x_max)", "The tensor limited to [x_min, x_max]."),
    op<&heaviside>("numpy.heaviside(x1, x2)", "0 where x1 is negative, x2 where it is 0, else 1."),
    op<&ldexp>("numpy.ldexp(x1, x2)", "x1 * 2**x2 with an integer x2."),
    op<&hypot>("numpy.hypot(x1, x2)", "sqrt(x1**2 + x2**2), without overflow on the way."),
    op<&gcd>("numpy.gcd(x1, x2)", "Greatest common divisor, element by element."),
    op<&lcm>("numpy.lcm(x1, x2)", "Least common multiple, element by element."),
};
}  // namespace
std::span<const OpDef> elementwise_ops() { return kOps; }

}  // namespace keravino::ops
