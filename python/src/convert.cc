#include "convert.h"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#include <array>
#include <cstring>

#include "engine/engine.h"
#include "keravino/error.h"
#include "ops/make.h"
#include "ops/registry.h"

namespace nb = nanobind;

namespace keravino::python {
namespace {

std::array<PyArray_Descr*, kNumDTypes> g_descr{};  // NumPy's dtype of each of ours
std::unordered_map<int, DType> g_dtype_of;         // and back, by type number
PyObject* g_variable_type = nullptr;

bool add_dtype(DType dtype, PyObject* source) {
  PyArray_Descr* descr = nullptr;
  if (!source || !PyArray_DescrConverter(source, &descr)) return false;
  g_descr[static_cast<size_t>(dtype)] = descr;
  g_dtype_of[descr->type_num] = dtype;
  return true;
}

/// Calls a Python function on an object that is no tensor yet; the result is an array.
PyObject* as_array(PyObject* object) {
  PyObject* array = PyArray_FROM_O(object);
  if (!array) throw nb::python_error();
  return array;
}

ops::Arg to_slice(PyObject* object) {
  const auto part = [&](const char* name) {
    const nb::object value = nb::steal(PyObject_GetAttrString(object, name));
    return std::make_shared<ops::Arg>(to_arg(value.ptr()));
  };
  return ops::Slice{part("start"), part("stop"), part("step")};
}

/// np.float32, "float32", float, np.dtype(...): the name that Keras gives it, or nothing.
std::optional<std::string> dtype_name(PyObject* object) {
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return std::string(name(floatx()));
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return "int32";
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return "bool";
  if (object == reinterpret_cast<PyObject*>(&PyComplex_Type)) return "complex64";
  if (!PyType_Check(object) && !PyArray_DescrCheck(object)) return std::nullopt;
  PyArray_Descr* descr = nullptr;
  if (!PyArray_DescrConverter(object, &descr)) {
    PyErr_Clear();
    return std::nullopt;
  }
  const nb::object owner = nb::steal(reinterpret_cast<PyObject*>(descr));
  const auto found = g_dtype_of.find(descr->type_num);
  if (found == g_dtype_of.end()) return std::nullopt;
  return std::string(name(found->second));
}

ops::Arg from_list(PyObject* object) {
  const nb::object items = nb::steal(PySequence_Fast(object, "a list"));
  ops::List list;
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(items.ptr());
  list.reserve(static_cast<size_t>(size));
  for (Py_ssize_t i = 0; i < size; ++i) list.push_back(to_arg(PySequence_Fast_GET_ITEM(items.ptr(), i)));
  return list;
}

/// An array of a dtype and the tensor's shape on `data`, or on new memory.
PyObject* new_array(DType dtype, const ov::Tensor& tensor, void* data, int flags) {
  PyArray_Descr* descr = g_descr[static_cast<size_t>(dtype)];
  if (!descr) throw Error(Error::Kind::unsupported, "a tensor of strings has no NumPy form yet");
  std::vector<npy_intp> dims;
  for (size_t dim : tensor.get_shape()) dims.push_back(static_cast<npy_intp>(dim));
  Py_INCREF(descr);
  PyObject* array = PyArray_NewFromDescr(&PyArray_Type, descr, static_cast<int>(dims.size()), dims.data(), nullptr,
                                         data, flags, nullptr);
  if (!array) throw nb::python_error();
  return array;
}

/// Copies `size` elements of N bytes from every `from_step`-th to every `to_step`-th.
template <size_t N>
void copy_strided(void* to, size_t to_step, const void* from, size_t from_step, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    std::memcpy(static_cast<char*>(to) + i * to_step * N, static_cast<const char*>(from) + i * from_step * N, N);
  }
}

/// A new array whose complex numbers have these parts.
PyObject* interleaved(const ov::Tensor& real, const ov::Tensor& imaginary) {
  const bool wide = real.get_element_type() == ov::element::f64;
  PyObject* array = new_array(wide ? DType::complex128 : DType::complex64, real, nullptr, 0);
  char* data = PyArray_BYTES(reinterpret_cast<PyArrayObject*>(array));
  const auto copy = wide ? &copy_strided<8> : &copy_strided<4>;
  copy(data, 2, real.data(), 1, real.get_size());
  copy(data + (wide ? 8 : 4), 2, imaginary.data(), 1, real.get_size());
  return array;
}

/// The parts of complex numbers that lie one after the other.
Numbers separated(DType dtype, const ov::Shape& shape, const char* data) {
  const bool wide = dtype == DType::complex128;
  const auto copy = wide ? &copy_strided<8> : &copy_strided<4>;
  Numbers parts;
  for (const size_t offset : {size_t{0}, size_t{wide ? 8U : 4U}}) {
    ov::Tensor& part = parts.emplace_back(element_type(part_dtype(dtype)), shape);
    copy(part.data(), 1, data + offset, 2, part.get_size());
  }
  return parts;
}

}  // namespace

