// Python objects to arguments of ops, and results back.
#pragma once

#include <Python.h>

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

/// A NumPy array on the tensor's memory, read-only unless `writable`.
PyObject* to_numpy(const ov::Tensor& tensor, bool writable);

/// An OpenVINO tensor on the array's memory, which it keeps alive; Error for dtypes that Keras does not have.
ov::Tensor from_numpy(PyObject* array, bool copy);

/// Translates the current C++ exception into a Python one. For use in catch blocks.
void raise_current();

}  // namespace keravino::python
