// The ops as Python functions: one builtin for each row of the registry.
#include "functions.h"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstring>

#include "convert.h"
#include "keravino/error.h"
#include "ops/registry.h"
#include "ops/signature.h"

namespace nb = nanobind;

namespace keravino::python {
namespace {

constexpr const char* kCapsule = "keravino.op";

/// A Python function keeps its row and the texts that CPython points into.
struct Function {
  const ops::Op* op;
  std::string doc;
  std::vector<PyObject*> names;  // interned parameter names: keywords are compared by pointer first
  PyMethodDef method{};
};

size_t find_param(const Function& function, PyObject* keyword) {
  for (size_t i = 0; i < function.names.size(); ++i) {
    if (function.names[i] == keyword) return i;
  }
  for (size_t i = 0; i < function.names.size(); ++i) {
    if (PyUnicode_Compare(function.names[i], keyword) == 0) return i;
  }
  return function.names.size();
}

/// An argument; what is none is an error that names the op and the parameter.
ops::Arg argument(const ops::Op& op, std::string_view param, PyObject* object) {
  try {
    return to_arg(object);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("[keras.ops.{}] {}. Received: {}=<{}>", op.name, error.what(), param,
                                          Py_TYPE(object)->tp_name));
  }
}

PyObject* call(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  const auto& function = *static_cast<const Function*>(PyCapsule_GetPointer(self, kCapsule));
  const ops::Op& op = *function.op;
  try {
    const size_t params = op.params.size();
    const bool variadic = std::any_of(op.params.begin(), op.params.end(), [](const auto& p) { return p.variadic; });
    const size_t named = keywords ? static_cast<size_t>(PyTuple_GET_SIZE(keywords)) : 0;
    ops::List bound(params);
    std::vector<bool> given(params, false);
    bool regular = !variadic && static_cast<size_t>(count) <= params;
    for (size_t i = 0; regular && i < static_cast<size_t>(count); ++i) {
      bound[i] = argument(op, op.params[i].name, args[i]);
      given[i] = true;
    }
    for (size_t k = 0; regular && k < named; ++k) {
      const size_t i = find_param(function, PyTuple_GET_ITEM(keywords, static_cast<Py_ssize_t>(k)));
      regular = i < params && !given[i];
      if (!regular) break;
      bound[i] = argument(op, op.params[i].name, args[count + static_cast<Py_ssize_t>(k)]);
      given[i] = true;
    }
    for (size_t i = 0; regular && i < params; ++i) {
      if (given[i]) continue;
      regular = op.params[i].fallback.has_value();
      if (regular) bound[i] = *op.params[i].fallback;
    }
    if (!regular) {  // *args, or a mistake for which `bind` has the words
      ops::List positional;
      std::vector<std::pair<std::string, ops::Arg>> by_name;
      for (Py_ssize_t i = 0; i < count; ++i) {
        const size_t param = std::min(static_cast<size_t>(i), params - 1);
        positional.push_back(argument(op, params ? op.params[param].name : "", args[i]));
      }
      for (size_t k = 0; k < named; ++k) {
        PyObject* keyword = PyTuple_GET_ITEM(keywords, static_cast<Py_ssize_t>(k));
        const std::string param = nb::cast<std::string>(nb::handle(keyword));
        by_name.emplace_back(param, argument(op, param, args[count + static_cast<Py_ssize_t>(k)]));
      }
      bound = ops::bind(op, positional, by_name);
    }
    return from_arg(ops::invoke(op, bound));
  } catch (...) {
    raise_current();
    return nullptr;
  }
}

PyObject* make_function(const ops::Op& op) {
  auto* function = new Function{&op, {}, {}, {}};  // lives as long as the process, as the registry does
  function->doc = fmt::format("{}{}\n--\n\n{}", op.name, op.signature, op.def->doc);
  for (const ops::Param& param : op.params) function->names.push_back(PyUnicode_InternFromString(param.name.c_str()));
  function->method = {op.name.c_str(), reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call)),
                      METH_FASTCALL | METH_KEYWORDS, function->doc.c_str()};
  const nb::object self = nb::steal(PyCapsule_New(function, kCapsule, nullptr));
  return PyCFunction_New(&function->method, self.ptr());
}

}  // namespace

namespace {

/// What the stubs are made from: (module, name, [(parameter, type, default or None)], result type, doc) of each op.
nb::list describe() {
  nb::list rows;
  for (const auto& [full_name, op] : ops::registry()) {
    const std::vector<std::string> types = op.def->types();
    nb::list params;
    for (size_t i = 0; i < op.params.size(); ++i) {
      const ops::Param& param = op.params[i];
      const std::string name = (param.variadic ? "*" : "") + param.name;
      nb::object fallback = nb::none();
      if (param.fallback) fallback = nb::str(ops::to_string(*param.fallback).c_str());
      params.append(nb::make_tuple(name, types[i], fallback));
    }
    if (op.takes_hints) params.append(nb::make_tuple("**kwargs", "Any", nb::none()));
    rows.append(nb::make_tuple(op.module, op.name, params, types.back(), std::string(op.def->doc)));
  }
  return rows;
}

}  // namespace

void add_functions(nb::module_& module) {
  module.def("describe", &describe, "The registry: (module, name, parameters, result type, doc) of each op.");
  nb::dict families;
  for (const auto& [full_name, op] : ops::registry()) {
    if (!families.contains(op.module.c_str())) families[op.module.c_str()] = nb::dict();
    nb::object family = families[op.module.c_str()];
    family[op.name.c_str()] = nb::steal(make_function(op));
  }
  module.attr("ops") = families;
}

}  // namespace keravino::python
