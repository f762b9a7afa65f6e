#pragma once

#include <nanobind/nanobind.h>

namespace keravino::python {

/// Adds `ops`: {"numpy": {"add": function, ...}, ...}, derived from the registry.
void add_functions(nanobind::module_& module);

/// Adds the class Tensor; its operators are ops.
void add_tensor(nanobind::module_& module);

/// Adds `parameter`, the class Program, and conversions between Tensors and numbers.
void add_program(nanobind::module_& module);

/// Adds what makes If and Loop nodes out of traced functions.
void add_control(nanobind::module_& module);

/// Adds gradients of traced graphs.
void add_gradients(nanobind::module_& module);

/// Adds what is asked of and said to devices.
void add_device(nanobind::module_& module);

}  // namespace keravino::python
