// Functions along one axis: LogSoftmax, CumSum and TopK.
#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// Calls visit(first, step) for each line along an axis: the place of its first element, and the way to the next one.
template <class F>
void each_line(const ov::Shape& shape, size_t axis, F visit) {
  const auto at = static_cast<std::ptrdiff_t>(axis);
  const size_t inner = ov::shape_size(ov::Shape(shape.begin() + at + 1, shape.end()));
  const size_t outer = ov::shape_size(ov::Shape(shape.begin(), shape.begin() + at));
  for (size_t i = 0; i < outer; ++i) {
    for (size_t j = 0; j < inner; ++j) visit(i * shape[axis] * inner + j, inner);
  }
}

/// x - max - log(sum(e^(x - max))); where the largest is infinite that is NaN, as it is in NumPy.
bool log_softmax(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!inputs[0].get_element_type().is_real()) return false;
  const ov::Shape& shape = inputs[0].get_shape();
  const size_t axis = normal_axis(static_cast<const v::v5::LogSoftmax&>(node).get_axis(), shape.size());
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(inputs[0].get_element_type(), shape));
    const T* from = inputs[0].data<const T>();
    T* to = outputs[0].data<T>();
    each_line(shape, axis, [&](size_t first, size_t step) {
      const size_t end = first + shape[axis] * step;
      double most = -std::numeric_limits<double>::infinity();
      for (size_t i = first; i < end; i += step) most = std::max(most, static_cast<double>(from[i]));
      double sum = 0;
      for (size_t i = first; i < end; i += step) sum += std::exp(static_cast<double>(from[i]) - most);
      const double log_sum = std::log(sum);
      for (size_t i = first; i < end; i += step) to[i] = static_cast<T>(static_cast<double>(from[i]) - most - log_sum);
    });
    return true;
  });
}

/// e^(x - max) / sum(e^(x - max)).
bool softmax(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!in.get_element_type().is_real()) return false;
  const ov::Shape& shape = in.get_shape();
  const size_t axis = normal_axis(static_cast<const v::v8::Softmax&>(node).get_axis(), shape.size());
  return dispatch_wide(in.get_element_type(), [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(in.get_element_type(), shape));
    const T* from = in.data<const T>();
    T* to = outputs[0].data<T>();
    each_line(shape, axis, [&](size_t first, size_t step) {
      const size_t end = first + shape[axis] * step;
      T most = -std::numeric_limits<T>::infinity();
      for (size_t i = first; i < end; i += step) most = std::max(most, from[i]);
      double sum = 0;
      for (size_t i = first; i < end; i += step) {
        to[i] = static_cast<T>(std::exp(from[i] - most));
        sum += static_cast<double>(to[i]);
      }
      for (size_t i = first; i < end; i += step) to[i] = static_cast<T>(static_cast<double>(to[i]) / sum);
    });
    return true;
  });
}

/// Integers wrap around.
bool cum_sum(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v0::CumSum&>(node);
  const ov::Shape& shape = inputs[0].get_shape();
  if (shape.empty()) return false;
  const size_t axis = normal_axis(integers(inputs[1])[0], shape.size());
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    outputs.assign(1, ov::Tensor(inputs[0].get_element_type(), shape));
    const T* from = inputs[0].data<const T>();
    T* to = outputs[0].data<T>();
    each_line(shape, axis, [&](size_t first, size_t step) {
      Wrapping<T> sum = 0;
      for (size_t n = 0; n < shape[axis]; ++n) {
        const size_t i = first + (op.is_reverse() ? shape[axis] - 1 - n : n) * step;
        const Wrapping<T> next = sum + static_cast<Wrapping<T>>(from[i]);
        to[i] = static_cast<T>(op.is_exclusive() ? sum : next);
        sum = next;
      }
    });
    return true;
  });
}

/// The places of the k greatest (or smallest) of a line, equals in the order they came.
template <class T>
void choose(std::vector<int64_t>& order, size_t k, const T* line, size_t step, const v::util::TopKBase& op) {
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](int64_t i) { return line[static_cast<size_t>(i) * step]; };
  const bool descending = op.get_mode() == v::TopKMode::MAX;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return descending ? value(a) > value(b) : value(a) < value(b); });
  if (op.get_sort_type() == v::TopKSortType::SORT_INDICES) std::sort(order.begin(), middle);
}

/// Sorted by value unless by index is asked for.
bool top_k(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::util::TopKBase&>(node);
  if (inputs[0].get_element_type() != ov::element::f64) return false;  // OpenVINO's own are fast
  const ov::Shape& shape = inputs[0].get_shape();
  const size_t axis = normal_axis(op.get_provided_axis(), shape.size());
  const auto k = static_cast<size_t>(integers(inputs[1])[0]);
  ov::Shape result = shape;
  result[axis] = k;
  outputs = {ov::Tensor(ov::element::f64, result), ov::Tensor(ov::element::i64, result)};
  const double* from = inputs[0].data<const double>();
  std::vector<int64_t> order(shape[axis]);
  size_t line = 0;
  each_line(shape, axis, [&](size_t first, size_t step) {
    choose(order, k, from + first, step, op);
    for (size_t i = 0; i < k; ++i) {
      const size_t at = (line / step * k + i) * step + line % step;
      outputs[0].data<double>()[at] = from[first + static_cast<size_t>(order[i]) * step];
      outputs[1].data<int64_t>()[at] = order[i];
    }
    ++line;
  });
  outputs[1] = convert(outputs[1], op.get_index_element_type());
  return true;
}

}  // namespace

std::span<const EvaluatorRow> axis_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v5::LogSoftmax>(&log_softmax),
      row<v::v8::Softmax>(&softmax),
      row<v::v0::CumSum>(&cum_sum),
      row<v::v1::TopK>(&top_k),
      row<v::v3::TopK>(&top_k),
      row<v::v11::TopK>(&top_k),
  };
  return kRows;
}

}  // namespace keravino::engine
