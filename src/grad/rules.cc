// All rules in one map, and what they are made of.
#include <functional>

#include "grad/rule.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using Rules = std::unordered_map<ov::DiscreteTypeInfo, Row>;

const Rules& rules() {
  static const auto* all = [] {
    auto* map = new Rules();
    for (const auto& table :
         {activation_rules, composed_rules, control_rules, conv_rules, custom_rules, elementwise_rules, function_rules,
          index_rules, kernel_rules, linalg_rules, pool_rules, reduce_rules, resize_rules, shape_rules, zero_rules}) {
      for (Row& row : table()) {
        const ov::DiscreteTypeInfo type = row.type;
        if (!map->emplace(type, std::move(row)).second) {
          throw std::logic_error(fmt::format("two gradient rules for {}", type.name));
        }
      }
    }
    return map;
  }();
  return *all;
}

/// The sum over what was broadcast where sizes are not known: each axis is taken apart in the size that `x` has and a
/// rest, which is 1 where it was not broadcast.
Tensor unbroadcast_dynamic(const Tensor& g, const Tensor& x) {
  const auto missing = static_cast<size_t>(g.rank() - x.rank());
  std::vector<Dim> own = ops::dims(x), parts;
  own.insert(own.begin(), missing, int64_t{1});
  std::vector<int64_t> rests;
  for (size_t i = 0; i < own.size(); ++i) {
    const Dim whole = ops::dim(g, static_cast<int64_t>(i));
    const Dim size = ops::larger(own[i], int64_t{1});
    parts.push_back(own[i]);
    parts.push_back(make<v::v1::Divide>(ops::as_scalar(whole), ops::as_scalar(size)));
    rests.push_back(static_cast<int64_t>(2 * i + 1));
  }
  const Tensor sum = make<v::v1::ReduceSum>(ops::reshape(g, parts), rests, false);
  return ops::reshape(sum, ops::dims(x));
}

}  // namespace

const Row* find_row(const ov::DiscreteTypeInfo& type) {
  const auto found = rules().find(type);
  return found == rules().end() ? nullptr : &found->second;
}

Tensor unbroadcast(const Tensor& gradient, const Tensor& x) {
  const Tensor g = ops::as(gradient, x.dtype());
  if (g.shape().is_static() && x.shape() == g.shape()) return g;
  if (g.shape().is_dynamic() || x.shape().is_dynamic()) return unbroadcast_dynamic(g, x);
  const ov::Shape from = g.shape().to_shape(), to = x.shape().to_shape();
  const size_t missing = from.size() - to.size();
  std::vector<int64_t> axes;
  for (size_t i = 0; i < from.size(); ++i) {
    if (i < missing || (to[i - missing] == 1 && from[i] != 1)) axes.push_back(static_cast<int64_t>(i));
  }
  const Tensor sum = axes.empty() ? g : make<v::v1::ReduceSum>(g, axes, true);
  return missing ? ops::reshape(sum, ops::dims(x)) : sum;
}

Tensor zeros_like(const Tensor& x) { return ops::filled(ops::dims(x), 0, x.dtype()); }

std::vector<int64_t> constant_ints(const ov::Node& node, size_t input, int64_t rank) {
  const auto numbers = known_numbers(node.input_value(input));
  if (!numbers) {
    throw Error(Error::Kind::unsupported,
                fmt::format("[grad] {} whose input {} is not known while tracing", node.get_type_name(), input));
  }
  std::vector<int64_t> values =
      ov::as_type<ov::op::v0::Constant>(node.get_input_node_ptr(input))->cast_vector<int64_t>();
  for (int64_t& value : values) value += value < 0 ? rank : 0;
  return values;
}

}  // namespace keravino::grad