bool init_convert() {
  import_array1(false);
  const nb::object numpy = nb::module_::import_("numpy");
  const nb::object ml_dtypes = nb::module_::import_("ml_dtypes");
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (dtype == DType::python_int || dtype == DType::python_float || dtype == DType::string) continue;
    const std::string text(name(dtype));
    const bool extended = text == "bfloat16" || text.starts_with("float8");
    const nb::object source = (extended ? ml_dtypes : numpy).attr(text.c_str());
    if (!add_dtype(dtype, source.ptr())) return false;
  }
  g_dtype_of[NPY_LONGLONG] = DType::int64;
  g_dtype_of[NPY_ULONGLONG] = DType::uint64;
  return true;
}

void set_variable_type(PyObject* type) {
  Py_XINCREF(type);
  g_variable_type = type;
}

ops::Arg to_arg(PyObject* object) {
  if (nb::isinstance<Tensor>(nb::handle(object))) return nb::cast<const Tensor&>(nb::handle(object));
  if (object == Py_None) return ops::None{};
  if (PyBool_Check(object)) return object == Py_True;
  if (PyLong_Check(object)) {
    int overflow = 0;
    const int64_t number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return number;
    const uint64_t wide = PyLong_AsUnsignedLongLong(object);
    if (PyErr_Occurred()) {
      PyErr_Clear();
      throw Error("an integer that does not fit into 64 bits");
    }
    ov::Tensor scalar(ov::element::u64, ov::Shape{});
    scalar.data<uint64_t>()[0] = wide;
    return Tensor(scalar);
  }
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object);
  if (PyComplex_CheckExact(object)) {
    return Tensor::complex(PyComplex_RealAsDouble(object), PyComplex_ImagAsDouble(object));
  }
  if (PyUnicode_Check(object)) {
    const char* text = PyUnicode_AsUTF8(object);
    if (text) return std::string(text);
    PyErr_Clear();
    throw Error("a string that has no UTF-8 form");
  }
  if (PyArray_Check(object)) return from_numpy(object);
  if (PyList_Check(object) || PyTuple_Check(object)) return from_list(object);
  if (g_variable_type && PyObject_IsInstance(object, g_variable_type) == 1) {
    const nb::object value = nb::steal(PyObject_GetAttrString(object, "value"));
    if (!value.is_valid()) throw nb::python_error();
    return to_arg(value.ptr());
  }
  if (PySlice_Check(object)) return to_slice(object);
  if (object == Py_Ellipsis) return ops::Ellipsis{};
  if (const auto dtype = dtype_name(object)) return *dtype;
  if (PyRange_Check(object)) return from_list(object);
  if (PyArray_CheckScalar(object) || PyObject_HasAttrString(object, "__array__")) {
    const nb::object array = nb::steal(as_array(object));
    return from_numpy(array.ptr());
  }
  throw Error(Error::Kind::type, fmt::format("an argument of type {} is no tensor and nothing else that an op takes",
                                             Py_TYPE(object)->tp_name));
}

PyObject* from_arg(const ops::Arg& arg) {
  const auto fill = [](PyObject* out, const ops::List& items, auto set) {
    for (size_t i = 0; i < items.size(); ++i) set(out, static_cast<Py_ssize_t>(i), from_arg(items[i]));
    return out;
  };
  if (arg.is<Tensor>()) return arg.as<Tensor>() ? nb::cast(arg.as<Tensor>()).release().ptr() : Py_NewRef(Py_None);
  if (arg.is<ops::List>()) {
    const ops::List& items = arg.as<ops::List>();
    return fill(PyList_New(static_cast<Py_ssize_t>(items.size())), items,
                [](PyObject* list, Py_ssize_t i, PyObject* item) { PyList_SET_ITEM(list, i, item); });
  }
  if (arg.is<ops::Tuple>()) {
    const ops::List& items = arg.as<ops::Tuple>().items;
    return fill(PyTuple_New(static_cast<Py_ssize_t>(items.size())), items,
                [](PyObject* tuple, Py_ssize_t i, PyObject* item) { PyTuple_SET_ITEM(tuple, i, item); });
  }
  if (arg.is<bool>()) return PyBool_FromLong(arg.as<bool>());
  if (arg.is<int64_t>()) return PyLong_FromLongLong(arg.as<int64_t>());
  if (arg.is<double>()) return PyFloat_FromDouble(arg.as<double>());
  if (arg.is<std::string>()) return PyUnicode_FromString(arg.as<std::string>().c_str());
  return Py_NewRef(Py_None);
}

