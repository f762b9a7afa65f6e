// Arguments of any kind: how Python and a model's config reach an op by name.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "keravino/arguments.h"
#include "keravino/error.h"
#include "keravino/tensor.h"

namespace keravino::ops {

struct Arg;
using List = std::vector<Arg>;
struct None {};
struct Ellipsis {};
/// Python's slice: its parts are None, integers or scalar tensors.
struct Slice {
  std::shared_ptr<Arg> start, stop, step;
};

/// A result that Python shall see as a tuple; as an argument a tuple is a List.
struct Tuple {
  List items;
};

/// Any argument. A Python tuple or list is a List.
struct Arg : std::variant<None, bool, int64_t, double, std::string, Tensor, List, Slice, Ellipsis, Tuple> {
  using variant::variant;
  const variant& base() const { return *this; }
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(base());
  }
  template <class T>
  const T& as() const {
    return std::get<T>(base());
  }
};

/// Python's way of writing an argument: "None", "(3, 4)", "\"same\""; a tensor as its shape and dtype.
std::string to_string(const Arg& arg);

/// Conversion of an argument to a C++ parameter; Error says what was wanted.
template <class T>
struct From;

template <class T>
T convert(const Arg& arg) {
  return From<T>::arg(arg);
}

#define KERAVINO_FROM(T)        \
  template <>                   \
  struct From<T> {              \
    static T arg(const Arg& a); \
  }
KERAVINO_FROM(bool);
KERAVINO_FROM(int64_t);
KERAVINO_FROM(double);
KERAVINO_FROM(std::string);
KERAVINO_FROM(Tensor);                // None is an empty Tensor; nested lists of numbers are stacked
KERAVINO_FROM(std::vector<int64_t>);  // a number is a vector of one
KERAVINO_FROM(std::vector<Tensor>);   // a tensor is split along its first axis
KERAVINO_FROM(DType);
KERAVINO_FROM(Dim);
KERAVINO_FROM(Dims);
KERAVINO_FROM(Sections);
KERAVINO_FROM(PadWidth);
KERAVINO_FROM(Key);
#undef KERAVINO_FROM

template <>
struct From<Arg> {
  static Arg arg(const Arg& a) { return a; }
};
template <class T>
struct From<std::optional<T>> {
  static std::optional<T> arg(const Arg& a) { return a.is<None>() ? std::nullopt : std::optional<T>(convert<T>(a)); }
};
template <class T>
requires(!std::is_same_v<T, int64_t> && !std::is_same_v<T, Tensor> &&
         !std::is_same_v<T, Index>) struct From<std::vector<T>> {
  static std::vector<T> arg(const Arg& a) {
    std::vector<T> out;
    if (!a.is<List>()) throw Error(Error::Kind::type, "wanted a list, got " + to_string(a));
    for (const Arg& item : a.as<List>()) out.push_back(convert<T>(item));
    return out;
  }
};
template <class A, class B>
struct From<std::pair<A, B>> {
  static std::pair<A, B> arg(const Arg& a) {
    if (!a.is<List>() || a.as<List>().size() != 2) throw Error(Error::Kind::type, "wanted a pair, got " + to_string(a));
    return {convert<A>(a.as<List>()[0]), convert<B>(a.as<List>()[1])};
  }
};

/// Conversion of a result back: tensors, tuples and lists of them.
inline Arg to_arg(Tensor t) { return Arg(std::move(t)); }
inline Arg to_arg(Arg a) { return a; }
inline Arg to_arg(int64_t n) { return Arg(n); }
inline Arg to_arg(const Dim& dim) {
  return std::visit([](const auto& d) { return Arg(d); }, dim);
}
inline Arg to_arg(bool b) { return Arg(b); }
template <class T>
Arg to_arg(const std::vector<T>& items) {
  List list;
  for (const T& item : items) list.push_back(to_arg(item));
  return Arg(std::move(list));
}
template <class... T>
Arg to_arg(const std::tuple<T...>& items) {
  return std::apply([](const auto&... item) { return Arg(Tuple{{to_arg(item)...}}); }, items);
}
template <class A, class B>
Arg to_arg(const std::pair<A, B>& items) {
  return Arg(Tuple{{to_arg(items.first), to_arg(items.second)}});
}

}  // namespace keravino::ops
