// Integers: the plugin compares, divides and raises int32 as float32, and saturates the narrower ones.
#include "ops/make.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::as, ops::logical_and, ops::logical_or, ops::make, ops::select;

bool is_narrow(const Tensor& x) { return is_integer(x.dtype()) && element_type(x.dtype()).bitwidth() < 32; }
bool is_int32(const Tensor& x) { return x.dtype() == DType::int32; }

/// An op on integers below 32 bits, computed on int32 and cut, which wraps around.
template <class Op>
Tensor wrapping(const ov::Node&, const std::vector<Tensor>& in) {
  if (!is_narrow(in[0])) return {};
  return as(make<Op>(as(in[0], DType::int32), as(in[1], DType::int32)), in[0].dtype());
}

/// int32 and narrower numbers by a rule for int32.
template <auto Rule>
Tensor as_int32(const ov::Node&, const std::vector<Tensor>& in) {
  if (!is_narrow(in[0]) && !is_int32(in[0])) return {};
  return as(Rule(as(in[0], DType::int32), as(in[1], DType::int32)), in[0].dtype());
}

template <auto Rule>
Tensor comparison(const ov::Node&, const std::vector<Tensor>& in) {
  return is_int32(in[0]) ? Rule(in[0], in[1]) : Tensor();
}

// Subtract, Maximum and Minimum are exact, and so is a comparison with 0.
Tensor equal(const Tensor& a, const Tensor& b) { return a - b == 0; }
Tensor not_equal(const Tensor& a, const Tensor& b) { return a - b != 0; }
Tensor less(const Tensor& a, const Tensor& b) { return not_equal(make<v1::Maximum>(a, b), a); }
Tensor less_equal(const Tensor& a, const Tensor& b) { return equal(make<v1::Maximum>(a, b), b); }
Tensor greater(const Tensor& a, const Tensor& b) { return less(b, a); }
Tensor greater_equal(const Tensor& a, const Tensor& b) { return less_equal(b, a); }

/// OpenVINO's folding of constants leaves out Abs of a folded one.
Tensor absolute(const Tensor& x) { return make<v1::Maximum>(x, -x); }
Tensor exact_abs(const ov::Node&, const std::vector<Tensor>& in) {
  return is_int32(in[0])    ? absolute(in[0])
         : is_narrow(in[0]) ? as(absolute(as(in[0], DType::int32)), in[0].dtype())
                            : Tensor();
}

struct Division {
  Tensor quotient, rest;
};

/// Rounded down. The plugin's quotient is off by 2^-22 of itself, that of the rest by one or two; the rest is exact.
/// By 0 and -1, on which a processor may stop, it divides by 1: the rest is right, the quotient of no use.
Division divide(const Tensor& a, const Tensor& b) {
  const Tensor by = select(logical_or(b == 0, b == -1), 1, b);
  Tensor quotient = 0, rest = a;
  for (int i = 0; i < 2; ++i) {
    const Tensor step = make<v1::Divide>(rest, by);
    quotient = quotient + step;
    rest = rest - step * by;
  }
  for (int i = 0; i < 2; ++i) {
    const Tensor below = logical_and(rest != 0, (rest < 0) != (by < 0));
    const Tensor above = absolute(rest) - absolute(by) >= 0;
    const Tensor step = select(below, -1, as(above, DType::int32));
    quotient = quotient + step;
    rest = rest - step * by;
  }
  return {quotient, rest};
}

Tensor floor_divide(const Tensor& a, const Tensor& b) {
  return select(b == 0, 0, select(b == -1, -a, divide(a, b).quotient));
}
Tensor floor_mod(const Tensor& a, const Tensor& b) { return divide(a, b).rest; }
Tensor mod(const Tensor& a, const Tensor& b) {
  const Tensor rest = divide(a, b).rest;
  return select(logical_and(rest != 0, (a < 0) != (b < 0)), rest - b, rest);
}

/// By squaring, bit by bit of the exponent; of a negative one 1 and -1 alone have a power that is not 0.
Tensor power(const Tensor& x, const Tensor& exponent) {
  const auto known = known_numbers(exponent.output());
  const bool literal = known && known->get_size() == 1;
  const auto bits = literal ? static_cast<uint32_t>(known->data<const int32_t>()[0]) : ~uint32_t{0};
  Tensor result = 1, base = x;
  for (uint32_t bit = 1; bit != 0 && bit <= bits; bit <<= 1) {
    if (literal) {
      if (bits & bit) result = result * base;
    } else {
      const Tensor set =
          make<v13::BitwiseAnd>(exponent, as(static_cast<int64_t>(static_cast<int32_t>(bit)), DType::int32)) != 0;
      result = result * select(set, base, 1);
    }
    base = base * base;
  }
  const Tensor nothing = logical_and(exponent < 0, (x + 1) * (x - 1) != 0);
  return select(nothing, 0, as(result, DType::int32));
}

template <class Op, ExactRule Rule>
ExactRow row() {
  return {Op::get_type_info_static(), Rule};
}

}  // namespace

std::span<const ExactRow> exact_integer_rules() {
  static const ExactRow kRows[] = {
      row<v0::Abs, &exact_abs>(),
      row<v1::Add, &wrapping<v1::Add>>(),
      row<v1::Subtract, &wrapping<v1::Subtract>>(),
      row<v1::Multiply, &wrapping<v1::Multiply>>(),
      row<v1::Divide, &as_int32<&floor_divide>>(),
      row<v1::FloorMod, &as_int32<&floor_mod>>(),
      row<v1::Mod, &as_int32<&mod>>(),
      row<v1::Power, &as_int32<&power>>(),
      row<v1::Equal, &comparison<&equal>>(),
      row<v1::NotEqual, &comparison<&not_equal>>(),
      row<v1::Less, &comparison<&less>>(),
      row<v1::LessEqual, &comparison<&less_equal>>(),
      row<v1::Greater, &comparison<&greater>>(),
      row<v1::GreaterEqual, &comparison<&greater_equal>>(),
  };
  return kRows;
}

}  // namespace keravino::passes
