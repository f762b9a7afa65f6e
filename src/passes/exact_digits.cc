// float32 functions whose kernel in the plugin is more than a few units in the last place off, and bfloat16's rounding.
#include <limits>
#include <numbers>

#include "ops/make.h"
#include "passes/exact_exp.h"
#include "passes/exact_rules.h"
#include "passes/rounding.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::absolute, ops::make, ops::select;

Tensor exact_exp(const ov::Node&, const std::vector<Tensor>& in) { return full_exp(in[0]); }

/// The plugin computes log(1 + e^x) as it stands: 1 + e^x loses e^x.
Tensor exact_softplus(const ov::Node&, const std::vector<Tensor>& in) {
  return make<v1::Maximum>(in[0], ops::as(0, in[0].dtype())) + ops::log1p(full_exp(-absolute(in[0])));
}

/// The plugin's Elu is e^x - 1 below 0.
Tensor exact_elu(const ov::Node& node, const std::vector<Tensor>& in) {
  const Tensor& x = in[0];
  return select(0 < x, x, static_cast<const v0::Elu&>(node).get_alpha() * full_expm1(x));
}

/// tanh(x / 2) (e^x + 1), as ops::expm1 writes e^x - 1.
Tensor exact_expm1(const ov::Node&, const std::vector<Tensor>& in) {
  const auto input = [](const Tensor& t) { return t.output().get_node()->input_value(0); };
  const auto is = [](const Tensor& t, const ov::DiscreteTypeInfo& type) {
    return t.output().get_node()->get_type_info() == type;
  };
  if (!is(in[0], v0::Tanh::get_type_info_static()) || !is(in[1], v1::Add::get_type_info_static())) return {};
  const auto half = input(in[0]).get_node_shared_ptr(), exp = input(in[1]).get_node_shared_ptr();
  const auto number = [](const ov::Output<ov::Node>& output) {
    const auto known = ov::as_type_ptr<v0::Constant>(output.get_node_shared_ptr());
    return known && ov::shape_size(known->get_shape()) == 1 ? known->cast_vector<double>()[0] : 0;
  };
  if (!ov::is_type<v1::Multiply>(half) || !ov::is_type<v0::Exp>(exp)) return {};
  if (half->input_value(0) != exp->input_value(0) || number(half->input_value(1)) != 0.5) return {};
  if (number(in[1].output().get_node()->input_value(1)) != 1) return {};
  return full_expm1(Tensor(std::make_shared<Value>(exp->input_value(0), true, 0)));
}

/// The plugin's is 0 from -87 on, and 3 to 5 ulp off where x is negative.
Tensor exact_sigmoid(const ov::Node& node, const std::vector<Tensor>& in) {
  if (adds_up(node)) return {};
  const Tensor& x = in[0];
  const Tensor e = full_exp(-absolute(x));
  return select(x < 0, e, 1) / (1 + e);
}

/// As sigmoid; the factor keeps digits of an e^x that alone is subnormal.
Tensor exact_swish(const ov::Node& node, const std::vector<Tensor>& in) {
  if (in.size() > 1 || adds_up(node)) return {};
  const Tensor& x = in[0];
  const Tensor size = make<v0::Clamp>(absolute(x), 0.0, 128.0);  // from where on the result is 0
  const Tensor e = full_exp(-size, {}, 0x1p32);
  return select(x < 0, -size * e * 0x1p-32, x) / (1 + e * 0x1p-32);
}

/// x Phi(x), where the plugin's 1 + erf cancels. c Phi(-c) e^(c^2 / 2), nearly constant, is a minimax polynomial in
/// (4 - c) / (2 + c), to 0.4 ulp. A rounded c^2 would cost digits: h has so few bits that h^2 is exact.
Tensor normal_gelu(const Tensor& x) {
  static constexpr double kTerms[] = {0.37764257139,     -0.05527076206,    -0.048271199105,
                                      -0.014725848811,   0.0010089869952,   0.001467587464,
                                      -0.00016185250516, -0.00015595985324, 4.4774956325e-5};
  constexpr double kScale = 0x1p32;  // digits for an exponential that alone is subnormal
  const Tensor size = absolute(x);
  const Tensor c = make<v0::Clamp>(size, 0.75, 14.5);
  const Tensor h = ops::floor(c * 64) * 0x1p-6;
  const Tensor e = full_exp(-h * h * 0.5, (h - c) * (h + c) * 0.5, kScale);
  const Tensor tail = e * polynomial((4 - c) / (2 + c), kTerms) * (1 / kScale);
  const Tensor near = x * (0.5 + 0.5 * small_erf(x * (std::numbers::sqrt2 / 2)));
  return select(size < 0.75, near, select(x < 0, -tail, x - tail));
}

