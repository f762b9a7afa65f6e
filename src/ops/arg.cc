#include "ops/arg.h"

#include "engine/evaluate.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

[[noreturn]] void wrong(std::string_view wanted, const Arg& got) {
  throw Error(Error::Kind::type, fmt::format("wanted {}, got {}", wanted, to_string(got)));
}

/// A whole number that an int64 holds.
std::optional<int64_t> whole(double x) {
  if (x != std::floor(x) || !(std::abs(x) < 0x1p63)) return {};
  return static_cast<int64_t>(x);
}

/// The integers of a tensor whose numbers are known.
std::vector<int64_t> integers(const Tensor& t) {
  if (is_float(t.dtype())) {
    std::vector<int64_t> out;
    const ov::Tensor numbers = engine::convert(t.numbers(), ov::element::f64);
    for (size_t i = 0; i < numbers.get_size(); ++i) {
      const auto n = whole(numbers.data<double>()[i]);
      out.push_back(
          n ? *n : throw Error(Error::Kind::type, fmt::format("wanted integers, got {}", numbers.data<double>()[i])));
    }
    return out;
  }
  const ov::Tensor numbers = engine::convert(t.numbers(), ov::element::i64);
  return {numbers.data<int64_t>(), numbers.data<int64_t>() + numbers.get_size()};
}

std::string join(const List& list, std::string_view open, std::string_view close) {
  std::string text(open);
  for (size_t i = 0; i < list.size(); ++i) text += (i ? ", " : "") + to_string(list[i]);
  return text + (list.size() == 1 && open == "(" ? ",)" : std::string(close));
}

/// Leaves of nested lists of numbers, into one constant; false if a leaf is a tensor that is no number.
bool flatten(const Arg& arg, size_t depth, std::vector<size_t>& shape, std::vector<Scalar>& leaves) {
  if (const auto* list = std::get_if<List>(&arg.base())) {
    if (shape.size() == depth) shape.push_back(list->size());
    if (shape[depth] != list->size()) throw Error("a ragged nested list is no tensor");
    return std::all_of(list->begin(), list->end(), [&](const Arg& a) { return flatten(a, depth + 1, shape, leaves); });
  }
  if (shape.size() != depth) throw Error("a ragged nested list is no tensor");
  if (arg.is<bool>())
    leaves.emplace_back(arg.as<bool>());
  else if (arg.is<int64_t>())
    leaves.emplace_back(arg.as<int64_t>());
  else if (arg.is<double>())
    leaves.emplace_back(arg.as<double>());
  else
    return false;
  return true;
}

/// One constant from scalars of mixed kinds: the widest kind decides.
Tensor constant_of(const std::vector<size_t>& shape, const std::vector<Scalar>& leaves) {
  size_t kind = leaves.empty() ? 2 : 0;
  bool wide = false;
  for (const Scalar& leaf : leaves) {
    kind = std::max(kind, leaf.index());
    if (const auto* n = std::get_if<int64_t>(&leaf)) wide = wide || *n != static_cast<int32_t>(*n);
  }
  const DType dtype = kind == 0 ? DType::boolean : kind == 2 ? floatx() : wide ? DType::int64 : DType::int32;
  const auto make_constant = [&]<class T>(std::vector<T> values) {
    for (const Scalar& leaf : leaves) values.push_back(std::visit([](auto x) { return static_cast<T>(x); }, leaf));
    const std::lock_guard lock(graph_mutex());
    return Tensor(std::make_shared<Value>(
        std::make_shared<ov::op::v0::Constant>(element_type(dtype), ov::Shape(shape), values)->output(0), false, 0));
  };
  return kind == 2 ? make_constant(std::vector<double>{}) : make_constant(std::vector<int64_t>{});
}

Tensor stack_list(const List& list) {
  std::vector<Tensor> rows;
  for (const Arg& item : list) rows.push_back(convert<Tensor>(item));
  rows = promote(rows);
  for (Tensor& row : rows) row = make<v::v0::Unsqueeze>(row, std::vector<int64_t>{0});
  return make<v::v0::Concat>(rows, int64_t{0});
}

}  // namespace

