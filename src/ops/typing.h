// C++ types of ops in Python's words, for stubs and documentation.
#pragma once

#include <fmt/format.h>

#include "ops/arg.h"

namespace keravino::ops {

template <class T>
struct PythonType;

/// "int | Sequence[int] | None" for std::optional<std::vector<int64_t>>.
template <class T>
std::string python_type() {
  return PythonType<std::remove_cvref_t<T>>::text();
}

#define KERAVINO_PYTHON_TYPE(T, name)          \
  template <>                                  \
  struct PythonType<T> {                       \
    static std::string text() { return name; } \
  }
KERAVINO_PYTHON_TYPE(bool, "bool");
KERAVINO_PYTHON_TYPE(int64_t, "int");
KERAVINO_PYTHON_TYPE(double, "float");
KERAVINO_PYTHON_TYPE(std::string, "str");
KERAVINO_PYTHON_TYPE(DType, "str");
KERAVINO_PYTHON_TYPE(Tensor, "ArrayLike");
KERAVINO_PYTHON_TYPE(Dim, "int | Tensor");
KERAVINO_PYTHON_TYPE(Dims, "Shape");
KERAVINO_PYTHON_TYPE(Sections, "int | Sequence[int]");
KERAVINO_PYTHON_TYPE(PadWidth, "int | Sequence[int] | Sequence[Sequence[int]]");
KERAVINO_PYTHON_TYPE(Key, "Any");
KERAVINO_PYTHON_TYPE(Arg, "Any");
KERAVINO_PYTHON_TYPE(std::vector<int64_t>, "int | Sequence[int]");
#undef KERAVINO_PYTHON_TYPE

template <class T>
struct PythonType<std::optional<T>> {
  static std::string text() { return fmt::format("{} | None", python_type<T>()); }
};
template <class T>
struct PythonType<std::vector<T>> {
  static std::string text() { return fmt::format("Sequence[{}]", python_type<T>()); }
};
template <class... T>
struct PythonType<std::tuple<T...>> {
  static std::string text() {
    const std::vector<std::string> types{python_type<T>()...};
    return fmt::format("tuple[{}]", fmt::join(types, ", "));
  }
};
template <class A, class B>
struct PythonType<std::pair<A, B>> : PythonType<std::tuple<A, B>> {};

/// A result: a tensor comes back as Tensor, a list as list.
template <class R>
std::string python_result() {
  std::string text = python_type<R>();
  for (const auto& [from, to] : {std::pair{"ArrayLike", "Tensor"}, std::pair{"Sequence", "list"}}) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
      text.replace(at, std::string_view(from).size(), to);
  }
  return text;
}

}  // namespace keravino::ops
