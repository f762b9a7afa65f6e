// Python objects to arguments of ops, and results back.
#pragma once

#include <nanobind/nanobind.h>

#include <vector>

#include "ops/arg.h"

namespace keravino::python {

/// Prepares NumPy's C interface and the dtype tables. False with a Python error set on failure.
bool init_convert();

/// The class whose instances stand for their `value` (Keras's Variable); set once by the Python side.
void set_variable_type(PyObject* type);

/// Any Python object as an argument. Arrays are copied: Python may change them later. Error for what is no argument.
ops::Arg to_arg(PyObject* object);

/// A new reference to the Python form of a result.
PyObject* from_arg(const ops::Arg& arg);

/// What holds the numbers of a Tensor: one OpenVINO tensor, or the two parts of a complex one.
using Numbers = std::vector<ov::Tensor>;

/// A Tensor's numbers, computed without the GIL; its errors.
Numbers numbers_of(const Tensor& tensor);

/// A NumPy array on the memory of a real tensor, or of its own, read-only unless `writable`.
PyObject* to_numpy(const Numbers& numbers, bool writable);

/// The Tensor of these numbers.
Tensor to_tensor(const Numbers& numbers);

/// A Tensor with a copy of the array; Error for dtypes that Keras does not have.
Tensor from_numpy(PyObject* array);

/// Numbers on the memory of an array that the caller keeps alive; copies of complex ones. Where a contiguous copy is
/// needed first, that goes into `alive`.
Numbers borrow_numpy(PyObject* array, std::vector<nanobind::object>& alive);

/// A NumPy array with a copy of the numbers.
PyObject* copy_to_numpy(const Numbers& numbers);

/// Translates the current C++ exception into a Python one. For use in catch blocks.
void raise_current();

}  // namespace keravino::python
