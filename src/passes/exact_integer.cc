// Integers: the plugin computes most of those of 32 bits as float32, and saturates the narrower ones.
#include "kernels/interpreted.h"
#include "ops/make.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::as, ops::make;

bool is_narrow(const Tensor& x) { return is_integer(x.dtype()) && element_type(x.dtype()).bitwidth() < 32; }
bool is_wide(const Tensor& x) { return is_integer(x.dtype()) && !is_narrow(x); }
bool is_signed(const Tensor& x) { return x.dtype() == DType::int32 || x.dtype() == DType::int64; }

/// An op on integers below 32 bits, computed on int32 and cut, which wraps around.
template <class Op>
Tensor wrapping(const ov::Node&, const std::vector<Tensor>& in) {
  if (!is_narrow(in[0])) return {};
  return as(make<Op>(as(in[0], DType::int32), as(in[1], DType::int32)), in[0].dtype());
}

template <auto Rule>
Tensor comparison(const ov::Node&, const std::vector<Tensor>& in) {
  return is_signed(in[0]) ? Rule(in[0], in[1]) : Tensor();
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
  return is_signed(in[0])   ? absolute(in[0])
         : is_narrow(in[0]) ? as(absolute(as(in[0], DType::int32)), in[0].dtype())
                            : Tensor();
}

Tensor interpreted(const ov::Node& node) {
  const Tensor numbers(std::make_shared<Value>(std::make_shared<kernels::Interpreted>(node)->output(0), true, 0));
  return node.get_output_element_type(0) == ov::element::boolean ? numbers != 0 : numbers;
}

/// What the plugin computes in float32 and no other ops say exactly; narrow integers fit where nothing grows.
Tensor integers(const ov::Node& node, const std::vector<Tensor>& in) {
  return is_integer(in[0].dtype()) ? interpreted(node) : Tensor();
}
Tensor wide_integers(const ov::Node& node, const std::vector<Tensor>& in) {
  return is_wide(in[0]) ? interpreted(node) : Tensor();
}

/// The plugin takes uint32 and uint64 for int32.
Tensor unsigned_integers(const ov::Node& node, const std::vector<Tensor>& in) {
  return is_wide(in[0]) && !is_signed(in[0]) ? interpreted(node) : Tensor();
}

Tensor unsigned_of_float(const ov::Node& node, const std::vector<Tensor>& in) {
  const auto to = node.get_output_element_type(0);
  const bool is_unsigned = to == ov::element::u32 || to == ov::element::u64;
  return is_unsigned && is_float(in[0].dtype()) ? interpreted(node) : Tensor();
}

/// The plugin pads with the number that float32 has for this one.
Tensor exact_pad(const ov::Node& node, const std::vector<Tensor>& in) {
  if (!is_wide(in[0]) || in.size() < 4) return {};
  const auto filling = ov::as_type_ptr<v0::Constant>(in[3].output().get_node_shared_ptr());
  const bool small = filling && std::abs(filling->cast_vector<double>()[0]) <= 0x1p24;
  return small ? Tensor() : interpreted(node);
}

/// OpenVINO 2026.4.1 does not compile a cast to boolean of one of several outputs.
Tensor truth(const ov::Node& node, const std::vector<Tensor>& in) {
  const bool one_of_several = node.get_input_node_ptr(0)->get_output_size() > 1;
  return one_of_several && node.get_output_element_type(0) == ov::element::boolean ? in[0] != 0 : Tensor();
}

template <class Op, ExactRule Rule>
ExactRow row() {
  return {Op::get_type_info_static(), Rule};
}

}  // namespace

std::span<const ExactRow> exact_integer_rules() {
  static const ExactRow kRows[] = {
      row<v0::Abs, &exact_abs>(),
      row<v0::Convert, &truth>(),
      row<v1::Add, &wrapping<v1::Add>>(),
      row<v1::Subtract, &wrapping<v1::Subtract>>(),
      row<v1::Multiply, &wrapping<v1::Multiply>>(),
      row<v1::Equal, &comparison<&equal>>(),
      row<v1::NotEqual, &comparison<&not_equal>>(),
      row<v1::Less, &comparison<&less>>(),
      row<v1::LessEqual, &comparison<&less_equal>>(),
      row<v1::Greater, &comparison<&greater>>(),
      row<v1::GreaterEqual, &comparison<&greater_equal>>(),
  };
  return kRows;
}

std::span<const ExactRow> exact_kernel_rules() {
  static const ExactRow kRows[] = {
      row<v1::Divide, &integers>(),
      row<v1::FloorMod, &integers>(),
      row<v1::Mod, &integers>(),
      row<v1::Power, &integers>(),
      row<v1::ReduceSum, &integers>(),
      row<v1::ReduceProd, &integers>(),
      row<v0::CumSum, &integers>(),
      row<v0::MatMul, &integers>(),
      row<v1::ReduceMax, &wide_integers>(),
      row<v1::ReduceMin, &wide_integers>(),
      row<v1::ReduceMean, &wide_integers>(),
      row<v0::Clamp, &wide_integers>(),
      row<v0::Relu, &wide_integers>(),
      row<v1::Maximum, &unsigned_integers>(),
      row<v1::Minimum, &unsigned_integers>(),
      row<v1::Equal, &unsigned_integers>(),
      row<v1::NotEqual, &unsigned_integers>(),
      row<v1::Less, &unsigned_integers>(),
      row<v1::LessEqual, &unsigned_integers>(),
      row<v1::Greater, &unsigned_integers>(),
      row<v1::GreaterEqual, &unsigned_integers>(),
      row<v0::Convert, &unsigned_of_float>(),
      row<v1::Pad, &exact_pad>(),
      row<v12::Pad, &exact_pad>(),
  };
  return kRows;
}

}  // namespace keravino::passes