std::string to_string(const Arg& arg) {
  struct Printer {
    std::string operator()(None) const { return "None"; }
    std::string operator()(Ellipsis) const { return "..."; }
    std::string operator()(bool b) const { return b ? "True" : "False"; }
    std::string operator()(int64_t n) const { return std::to_string(n); }
    std::string operator()(double x) const { return fmt::format("{}", x); }
    std::string operator()(const std::string& s) const { return "\"" + s + "\""; }
    std::string operator()(const List& list) const { return join(list, "(", ")"); }
    std::string operator()(const Tuple& tuple) const { return join(tuple.items, "(", ")"); }
    std::string operator()(const Slice& s) const {
      return fmt::format("slice({}, {}, {})", to_string(*s.start), to_string(*s.stop), to_string(*s.step));
    }
    std::string operator()(const Tensor& t) const {
      if (!t) return "None";
      return fmt::format("<tensor {} {}>", to_string_shape(t), name(t.dtype()));
    }
    static std::string to_string_shape(const Tensor& t) { return ops::to_string(t.shape()); }
  };
  return std::visit(Printer(), arg.base());
}

bool From<bool>::arg(const Arg& a) {
  if (a.is<bool>()) return a.as<bool>();
  if (a.is<int64_t>()) return a.as<int64_t>() != 0;
  if (a.is<Tensor>() && a.as<Tensor>()) {
    const ov::Tensor numbers = engine::convert(a.as<Tensor>().numbers(), ov::element::boolean);
    if (numbers.get_size() == 1) return numbers.data<bool>()[0];
  }
  wrong("a bool", a);
}

int64_t From<int64_t>::arg(const Arg& a) {
  if (a.is<int64_t>()) return a.as<int64_t>();
  if (a.is<bool>()) return a.as<bool>();
  if (a.is<double>() && whole(a.as<double>())) return *whole(a.as<double>());
  if (a.is<Tensor>() && a.as<Tensor>() && a.as<Tensor>().rank() == 0) return integers(a.as<Tensor>())[0];
  wrong("an integer", a);
}

double From<double>::arg(const Arg& a) {
  if (a.is<double>()) return a.as<double>();
  if (a.is<int64_t>()) return static_cast<double>(a.as<int64_t>());
  if (a.is<bool>()) return a.as<bool>();
  if (a.is<Tensor>() && a.as<Tensor>() && a.as<Tensor>().rank() == 0) {
    return engine::convert(a.as<Tensor>().numbers(), ov::element::f64).data<double>()[0];
  }
  wrong("a number", a);
}

std::string From<std::string>::arg(const Arg& a) {
  if (a.is<std::string>()) return a.as<std::string>();
  wrong("a string", a);
}

Tensor From<Tensor>::arg(const Arg& a) {
  if (a.is<Tensor>()) return a.as<Tensor>();
  if (a.is<None>()) return {};
  if (a.is<bool>()) return a.as<bool>();
  if (a.is<int64_t>()) return a.as<int64_t>();
  if (a.is<double>()) return a.as<double>();
  if (a.is<List>()) {
    std::vector<size_t> shape;
    std::vector<Scalar> leaves;
    if (flatten(a, 0, shape, leaves)) return constant_of(shape, leaves);
    return stack_list(a.as<List>());
  }
  wrong("a tensor", a);
}

std::vector<int64_t> From<std::vector<int64_t>>::arg(const Arg& a) {
  if (a.is<Tensor>() && a.as<Tensor>()) return integers(a.as<Tensor>());
  if (!a.is<List>()) return {convert<int64_t>(a)};
  std::vector<int64_t> out;
  for (const Arg& item : a.as<List>()) out.push_back(convert<int64_t>(item));
  return out;
}

std::vector<Tensor> From<std::vector<Tensor>>::arg(const Arg& a) {
  std::vector<Tensor> out;
  if (a.is<List>()) {
    for (const Arg& item : a.as<List>()) out.push_back(convert<Tensor>(item));
    return out;
  }
  if (!a.is<Tensor>() || !a.as<Tensor>() || a.as<Tensor>().rank() == 0) wrong("a list of tensors", a);
  const Tensor& t = a.as<Tensor>();
  if (t.shape()[0].is_dynamic()) throw Error("a tensor whose first dimension is dynamic is no list of tensors");
  const int64_t rows = t.shape()[0].get_length();
  if (rows == 0) return out;
  for (const Tensor& row : make_all<v::v1::Split>(t, Tensor(0), static_cast<size_t>(rows))) {
    out.push_back(make<v::v0::Squeeze>(row, std::vector<int64_t>{0}));
  }
  return out;
}

DType From<DType>::arg(const Arg& a) {
  const DType dtype = dtype_from_name(convert<std::string>(a));
  if (dtype == DType::string) throw Error("dtype \"string\" is none of numbers");
  return dtype;
}

}  // namespace keravino::ops
