#include "keravino/arguments.h"

#include "ops/arg.h"
#include "ops/shapes.h"

namespace keravino::ops {
namespace {

/// A tensor argument that is present.
const Tensor* tensor_in(const Arg& a) { return a.is<Tensor>() && a.as<Tensor>() ? &a.as<Tensor>() : nullptr; }

/// A dimension or a bound: known numbers become numbers, a tensor of a traced graph stays.
Dim to_dim(const Arg& a) {
  const Tensor* t = tensor_in(a);
  if (t && t->traced()) return *t;
  return convert<int64_t>(a);
}

std::pair<int64_t, int64_t> to_pair(const Arg& a) {
  const auto numbers = convert<std::vector<int64_t>>(a);
  if (numbers.size() != 1 && numbers.size() != 2) {
    throw Error(Error::Kind::type, "wanted a padding or a pair (before, after), got " + to_string(a));
  }
  return {numbers.front(), numbers.back()};
}

Index to_index(const Arg& a) {
  if (a.is<None>()) return {Index::NewAxis()};
  if (a.is<Ellipsis>()) return {Index::Ellipsis()};
  if (a.is<Slice>()) {
    const auto bound = [](const Arg& b) { return b.is<None>() ? std::nullopt : std::optional<Dim>(to_dim(b)); };
    const Slice& s = a.as<Slice>();
    return {Index::Range{bound(*s.start), bound(*s.stop), bound(*s.step)}};
  }
  if (a.is<double>()) throw Error(Error::Kind::index, "an index must be an integer, got " + to_string(a));
  const Tensor t = convert<Tensor>(a);
  const bool empty_list = a.is<List>() && a.as<List>().empty();
  if (!empty_list && t.dtype() != DType::boolean && !is_integer(t.dtype())) {
    throw Error(Error::Kind::index, fmt::format("an index must hold integers or bools, got {}", name(t.dtype())));
  }
  return {empty_list ? as(t, DType::int32) : t};
}

}  // namespace

std::optional<std::vector<int64_t>> Dims::numbers() const {
  if (vector) return std::nullopt;
  std::vector<int64_t> out;
  for (const Dim& dim : dims) {
    if (!std::holds_alternative<int64_t>(dim)) return std::nullopt;
    out.push_back(std::get<int64_t>(dim));
  }
  return out;
}

Tensor Dims::tensor() const {
  if (vector) return as(vector, DType::int64);
  if (const auto known = numbers()) return ints(*known);
  std::vector<Tensor> parts;
  for (const Dim& dim : dims) parts.push_back(as_vector(dim));
  return make<v::v0::Concat>(parts, int64_t{0});
}

Dim From<Dim>::arg(const Arg& a) { return to_dim(a); }

Dims From<Dims>::arg(const Arg& a) {
  const auto add_to = [](Dims& out, const Arg& item) {
    out.dims.push_back(item.is<None>() ? Dim(int64_t{-1}) : to_dim(item));
  };
  Dims out;
  const Tensor* t = tensor_in(a);
  if (a.is<List>()) {
    for (const Arg& item : a.as<List>()) add_to(out, item);
  } else if (t && t->rank() == 1 && t->traced()) {
    out.vector = *t;
  } else if (t && t->rank() == 1) {
    out = Dims(convert<std::vector<int64_t>>(a));
  } else {
    add_to(out, a);
  }
  return out;
}

Sections From<Sections>::arg(const Arg& a) {
  const Tensor* t = tensor_in(a);
  if (a.is<List>() || (t && t->rank() == 1)) return convert<std::vector<int64_t>>(a);
  return convert<int64_t>(a);
}

PadWidth From<PadWidth>::arg(const Arg& a) {
  if (const Tensor* t = tensor_in(a); t && t->rank() == 2) {
    const auto numbers = convert<std::vector<int64_t>>(a);
    const auto width = static_cast<size_t>(static_shape(*t)[1]);
    if (width != 1 && width != 2)
      throw Error(Error::Kind::type, fmt::format("wanted pairs of integers, got rows of {}", width));
    PadWidth out;
    for (size_t i = 0; i + width <= numbers.size(); i += width)
      out.pairs.emplace_back(numbers[i], numbers[i + width - 1]);
    return out;
  }
  const bool nested =
      a.is<List>() && !a.as<List>().empty() && (a.as<List>()[0].is<List>() || tensor_in(a.as<List>()[0]));
  if (!nested) return {{to_pair(a)}};
  PadWidth out;
  for (const Arg& item : a.as<List>()) out.pairs.push_back(to_pair(item));
  return out;
}

Key From<Key>::arg(const Arg& a) {
  if (!a.is<List>()) return {to_index(a)};
  Key key;
  for (const Arg& item : a.as<List>()) key.push_back(to_index(item));
  return key;
}

}  // namespace keravino::ops
