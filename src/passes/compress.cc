#include "passes/compress.h"

#include <openvino/core/graph_util.hpp>
#include <openvino/core/rt_info.hpp>
#include <openvino/op/gru_sequence.hpp>
#include <openvino/op/lstm_sequence.hpp>
#include <span>

#include "engine/evaluate.h"

namespace keravino::passes {
namespace {

namespace v = ov::op;
using Nodes = std::vector<std::shared_ptr<ov::Node>>;

constexpr size_t kLeast = 1024;
constexpr std::array<size_t, 3> kGroups{128, 64, 32};

bool transposed(const ov::Input<ov::Node>& user) {
  return static_cast<const v::v0::MatMul*>(user.get_node())->get_transpose_b();
}

/// The use of a matrix; groups are as large as divides its inputs.
Use product(const ov::Input<ov::Node>& user) {
  const size_t inputs = user.get_shape()[transposed(user) ? 1 : 0];
  const auto group = std::ranges::find_if(kGroups, [&](size_t size) { return inputs % size == 0; });
  return {true, {transposed(user) ? size_t{0} : size_t{1}}, group == kGroups.end() ? 0 : *group};
}

/// Nothing for a constant that is no weight.
std::optional<Use> use_by(const ov::Input<ov::Node>& user) {
  const ov::Node* node = user.get_node();
  if (ov::is_type<v::v0::MatMul>(node))
    return user.get_index() == 1 && user.get_shape().size() == 2 ? product(user) : Use{};
  if (user.get_index() == 1) {
    if (ov::is_type<v::v1::Convolution>(node)) return Use{false, {0}};
    if (ov::is_type<v::v1::GroupConvolution>(node)) return Use{false, {0, 1}};
    if (ov::is_type<v::v1::ConvolutionBackpropData>(node)) return Use{false, {1}};
    if (ov::is_type<v::v1::GroupConvolutionBackpropData>(node)) return Use{false, {0, 2}};
  }
  const size_t first = ov::is_type<v::v5::LSTMSequence>(node) ? 4 : ov::is_type<v::v5::GRUSequence>(node) ? 3 : 0;
  if (first > 0 && (user.get_index() == first || user.get_index() == first + 1)) return Use{false, {1}};
  const auto* gather = ov::as_type<const v::v8::Gather>(node);
  if (gather && user.get_index() == 0 && user.get_shape().size() == 2) {
    const auto* axis = ov::as_type<const v::v0::Constant>(gather->get_input_node_ptr(2));
    if (axis && axis->cast_vector<int64_t>() == std::vector<int64_t>{0}) return Use{false, {0}};
  }
  return {};
}

/// A matrix with its outputs along the first axis.
std::vector<float> outputs_first(const float* values, size_t inputs, size_t outputs) {
  std::vector<float> out(inputs * outputs);
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t o = 0; o < outputs; ++o) out[o * inputs + i] = values[i * outputs + o];
  }
  return out;
}

/// For each number, the place of its scale. A scale's shape has 1 where it is shared.
std::vector<size_t> scale_places(const ov::Shape& shape, const ov::Shape& scales) {
  std::vector<size_t> places(ov::shape_size(shape), 0);
  size_t inner = 1, stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (scales[axis] > 1) {
      for (size_t i = 0; i < places.size(); ++i) places[i] += i / inner % shape[axis] * stride;
      stride *= scales[axis];
    }
    inner *= shape[axis];
  }
  return places;
}

/// Convert and Multiply of whole numbers from `low` to -low - 1. The number of the largest size in a slice becomes
/// `low`.
std::shared_ptr<ov::Node> scaled(const float* values, const ov::Shape& shape, const ov::Shape& scale_shape,
                                 const ov::element::Type& type, float low, Nodes& made) {
  const std::vector<size_t> places = scale_places(shape, scale_shape);
  std::vector<float> scales(ov::shape_size(scale_shape), 0);
  for (size_t i = 0; i < places.size(); ++i) {
    float& largest = scales[places[i]];
    if (std::abs(values[i]) > std::abs(largest)) largest = values[i];
  }
  for (float& scale : scales) scale = scale == 0 ? 1 : scale / low;
  std::vector<int8_t> numbers(places.size());
  for (size_t i = 0; i < places.size(); ++i)
    numbers[i] = static_cast<int8_t>(std::clamp(std::nearbyint(values[i] / scales[places[i]]), low, -low - 1));
  const auto stored = v::v0::Constant::create(type, shape, numbers);
  const auto convert = std::make_shared<v::v0::Convert>(stored, ov::element::f32);
  const auto scale = v::v0::Constant::create(ov::element::f32, scale_shape, scales);
  const auto product = std::make_shared<v::v1::Multiply>(convert, scale);
  made.insert(made.end(), {stored, convert, scale, product});
  return product;
}

