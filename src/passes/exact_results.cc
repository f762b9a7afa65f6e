#include "kernels/interpreted.h"
#include "passes/exact_rules.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

/// What the plugin computes by looking at the same memory in another shape.
bool is_view(const ov::Node& node) {
  return ov::is_type<v1::Reshape>(&node) || ov::is_type<v0::Squeeze>(&node) || ov::is_type<v15::Squeeze>(&node) ||
         ov::is_type<v0::Unsqueeze>(&node);
}

bool is_transposed(const ov::Output<ov::Node>& output) {
  const auto users = output.get_target_inputs();
  return std::any_of(users.begin(), users.end(),
                     [](const auto& user) { return ov::is_type<v1::Transpose>(user.get_node()); });
}

}  // namespace

bool copy_shared_results(const ov::Model& model) {
  bool changed = false;
  for (const auto& result : model.get_results()) {
    const auto last = result->get_input_node_shared_ptr(0);
    if (!is_view(*last)) continue;
    auto source = last->input_value(0);
    bool shared = is_transposed(source);
    while (!shared && is_view(*source.get_node())) {
      source = source.get_node()->input_value(0);
      shared = is_transposed(source);
    }
    if (!shared) continue;
    const auto copy = std::make_shared<kernels::Interpreted>(*last);
    copy->set_friendly_name(last->get_friendly_name());
    last->output(0).replace(copy->output(0));
    changed = true;
  }
  return changed;
}

}  // namespace keravino::passes
