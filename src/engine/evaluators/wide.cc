// Reductions, and MatMul of float64 and integers, where OpenVINO's own `evaluate` is too narrow or slow.
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>

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

  Reduction(const ov::Node& node, const ov::TensorVector& inputs) : strides(inputs[0].get_shape().size(), 0) {
    const ov::Shape& from = inputs[0].get_shape();
    std::vector<bool> reduced(from.size(), false);
    for (const int64_t axis : integers(inputs[1])) reduced[normal_axis(axis, from.size())] = true;
    const bool keep = static_cast<const v::util::ArithmeticReductionKeepDims&>(node).get_keep_dims();
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
template <class Join, bool Mean = false>
bool reduce(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (Mean && !inputs[0].get_element_type().is_real()) return false;
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    using Sum = std::conditional_t<std::is_same_v<T, float>, double, T>;
    const Reduction reduction(node, inputs);
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
    return true;
  });
}

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

/// The number of elements between neighbours of a matrix's rows and columns.
struct Steps {
  size_t row, column;
};

bool mat_mul(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v0::MatMul&>(node);
  if (inputs[0].get_element_type() == ov::element::f32 || node.get_output_partial_shape(0).is_dynamic()) return false;
  ov::Shape a = inputs[0].get_shape();
  ov::Shape b = inputs[1].get_shape();
  const Steps left = a.size() == 1 || !op.get_transpose_a() ? Steps{a.back(), 1} : Steps{1, a.back()};
  const Steps right = b.size() == 1 ? Steps{1, 0} : op.get_transpose_b() ? Steps{1, b.back()} : Steps{b.back(), 1};
  const size_t depth = a.size() == 1 || !op.get_transpose_a() ? a.back() : a[a.size() - 2];
  const size_t rows = a.size() == 1 ? 1 : ov::shape_size(ov::Shape(a.end() - 2, a.end())) / std::max<size_t>(depth, 1);
  const size_t columns = b.size() == 1 ? 1 : op.get_transpose_b() ? b[b.size() - 2] : b.back();
  // The matrices of each factor, broadcast over the leading axes.
  const ov::Shape shape = node.get_output_shape(0);
  a.resize(a.size() < 2 ? 0 : a.size() - 2);
  b.resize(b.size() < 2 ? 0 : b.size() - 2);
  const ov::Shape batch(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(std::max(a.size(), b.size())));
  const auto strides = [&](const ov::Shape& own, size_t stride) {
    std::vector<size_t> out(batch.size(), 0);
    for (size_t i = 0; i < own.size(); ++i) {
      const size_t size = own[own.size() - 1 - i];
      if (size != 1) out[batch.size() - 1 - i] = stride;
      stride *= size;
    }
    return out;
  };
  std::vector<size_t> firsts(ov::shape_size(batch));
  walk(batch, strides(a, rows * depth), [&](size_t i, size_t at) { firsts[i] = at; });
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    ov::Tensor out(inputs[0].get_element_type(), shape);
    walk(batch, strides(b, depth * columns), [&](size_t i, size_t at) {
      const T* x = inputs[0].data<const T>() + firsts[i];
      const T* y = inputs[1].data<const T>() + at;
      T* to = out.data<T>() + i * rows * columns;
      for (size_t r = 0; r < rows; ++r) {
        for (size_t c = 0; c < columns; ++c, ++to) {
          *to = 0;
          for (size_t d = 0; d < depth; ++d)
            *to = Sum::join(*to, Product::join(x[r * left.row + d * left.column], y[d * right.row + c * right.column]));
        }
      }
    });
    outputs = {out};
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> wide_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::ReduceSum>(&reduce<Sum>),      row<v::v1::ReduceMean>(&reduce<Sum, true>),
      row<v::v1::ReduceProd>(&reduce<Product>), row<v::v1::ReduceMax>(&reduce<Greatest>),
      row<v::v1::ReduceMin>(&reduce<Least>),    row<v::v0::MatMul>(&mat_mul),
  };
  return kRows;
}

}  // namespace keravino::engine
