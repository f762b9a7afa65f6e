#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "convert.h"
#include "engine/engine.h"
#include "functions.h"
#include "keravino/config.h"
#include "keravino/error.h"

namespace nb = nanobind;
using namespace keravino;

NB_MODULE(_native, module) {
  module.doc() = "keravino's C++ library: tensors, ops and programs on OpenVINO.";
  module.attr("__version__") = KERAVINO_VERSION;
  if (!python::init_convert()) throw nb::python_error();
  nb::register_exception_translator([](const std::exception_ptr& error, void*) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception&) {
      python::raise_current();
    }
  });
  python::add_tensor(module);
  python::add_functions(module);
  python::add_program(module);
  python::add_control(module);
  python::add_gradients(module);
  python::add_device(module);
  module.def(
      "set_variable_type", [](nb::handle type) { python::set_variable_type(type.ptr()); },
      "Names the class whose instances stand for their `value`.");
  module.def(
      "set_floatx", [](const std::string& name) { set_floatx(dtype_from_name(name)); },
      "Sets the default float dtype.");
  module.def("set_epsilon", &set_epsilon, "Sets the fuzz factor.");
  module.def("set_image_data_format", &set_image_data_format, "Sets the layout of images where none is given.");
  module.def(
      "result_type",
      [](nb::args names) {
        std::vector<DType> dtypes;
        for (nb::handle name : names) {
          const auto text = nb::cast<std::string>(name);
          dtypes.push_back(text == "int"     ? DType::python_int
                           : text == "float" ? DType::python_float
                                             : dtype_from_name(text));
        }
        return std::string(name(result_type(dtypes)));
      },
      "Keras's type promotion; \"int\" and \"float\" are Python's literals.");
  module.def(
      "set_tier",
      [](const std::string& name) {
        if (name == "automatic")
          engine::set_tier(engine::Tier::automatic);
        else if (name == "interpret")
          engine::set_tier(engine::Tier::interpret);
        else if (name == "compile")
          engine::set_tier(engine::Tier::compile);
        else
          throw Error("unknown tier \"" + name + "\"; wanted automatic, interpret or compile");
      },
      "Who computes eager graphs: automatic, interpret or compile.");
}
