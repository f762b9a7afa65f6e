// The table of ops: everything that is derived from an op is derived from its row here.
#pragma once

#include <span>
#include <string_view>
#include <tuple>

#include "ops/arg.h"
#include "ops/typing.h"

namespace keravino::ops {

/// A row: signature in Keras's words ("numpy.sum(x, axis=None, keepdims=False)"), one line of documentation, and the
/// call.
struct OpDef {
  std::string_view signature;
  std::string_view doc;
  Arg (*call)(std::span<const Arg>);
  size_t arity;
  /// The types of the parameters, then of the result, in Python's words.
  std::vector<std::string> (*types)();
};

template <auto F>
struct Invoker;
template <class R, class... P, R (*F)(P...)>
struct Invoker<F> {
  static constexpr size_t arity = sizeof...(P);
  static Arg call(std::span<const Arg> args) { return call(args, std::index_sequence_for<P...>()); }
  static std::vector<std::string> types() { return {python_type<P>()..., python_result<R>()}; }
  template <size_t... I>
  static Arg call(std::span<const Arg> args, std::index_sequence<I...>) {
    return to_arg(F(convert<std::remove_cvref_t<P>>(args[I])...));
  }
};

/// Makes a row from a C++ function; the compiler checks that it exists, start-up that the parameters are as many.
template <auto F>
constexpr OpDef op(std::string_view signature, std::string_view doc) {
  return {signature, doc, &Invoker<F>::call, Invoker<F>::arity, &Invoker<F>::types};
}

struct Param {
  std::string name;
  std::optional<Arg> fallback;  // the default; required if absent
  bool variadic = false;        // *args
};

/// A row with its signature taken apart.
struct Op {
  std::string module;     // "numpy"
  std::string name;       // "log1p"
  std::string signature;  // "(x, axis=None)"
  std::vector<Param> params;
  const OpDef* def;
  bool takes_hints = false;  // **kwargs: hints for other backends, which change no result
};

/// All ops, by full name ("numpy.log1p"), in the order of names. A duplicate or malformed row ends the process at
/// start.
const std::map<std::string, Op, std::less<>>& registry();

/// The op of a full name, or Error with the nearest known one.
const Op& find_op(std::string_view full_name);

/// True for an error of OpenVINO's that says that there was no memory left.
bool is_out_of_memory(std::string_view text);

/// Calls an op with positional arguments in full (see `bind`). Errors get the op's name and what it received.
Arg invoke(const Op& op, std::span<const Arg> args);

/// Calls an op by name; missing arguments take their defaults. For graphs read from a file.
Arg call(std::string_view full_name, const List& args, const std::vector<std::pair<std::string, Arg>>& named = {});

/// OpenVINO's reason alone: its messages begin with lines that name files and nodes and end with what is wrong.
std::string reason(const std::string& message);

}  // namespace keravino::ops