/// (outputs, inputs), as products of compressed weights want them.
std::shared_ptr<ov::Node> matrix(const Weight& weight, Storage storage, Nodes& made) {
  const bool turned = transposed(weight.users[0]);
  const ov::Shape& shape = weight.constant->get_shape();
  const size_t inputs = shape[turned ? 1 : 0], outputs = shape[turned ? 0 : 1];
  const float* values = weight.constant->get_data_ptr<float>();
  const std::vector<float> copy = turned ? std::vector<float>{} : outputs_first(values, inputs, outputs);
  if (!turned) values = copy.data();
  if (storage == Storage::int8) return scaled(values, {outputs, inputs}, {outputs, 1}, ov::element::i8, -128, made);
  const size_t groups = inputs / weight.use.group;
  const auto grouped =
      scaled(values, {outputs, groups, weight.use.group}, {outputs, groups, 1}, ov::element::i4, -8, made);
  const auto whole = v::v0::Constant::create(ov::element::i64, {2}, {outputs, inputs});
  made.push_back(std::make_shared<v::v1::Reshape>(grouped, whole, false));
  return made.back();
}

std::shared_ptr<ov::Node> converted(const Weight& weight, const ov::element::Type& type, Nodes& made) {
  const auto stored = std::make_shared<v::v0::Constant>(engine::convert(weight.constant->get_tensor_view(), type));
  const auto convert = std::make_shared<v::v0::Convert>(stored, ov::element::f32);
  made.insert(made.end(), {stored, convert});
  return convert;
}

std::shared_ptr<ov::Node> by_channel(const Weight& weight, Nodes& made) {
  const ov::Shape& shape = weight.constant->get_shape();
  ov::Shape scales(shape.size(), 1);
  for (const size_t axis : weight.use.channels) scales[axis] = shape[axis];
  return scaled(weight.constant->get_data_ptr<float>(), shape, scales, ov::element::i8, -128, made);
}

/// Products by the same matrix with its outputs first.
void replace_products(const Weight& weight, const std::shared_ptr<ov::Node>& matrix) {
  for (const auto& use : weight.users) {
    const auto old = ov::as_type_ptr<v::v0::MatMul>(use.get_node()->shared_from_this());
    const auto product = std::make_shared<v::v0::MatMul>(old->input_value(0), matrix, old->get_transpose_a(), true);
    product->set_friendly_name(old->get_friendly_name());
    ov::copy_runtime_info(old, product);
    ov::replace_node(old, product);
  }
}

}  // namespace

std::vector<Weight> find_weights(const ov::Model& model) {
  std::vector<Weight> weights;
  for (const auto& node : model.get_ordered_ops()) {
    const auto constant = ov::as_type_ptr<v::v0::Constant>(node);
    if (!constant || constant->get_element_type() != ov::element::f32) continue;
    if (ov::shape_size(constant->get_shape()) < kLeast) continue;
    std::vector<ov::Input<ov::Node>> users;
    std::vector<Use> uses;
    for (const auto& user : constant->output(0).get_target_inputs()) {
      if (const auto use = use_by(user)) uses.push_back(*use);
      users.push_back(user);
    }
    if (users.empty() || uses.size() != users.size()) continue;
    const bool same = std::ranges::all_of(uses, [&](const Use& use) { return use == uses[0]; });
    weights.push_back({constant, users, same ? uses[0] : Use{}});
  }
  return weights;
}

Storage possible(const Weight& weight, Storage wanted) {
  if (wanted == Storage::int4 && weight.use.group == 0) wanted = Storage::int8;
  if (wanted == Storage::int8 && weight.use.channels.empty()) wanted = Storage::f16;
  if (wanted == Storage::f16) {
    const auto values = std::span(weight.constant->get_data_ptr<float>(), ov::shape_size(weight.constant->get_shape()));
    if (std::ranges::any_of(values, [](float x) { return std::abs(x) > 65504.0F; })) return Storage::f32;
  }
  return wanted;
}

size_t compress(const Weight& weight, Storage storage) {
  if (storage == Storage::f32) return weight.constant->get_byte_size();
  Nodes made;
  const bool integers = storage == Storage::int8 || storage == Storage::int4;
  if (integers && weight.use.product) {
    replace_products(weight, matrix(weight, storage, made));
  } else {
    const auto type = storage == Storage::bf16 ? ov::element::bf16 : ov::element::f16;
    const auto node = integers ? by_channel(weight, made) : converted(weight, type, made);
    weight.constant->output(0).replace(node->output(0));
  }
  size_t bytes = 0;
  for (const auto& node : made) {
    if (const auto constant = ov::as_type_ptr<v::v0::Constant>(node)) bytes += constant->get_byte_size();
  }
  ov::copy_runtime_info(weight.constant, made);
  made.back()->set_friendly_name(weight.constant->get_friendly_name());
  return bytes;
}

}  // namespace keravino::passes