/// x / (1 + e^-z), where the plugin's 1 + tanh cancels. z = c (A + B c^2) comes in two parts: h and `few` are c and
/// A + B c^2 cut to so few bits that products of them are exact, as is all that makes `sum`.
Tensor tanh_gelu(const Tensor& x) {
  constexpr double kScale = 0x1p32;
  constexpr double kA = 1.5957691216057308, kB = 0.07135481627260025;  // 2 sqrt(2 / pi), and that times 0.044715
  constexpr double kFewA = 836642 * 0x1p-19, kFewB = 146 * 0x1p-11;
  const auto nearest = [](const Tensor& t, double steps) { return ops::floor(t * steps + 0.5) * (1 / steps); };
  const Tensor c = make<v0::Clamp>(absolute(x), 0.0, 11.0);
  const Tensor h = nearest(c, 16);
  const Tensor d = c - h, square = h * h;
  const Tensor sum = kFewA + square * kFewB;
  const Tensor few = nearest(sum, 256);
  const Tensor rest = (sum - few) + ((kA - kFewA) + square * (kB - kFewB) + d * (c + h) * kB);
  const Tensor e = full_exp(-h * few, -(d * few + c * rest), kScale);
  return select(x < 0, -c * e * (1 / kScale), x) / (1 + e * (1 / kScale));
}

Tensor exact_gelu(const ov::Node& node, const std::vector<Tensor>& in) {
  if (adds_up(node)) return {};
  const bool normal = static_cast<const v7::Gelu&>(node).get_approximation_mode() == GeluApproximationMode::ERF;
  return normal ? normal_gelu(in[0]) : tanh_gelu(in[0]);
}

/// The plugin's x (x / 6 + 1 / 2) loses x + 3 near -3.
Tensor exact_hswish(const ov::Node& node, const std::vector<Tensor>& in) {
  if (adds_up(node)) return {};
  return in[0] * (1.0 / 6) * make<v0::Clamp>(in[0] + 3, 0.0, 6.0);
}

/// The nearest bfloat16. OpenVINO 2026.4.1 adds half a unit to odd numbers only before it cuts off digits: that is
/// right where half a unit or nothing is cut off, in numbers of up to 9 digits.
Tensor exact_bfloat16(const ov::Node& node, const std::vector<Tensor>& in) {
  if (node.get_output_element_type(0) != ov::element::bf16) return {};
  const Tensor& x = in[0];
  const Tensor is_huge = 0x1p100 < absolute(x);  // lest the factor overflow
  const Tensor scaled = select(is_huge, x * 0x1p-40, x);
  const Tensor nearest = select(to_digits(scaled, 9) == scaled, scaled, to_digits(scaled, 8));
  const Tensor back = select(is_huge, nearest * 0x1p40, nearest);
  const Tensor other = select(x == x, x, std::numeric_limits<double>::quiet_NaN());  // some NaN would become infinite
  return ops::as(select(absolute(x) <= std::numeric_limits<float>::max(), back, other), DType::bfloat16);
}

template <class Op, ExactRule Rule>
ExactRow row() {
  return {Op::get_type_info_static(), [](const ov::Node& node, const std::vector<Tensor>& in) {
            return in[0].dtype() == DType::float32 && !is_folded(node) ? Rule(node, in) : Tensor();
          }};
}

}  // namespace

std::span<const ExactRow> exact_digit_rules() {
  static const ExactRow kRows[] = {
      row<v0::Exp, &exact_exp>(),        row<v4::SoftPlus, &exact_softplus>(), row<v0::Elu, &exact_elu>(),
      row<v1::Multiply, &exact_expm1>(), row<v0::Sigmoid, &exact_sigmoid>(),   row<v4::Swish, &exact_swish>(),
      row<v4::HSwish, &exact_hswish>(),  row<v7::Gelu, &exact_gelu>(),         row<v0::Convert, &exact_bfloat16>(),
  };
  return kRows;
}

}  // namespace keravino::passes
