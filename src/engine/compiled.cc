#include "engine/compiled.h"

#include "engine/attributes.h"
#include "engine/device.h"
#include "engine/evaluate.h"
#include "engine/lru.h"
#include "engine/memory.h"
#include "keravino/error.h"
#include "kernels/random.h"
#include "passes/fold.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

constexpr size_t kSmallLeafBytes = 256;  // leaves up to this size are part of the structure: axes, shapes, literals

Lru<ov::InferRequest>& cache() {
  static auto* cache = new Lru<ov::InferRequest>(kCacheSize);
  return *cache;
}

/// The type of a parameter for a leaf: the plugin's own float64 becomes float32 with the largest number for infinity.
ov::element::Type parameter_type(const ov::element::Type& type) {
  return type == ov::element::f64 ? ov::element::f32 : type;
}

bool is_small(const ov::Tensor& numbers) { return numbers.get_byte_size() <= kSmallLeafBytes; }

/// The pending graph as a model of its own: large leaves become parameters.
std::shared_ptr<ov::Model> build_model(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets,
                                       const Outputs& leaves) {
  std::unordered_map<const ov::Node*, std::shared_ptr<ov::Node>> copies;
  ov::ParameterVector parameters;
  for (const auto& leaf : leaves) {
    parameters.push_back(
        std::make_shared<ov::op::v0::Parameter>(parameter_type(leaf.get_element_type()), leaf.get_partial_shape()));
    copies[leaf.get_node()] = parameters.back();
  }
  const auto copy_of = [&](const ov::Output<ov::Node>& output) {
    const auto found = copies.find(output.get_node());
    return found == copies.end() ? output.get_node_shared_ptr()->clone_with_new_inputs({})->output(0)
                                 : found->second->output(output.get_index());
  };
  for (const auto& node : nodes) {
    ov::OutputVector inputs;
    for (size_t i = 0; i < node->get_input_size(); ++i) inputs.push_back(copy_of(node->input_value(i)));
    copies[node.get()] = node->clone_with_new_inputs(inputs);
  }
  ov::OutputVector results;
  for (const auto& target : targets) results.push_back(copy_of(target));
  auto model = std::make_shared<ov::Model>(results, parameters);
  passes::remove_custom_gradients(model);
  return model;
}

}  // namespace

Structure structure(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets) {
  Structure result;
  auto& [key, leaves] = result;
  const CompileOptions& options = default_options();
  key += options.device + options.precision;
  append_bytes(key, options.threads);
  std::unordered_map<const ov::Node*, uint32_t> numbering;
  const auto number_of = [&](const ov::Output<ov::Node>& output, bool by_value = true) {
    const auto [entry, is_new] = numbering.emplace(output.get_node(), static_cast<uint32_t>(numbering.size()));
    append_bytes(key, entry->second);
    append_bytes(key, output.get_index());
    if (!is_new) return;
    const ov::Tensor numbers = *known_numbers(output);
    key += numbers.get_element_type().get_type_name();
    for (size_t dim : numbers.get_shape()) append_bytes(key, dim);
    if (by_value && is_small(numbers) && numbers.get_element_type() != ov::element::string) {
      key.append(static_cast<const char*>(numbers.data()), numbers.get_byte_size());
    } else {
      key += '?';
      leaves.push_back(output);
    }
  };
  for (const auto& node : nodes) {
    key += node->get_type_info().name;
    key += node->get_type_info().version_id;
    append_attributes(*node, key);
    for (size_t i = 0; i < node->get_input_size(); ++i) {
      const bool is_seed = i == 0 && ov::is_type<kernels::RandomNumbers>(node);  // another one on each call
      number_of(node->input_value(i), !is_seed);
    }
    numbering.emplace(node.get(), static_cast<uint32_t>(numbering.size()));
  }
  for (const auto& target : targets) number_of(target);
  return result;
}

bool worth_compiling(const std::string& key, double saved_nanoseconds, size_t nodes) {
  static auto* savings = new std::unordered_map<size_t, double>();  // by hash: a collision only moves the moment
  if (cache().find(key)) return true;
  if (savings->size() > 16 * kCacheSize) savings->clear();
  double& saved = (*savings)[std::hash<std::string>()(key)];
  saved += saved_nanoseconds;
  const double compile_nanoseconds = 8e6 + 3e5 * static_cast<double>(nodes);
  return saved > compile_nanoseconds;
}

std::vector<ov::Tensor> run_compiled(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets,
                                     const Structure& structure) {
  const auto& [key, leaves] = structure;
  ov::InferRequest* request = cache().find(key);
  if (!request) {
    ov::CompiledModel model = compile(build_model(nodes, targets, leaves), default_options());
    request = &cache().insert(key, model.create_infer_request());
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    request->set_input_tensor(i, convert(*known_numbers(leaves[i]), parameter_type(leaves[i].get_element_type())));
  }
  std::vector<ov::Tensor> numbers;
  for (size_t i = 0; i < targets.size(); ++i) {
    const ov::PartialShape& shape = targets[i].get_partial_shape();
    if (shape.is_dynamic()) continue;
    request->set_output_tensor(i, recycled_tensor(targets[i].get_element_type(), shape.to_shape()));
  }
  request->infer();
  for (size_t i = 0; i < targets.size(); ++i) {
    ov::Tensor output = request->get_output_tensor(i);
    if (targets[i].get_partial_shape().is_dynamic()) {
      ov::Tensor own(output.get_element_type(), output.get_shape());
      output.copy_to(own);
      output = own;
    }
    numbers.push_back(output);
  }
  return numbers;
}

}  // namespace keravino::engine
