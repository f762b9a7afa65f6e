// MatMul: of floats by BLAS, of integers by plain loops.
#include <cblas.h>

#include "engine/evaluators/evaluators.h"
#include "engine/evaluators/strided.h"

namespace keravino::engine {
namespace {

/// One factor: a batch of matrices; a vector is a row on the left and a column on the right.
struct Factor {
  const ov::Tensor& tensor;
  size_t rows, columns;
  bool transposed;
  ov::Shape batch;

  Factor(const ov::Tensor& t, bool transpose, bool left)
      : tensor(t), transposed(transpose && t.get_shape().size() > 1) {
    const ov::Shape& shape = t.get_shape();
    const size_t rank = shape.size();
    rows = rank > 1 ? shape[rank - 2] : left ? 1 : shape[0];
    columns = rank > 1 || left ? shape[rank - 1] : 1;
    if (rank > 2) batch.assign(shape.begin(), shape.end() - 2);
  }
  /// After the transposition.
  size_t height() const { return transposed ? columns : rows; }
  size_t width() const { return transposed ? rows : columns; }
  /// The way from one matrix to the next along each axis of the product's batch.
  std::vector<std::ptrdiff_t> steps(const ov::Shape& wide) const {
    std::vector<std::ptrdiff_t> out(wide.size(), 0);
    auto step = static_cast<std::ptrdiff_t>(rows * columns);
    for (size_t i = 0; i < batch.size(); ++i) {
      const size_t size = batch[batch.size() - 1 - i];
      if (size != 1) out[wide.size() - 1 - i] = step;
      step *= static_cast<std::ptrdiff_t>(size);
    }
    return out;
  }
};

template <class T>
void multiply(const Factor& a, const T* x, const Factor& b, const T* y, T* out) {
  const size_t rows = a.height(), depth = a.width(), columns = b.width();
  if constexpr (std::is_floating_point_v<T>) {
    constexpr auto kGemm = [] {
      if constexpr (std::is_same_v<T, float>)
        return &scipy_cblas_sgemm;
      else
        return &scipy_cblas_dgemm;
    }();
    const auto size = [](size_t n) { return static_cast<blasint>(std::max<size_t>(n, 1)); };
    const auto way = [](const Factor& factor) { return factor.transposed ? CblasTrans : CblasNoTrans; };
    kGemm(CblasRowMajor, way(a), way(b), static_cast<blasint>(rows), static_cast<blasint>(columns),
          static_cast<blasint>(depth), T(1), x, size(a.columns), y, size(b.columns), T(0), out, size(columns));
  } else {
    const auto at = [](const Factor& factor, size_t i, size_t j) {
      return factor.transposed ? j * factor.columns + i : i * factor.columns + j;
    };
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < columns; ++j) {
        Wrapping<T> sum = 0;
        for (size_t d = 0; d < depth; ++d) sum += Wrapping<T>(x[at(a, i, d)]) * Wrapping<T>(y[at(b, d, j)]);
        out[i * columns + j] = static_cast<T>(sum);
      }
    }
  }
}

bool mat_mul(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& op = static_cast<const ov::op::v0::MatMul&>(node);
  if (node.get_output_partial_shape(0).is_dynamic()) return false;
  const ov::Shape& shape = node.get_output_shape(0);
  const Factor a(inputs[0], op.get_transpose_a(), true), b(inputs[1], op.get_transpose_b(), false);
  const size_t rank = std::max(a.batch.size(), b.batch.size());
  const ov::Shape batch(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(rank));
  const auto from = a.steps(batch), by = b.steps(batch);
  std::vector<StridedAxis> axes;
  for (size_t i = 0; i < rank; ++i) axes.push_back({batch[i], from[i], by[i]});
  return dispatch_wide(inputs[0].get_element_type(), [&]<class T>(T) {
    ov::Tensor out(inputs[0].get_element_type(), shape);
    T* to = out.data<T>();
    const T *x = inputs[0].data<const T>(), *y = inputs[1].data<const T>();
    each_place(axes, [&](std::ptrdiff_t i, std::ptrdiff_t j) {
      multiply(a, x + i, b, y + j, to);
      to += a.height() * b.width();
    });
    outputs.assign(1, out);
    return true;
  });
}

}  // namespace

std::span<const EvaluatorRow> matmul_evaluators() {
  static const EvaluatorRow kRows[] = {row<ov::op::v0::MatMul>(&mat_mul)};
  return kRows;
}

}  // namespace keravino::engine
