#include "ops/registry.h"

#include "ops/families.h"
#include "ops/make.h"
#include "ops/memo.h"
#include "ops/signature.h"
#include "saving/suggest.h"
#include "tensor/value.h"

namespace keravino::ops {
namespace {

std::map<std::string, Op, std::less<>> build() {
  std::map<std::string, Op, std::less<>> ops;
  for (Family family : kFamilies) {
    for (const OpDef& def : family()) {
      Op op = parse_signature(def);
      const std::string full_name = op.module + "." + op.name;
      if (!ops.emplace(full_name, std::move(op)).second) throw std::logic_error("op registered twice: " + full_name);
    }
  }
  return ops;
}

/// "x.shape=(3, 4), x.dtype=float32, axis=2".
std::string received(const Op& op, std::span<const Arg> args) {
  std::string text;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!text.empty()) text += ", ";
    const std::string& param = op.params[i].name;
    if (args[i].is<Tensor>() && args[i].as<Tensor>()) {
      const Tensor& t = args[i].as<Tensor>();
      text += fmt::format("{0}.shape={1}, {0}.dtype={2}", param, to_string(t.shape()), name(t.dtype()));
      continue;
    }
    text += param + "=" + to_string(args[i]);
  }
  return text;
}

}  // namespace

std::string reason(const std::string& message) {
  const size_t last = message.find_last_not_of(" .\n");
  if (last == std::string::npos) return message;
  const size_t line = message.rfind('\n', last);
  return message.substr(line == std::string::npos ? 0 : line + 1,
                        last - (line == std::string::npos ? 0 : line + 1) + 1);
}

const std::map<std::string, Op, std::less<>>& registry() {
  static const auto* ops = new std::map<std::string, Op, std::less<>>(build());
  return *ops;
}

const Op& find_op(std::string_view full_name) {
  const auto found = registry().find(full_name);
  if (found != registry().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [key, op] : registry()) names.push_back(key);
  throw Error(fmt::format("unknown op \"{}\"{}", full_name, did_you_mean(std::string(full_name), names)));
}

bool is_out_of_memory(std::string_view text) {
  const auto says = [&](std::string_view part) { return text.find(part) != text.npos; };
  return says("std::bad_alloc") || says("Cannot allocate memory") || says("cpu_memory.cpp");
}

Arg invoke(const Op& op, std::span<const Arg> args) {
  const auto described = [&](const std::string& what) {
    return fmt::format("[keras.ops.{}] {}. Received: {}", op.name, what, received(op, args));
  };
  const std::lock_guard lock(graph_mutex());
  try {
    return call_or_recall(op, args);
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with("[")) throw;  // an op within this one has named itself
    throw Error(error.kind(), described(error.what()));
  } catch (const ov::Exception& error) {
    const auto kind = is_out_of_memory(error.what()) ? Error::Kind::memory : Error::Kind::value;
    throw Error(kind, described(reason(error.what())));
  } catch (const std::bad_alloc&) {
    throw Error(Error::Kind::memory, described("there is not enough memory for it"));
  } catch (const std::length_error&) {  // more elements than a vector may have
    throw Error(Error::Kind::memory, described("there is not enough memory for it"));
  } catch (const std::logic_error& error) {
    throw Error(described(error.what()));
  }
}

Arg call(std::string_view full_name, const List& args, const std::vector<std::pair<std::string, Arg>>& named) {
  const Op& op = find_op(full_name);
  return invoke(op, bind(op, args, named));
}

}  // namespace keravino::ops
