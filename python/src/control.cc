// If and Loop nodes from traced Python functions.
#include "ops/control.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include "functions.h"
#include "ops/recurrent.h"

namespace nb = nanobind;

namespace keravino::python {

void add_control(nb::module_& module) {
  module.def(
      "recurrent",
      [](const Tensor& x, const std::vector<Tensor>& states, const Tensor& kernel, const Tensor& recurrent_kernel,
         const std::optional<Tensor>& bias) {
        return ops::recurrent(x, states, kernel, recurrent_kernel, bias.value_or(Tensor()));
      },
      nb::arg("x"), nb::arg("states"), nb::arg("kernel"), nb::arg("recurrent_kernel"), nb::arg("bias").none(),
      "Outputs and last states of an LSTM or GRU layer by a kernel for training; nothing where there is none.");
  module.def("moment", &ops::moment, "A number that rises with each node that is made.");
  module.def(
      "if_then_else",
      [](const Tensor& condition, size_t then_since, const std::vector<Tensor>& then_results, size_t else_since,
         const std::vector<Tensor>& else_results) {
        return ops::if_then_else(condition, {{}, then_results, then_since}, {{}, else_results, else_since});
      },
      nb::arg("condition"), nb::arg("then_since"), nb::arg("then_results"), nb::arg("else_since"),
      nb::arg("else_results"), "The results of one of two branches, each traced since a moment.");
  module.def(
      "loop",
      [](const Tensor& trip_count, const Tensor& condition, const std::vector<Tensor>& slices,
         const std::vector<Tensor>& states, size_t since, const std::vector<Tensor>& parameters,
         const std::vector<Tensor>& results, int64_t axis, bool reverse) {
        ops::Slices apart;
        for (const Tensor& x : slices) apart.push_back({x, {axis, reverse}});
        const std::vector<ops::Along> stacks(results.size() - 1 - states.size(), {axis, false});
        return ops::loop(trip_count, condition, apart, states, {parameters, results, since}, stacks);
      },
      nb::arg("trip_count"), nb::arg("condition"), nb::arg("slices"), nb::arg("states"), nb::arg("since"),
      nb::arg("parameters"), nb::arg("results"), nb::arg("axis") = 0, nb::arg("reverse") = false,
      "The last states and the stacked results of a loop. The body, traced since a moment, has the slices and the "
      "states "
      "as parameters; it returns whether to go on, the new states, and what is stacked along the axis.");
}

}  // namespace keravino::python
