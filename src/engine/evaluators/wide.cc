// Reductions, where OpenVINO's own `evaluate` is too narrow or slow.
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>
#include <openvino/op/util/logical_reduction_keep_dims.hpp>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

/// Steps through a tensor's elements in order; `at` is the element of a second tensor with these strides.
template <class F>
void walk(const ov::Shape& shape, const std::vector<size_t>& strides, F visit) {
  const auto dense = byte_strides(shape, 1);
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    axes.push_back({shape[i], dense[i], static_cast<std::ptrdiff_t>(strides[i])});
  }
  each_place(axes,
             [&](std::ptrdiff_t i, std::ptrdiff_t at) { visit(static_cast<size_t>(i), static_cast<size_t>(at)); });
}

/// Which axes a reduction takes in, and the shape and strides of its result.
struct Reduction {
  ov::Shape shape;
  std::vector<size_t> strides;

  Reduction(const ov::TensorVector& inputs, bool keep) : strides(inputs[0].get_shape().size(), 0) {
    const ov::Shape& from = inputs[0].get_shape();
    std::vector<bool> reduced(from.size(), false);
    for (const int64_t axis : integers(inputs[1])) reduced[normal_axis(axis, from.size())] = true;
    size_t stride = 1;
    for (size_t axis = from.size(); axis-- > 0;) {
      if (!reduced[axis]) {
        strides[axis] = stride;
        stride *= from[axis];
        shape.insert(shape.begin(), from[axis]);
      } else if (keep) {
        shape.insert(shape.begin(), 1);
      }
    }
  }
};

/// Reduces by Join, which has a start and joins two numbers; float32 in float64. Divides a mean by the count.
template <class T, class Join, bool Mean>
void reduce_as(ov::TensorVector& outputs, const ov::TensorVector& inputs, bool keep) {
  using Sum = std::conditional_t<std::is_same_v<T, float>, double, T>;
  const Reduction reduction(inputs, keep);
  ov::Tensor out(inputs[0].get_element_type(), reduction.shape);
  std::vector<Sum> sums(out.get_size(), Join::template start<Sum>());
  ov::Shape lines = inputs[0].get_shape();
  std::vector<size_t> strides = reduction.strides;
  const size_t size = lines.empty() ? 1 : lines.back(), step = lines.empty() ? 0 : strides.back();
  if (!lines.empty()) lines.pop_back(), strides.pop_back();
  const T* from = inputs[0].data<const T>();
  walk(lines, strides, [&](size_t i, size_t at) {
    const T* line = from + i * size;
    if (step == 0) {
      Sum sum = sums[at];
      for (size_t j = 0; j < size; ++j) sum = Join::join(sum, static_cast<Sum>(line[j]));
      sums[at] = sum;
    } else {
      for (size_t j = 0; j < size; ++j)
        sums[at + j * step] = Join::join(sums[at + j * step], static_cast<Sum>(line[j]));
    }
  });
  const Sum count = Mean ? static_cast<Sum>(inputs[0].get_size() / std::max<size_t>(sums.size(), 1)) : Sum(1);
  T* to = out.data<T>();
  for (size_t i = 0; i < sums.size(); ++i) to[i] = static_cast<T>(Mean ? sums[i] / count : sums[i]);
  outputs = {out};
}

template <class Join, bool Mean = false>
bool reduce(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (Mean && !inputs[0].get_element_type().is_real()) return false;
  const bool keep = static_cast<const v::util::ArithmeticReductionKeepDims&>(node).get_keep_dims();
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    reduce_as<T, Join, Mean>(outputs, inputs, keep);
    return true;
  });
}

template <class Join>
bool reduce_booleans(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const bool keep = static_cast<const v::util::LogicalReductionKeepDims&>(node).get_keep_dims();
  reduce_as<char, Join, false>(outputs, inputs, keep);
  return true;
}

struct All {
  template <class T>
  static constexpr T start() {
    return 1;
  }
  static char join(char a, char b) { return a && b; }
};
struct Any {
  template <class T>
  static constexpr T start() {
    return 0;
  }
  static char join(char a, char b) { return a || b; }
};
struct Sum {
  template <class T>
  static constexpr T start() {
    return 0;
  }
  template <class T>
  static T join(T a, T b) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
};
struct Product {
  template <class T>
  static constexpr T start() {
    return 1;
  }
  template <class T>
  static T join(T a, T b) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
};
struct Greatest {
  template <class T>
  static constexpr T start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  }
  template <class T>
  static T join(T a, T b) {
    return a < b ? b : a;
  }
};
struct Least {
  template <class T>
  static constexpr T start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  template <class T>
  static T join(T a, T b) {
    return b < a ? b : a;
  }
};

}  // namespace

std::span<const EvaluatorRow> wide_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::ReduceSum>(&reduce<Sum>),
      row<v::v1::ReduceMean>(&reduce<Sum, true>),
      row<v::v1::ReduceProd>(&reduce<Product>),
      row<v::v1::ReduceMax>(&reduce<Greatest>),
      row<v::v1::ReduceMin>(&reduce<Least>),

      row<v::v1::ReduceLogicalAnd>(&reduce_booleans<All>),
      row<v::v1::ReduceLogicalOr>(&reduce_booleans<Any>),
  };
  return kRows;
}

}  // namespace keravino::engine
