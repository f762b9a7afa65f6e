// Integers: the plugin compares, divides and raises int32 as float32, and saturates the narrower ones.
#include "kernels/interpreted.h"
#include "ops/make.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

using namespace ov::op;
using ops::as, ops::make;

bool is_narrow(const Tensor& x) { return is_integer(x.dtype()) && element_type(x.dtype()).bitwidth() < 32; }
bool is_int32(const Tensor& x) { return x.dtype() == DType::int32; }

/// An op on integers below 32 bits, computed on int32 and cut, which wraps around.
template <class Op>
Tensor wrapping(const ov::Node&, const std::vector<Tensor>& in) {
  if (!is_narrow(in[0])) return {};
  return as(make<Op>(as(in[0], DType::int32), as(in[1], DType::int32)), in[0].dtype());
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

/// What the plugin computes in float32 and no other ops say exactly.
Tensor interpreted(const ov::Node& node, const std::vector<Tensor>& in) {
  if (!is_integer(in[0].dtype())) return {};
  return Tensor(std::make_shared<Value>(std::make_shared<kernels::Interpreted>(node)->output(0), true, 0));
}

/// Element by element int64 is right up to 2^24, which is enough for shapes, and they must not be slow.
Tensor interpreted_unless_shape(const ov::Node& node, const std::vector<Tensor>& in) {
  return in[0].dtype() == DType::int64 ? Tensor() : interpreted(node, in);
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
      row<v1::Divide, &interpreted_unless_shape>(),
      row<v1::FloorMod, &interpreted_unless_shape>(),
      row<v1::Mod, &interpreted_unless_shape>(),
      row<v1::Power, &interpreted_unless_shape>(),
      row<v1::ReduceSum, &interpreted>(),
      row<v1::ReduceProd, &interpreted>(),
      row<v0::CumSum, &interpreted>(),
      row<v0::MatMul, &interpreted>(),
  };
  return kRows;
}

}  // namespace keravino::passes
