// Gradients of traced graphs.
#include "keravino/grad.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <openvino/core/graph_util.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>
#include <set>

#include "engine/engine.h"
#include "functions.h"
#include "grad/remat.h"
#include "grad/rule.h"
#include "ops/custom_gradient.h"
#include "ops/shapes.h"
#include "tensor/value.h"

namespace nb = nanobind;

namespace keravino::python {

namespace {

/// A Python function of the gradients of the ys as the derivative of an op. It outlives no interpreter: graphs are
/// dropped before.
class PythonVjp {
 public:
  explicit PythonVjp(nb::object function)
      : function_(new nb::object(std::move(function)), [](nb::object* held) {
          const nb::gil_scoped_acquire acquire;
          delete held;
        }) {}

  std::vector<Tensor> operator()(const std::vector<Tensor>&, const std::vector<Tensor>& ys,
                                 const std::vector<Tensor>& gs) const {
    const nb::gil_scoped_acquire acquire;
    nb::list arguments;
    for (size_t i = 0; i < ys.size(); ++i)
      arguments.append(gs[i] ? gs[i] : ops::filled(ops::dims(ys[i]), 0, ys[i].dtype()));
    std::vector<Tensor> results;
    for (nb::handle item : (*function_)(*arguments)) {
      results.push_back(item.is_none() ? Tensor() : nb::cast<Tensor>(item));
    }
    return results;
  }

 private:
  std::shared_ptr<nb::object> function_;
};

/// True if a graph has no parameter: its numbers can be computed.
bool has_numbers(const Tensor& x) {
  const std::lock_guard lock(graph_mutex());
  for (const auto& node : ov::topological_sort(ov::NodeVector{x.output().get_node_shared_ptr()})) {
    if (ov::is_type<ov::op::v0::Parameter>(node)) return false;
  }
  return true;
}

/// The types of the nodes above outputs, and in their bodies, that have no row. What a given derivative stands for is
/// not asked.
class WithoutRule {
 public:
  void visit(const ov::Node& root) {
    std::vector<const ov::Node*> stack{&root};
    while (!stack.empty()) {
      const ov::Node& node = *stack.back();
      stack.pop_back();
      if (!seen_.insert(&node).second) continue;
      const bool leaf = node.get_input_size() == 0 || ov::is_type<ov::op::v0::Result>(&node);
      if (!leaf && !grad::find_row(node.get_type_info())) names_.insert(node.get_type_name());
      if (const auto* outer = ov::as_type<const ov::op::util::MultiSubGraphOp>(&node)) {
        for (size_t i = 0; i < outer->get_internal_subgraphs_size(); ++i) {
          for (const auto& result : outer->get_function(i)->get_results()) visit(*result);
        }
      }
      const size_t given = ov::is_type<ops::CustomGradient>(&node) ? node.get_output_size() : 0;
      for (size_t i = given; i < node.get_input_size(); ++i) stack.push_back(node.get_input_node_ptr(i));
    }
  }
  std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

 private:
  std::set<const ov::Node*> seen_;
  std::set<std::string> names_;
};

std::vector<std::string> without_rule(const std::vector<Tensor>& ys) {
  const std::lock_guard lock(graph_mutex());
  WithoutRule found;
  for (const Tensor& y : ys) found.visit(*y.output().get_node());
  return found.names();
}

}  // namespace

void add_gradients(nb::module_& module) {
  module.def("watched", &watched, nb::arg("x"),
             "The numbers of x at the top of a graph that is kept and can be differentiated.");
  module.def(
      "settled",
      [](const std::vector<Tensor>& xs) {
        std::vector<Tensor> parts;
        std::vector<DType> dtypes;
        for (const Tensor& x : xs) dtypes.push_back(x.dtype());
        {
          const nb::gil_scoped_release release;
          for (const ov::Tensor& numbers : engine::numbers(parts_of(xs))) parts.emplace_back(numbers);
        }
        return of_parts(parts, dtypes);
      },
      nb::arg("xs"), "The same numbers without the graphs that they came from, computed together.");
  module.def("has_numbers", &has_numbers, nb::arg("x"), "Whether nothing of the graph of x is a parameter.");
  module.def(
      "with_gradient",
      [](const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, nb::object vjp) {
        return ops::with_gradient(ys, xs, ops::Vjp(PythonVjp(std::move(vjp))));
      },
      nb::arg("ys"), nb::arg("xs"), nb::arg("vjp"),
      "The ys with a derivative of their own: `vjp` takes the gradients of the ys and returns those of the xs.");
  module.def(
      "recomputed",
      [](size_t since, const std::vector<Tensor>& xs, const std::vector<Tensor>& ys) {
        return grad::recomputed(xs, {{}, ys, since});
      },
      nb::arg("since"), nb::arg("xs"), nb::arg("ys"),
      "The ys, which were made of the xs since a moment; for gradients that is done once more.");
  nb::class_<ops::Recording>(module, "Recording", "While one lives, graphs of this thread keep what gradients need.")
      .def(nb::init<>());
  module.def("without_rule", &without_rule, nb::arg("ys"),
             "The OpenVINO op types of a traced graph that the tables of derivatives have no row for.");
  module.def("recording", &ops::recording, "Whether a Recording lives in this thread.");
  module.def(
      "gradients",
      [](const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
         const std::optional<std::vector<Tensor>>& seeds) {
        nb::list results;
        for (const Tensor& g : gradients(ys, xs, seeds.value_or(std::vector<Tensor>{})))
          results.append(g ? nb::cast(g) : nb::none());
        return results;
      },
      nb::arg("ys"), nb::arg("xs"), nb::arg("seeds") = nb::none(),
      "Gradients of the sum of the ys, each times its seed, with respect to the xs of a traced graph; None for an x "
      "that no y hangs on.");
}

}  // namespace keravino::python
