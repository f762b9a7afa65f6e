// Places of elements, and elements at places: NonZero, SearchSorted and GatherElements.
#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// Returns f of a zero of the index type that a node answers with.
template <class F>
bool dispatch_index(const ov::element::Type& type, F f) {
  return type == ov::element::i32 ? f(int32_t{}) : f(int64_t{});
}

/// The coordinates (rank, count) of the elements that are not zero, in order.
bool non_zero(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const size_t size = in.get_size();
  std::vector<size_t> places(size + 1);
  size_t count = 0;
  const auto find = [&]<class T>(T) {
    const T* numbers = in.data<const T>();
    for (size_t i = 0; i < size; ++i) {  // without a branch, which would be guessed wrong
      places[count] = i;
      count += numbers[i] != 0;
    }
    return true;
  };
  const bool found = in.get_element_type() == ov::element::boolean ? find(*static_cast<const char*>(in.data()))
                                                                   : dispatch_wide(in.get_element_type(), find);
  if (!found) return false;
  return dispatch_index(node.get_output_element_type(0), [&]<class I>(I) {
    const ov::Shape& shape = in.get_shape();
    ov::Tensor out(node.get_output_element_type(0), {shape.size(), count});
    I* to = out.data<I>();
    for (size_t axis = shape.size(); axis-- > 0;) {
      const size_t length = shape[axis];
      size_t line = 0, first = 0;  // of the last place: they ascend, so that no division is needed
      for (size_t i = 0; i < count; ++i) {
        for (; places[i] - first >= length; first += length) ++line;
        to[axis * count + i] = static_cast<I>(places[i] - first);
        places[i] = line;
      }
    }
    outputs.assign(1, out);
    return true;
  });
}

/// Rows of values in rows that are sorted, or in one that all share.
bool search_sorted(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor &sorted = inputs[0], &values = inputs[1];
  const bool right = static_cast<const v::v15::SearchSorted&>(node).get_right_mode();
  return dispatch_wide(values.get_element_type(), [&]<class T>(T) {
    return dispatch_index(node.get_output_element_type(0), [&]<class I>(I) {
      outputs.assign(1, ov::Tensor(node.get_output_element_type(0), values.get_shape()));
      const bool shared = sorted.get_shape().size() == 1;
      const size_t size = sorted.get_shape().back(), count = values.get_size();
      const size_t row = shared ? count : values.get_shape().back();
      const T* value = values.data<const T>();
      I* to = outputs[0].data<I>();
      for (size_t i = 0; i < count; ++i) {
        const T* first = sorted.data<const T>() + i / row * size;
        const T* place =
            right ? std::upper_bound(first, first + size, value[i]) : std::lower_bound(first, first + size, value[i]);
        to[i] = static_cast<I>(place - first);
      }
      return true;
    });
  });
}

/// Negative indices count from the end; zeros where an index is out of range.
bool gather_elements(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Tensor& in = inputs[0];
  const size_t axis = normal_axis(static_cast<const v::v6::GatherElements&>(node).get_axis(), in.get_shape().size());
  const auto size = static_cast<int64_t>(in.get_shape()[axis]);
  const std::vector<int64_t> indices = integers(inputs[1]);
  const auto gather = [&]<class T>(T) {
    ov::Tensor out(in.get_element_type(), inputs[1].get_shape());
    const auto* from = static_cast<const T*>(in.data());
    auto* to = static_cast<T*>(out.data());
    auto own = byte_strides(in.get_shape(), 1);
    const auto stride = std::exchange(own[axis], 0);
    const auto dense = byte_strides(out.get_shape(), 1);
    std::vector<StridedAxis> axes;
    for (size_t i = 0; i < own.size(); ++i) axes.push_back({out.get_shape()[i], own[i], dense[i]});
    each_place(axes, [&](std::ptrdiff_t line, std::ptrdiff_t i) {
      int64_t index = indices[static_cast<size_t>(i)];
      if (index < 0) index += size;
      to[i] = index >= 0 && index < size ? from[line + index * stride] : T(0);
    });
    outputs.assign(1, out);
    return true;
  };
  switch (in.get_element_type().bitwidth()) {
    case 8:
      return gather(uint8_t{});
    case 16:
      return gather(uint16_t{});
    case 32:
      return gather(uint32_t{});
    case 64:
      return gather(uint64_t{});
    default:
      return false;
  }
}

}  // namespace

std::span<const EvaluatorRow> lookup_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v3::NonZero>(&non_zero),
      row<v::v15::SearchSorted>(&search_sorted),
      row<v::v6::GatherElements>(&gather_elements),
  };
  return kRows;
}

}  // namespace keravino::engine
