#include "ops/signature.h"

namespace keravino::ops {
namespace {

/// Reads the literals of a signature: None, True, 3, 1e-3, "same", (2, 2).
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}
  Arg read() {
    skip_space();
    if (take("None")) return None{};
    if (take("True")) return true;
    if (take("False")) return false;
    if (peek() == '"' || peek() == '\'') return read_string();
    if (peek() == '(' || peek() == '[') return read_list();
    return read_number();
  }

 private:
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  void skip_space() {
    while (peek() == ' ') text_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  Arg read_string() {
    const size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) throw std::logic_error("open string in a signature");
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }
  Arg read_list() {
    text_.remove_prefix(1);
    List list;
    for (skip_space(); peek() != ')' && peek() != ']'; skip_space()) {
      list.push_back(read());
      skip_space();
      if (peek() == ',') text_.remove_prefix(1);
    }
    text_.remove_prefix(1);
    return list;
  }
  Arg read_number() {
    const size_t end = std::min(text_.find_first_not_of("+-.0123456789einf"), text_.size());
    const std::string number(text_.substr(0, end));
    text_.remove_prefix(end);
    size_t used = 0;
    if (number.find_first_of(".einf") == std::string::npos) return static_cast<int64_t>(std::stoll(number, &used));
    return std::stod(number, &used);
  }

  std::string_view text_;
};

/// Splits "a, b=(1, 2)" at the commas outside of brackets.
std::vector<std::string> split_params(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  int nesting = 0;
  for (char c : text) {
    nesting += (c == '(' || c == '[') - (c == ')' || c == ']');
    if (c == ',' && nesting == 0) {
      parts.push_back(std::move(part));
      part.clear();
    } else if (c != ' ' || !part.empty()) {
      part += c;
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

/// The parameter of a name; nothing for a keyword that **kwargs takes.
std::optional<size_t> index_of(const Op& op, const std::string& name) {
  for (size_t i = 0; i < op.params.size(); ++i) {
    if (op.params[i].name == name) return i;
  }
  if (op.takes_hints) return {};
  throw Error(Error::Kind::type, fmt::format("[keras.ops.{}] unknown argument \"{}\". Signature: {}{}", op.name, name,
                                             op.name, op.signature));
}

}  // namespace

Op parse_signature(const OpDef& def) {
  const std::string_view text = def.signature;
  const size_t open = text.find('(');
  const size_t dot = text.rfind('.', open);
  if (open == std::string_view::npos || dot == std::string_view::npos || text.back() != ')') {
    throw std::logic_error(fmt::format("malformed op signature: {}", text));
  }
  Op op{std::string(text.substr(0, dot)),
        std::string(text.substr(dot + 1, open - dot - 1)),
        std::string(text.substr(open)),
        {},
        &def};
  for (const std::string& part : split_params(text.substr(open + 1, text.size() - open - 2))) {
    if (part.starts_with("**")) {
      op.takes_hints = true;
      continue;
    }
    const size_t equals = part.find('=');
    Param param{part.substr(0, equals), std::nullopt};
    if (equals != std::string::npos) param.fallback = Literal(std::string_view(part).substr(equals + 1)).read();
    if (param.name.starts_with('*')) {
      param.variadic = true;
      param.name.erase(0, 1);
    }
    op.params.push_back(std::move(param));
  }
  if (op.params.size() != def.arity) {
    throw std::logic_error(fmt::format("op {} has {} parameters, its function {}", text, op.params.size(), def.arity));
  }
  return op;
}

List bind(const Op& op, const List& args, const std::vector<std::pair<std::string, Arg>>& named) {
  List bound(op.params.size());
  std::vector<bool> given(op.params.size(), false);
  for (size_t i = 0; i < args.size(); ++i) {
    if (i < op.params.size() && op.params[i].variadic) {
      bound[i] = List(args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
      given[i] = true;
      break;
    }
    if (i >= op.params.size()) {
      throw Error(Error::Kind::type, fmt::format("[keras.ops.{}] too many arguments ({}). Signature: {}{}", op.name,
                                                 args.size(), op.name, op.signature));
    }
    bound[i] = args[i];
    given[i] = true;
  }
  for (const auto& [name, value] : named) {
    const auto i = index_of(op, name);
    if (!i) continue;
    if (given[*i])
      throw Error(Error::Kind::type, fmt::format("[keras.ops.{}] argument \"{}\" given twice", op.name, name));
    bound[*i] = value;
    given[*i] = true;
  }
  for (size_t i = 0; i < bound.size(); ++i) {
    if (given[i]) continue;
    const Param& param = op.params[i];
    if (!param.fallback && !param.variadic) {
      throw Error(Error::Kind::type, fmt::format("[keras.ops.{}] argument \"{}\" is missing. Signature: {}{}", op.name,
                                                 param.name, op.name, op.signature));
    }
    bound[i] = param.variadic ? Arg(List{}) : *param.fallback;
  }
  return bound;
}

}  // namespace keravino::ops
