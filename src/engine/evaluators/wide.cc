// float64, where the own `evaluate` of ops ends at float32, and the same for integers, in which they are slow.
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>

#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

bool is_float64(const ov::Tensor& tensor) { return tensor.get_element_type() == ov::element::f64; }
bool is_ours(const ov::Tensor& tensor) { return tensor.get_element_type() != ov::element::f32; }

/// Steps through a tensor's elements in order; `at` is the element of a second tensor with these strides.
template <class F>
void walk(const ov::Shape& shape, const std::vector<size_t>& strides, F visit) {
  std::vector<size_t> index(shape.size(), 0);
  size_t at = 0;
  for (size_t i = 0; i < ov::shape_size(shape); ++i) {
    visit(i, at);
    for (size_t axis = shape.size(); axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/// Which axes a reduction takes in, and the shape and strides of its result.
struct Reduction {
  ov::Shape shape;
  std::vector<size_t> strides;

  Reduction(const ov::Node& node, const ov::TensorVector& inputs) : strides(inputs[0].get_shape().size(), 0) {
    const ov::Shape& from = inputs[0].get_shape();
    const ov::Tensor axes = convert(inputs[1], ov::element::i64);
    std::vector<bool> reduced(from.size(), false);
    for (size_t i = 0; i < axes.get_size(); ++i) {
      const int64_t axis = axes.data<const int64_t>()[i];
      reduced[static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(from.size()) : axis)] = true;
    }
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

/// Reduces by Join, which has a start and joins two numbers.
template <class Join>
bool reduce(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!is_ours(inputs[0])) return false;
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    const Reduction reduction(node, inputs);
    ov::Tensor out(inputs[0].get_element_type(), reduction.shape);
    T* to = out.data<T>();
    std::fill_n(to, out.get_size(), Join::template start<T>());
    const T* from = inputs[0].data<const T>();
    walk(inputs[0].get_shape(), reduction.strides, [&](size_t i, size_t at) { to[at] = Join::join(to[at], from[i]); });
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

bool reduce_mean(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!is_float64(inputs[0]) || !reduce<Sum>(node, outputs, inputs)) return false;
  const size_t size = outputs[0].get_size();
  const double count = static_cast<double>(inputs[0].get_size()) / static_cast<double>(std::max<size_t>(size, 1));
  for (size_t i = 0; i < size; ++i) outputs[0].data<double>()[i] /= count;
  return true;
}

/// The number of elements between neighbours of a matrix's rows and columns.
struct Steps {
  size_t row, column;
};

bool mat_mul(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v0::MatMul&>(node);
  if (!is_ours(inputs[0]) || node.get_output_partial_shape(0).is_dynamic()) return false;
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

/// Moves float64 as the int64 of the same bits.
bool gather(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  if (!is_float64(inputs[0])) return false;
  const ov::Tensor bits(ov::element::i64, inputs[0].get_shape(), const_cast<void*>(inputs[0].data()));
  const ov::TensorVector moved{bits, inputs[1], inputs[2]};
  const auto copy = node.clone_with_new_inputs({constant(bits), constant(inputs[1]), constant(inputs[2])});
  ov::TensorVector found;
  if (!evaluate(copy, found, moved)) return false;
  const ov::Tensor view(ov::element::f64, found[0].get_shape(), found[0].data());
  ov::Tensor own(ov::element::f64, found[0].get_shape());
  view.copy_to(own);
  outputs = {own};
  return true;
}

}  // namespace

std::span<const EvaluatorRow> wide_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::ReduceSum>(&reduce<Sum>),
      row<v::v1::ReduceMean>(&reduce_mean),
      row<v::v1::ReduceProd>(&reduce<Product>),
      row<v::v1::ReduceMax>(&reduce<Greatest>),
      row<v::v1::ReduceMin>(&reduce<Least>),
      row<v::v0::MatMul>(&mat_mul),
      row<v::v8::Gather>(&gather),
  };
  return kRows;
}

}  // namespace keravino::engine
