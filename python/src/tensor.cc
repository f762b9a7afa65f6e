#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "convert.h"
#include "engine/evaluate.h"
#include "functions.h"
#include "keravino/error.h"
#include "ops/make.h"
#include "ops/registry.h"

namespace nb = nanobind;

namespace keravino::python {
namespace {

nb::tuple shape_of(const Tensor& t) {
  nb::list dims;
  for (const ov::Dimension& dim : t.shape()) {
    if (dim.is_static())
      dims.append(dim.get_length());
    else
      dims.append(nb::none());
  }
  return nb::tuple(dims);
}

/// The single number of a tensor, as this C++ type.
template <class T>
T item(const Tensor& t) {
  if (t.is_complex()) throw Error(Error::Kind::type, "a complex number is no real Python number");
  const ov::Tensor numbers = numbers_of(t)[0];
  if (numbers.get_size() != 1) {
    throw Error(Error::Kind::type, fmt::format("only a tensor of one element is a Python number. Received: shape={}",
                                               ops::to_string(t.shape())));
  }
  return engine::convert(numbers, ov::element::from<T>()).template data<T>()[0];
}

/// `op(self, other)`, or NotImplemented where Python shall try the other side.
nb::object binary(const char* op, nb::handle a, nb::handle b) {
  ops::Arg args[2];
  try {
    args[0] = to_arg(a.ptr());
    args[1] = to_arg(b.ptr());
  } catch (const Error&) {
    return nb::borrow(Py_NotImplemented);
  }
  return nb::steal(from_arg(ops::invoke(ops::find_op(op), args)));
}

nb::object unary(const char* op, nb::handle a) {
  const ops::Arg args[1] = {to_arg(a.ptr())};
  return nb::steal(from_arg(ops::invoke(ops::find_op(op), args)));
}

struct BinaryRow {
  const char *method, *reflected, *op;
};
constexpr BinaryRow kBinary[] = {
    {"__add__", "__radd__", "numpy.add"},
    {"__sub__", "__rsub__", "numpy.subtract"},
    {"__mul__", "__rmul__", "numpy.multiply"},
    {"__truediv__", "__rtruediv__", "numpy.divide"},
    {"__floordiv__", "__rfloordiv__", "numpy.floor_divide"},
    {"__mod__", "__rmod__", "numpy.mod"},
    {"__pow__", "__rpow__", "numpy.power"},
    {"__matmul__", "__rmatmul__", "numpy.matmul"},
    {"__and__", "__rand__", "numpy.bitwise_and"},
    {"__or__", "__ror__", "numpy.bitwise_or"},
    {"__xor__", "__rxor__", "numpy.bitwise_xor"},
    {"__lshift__", "__rlshift__", "numpy.left_shift"},
    {"__rshift__", "__rrshift__", "numpy.right_shift"},
    {"__eq__", nullptr, "numpy.equal"},
    {"__ne__", nullptr, "numpy.not_equal"},
    {"__lt__", nullptr, "numpy.less"},
    {"__le__", nullptr, "numpy.less_equal"},
    {"__gt__", nullptr, "numpy.greater"},
    {"__ge__", nullptr, "numpy.greater_equal"},
};
constexpr std::pair<const char*, const char*> kUnary[] = {
    {"__neg__", "numpy.negative"},
    {"__abs__", "numpy.absolute"},
    {"__invert__", "numpy.bitwise_not"},
};

}  // namespace

void add_tensor(nb::module_& module) {
  nb::class_<Tensor> tensor(module, "Tensor", nb::is_weak_referenceable(), nb::dynamic_attr(),
                            "A value on OpenVINO. Ops build its graph; its numbers are computed when asked for.");
  tensor.def_prop_ro("shape", &shape_of, "Its shape as a tuple; None for a dimension not known while tracing.");
  tensor.def_prop_ro(
      "dtype", [](const Tensor& t) { return std::string(name(t.dtype())); }, "Keras's name of its dtype.");
  tensor.def_prop_ro("ndim", &Tensor::rank, "Number of dimensions.");
  tensor.def_prop_ro("traced", &Tensor::traced, "True inside a graph being traced, where it has no numbers.");
  tensor.def(
      "numpy", [](const Tensor& t) { return nb::steal(to_numpy(numbers_of(t), false)); },
      "Its numbers as a read-only NumPy array on the same memory.");
  tensor.def(
      "__array__",
      [](const Tensor& t, nb::object dtype, nb::object copy) {
        nb::object array = nb::steal(to_numpy(numbers_of(t), false));
        if (!dtype.is_none()) array = array.attr("astype")(dtype, nb::arg("copy") = false);
        return !copy.is_none() && nb::cast<bool>(copy) ? array.attr("copy")() : array;
      },
      nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none());
  tensor.def("__len__", [](const Tensor& t) {
    if (t.rank() == 0) throw Error(Error::Kind::type, "a scalar tensor has no len()");
    if (t.shape()[0].is_dynamic()) throw Error(Error::Kind::type, "the length is not known while the graph is traced");
    return t.shape()[0].get_length();
  });
  tensor.def("__bool__", [](const Tensor& t) { return item<double>(ops::cast(t, DType::boolean)) != 0; });
  tensor.def("__float__", &item<double>);
  tensor.def("__complex__", [](const Tensor& t) {
    return nb::steal(PyComplex_FromDoubles(item<double>(ops::real(t)), item<double>(ops::imag(t))));
  });
  tensor.def("__int__", &item<int64_t>);
  tensor.def("__index__", [](const Tensor& t) {
    if (!is_integer(t.dtype())) throw Error(Error::Kind::type, "only an integer tensor is an index");
    return item<int64_t>(t);
  });
  tensor.def("__hash__", [](nb::handle self) { return reinterpret_cast<Py_ssize_t>(self.ptr()) >> 4; });
  // pickle and deepcopy: by its numbers
  tensor.def("__getstate__", [](const Tensor& t) { return nb::make_tuple(nb::steal(to_numpy(numbers_of(t), false))); });
  tensor.def("__setstate__", [](Tensor& t, const nb::tuple& state) {
    const nb::object numbers = state[0];
    new (&t) Tensor(ops::strong(ops::convert<Tensor>(to_arg(numbers.ptr()))));
  });
  tensor.def("__repr__", [](const Tensor& t) {
    const std::string head = fmt::format("shape={}, dtype={}", ops::to_string(t.shape()), name(t.dtype()));
    if (t.traced()) return fmt::format("<keravino.Tensor {} (traced)>", head);
    const nb::object array = nb::steal(to_numpy(numbers_of(t), false));
    return fmt::format("<keravino.Tensor {}, numbers=\n{}>", head, nb::str(array).c_str());
  });
  tensor.def("__format__", [](nb::handle self, const nb::str& spec) -> nb::object {
    return nb::len(spec) ? self.attr("numpy")().attr("__format__")(spec) : nb::object(nb::str(self));
  });
  for (const BinaryRow& row : kBinary) {
    tensor.def(
        row.method, [op = row.op](nb::handle a, nb::handle b) { return binary(op, a, b); }, nb::arg().none());
    if (!row.reflected) continue;
    tensor.def(
        row.reflected, [op = row.op](nb::handle a, nb::handle b) { return binary(op, b, a); }, nb::arg().none());
  }
  tensor.def(
      "__getitem__",
      [](nb::handle self, nb::handle key) {
        // A tuple holds one index for each axis; a list is one index tensor.
        const ops::Arg index = to_arg(key.ptr());
        const ops::Arg args[2] = {to_arg(self.ptr()), PyList_Check(key.ptr()) ? ops::Arg(ops::List{index}) : index};
        return nb::steal(from_arg(ops::invoke(ops::find_op("numpy.get_item"), args)));
      },
      nb::arg().none());
  for (const auto& [method, op] : kUnary) tensor.def(method, [op = op](nb::handle a) { return unary(op, a); });
  // NumPy shall leave array + tensor to us.
  tensor.attr("__array_priority__") = 1000;
  tensor.attr("__array_ufunc__") = nb::none();
}

}  // namespace keravino::python
