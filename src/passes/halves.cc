#include "passes/halves.h"

#include "ops/make.h"
#include "passes/rounding.h"

namespace keravino::passes {
namespace {

namespace v = ov::op;
using ops::select;

/// Nodes that make no new numbers.
bool only_moves(const ov::Node& node) {
  return ov::is_type_any_of<v::v0::Parameter, v::v0::Constant, v::v0::Result, v::v1::Reshape, v::v1::Transpose,
                            v::v0::Squeeze, v::v15::Squeeze, v::v0::Unsqueeze, v::v0::Concat, v::v1::Split,
                            v::v1::VariadicSplit, v::v8::Slice, v::v1::StridedSlice, v::v8::Gather,
                            v::v6::GatherElements, v::v8::GatherND, v::v3::Broadcast, v::v1::Select, v::v1::Maximum,
                            v::v1::Minimum, v::v0::Relu, v::v0::Tile, v::v1::MaxPool>(&node) ||
         node.get_output_size() != 1;
}

/// x, in float32, rounded to 11 bits, and to whole multiples of 2^-24, the least number, which sums with 0.75 are.
Tensor rounded(const Tensor& x) {
  const Tensor near = rounded_by(select(ops::absolute(x) < 0x1p-14, 0.75, multiple_for_digits(x, 11)), x);
  return select(ops::absolute(near) < 65536, near, x * std::numeric_limits<double>::infinity());
}

}  // namespace

size_t round_halves(const std::shared_ptr<ov::Model>& model) {
  const std::lock_guard lock(graph_mutex());
  size_t count = 0;
  for (const auto& node : model->get_ordered_ops()) {
    if (const auto outer = ov::as_type_ptr<v::util::MultiSubGraphOp>(node)) {
      for (const auto& body : outer->get_functions()) count += round_halves(body);
    }
    if (only_moves(*node) || node->get_output_element_type(0) != ov::element::f16) continue;
    const auto users = node->output(0).get_target_inputs();
    const Tensor x(std::make_shared<Value>(node->output(0), true, 0));
    const auto half = ops::as(rounded(ops::as(x, DType::float32)), DType::float16).output();
    for (auto user : users) user.replace_source_output(half);
    ++count;
  }
  return count;
}

}  // namespace keravino::passes
