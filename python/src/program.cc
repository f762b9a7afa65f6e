// Traced graphs as programs: parameters, compiled programs and what they run on.
#include "engine/program.h"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <openvino/op/gather.hpp>
#include <openvino/op/shape_of.hpp>
#include <openvino/openvino.hpp>

#include "convert.h"
#include "functions.h"
#include "keravino/error.h"
#include "ops/make.h"
#include "ops/registry.h"

namespace nb = nanobind;
using keravino::engine::Program;

namespace keravino::python {
namespace {

ov::PartialShape to_shape(nb::handle dims) {
  std::vector<ov::Dimension> shape;
  for (nb::handle dim : dims) {
    shape.push_back(dim.is_none() ? ov::Dimension::dynamic() : ov::Dimension(nb::cast<int64_t>(dim)));
  }
  return shape;
}

/// The numbers of a Tensor, or an array's memory as it is: the array outlives the run, so nothing is kept.
Numbers to_input(nb::handle object, std::vector<nb::object>& alive) {
  if (nb::isinstance<Tensor>(object)) return numbers_of(nb::cast<const Tensor&>(object));
  return borrow_numpy(object.ptr(), alive);
}

/// A program of real tensors, and which pairs of its outputs are complex ones.
struct TensorProgram {
  Program program;
  std::vector<DType> results;

  TensorProgram(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
                const engine::CompileOptions& options)
      : program(parts_of(parameters), parts_of(outputs), options) {
    for (const Tensor& output : outputs) results.push_back(output.dtype());
  }
};

/// Writes a traced graph as OpenVINO IR, with names for its inputs and outputs.
void save_ir(const std::string& path, const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
             const std::vector<std::string>& input_names, const std::vector<std::string>& output_names) {
  const nb::gil_scoped_release release;
  const auto model = engine::traced_model(parameters, outputs);
  for (size_t i = 0; i < parameters.size(); ++i) {
    model->input(i).get_node()->set_friendly_name(input_names.at(i));
    model->input(i).set_names({input_names.at(i)});
  }
  for (size_t i = 0; i < outputs.size(); ++i) model->output(i).set_names({output_names.at(i)});
  ov::serialize(model, path);
}

nb::list run(TensorProgram& self, const nb::list& inputs, size_t arrays) {
  std::vector<nb::object> alive;  // contiguous copies, where they were needed
  Numbers tensors;
  tensors.reserve(inputs.size());
  for (nb::handle input : inputs) {
    for (ov::Tensor& part : to_input(input, alive)) tensors.push_back(std::move(part));
  }
  Numbers outputs;
  {
    const nb::gil_scoped_release release;
    outputs = self.program.run(std::move(tensors));
  }
  nb::list results;
  auto next = outputs.begin();
  for (size_t i = 0; i < self.results.size(); ++i) {
    const Numbers numbers(next, next + (is_complex(self.results[i]) ? 2 : 1));
    next += static_cast<std::ptrdiff_t>(numbers.size());
    if (i < arrays)
      results.append(nb::steal(to_numpy(numbers, true)));
    else
      results.append(to_tensor(numbers));
  }
  return results;
}

/// A tensor's shape: numbers where they are known, scalar tensors of the graph where they are not.
nb::tuple shape(const Tensor& tensor) {
  nb::list dims;
  Tensor all;
  for (const ov::Dimension& dim : tensor.shape()) {
    if (dim.is_static()) {
      dims.append(dim.get_length());
      continue;
    }
    const std::lock_guard lock(graph_mutex());
    if (!all) all = ops::make<ov::op::v3::ShapeOf>(ops::real(tensor), ov::element::i32);
    dims.append(ops::make<ov::op::v8::Gather>(all, Tensor(static_cast<int64_t>(dims.size())), Tensor(0)));
  }
  return nb::tuple(dims);
}

}  // namespace

void add_program(nb::module_& module) {
  module.def(
      "parameter",
      [](nb::handle dims, const std::string& dtype) {
        return engine::parameter(to_shape(dims), dtype_from_name(dtype));
      },
      nb::arg("shape"), nb::arg("dtype"),
      "A tensor to trace with: it has a shape (None where not known) and no numbers.");
  module.def(
      "tensor",
      [](nb::handle x, const std::optional<std::string>& dtype) {
        const Tensor tensor = ops::convert<Tensor>(to_arg(x.ptr()));
        if (!tensor) throw Error(Error::Kind::type, "None is no tensor");
        return dtype ? ops::cast(tensor, dtype_from_name(*dtype)) : ops::strong(tensor);
      },
      nb::arg("x").none(), nb::arg("dtype") = nb::none(),
      "A Tensor from numbers, nested lists or anything array-like.");
  module.def(
      "to_numpy", [](const Tensor& x) { return nb::steal(copy_to_numpy(numbers_of(x))); }, nb::arg("x"),
      "The numbers as a NumPy array of its own.");
  module.def("shape", &shape, nb::arg("x"), "The shape: ints, and scalar tensors where a dimension is not known yet.");
  module.def("save_ir", &save_ir, nb::arg("path"), nb::arg("parameters"), nb::arg("outputs"), nb::arg("input_names"),
             nb::arg("output_names"),
             "Writes a traced graph as OpenVINO IR: `path` (.xml), and a .bin file beside it.");
  nb::class_<TensorProgram>(module, "Program", "A traced graph, compiled; any number of threads may call it at once.")
      .def(
          "__init__",
          [](TensorProgram* self, const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
             const std::string& device, const std::string& precision, int threads) {
            const nb::gil_scoped_release release;
            new (self) TensorProgram(parameters, outputs, {device, precision, threads});
          },
          nb::arg("parameters"), nb::arg("outputs"), nb::arg("device") = "CPU", nb::arg("precision") = "f32",
          nb::arg("threads") = 0,
          "Compiles the graph from parameters to outputs; what is known of it by now becomes constant.")
      .def("__call__", &run, nb::arg("inputs"), nb::arg("arrays") = SIZE_MAX,
           "Runs on NumPy arrays or Tensors. The first `arrays` outputs are NumPy arrays, the others Tensors.")
      .def(
          "op_types",
          [](const TensorProgram& self) {
            std::vector<std::string> types;
            for (const auto& node : self.program.model()->get_ordered_ops()) types.emplace_back(node->get_type_name());
            return types;
          },
          "The OpenVINO op types of the graph in order.");
}

}  // namespace keravino::python
