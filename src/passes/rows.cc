#include "passes/rows.h"

#include <openvino/op/ops.hpp>
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>
#include <openvino/op/util/avg_pool_base.hpp>
#include <openvino/op/util/binary_elementwise_arithmetic.hpp>
#include <openvino/op/util/convolution_base.hpp>
#include <openvino/op/util/max_pool_base.hpp>
#include <openvino/op/util/pad_base.hpp>
#include <openvino/op/util/unary_elementwise_arithmetic.hpp>
#include <unordered_set>

namespace keravino::passes {
namespace {

using namespace ov::op;

constexpr double kCache = 8 << 20;      // bytes that stay near a core, or in its share of the last cache
constexpr double kLeastSaved = 0.02;    // bytes for each product of two numbers: a tenth of the time
constexpr double kWinogradWeights = 4;  // 36 numbers for 9

/// The nodes that hang on a parameter.
std::unordered_set<const ov::Node*> changing(const ov::Model& model) {
  std::unordered_set<const ov::Node*> nodes;
  for (const auto& node : model.get_ordered_ops()) {
    bool changes = ov::is_type<v0::Parameter>(node);
    for (size_t i = 0; i < node->get_input_size(); ++i) changes |= nodes.contains(node->get_input_node_ptr(i));
    if (changes) nodes.insert(node.get());
  }
  return nodes;
}

/// The numbers of a constant that names axes or lengths, or nothing.
std::vector<int64_t> numbers(const ov::Node& node, size_t input) {
  const auto* constant = ov::as_type<const v0::Constant>(node.get_input_node_ptr(input));
  return constant ? constant->cast_vector<int64_t>() : std::vector<int64_t>{};
}

bool is_first(int64_t axis, size_t rank) { return axis == 0 || axis == -static_cast<int64_t>(rank); }

/// True if the constant names axes, and none of them is the first of `rank`.
bool spares_first(const ov::Node& node, size_t input, size_t rank) {
  const auto axes = numbers(node, input);
  return !axes.empty() && std::ranges::none_of(axes, [&](int64_t axis) { return is_first(axis, rank); });
}

/// Whether each row of what a graph computes hangs on one row of each of its inputs alone.
class Rows {
 public:
  explicit Rows(const ov::Model& model) : changing_(changing(model)) {
    if (model.is_dynamic() || model.get_parameters().empty() || !model.get_sinks().empty()) return;
    const ov::Shape& first = model.get_parameters()[0]->get_shape();
    count_ = first.empty() ? 0 : first[0];
    for (const auto& node : model.get_ordered_ops()) {
      if (changes(*node) && (count_ < 2 || !keeps(*node))) {
        count_ = 0;
        return;
      }
    }
  }

  /// How many there are; 0 if a row may hang on several, or there is one.
  size_t count() const { return count_; }
  /// Whether a node hangs on an input.
  bool changes(const ov::Node& node) const { return changing_.contains(&node); }

 private:
  bool has_rows(const ov::Shape& shape) const { return !shape.empty() && shape[0] == count_; }
  bool is_row(const ov::Node& node, size_t input) const { return changes(*node.get_input_node_ptr(input)); }
  bool others_folded(const ov::Node& node) const {
    for (size_t i = 1; i < node.get_input_size(); ++i) {
      if (is_row(node, i)) return false;
    }
    return true;
  }

  /// Rows meet rows, and constants that are the same for each.
  bool is_element_wise(const ov::Node& node) const {
    if (!ov::is_type_any_of<util::UnaryElementwiseArithmetic, util::BinaryElementwiseArithmetic, v0::Convert, v0::Clamp,
                            v0::Relu, v4::Swish, v4::HSwish, v5::HSigmoid, v4::Mish, v7::Gelu, v0::Elu, v4::SoftPlus,
                            v1::Select>(&node))
      return false;
    const size_t rank = node.get_output_shape(0).size();
    for (size_t i = 0; i < node.get_input_size(); ++i) {
      const ov::Shape& shape = node.get_input_shape(i);
      const bool fits =
          is_row(node, i) ? shape.size() == rank && has_rows(shape) : shape.size() < rank || shape[0] == 1;
      if (!fits) return false;
    }
    return true;
  }

  bool is_window(const ov::Node& node) const {
    if (ov::is_type_any_of<util::ConvolutionBase>(&node)) return others_folded(node);
    if (const auto* pad = dynamic_cast<const util::PadBase*>(&node)) {
      const auto begin = pad->get_pads_begin(), end = pad->get_pads_end();
      return others_folded(node) && !begin.empty() && begin[0] == 0 && end[0] == 0;
    }
    const bool is_max_pool = ov::is_type_any_of<util::MaxPoolBase>(&node);
    for (size_t i = 1; i < node.get_output_size(); ++i) {
      if (!node.get_output_target_inputs(i).empty()) return false;  // places of the largest count the rows
    }
    return is_max_pool || ov::is_type_any_of<util::AvgPoolBase>(&node);
  }

  bool moves_axes(const ov::Node& node) const {
    const size_t rank = node.get_input_shape(0).size();
    if (ov::is_type<v1::Transpose>(&node)) {
      const auto order = numbers(node, 1);
      return !order.empty() && order[0] == 0;
    }
    if (ov::is_type<v1::Reshape>(&node)) return !numbers(node, 1).empty();
    if (ov::is_type<v0::Squeeze>(&node)) return node.get_input_size() == 2 && spares_first(node, 1, rank);
    if (ov::is_type<v0::Unsqueeze>(&node)) return spares_first(node, 1, node.get_output_shape(0).size());
    return false;
  }

