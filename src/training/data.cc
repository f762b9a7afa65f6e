#include "training/data.h"

#include <cstring>

#include "model/checks.h"
#include "ops/make.h"

namespace keravino::training {
namespace {

ov::Tensor to_float32(const Tensor& x) { return ops::cast(x, DType::float32).numbers(); }

/// Calls `use` with each tensor of the rows and its counterpart.
template <class A, class B, class Use>
void each(A& a, B& b, Use use) {
  for (size_t i = 0; i < a.inputs.size(); ++i) use(a.inputs[i], b.inputs[i]);
  for (size_t i = 0; i < a.labels.size(); ++i) use(a.labels[i], b.labels[i]);
  if (a.weights) use(a.weights, b.weights);
}

/// Room for tensors like those of the rows.
Rows like(const Rows& rows) {
  return {std::vector<ov::Tensor>(rows.inputs.size()), std::vector<ov::Tensor>(rows.labels.size()), {}};
}

}  // namespace

Rows checked_rows(const std::vector<TensorInfo>& inputs, const std::vector<TensorInfo>& outputs, const FitData& data) {
  Rows rows{checked_inputs(inputs, data.inputs, "fit"), {}, {}};
  for (const ov::Tensor& input : rows.inputs) {
    if (input.get_shape().empty()) throw Error("[model.fit] an input has no samples: it is a single number");
    if (input.get_element_type() == ov::element::string)
      throw Error(Error::Kind::unsupported, "[model.fit] inputs of strings are not supported in training");
  }
  if (data.labels.size() != outputs.size())
    throw Error(fmt::format("[model.fit] expected labels for {} outputs, got {}", outputs.size(), data.labels.size()));
  const auto add = [&](const std::string& what, const Tensor& x) {
    if (!x) throw Error(Error::Kind::type, fmt::format("[model.fit] {}: is no tensor", what));
    const ov::Tensor numbers = to_float32(x);
    const ov::Shape shape = numbers.get_shape();
    if (shape.empty() || shape[0] != rows.count()) {
      throw Error(fmt::format("[model.fit] {}: expected {} rows as in the inputs, got {}", what, rows.count(),
                              ops::to_string(ov::PartialShape(shape))));
    }
    return numbers;
  };
  for (size_t i = 0; i < outputs.size(); ++i)
    rows.labels.push_back(add(fmt::format("labels of output \"{}\"", outputs[i].name), data.labels[i]));
  if (data.sample_weight) {
    rows.weights = add("sample_weight", data.sample_weight);
    if (rows.weights.get_shape().size() != 1) {
      throw Error(fmt::format("[model.fit] sample_weight: expected one number for each row, got {}",
                              ops::to_string(ov::PartialShape(rows.weights.get_shape()))));
    }
  }
  if (rows.count() == 0) throw Error("[model.fit] the data has no rows");
  return rows;
}

Rows slice(const Rows& rows, size_t begin, size_t end) {
  Rows part = like(rows);
  each(rows, part, [&](const ov::Tensor& from, ov::Tensor& to) {
    ov::Coordinate first(from.get_shape().size(), 0), last(from.get_shape());
    first[0] = begin;
    last[0] = end;
    to = ov::Tensor(from, first, last);
  });
  return part;
}

void gather(const Rows& rows, std::span<const size_t> order, Rows& batch) {
  if (batch.inputs.empty()) batch = like(rows);
  each(rows, batch, [&](const ov::Tensor& from, ov::Tensor& to) {
    ov::Shape shape = from.get_shape();
    shape[0] = order.size();
    if (!to || to.get_shape() != shape) to = ov::Tensor(from.get_element_type(), shape);
    const size_t bytes = to.get_byte_size() / order.size();
    const auto* source = static_cast<const std::byte*>(from.data());
    auto* place = static_cast<std::byte*>(to.data());
    for (const size_t row : order) {
      std::memcpy(place, source + row * bytes, bytes);
      place += bytes;
    }
  });
}

void shuffle(std::vector<size_t>& order, std::mt19937_64& generator) {
  // Fisher and Yates; std::shuffle gives another order with each standard library.
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[generator() % i]);
}

}  // namespace keravino::training
