// Floats: NaN, the ends of the range, and digits near zero.
#include <limits>
#include <numbers>

#include "engine/evaluate.h"
#include "ops/make.h"
#include "passes/exact_exp.h"
#include "passes/exact_rules.h"
#include "passes/rounding.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::absolute, ops::floor, ops::logical_and, ops::make, ops::maximum, ops::minimum, ops::select;

/// |x|. OpenVINO's folding of constants leaves out Abs of a folded one. 0 - x, not -x: |-0| is 0.
Tensor folded_absolute(const Tensor& x) { return select(x <= 0, 0 - x, x); }
Tensor magnitude(const ov::Node& node, const Tensor& x) { return is_folded(node) ? folded_absolute(x) : absolute(x); }

/// The plugin's Exp is infinite from 88.38 on, where float32 ends at 88.72, and of NaN.
Tensor exp(const Tensor& x) {
  const Tensor high = 88 < x;
  const Tensor factor = select(high, std::numbers::e, select(x == x, 1, x));
  return make<v0::Exp>(x - select(high, 1, ops::as(0, x.dtype()))) * factor;
}

/// tanh(x / 2) (e^x + 1), as e^x - 1 has no digits near zero.
Tensor expm1(const Tensor& x) { return make<v0::Tanh>(x * 0.5) * (exp(x) + 1); }

/// The plugin's "greater" is "not less or equal", which holds for NaN. So no rule here may compare with > or >=.
Tensor exact_greater(const ov::Node&, const std::vector<Tensor>& in) { return in[1] < in[0]; }
Tensor exact_greater_equal(const ov::Node&, const std::vector<Tensor>& in) { return in[1] <= in[0]; }

/// A whole part as engine::convert has it; the plugin's is any number beyond the ends of most types.
Tensor saturated(const Tensor& number, const ov::element::Type& to) {
  if (to == ov::element::u32 || to == ov::element::u64) return {};  // exact_kernel_rules
  const bool wide = to.bitwidth() >= 32;
  const int digits = (wide ? 32 : static_cast<int>(to.bitwidth())) - (to.is_signed() ? 1 : 0);
  const int64_t past = int64_t{1} << digits, least = to.is_signed() ? -past : 0;
  const int64_t rest = wide ? 127 : 0;  // from the largest float32 below 2^31 to the largest integer
  const Tensor given = ops::as(number, DType::float32), x = select(given == given, given, 0);
  const Tensor whole = ops::as(minimum(maximum(x, least), past - 1 - rest), dtype_of(to));
  return wide ? whole + ops::as(select(x < past, 0, rest), dtype_of(to)) : whole;
}

/// The plugin's NaN is false, where it is not 0. Its folding of constants cuts off what bfloat16 has no digits for.
Tensor exact_convert(const ov::Node& node, const std::vector<Tensor>& in) {
  const auto to = node.get_output_element_type(0);
  if (to == ov::element::boolean) return in[0] != 0;
  // OpenVINO 2026.4.1: an index with such limits scatters to wrong places where shapes are open.
  const bool sound = to.bitwidth() < 32 || node.get_output_partial_shape(0).is_static();
  if (to.is_integral_number()) return sound ? saturated(in[0], to) : Tensor();
  const auto numbers = known_numbers(in[0].output());
  return to == ov::element::bf16 && numbers ? Tensor(engine::convert(*numbers, to)) : Tensor();
}

Tensor exact_exp(const ov::Node&, const std::vector<Tensor>& in) { return exp(in[0]); }

Tensor exact_abs(const ov::Node& node, const std::vector<Tensor>& in) {
  return is_folded(node) ? folded_absolute(in[0]) : Tensor();
}

/// The plugin computes log(1 + e^x) as it stands: 1 + e^x loses e^x.
Tensor exact_softplus(const ov::Node& node, const std::vector<Tensor>& in) {
  return maximum(in[0], 0) + ops::log1p(exp(-magnitude(node, in[0])));
}

/// The plugin's Elu is e^x - 1 below 0.
Tensor exact_elu(const ov::Node& node, const std::vector<Tensor>& in) {
  const Tensor& x = in[0];
  const Tensor above = 0 < x;
  return select(above, x, static_cast<const v0::Elu&>(node).get_alpha() * expm1(select(above, 0, x)));
}