  bool works_within_rows(const ov::Node& node) const {
    const ov::Shape& shape = node.get_input_shape(0);
    if (const auto* concat = ov::as_type<const v0::Concat>(&node)) {
      for (size_t i = 0; i < node.get_input_size(); ++i) {
        if (!is_row(node, i) || !has_rows(node.get_input_shape(i))) return false;
      }
      return !is_first(concat->get_axis(), shape.size());
    }
    if (const auto* softmax = ov::as_type<const v1::Softmax>(&node)) return softmax->get_axis() > 0;
    if (const auto* softmax = ov::as_type<const v8::Softmax>(&node))
      return !is_first(softmax->get_axis(), shape.size());
    if (ov::is_type_any_of<util::ArithmeticReductionKeepDims, v6::MVN>(&node))
      return spares_first(node, 1, shape.size());
    if (ov::is_type<v8::Slice>(&node))
      return others_folded(node) && node.get_input_size() == 5 && spares_first(node, 4, shape.size());
    if (ov::is_type<v11::Interpolate>(&node))
      return others_folded(node) && node.get_input_size() == 3 && spares_first(node, 2, shape.size());
    const auto* product = ov::as_type<const v0::MatMul>(&node);
    return product && others_folded(node) && shape.size() >= 2 && node.get_input_shape(1).size() == 2 &&
           (shape.size() > 2 || !product->get_transpose_a());
  }

  bool keeps(const ov::Node& node) const {
    for (const auto& output : node.outputs()) {
      if (!has_rows(output.get_shape())) return false;
    }
    if (ov::is_type<v0::Parameter>(&node)) return true;
    if (!is_row(node, 0) && !ov::is_type_any_of<util::BinaryElementwiseArithmetic, v1::Select>(&node)) return false;
    if (is_row(node, 0) && !has_rows(node.get_input_shape(0))) return false;
    return ov::is_type<v0::Result>(&node) || is_element_wise(node) || is_window(node) || moves_axes(node) ||
           works_within_rows(node);
  }

  std::unordered_set<const ov::Node*> changing_;
  size_t count_ = 0;
};

double bytes(const ov::Shape& shape) { return static_cast<double>(ov::shape_size(shape)) * sizeof(float); }

/// What a row costs: products of two numbers, and bytes.
struct Costs {
  double products = 0, weights = 0;
  double between = 0;  // written by one node and read by another
  double most = 0;     // of one node, what it reads and writes
};

/// The numbers of the weights that an output is made of.
double terms(const ov::Node& node, const ov::Shape& weights) {
  const auto size = static_cast<double>(ov::shape_size(weights));
  if (const auto* product = ov::as_type<const v0::MatMul>(&node))
    return static_cast<double>(weights[product->get_transpose_b() ? 1 : 0]);
  const bool grouped = ov::is_type<v1::GroupConvolution>(&node);
  return size / static_cast<double>(grouped ? weights[0] * weights[1] : weights[0]);
}

Costs costs(const ov::Model& model, const Rows& rows) {
  Costs all;
  const auto count = static_cast<double>(rows.count());
  for (const auto& node : model.get_ordered_ops()) {
    const bool is_product = ov::is_type_any_of<util::ConvolutionBase, v0::MatMul>(node);
    if (!rows.changes(*node) ||
        (!is_product && !ov::is_type_any_of<util::MaxPoolBase, util::AvgPoolBase, v0::Concat>(node)))
      continue;
    const ov::Shape& out = node->get_output_shape(0);
    all.between += 2 * bytes(out) / count;
    all.most = std::max(all.most, (bytes(node->get_input_shape(0)) + bytes(out)) / count);
    if (!is_product) continue;
    const ov::Shape& weights = node->get_input_shape(1);
    const auto* convolution = ov::as_type<const v1::Convolution>(node.get());
    const bool is_winograd = convolution && weights.size() == 4 && weights[2] == 3 && weights[3] == 3 &&
                             convolution->get_strides() == ov::Strides{1, 1};
    all.products += bytes(out) / sizeof(float) / count * terms(*node, weights);
    all.weights += bytes(weights) * (is_winograd ? kWinogradWeights : 1);
  }
  return all;
}

}  // namespace

size_t rows_at_a_time(const ov::Model& model, size_t threads) {
  const Rows found(model);
  const size_t rows = found.count();
  if (rows == 0) return 0;
  const Costs each = costs(model, found);
  const double cache = kCache * static_cast<double>(threads), all = static_cast<double>(rows);
  if (all * each.most <= cache) return 0;
  for (size_t part = rows / 2; part > 0; --part) {
    const auto few = static_cast<double>(part);
    if (rows % part != 0 || part % threads != 0 || few * each.most > cache) continue;
    const double saved = each.between - each.weights / few + each.weights / all;
    return saved > kLeastSaved * each.products ? part : 0;
  }
  return 0;
}

std::shared_ptr<ov::Model> with_rows(const ov::Model& model, size_t rows) {
  const auto part = model.clone();
  for (const auto& parameter : part->get_parameters()) {
    ov::PartialShape shape = parameter->get_partial_shape();
    shape[0] = static_cast<int64_t>(rows);
    parameter->set_partial_shape(shape);
  }
  const auto computed = changing(*part);
  for (const auto& node : part->get_ordered_ops()) {
    if (!ov::is_type<v1::Reshape>(node) || !computed.contains(node.get())) continue;
    ov::Shape target = node->get_output_shape(0);
    target[0] = rows;
    node->input(1).replace_source_output(v0::Constant::create(ov::element::i64, {target.size()}, target));
  }
  part->validate_nodes_and_infer_types();
  return part;
}

}  // namespace keravino::passes
