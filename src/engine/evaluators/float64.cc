// float64 for reductions, MatMul and Gather, whose own `evaluate` ends at float32.
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>

#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

namespace v = ov::op;

bool is_float64(const ov::Tensor& tensor) { return tensor.get_element_type() == ov::element::f64; }

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

/// Reduces by `join` from `start`; for a mean, `divide` by the number of elements.
template <class Join>
bool reduce(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs, double start, Join join,
            bool divide = false) {
  if (!is_float64(inputs[0])) return false;
  const ov::Shape& shape = inputs[0].get_shape();
  const ov::Tensor axes = convert(inputs[1], ov::element::i64);
  std::vector<bool> reduced(shape.size(), false);
  for (size_t i = 0; i < axes.get_size(); ++i) {
    const int64_t axis = axes.data<const int64_t>()[i];
    reduced[static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(shape.size()) : axis)] = true;
  }
  const bool keep = static_cast<const v::util::ArithmeticReductionKeepDims&>(node).get_keep_dims();
  ov::Shape result;
  std::vector<size_t> strides(shape.size(), 0);
  size_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (!reduced[axis]) {
      strides[axis] = stride;
      stride *= shape[axis];
      result.insert(result.begin(), shape[axis]);
    } else if (keep) {
      result.insert(result.begin(), 1);
    }
  }
  ov::Tensor out(ov::element::f64, result);
  double* to = out.data<double>();
  std::fill_n(to, out.get_size(), start);
  const double* from = inputs[0].data<const double>();
  walk(shape, strides, [&](size_t i, size_t at) { to[at] = join(to[at], from[i]); });
  const double count =
      static_cast<double>(inputs[0].get_size()) / static_cast<double>(std::max<size_t>(out.get_size(), 1));
  for (size_t i = 0; divide && i < out.get_size(); ++i) to[i] /= count;
  outputs = {out};
  return true;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool reduce_sum(const ov::Node& node, ov::TensorVector& out, const ov::TensorVector& in) {
  return reduce(node, out, in, 0, std::plus<double>());
}
bool reduce_mean(const ov::Node& node, ov::TensorVector& out, const ov::TensorVector& in) {
  return reduce(node, out, in, 0, std::plus<double>(), true);
}
bool reduce_prod(const ov::Node& node, ov::TensorVector& out, const ov::TensorVector& in) {
  return reduce(node, out, in, 1, std::multiplies<double>());
}
bool reduce_max(const ov::Node& node, ov::TensorVector& out, const ov::TensorVector& in) {
  return reduce(node, out, in, -kInfinity, [](double a, double b) { return a < b ? b : a; });
}
bool reduce_min(const ov::Node& node, ov::TensorVector& out, const ov::TensorVector& in) {
  return reduce(node, out, in, kInfinity, [](double a, double b) { return b < a ? b : a; });
}

/// The number of elements between neighbours of a matrix's rows and columns.
struct Steps {
  size_t row, column;
};

bool mat_mul(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const v::v0::MatMul&>(node);
  if (!is_float64(inputs[0]) || node.get_output_partial_shape(0).is_dynamic()) return false;
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
  ov::Tensor out(ov::element::f64, shape);
  walk(batch, strides(b, depth * columns), [&](size_t i, size_t at) {
    const double* x = inputs[0].data<const double>() + firsts[i];
    const double* y = inputs[1].data<const double>() + at;
    double* to = out.data<double>() + i * rows * columns;
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c, ++to) {
        *to = 0;
        for (size_t d = 0; d < depth; ++d)
          *to += x[r * left.row + d * left.column] * y[d * right.row + c * right.column];
      }
    }
  });
  outputs = {out};
  return true;
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

std::span<const EvaluatorRow> float64_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<v::v1::ReduceSum>(&reduce_sum), row<v::v1::ReduceMean>(&reduce_mean), row<v::v1::ReduceProd>(&reduce_prod),
      row<v::v1::ReduceMax>(&reduce_max), row<v::v1::ReduceMin>(&reduce_min),   row<v::v0::MatMul>(&mat_mul),
      row<v::v8::Gather>(&gather),
  };
  return kRows;
}

}  // namespace keravino::engine
