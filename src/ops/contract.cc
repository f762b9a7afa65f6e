#include "ops/contract.h"

#include "ops/reductions.h"

namespace keravino::ops {
namespace {

bool contains(const std::vector<int>& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

std::vector<int> joined(std::initializer_list<const std::vector<int>*> groups) {
  std::vector<int> out;
  for (const auto* group : groups) out.insert(out.end(), group->begin(), group->end());
  return out;
}

Dim size_of(const Labeled& a, int label) {
  return dim(a.x, std::find(a.labels.begin(), a.labels.end(), label) - a.labels.begin());
}

std::vector<Dim> sizes_of(const Labeled& a, const std::vector<int>& labels) {
  std::vector<Dim> sizes;
  for (int label : labels) sizes.push_back(size_of(a, label));
  return sizes;
}

/// Takes axes of size one out of `a` where `b` has more: they broadcast.
Labeled without_ones(Labeled a, const Labeled& b) {
  std::vector<int64_t> ones;
  std::vector<int> rest;
  for (size_t i = 0; i < a.labels.size(); ++i) {
    const int label = a.labels[i];
    if (b.has(label) && known(dim(a.x, static_cast<int64_t>(i))) == 1 && known(size_of(b, label)) != 1) {
      ones.push_back(static_cast<int64_t>(i));
    } else {
      rest.push_back(label);
    }
  }
  if (ones.empty()) return a;
  return {squeeze(a.x, ones), rest};
}

/// The labels of two factors, by what becomes of them.
struct Groups {
  std::vector<int> batch, summed, left, right;
};

Groups group(const Labeled& a, const Labeled& b, const std::vector<int>& keep) {
  Groups g;
  for (int label : keep) {
    if (a.has(label) && b.has(label)) g.batch.push_back(label);
  }
  for (int label : a.labels) {
    if (!b.has(label))
      g.left.push_back(label);
    else if (!contains(keep, label))
      g.summed.push_back(label);
  }
  for (int label : b.labels) {
    if (!a.has(label)) g.right.push_back(label);
  }
  return g;
}

/// Axes in the order batch, rows, columns, with rows and columns flattened to one axis each; rows stay apart if
/// `apart`. Transposed (`swapped`) when that moves less.
Tensor as_matrices(const Labeled& a, const std::vector<int>& batch, const std::vector<int>& rows,
                   const std::vector<int>& columns, bool apart, bool& swapped) {
  swapped = !apart && contains(rows, a.labels.back());  // the axis that is last in memory stays last
  const std::vector<int>& first = swapped ? columns : rows;
  const std::vector<int>& second = swapped ? rows : columns;
  const Labeled sorted = ordered(a, joined({&batch, &first, &second}));
  std::vector<Dim> shape = sizes_of(sorted, batch);
  if (apart) {
    for (const Dim& size : sizes_of(sorted, first)) shape.push_back(size);
  } else {
    shape.push_back(product(sizes_of(sorted, first)));
  }
  shape.push_back(product(sizes_of(sorted, second)));
  const bool flat = (apart || first.size() == 1) && second.size() == 1;
  return flat ? sorted.x : reshape(sorted.x, shape);
}

/// No label is summed: the axes are lined up and multiplied.
Labeled multiply_aligned(const Labeled& a, const Labeled& b, const Groups& g) {
  const std::vector<int> labels = joined({&g.batch, &g.left, &g.right});
  const auto aligned = [&](const Labeled& x, const std::vector<int>& own) {
    const Labeled sorted = ordered(x, own);
    std::vector<int64_t> missing;
    for (size_t i = 0; i < labels.size(); ++i) {
      if (!x.has(labels[i])) missing.push_back(static_cast<int64_t>(i));
    }
    return expand_dims(sorted.x, missing);
  };
  const Tensor left = aligned(a, joined({&g.batch, &g.left}));
  const Tensor right = aligned(b, joined({&g.batch, &g.right}));
  return {times(left, right), labels};
}

}  // namespace

Tensor matrix_product(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  if (a.is_complex()) {
    const auto of = [&](const Tensor& x, const Tensor& y) { return matrix_product(x, y, transpose_a, transpose_b); };
    const Tensor re = of(real(a), real(b)) - of(imag(a), imag(b));
    return Tensor::complex(re, of(real(a), imag(b)) + of(imag(a), real(b)));
  }
  const DType dtype = a.dtype();
  if (dtype == DType::boolean) {
    return matrix_product(as(a, DType::float32), as(b, DType::float32), transpose_a, transpose_b) != 0;
  }
  const bool small = is_integer(dtype) && element_type(dtype).size() < 4;
  if (small) return as(matrix_product(as(a, DType::int32), as(b, DType::int32), transpose_a, transpose_b), dtype);
  const Tensor result = make<v::v0::MatMul>(a, b, transpose_a, transpose_b);
  const bool empty = (a.shape().is_static() && ov::shape_size(a.shape().to_shape()) == 0) ||
                     (b.shape().is_static() && ov::shape_size(b.shape().to_shape()) == 0);
  if (!empty) return result;
  return filled(static_shape(result), 0, dtype);  // the CPU plugin refuses matrices without elements
}

Labeled sum_out(Labeled a, const std::vector<int>& keep) {
  std::vector<int64_t> axes;
  std::vector<int> rest;
  for (size_t i = 0; i < a.labels.size(); ++i) {
    if (contains(keep, a.labels[i]))
      rest.push_back(a.labels[i]);
    else
      axes.push_back(static_cast<int64_t>(i));
  }
  if (axes.empty()) return a;
  if (a.x.dtype() == DType::boolean) return {reduce<v::v1::ReduceLogicalOr>(a.x, axes, false), rest};
  return {total(a.x, axes, false), rest};
}

Labeled ordered(const Labeled& a, const std::vector<int>& labels) {
  std::vector<int64_t> order;
  for (int label : labels) {
    order.push_back(std::find(a.labels.begin(), a.labels.end(), label) - a.labels.begin());
  }
  return {transpose(a.x, order), labels};
}

Labeled contract(Labeled a, Labeled b, const std::vector<int>& keep) {
  a = without_ones(std::move(a), b);
  b = without_ones(std::move(b), a);
  a = sum_out(std::move(a), joined({&keep, &b.labels}));
  b = sum_out(std::move(b), joined({&keep, &a.labels}));
  Groups g = group(a, b, keep);
  if (g.summed.empty()) return multiply_aligned(a, b, g);
  if (g.batch.empty() && g.left.empty() && g.right.empty()) {  // as matrices of one row the plugin (2026.4.1) crashes
    return {matrix_product(ravel(ordered(a, g.summed).x), ravel(ordered(b, g.summed).x)), {}};
  }
  // The factor whose own labels come first in the result goes left: no Transpose is needed after it.
  const auto place = [&](const std::vector<int>& labels) {
    return labels.empty() ? keep.end() : std::find(keep.begin(), keep.end(), labels[0]);
  };
  if (place(g.right) < place(g.left)) {
    std::swap(a, b);
    g = group(a, b, keep);
  }
  // Without batch axes a MatMul takes the left factor as it is, however many rows' axes there are: a Dense layer.
  const bool apart = g.batch.empty() && g.left.size() > 1;
  bool transpose_a = false;
  bool transpose_b = false;
  const Tensor left = as_matrices(a, g.batch, g.left, g.summed, apart, transpose_a);
  const Tensor right = as_matrices(b, g.batch, g.summed, g.right, false, transpose_b);
  Tensor result = matrix_product(left, right, transpose_a, transpose_b);
  std::vector<Dim> shape = sizes_of(a, g.batch);
  for (const Dim& size : sizes_of(a, g.left)) shape.push_back(size);
  for (const Dim& size : sizes_of(b, g.right)) shape.push_back(size);
  const bool fits = g.right.size() == 1 && (apart || g.left.size() == 1);
  return {fits ? result : reshape(std::move(result), shape), joined({&g.batch, &g.left, &g.right})};
}

}  // namespace keravino::ops