Numbers numbers_of(const Tensor& tensor) {
  const nb::gil_scoped_release release;
  return engine::numbers(parts_of({tensor}));
}

PyObject* to_numpy(const Numbers& numbers, bool writable) {
  if (numbers.size() == 2) {
    PyObject* array = interleaved(numbers[0], numbers[1]);
    if (!writable) PyArray_CLEARFLAGS(reinterpret_cast<PyArrayObject*>(array), NPY_ARRAY_WRITEABLE);
    return array;
  }
  auto owner = std::make_unique<ov::Tensor>(numbers[0]);
  void* data = const_cast<void*>(std::as_const(*owner).data());
  PyObject* array = new_array(dtype_of(owner->get_element_type()), numbers[0], data,
                              writable ? NPY_ARRAY_CARRAY : NPY_ARRAY_CARRAY_RO);
  PyObject* capsule = PyCapsule_New(
      owner.release(), nullptr, [](PyObject* c) { delete static_cast<ov::Tensor*>(PyCapsule_GetPointer(c, nullptr)); });
  PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(array), capsule);
  return array;
}

PyObject* copy_to_numpy(const Numbers& numbers) {
  if (numbers.size() == 2) return interleaved(numbers[0], numbers[1]);
  const ov::Tensor& tensor = numbers[0];
  PyObject* array = new_array(dtype_of(tensor.get_element_type()), tensor, nullptr, 0);
  void* data = PyArray_DATA(reinterpret_cast<PyArrayObject*>(array));
  if (tensor.get_byte_size() > 0) std::memcpy(data, tensor.data(), tensor.get_byte_size());
  return array;
}

Numbers borrow_numpy(PyObject* object, std::vector<nb::object>& alive) {
  nb::object owner =
      nb::steal(PyArray_FROM_OF(object, NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED));
  if (!owner.is_valid()) throw nb::python_error();
  auto* array = reinterpret_cast<PyArrayObject*>(owner.ptr());
  const auto found = g_dtype_of.find(PyArray_TYPE(array));
  if (found == g_dtype_of.end()) {
    const nb::object descr = nb::borrow(reinterpret_cast<PyObject*>(PyArray_DESCR(array)));
    throw Error(Error::Kind::type, fmt::format("an array of NumPy dtype {} is no tensor", nb::str(descr).c_str()));
  }
  ov::Shape shape;
  for (int i = 0; i < PyArray_NDIM(array); ++i) shape.push_back(static_cast<size_t>(PyArray_DIM(array, i)));
  if (is_complex(found->second)) return separated(found->second, shape, PyArray_BYTES(array));
  ov::Tensor tensor(element_type(found->second), shape, PyArray_DATA(array));
  if (owner.ptr() != object) alive.push_back(std::move(owner));
  return {tensor};
}

Tensor to_tensor(const Numbers& numbers) {
  const Tensor real(numbers[0]);
  return numbers.size() == 2 ? Tensor::complex(real, Tensor(numbers[1])) : real;
}

Tensor from_numpy(PyObject* object) {
  std::vector<nb::object> alive;
  const Numbers borrowed = borrow_numpy(object, alive);
  if (borrowed.size() == 2) return to_tensor(borrowed);  // copies already
  ov::Tensor tensor(borrowed[0].get_element_type(), borrowed[0].get_shape());
  if (tensor.get_byte_size() > 0) std::memcpy(tensor.data(), borrowed[0].data(), tensor.get_byte_size());
  return Tensor(tensor);
}

void raise_current() {
  try {
    throw;
  } catch (nb::python_error& error) {
    error.restore();
  } catch (const Error& error) {
    PyObject* type = PyExc_ValueError;
    switch (error.kind()) {
      case Error::Kind::value:
        break;
      case Error::Kind::type:
        type = PyExc_TypeError;
        break;
      case Error::Kind::index:
        type = PyExc_IndexError;
        break;
      case Error::Kind::unsupported:
        type = PyExc_NotImplementedError;
        break;
      case Error::Kind::file:
        type = PyExc_OSError;
        break;
      case Error::Kind::runtime:
        type = PyExc_RuntimeError;
        break;
      case Error::Kind::memory:
        type = PyExc_MemoryError;
        break;
    }
    PyErr_SetString(type, error.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(ops::is_out_of_memory(error.what()) ? PyExc_MemoryError : PyExc_RuntimeError, error.what());
  }
}

}  // namespace keravino::python