/// The plugin's Erf is right to 3e-7, which is too little: above 1 by a minimax polynomial of log(erfc).
Tensor exact_erf(const ov::Node& node, const std::vector<Tensor>& in) {
  static constexpr double kTail[] = {-0.000353719320814, -1.12704003653,    -0.638225676719,  -0.103037368899,
                                     0.0218053182233,    -0.00293960722656, 0.000185573996001};
  const Tensor& x = in[0];
  const Tensor size = magnitude(node, x);
  const Tensor tail = 1 - make<v0::Exp>(polynomial(make<v0::Clamp>(size, 1.0, 4.0), kTail));
  return select(1 <= size, select(x < 0, -tail, tail), small_erf(x));
}

/// |x| - q |y| without rounding, for a whole q below 2^24: both factors are cut in halves whose products are exact.
Tensor remainder(const Tensor& a, const Tensor& b, const Tensor& q) {
  const Tensor q_high = floor(q / 4096) * 4096, q_low = q - q_high;
  const Tensor b_high = to_digits(b, 12), b_low = b - b_high;
  return a - q_high * b_high - q_low * b_high - q_high * b_low - q_low * b_low;
}

/// The remainder with the sign of x. The plugin's is the rounded x - trunc(x / y) y, and NaN of an infinite y.
Tensor fmod(const ov::Node& node, const Tensor& x, const Tensor& y) {
  const Tensor long_x = magnitude(node, x), long_y = magnitude(node, y);
  const Tensor scale = select(0x1p100 < long_y, ops::as(0x1p-32, x.dtype()), 1);  // lest the cut overflow
  const Tensor a = long_x * scale, b = long_y * scale;
  Tensor rest = remainder(a, b, floor(a / b));
  rest = select(rest < 0, rest + b, rest);
  rest = select(b <= rest, rest - b, rest);
  rest = rest / scale;
  return select(a < b, x, select(x < 0, -rest, rest));
}

/// The plugin's limits take a NaN for the lower one. Where it may compute them within a product they stay, but not in a
/// graph that trains: when it has failed, its loss must not look well.
template <class Op, class... Attributes>
Tensor limited(const ov::Node& node, const Tensor& x, Attributes... attributes) {
  const bool stays = adds_up(node) && !follows_changing_product(node);
  return stays ? Tensor() : select(x == x, make<Op>(x, attributes...), x);
}

Tensor exact_clamp(const ov::Node& node, const std::vector<Tensor>& in) {
  const auto& clamp = static_cast<const v0::Clamp&>(node);
  return limited<v0::Clamp>(node, in[0], clamp.get_min(), clamp.get_max());
}

Tensor exact_relu(const ov::Node& node, const std::vector<Tensor>& in) { return limited<v0::Relu>(node, in[0]); }

Tensor exact_hsigmoid(const ov::Node& node, const std::vector<Tensor>& in) {
  return limited<v5::HSigmoid>(node, in[0]);
}

Tensor exact_mod(const ov::Node& node, const std::vector<Tensor>& in) { return fmod(node, in[0], in[1]); }

Tensor exact_floor_mod(const ov::Node& node, const std::vector<Tensor>& in) {
  const Tensor rest = fmod(node, in[0], in[1]);
  return select(logical_and(rest != 0, (rest < 0) != (in[1] < 0)), rest + in[1], rest);
}

/// The rule for floats that the plugin computes in float32; the others are never compiled.
template <ExactRule Rule>
Tensor floats(const ov::Node& node, const std::vector<Tensor>& in) {
  return is_float(in[0].dtype()) && in[0].dtype() != DType::float64 ? Rule(node, in) : Tensor();
}

}  // namespace

std::span<const ExactRow> exact_float_rules() {
  static const ExactRow kRows[] = {
      {v1::Greater::get_type_info_static(), &floats<&exact_greater>},
      {v1::GreaterEqual::get_type_info_static(), &floats<&exact_greater_equal>},
      {v0::Convert::get_type_info_static(), &floats<&exact_convert>},
      {v0::Abs::get_type_info_static(), &floats<&exact_abs>},
      {v0::Exp::get_type_info_static(), &floats<&exact_exp>},
      {v4::SoftPlus::get_type_info_static(), &floats<&exact_softplus>},
      {v0::Elu::get_type_info_static(), &floats<&exact_elu>},
      {v0::Erf::get_type_info_static(), &floats<&exact_erf>},
      {v0::Clamp::get_type_info_static(), &floats<&exact_clamp>},
      {v0::Relu::get_type_info_static(), &floats<&exact_relu>},
      {v5::HSigmoid::get_type_info_static(), &floats<&exact_hsigmoid>},
      {v1::Mod::get_type_info_static(), &floats<&exact_mod>},
      {v1::FloorMod::get_type_info_static(), &floats<&exact_floor_mod>},
  };
  return kRows;
}

}  // namespace keravino::passes
