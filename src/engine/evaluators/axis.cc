// Functions along one axis: LogSoftmax, Softmax and CumSum.
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/exponential.h"
#include "engine/evaluators/rows.h"
#include "engine/evaluators/strided.h"
#include "engine/memory.h"
#include "kernels/processors.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

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

/// e^(x - max) / sum(e^(x - max)) of n elements that are `step` apart.
template <class T>
void softmax_line(const T* from, T* to, size_t n, size_t step) {
  T most = -std::numeric_limits<T>::infinity();
  for (size_t i = 0; i < n * step; i += step) most = std::max(most, from[i]);
  double sum = 0;
  for (size_t i = 0; i < n * step; i += step) {
    to[i] = static_cast<T>(std::exp(from[i] - most));
    sum += static_cast<double>(to[i]);
  }
  for (size_t i = 0; i < n * step; i += step) to[i] = static_cast<T>(static_cast<double>(to[i]) / sum);
}

/// The same where they are neighbours.
FOR_EACH_PROCESSOR void softmax_row(const float* from, float* to, size_t n) {
  const float most = largest(from, n);
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) to[i] = exponential(from[i] - most);
  const float share = static_cast<float>(1 / sum_of(to, n, [](float x) { return x; }));
  for (size_t i = 0; i < n; ++i) to[i] *= share;
}

bool softmax(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  if (!in.get_element_type().is_real()) return false;
  const ov::Shape& shape = in.get_shape();
  const size_t axis = normal_axis(static_cast<const v::v8::Softmax&>(node).get_axis(), shape.size());
  return dispatch_wide(in.get_element_type(), [&]<class T>(T) {
    outputs.assign(1, recycled_tensor(in.get_element_type(), shape));
    const T* from = in.data<const T>();
    T* to = outputs[0].data<T>();
    const size_t length = shape[axis];
    each_line(shape, axis, [&](size_t first, size_t step) {
      if constexpr (std::is_same_v<T, float>) {
        if (step == 1) return softmax_row(from + first, to + first, length);
      }
      softmax_line(from + first, to + first, length, step);
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

}  // namespace

std::span<const EvaluatorRow> axis_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v5::LogSoftmax>(&log_softmax),
      row<v::v8::Softmax>(&softmax),
      row<v::v0::CumSum>(&cum_sum),
  };
  return kRows;
}

}  // namespace keravino::engine
