// Reverse mode over a graph of nodes.
#include <unordered_set>

#include "grad/rule.h"
#include "keravino/grad.h"
#include "kernels/after.h"
#include "ops/custom_gradient.h"

namespace keravino {
namespace {

using grad::Step;
using Output = ov::Output<ov::Node>;

Tensor as_traced(const Output& output) { return Tensor(std::make_shared<Value>(output, true, 0)); }

bool is_real(const Output& output) { return output.get_element_type().is_real(); }

/// All nodes above some outputs, each after what it needs.
std::vector<std::shared_ptr<ov::Node>> ordered_above(const std::vector<Tensor>& ys) {
  ov::NodeVector roots;
  for (const Tensor& y : ys) roots.push_back(y.output().get_node_shared_ptr());
  return ov::topological_sort(roots);
}

class Walker {
 public:
  Walker(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) : order_(ordered_above(ys)) {
    for (const Tensor& x : xs) hanging_.insert(x.output());
    for (const auto& node : order_) {  // hanging_ grows downward
      bool hangs = false;
      const size_t inputs =
          ov::is_type<kernels::After>(node) ? 1 : node->get_input_size();  // the others are no operands
      for (size_t i = 0; i < inputs; ++i) hangs |= hanging_.contains(node->input_value(i));
      if (!hangs) continue;
      for (const Output& output : node->outputs()) hanging_.insert(output);
    }
  }

  /// Adds to the gradient of an output.
  void add(const Output& output, const Tensor& g) {
    Tensor& sum = sums_[output];
    sum = sum ? sum + g : g;
  }

  void run() {
    for (size_t i = order_.size(); i-- > 0;) step(*order_[i]);
  }

  Tensor gradient(const Output& output) const {
    const auto found = sums_.find(output);
    return found == sums_.end() ? Tensor() : found->second;
  }

 private:
  void step(const ov::Node& node) {
    Step s{node, {}, {}, {}, {}};
    bool any = false;
    for (const auto& output : node.outputs()) {
      const Output place(const_cast<ov::Node&>(node).shared_from_this(), output.get_index());
      s.out.push_back(as_traced(place));
      s.g.push_back(gradient(place));
      any |= static_cast<bool>(s.g.back());
    }
    if (!any) return;
    bool asked = false;
    for (const Output& input : node.input_values()) {
      s.in.push_back(as_traced(input));
      s.wanted.push_back(is_real(input) && hanging_.contains(input));
      asked |= s.wanted.back();
    }
    if (!asked) return;
    const std::vector<Tensor> gradients = rule(node)(s);
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (gradients[i] && s.wanted[i]) add(node.input_value(i), grad::unbroadcast(gradients[i], s.in[i]));
    }
  }

  static const grad::Rule& rule(const ov::Node& node) {
    const grad::Row* row = grad::find_row(node.get_type_info());
    const std::string what = fmt::format("OpenVINO op {}", node.get_type_name());
    if (!row) throw Error(Error::Kind::unsupported, fmt::format("[grad] no rule for {}", what));
    if (!row->rule) throw Error(Error::Kind::unsupported, fmt::format("[grad] {}: {}", what, row->reason));
    return row->rule;
  }

  std::vector<std::shared_ptr<ov::Node>> order_;
  std::set<Output> hanging_;
  std::map<Output, Tensor> sums_;
};

}  // namespace

std::vector<Tensor> gradients(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                              const std::vector<Tensor>& seeds) {
  const std::lock_guard lock(graph_mutex());
  const ops::Recording recording;  // gradients may be differentiated again, and take kernels
  if (!seeds.empty() && seeds.size() != ys.size())
    throw Error(fmt::format("[grad] {} seeds for {} results", seeds.size(), ys.size()));
  for (const Tensor& x : xs) {
    if (!is_float(x.dtype())) {
      throw Error(Error::Kind::type,
                  fmt::format("[grad] only floats have gradients, got one to differentiate by of {}", name(x.dtype())));
    }
  }
  Walker walker(ys, xs);
  for (size_t i = 0; i < ys.size(); ++i) {
    if (!is_float(ys[i].dtype())) {
      throw Error(Error::Kind::type,
                  fmt::format("[grad] only floats have gradients, got a result of {}", name(ys[i].dtype())));
    }
    const Tensor seed = seeds.empty() || !seeds[i] ? ops::as(1, ys[i].dtype()) : seeds[i];
    walker.add(ys[i].output(), grad::unbroadcast(seed + grad::zeros_like(ys[i]), ys[i]));
  }
  walker.run();
  std::vector<Tensor> result;
  for (const Tensor& x : xs) result.push_back(walker.gradient(x.output()));
  return result;
}

}  // namespace keravino
