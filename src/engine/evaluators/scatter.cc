// Scattering numbers, for float64 and 64-bit integers too: OpenVINO's own knows neither.
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// What becomes of an element and an update of it, by the name of a reduction; null for one that is not known.
template <class T, class Reduction>
T (*joining(Reduction reduction))
(T, T) {
  switch (reduction) {
    case Reduction::NONE:
      return [](T, T b) { return b; };
    case Reduction::SUM:
      return [](T a, T b) { return static_cast<T>(Wrapping<T>(a) + Wrapping<T>(b)); };
    case Reduction::PROD:
      return [](T a, T b) { return static_cast<T>(Wrapping<T>(a) * Wrapping<T>(b)); };
    case Reduction::MIN:
      return [](T a, T b) { return b < a ? b : a; };
    case Reduction::MAX:
      return [](T a, T b) { return a < b ? b : a; };
    default:
      break;
  }
  if constexpr (requires { Reduction::SUB; }) {
    if (reduction == Reduction::SUB) return [](T a, T b) { return static_cast<T>(Wrapping<T>(a) - Wrapping<T>(b)); };
  }
  return nullptr;
}

size_t place(int64_t index, size_t size) {
  const int64_t at = from_front(index, size);
  OPENVINO_ASSERT(at >= 0, "index ", index, " is out of range for an axis of ", size);
  return static_cast<size_t>(at);
}

ov::Tensor copy_of(const ov::Tensor& tensor) {
  ov::Tensor copy(tensor.get_element_type(), tensor.get_shape());
  tensor.copy_to(copy);
  return copy;
}

/// Rows, each at the place that the last axis of the indices names, one after the other; those out of range are passed
/// over, as the CPU plugin has it.
bool scatter_nd(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto reduction = static_cast<const v::v15::ScatterNDUpdate&>(node).get_reduction();
  return dispatch_wide(inputs[0].get_element_type(), [&](auto zero) {
    using T = decltype(zero);
    const auto join = joining<T>(reduction);
    if (!join) return false;
    ov::Tensor out = copy_of(inputs[0]);
    const ov::Shape& shape = out.get_shape();
    const size_t run = product(shape, inputs[1].get_shape().back(), shape.size());
    const T* from = inputs[2].data<const T>();
    for (const int64_t at : places(inputs[1], shape)) {
      T* to = out.data<T>() + (at < 0 ? 0 : static_cast<size_t>(at) * run);
      for (size_t i = 0; i < run && at >= 0; ++i) to[i] = join(to[i], from[i]);
      from += run;
    }
    outputs.assign(1, out);
    return true;
  });
}

/// Elements, each at the place along an axis that its index names.
bool scatter_elements(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v12::ScatterElementsUpdate&>(node);
  using Reduction = v::v12::ScatterElementsUpdate::Reduction;
  if (op.get_reduction() != Reduction::NONE && !op.get_use_init_val()) return false;
  return dispatch_wide(inputs[0].get_element_type(), [&](auto zero) {
    using T = decltype(zero);
    const auto join = joining<T>(op.get_reduction());
    if (!join) return false;
    ov::Tensor out = copy_of(inputs[0]);
    const ov::Shape &shape = out.get_shape(), &given = inputs[1].get_shape();
    const size_t axis = normal_axis(integers(inputs[3])[0], shape.size());
    const auto indices = integers(inputs[1]);
    const T* from = inputs[2].data<const T>();
    for (size_t i = 0; i < indices.size(); ++i) {
      size_t rest = i, to = 0, stride = 1;
      for (size_t k = shape.size(); k-- > 0; stride *= shape[k]) {
        to += stride * (k == axis ? place(indices[i], shape[k]) : rest % given[k]);
        rest /= given[k];
      }
      out.data<T>()[to] = join(out.data<T>()[to], from[i]);
    }
    outputs.assign(1, out);
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> scatter_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v15::ScatterNDUpdate>(&scatter_nd),
      row<v::v12::ScatterElementsUpdate>(&scatter_elements),
  };
  return kRows;
}

}  // namespace keravino::engine
