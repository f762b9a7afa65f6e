#include "kernels/linalg.h"

#include "keravino/error.h"
#include "kernels/decompose.h"

namespace keravino::kernels {
namespace {

/// One matrix of each output, by the sizes of the inputs' matrices; a vector is of one dimension.
using Sizes = std::vector<ov::Dimension>;
using Results = std::vector<Sizes> (*)(const ov::Dimension& m, const ov::Dimension& n, const ov::Dimension& k);

struct Row {
  const char* name;
  size_t inputs;
  bool square;  // the first input
  Results results;
  Matrices (*run)(const Matrices& in);
};

#define KERAVINO_RESULTS(...)                                             \
  [](const auto& m, const auto& n, const auto& k) -> std::vector<Sizes> { \
    (void)m, (void)n, (void)k;                                            \
    return {__VA_ARGS__};                                                 \
  }
/// In the order of Routine.
const Row kRows[] = {
    {"cholesky", 1, true, KERAVINO_RESULTS({m, m}), &cholesky},
    {"lu_factor", 1, false, KERAVINO_RESULTS({m, n}, {k}), &lu},
    {"solve", 2, true, KERAVINO_RESULTS({m, n}), &solve},
    {"solve_triangular", 2, true, KERAVINO_RESULTS({m, n}), &solve_lower},
    {"solve_triangular", 2, true, KERAVINO_RESULTS({m, n}), &solve_upper},
    {"qr", 1, false, KERAVINO_RESULTS({m, k}, {k, n}), &qr},
    {"qr", 1, false, KERAVINO_RESULTS({m, m}, {m, n}), &qr_complete},
    {"svd", 1, false, KERAVINO_RESULTS({m, k}, {k}, {k, n}), &svd},
    {"svd", 1, false, KERAVINO_RESULTS({m, m}, {k}, {n, n}), &svd_complete},
    {"svd", 1, false, KERAVINO_RESULTS({k}), &singular_values},
    {"eigh", 1, true, KERAVINO_RESULTS({m}, {m, m}), &eigh},
    {"eig", 1, true, KERAVINO_RESULTS({m}, {m, m}), &eig},
};
#undef KERAVINO_RESULTS

const Row& row(Routine routine) { return kRows[static_cast<size_t>(routine)]; }

ov::Dimension smaller(const ov::Dimension& m, const ov::Dimension& n) {
  if (m.is_static() && n.is_static()) return std::min(m.get_length(), n.get_length());
  return ov::Dimension::dynamic();
}

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
void run_all(const Row& routine, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const ov::Shape& shape = inputs[0].get_shape();
  const auto count = static_cast<int64_t>(ov::shape_size(ov::Shape(shape.begin(), shape.end() - 2)));
  for (int64_t i = 0; i < count; ++i) {
    Matrices in;
    for (const ov::Tensor& tensor : inputs) {
      const ov::Shape& own = tensor.get_shape();
      const auto rows = static_cast<int64_t>(own[own.size() - 2]);
      const auto columns = static_cast<int64_t>(own.back());
      const T* from = tensor.data<const T>() + (own.size() == shape.size() ? i * rows * columns : 0);
      in.emplace_back(Eigen::Map<const RowMajor<T>>(from, rows, columns).template cast<double>());
    }
    Matrices out;
    try {
      out = routine.run(in);
    } catch (const Error& error) {
      const std::string which = count == 1 ? "the matrix" : fmt::format("matrix {}", i);
      throw Error(error.kind(), fmt::format("no {} of {}: {}", routine.name, which, error.what()));
    }
    for (size_t k = 0; k < out.size(); ++k) {
      T* to = outputs[k].data<T>() + i * out[k].size();
      Eigen::Map<RowMajor<T>>(to, out[k].rows(), out[k].cols()) = out[k].cast<T>();
    }
  }
}

}  // namespace

Linalg::Linalg(const ov::OutputVector& inputs, Routine routine) : Op(inputs), routine_(routine) {
  constructor_validate_and_infer_types();
}

void Linalg::validate_and_infer_types() {
  const Row& routine = row(routine_);
  NODE_VALIDATION_CHECK(this, get_input_size() == routine.inputs, routine.inputs, " inputs wanted");
  const ov::PartialShape& a = get_input_partial_shape(0);
  const ov::PartialShape& x = get_input_partial_shape(routine.inputs - 1);
  NODE_VALIDATION_CHECK(this, a.rank().is_static() && a.size() >= 2 && (x.rank() == a.rank() || x.rank() == 2),
                        "matrices wanted, got ", a, " and ", x);
  const size_t rank = a.size();
  const ov::Dimension m = a[rank - 2];
  const ov::Dimension n = x[x.size() - 1];
  NODE_VALIDATION_CHECK(this, !routine.square || m.compatible(a[rank - 1]), "a square matrix wanted, got ", a);
  NODE_VALIDATION_CHECK(this, m.compatible(x[x.size() - 2]), "as many rows wanted in ", a, " as in ", x);
  const std::vector<Sizes> results = routine.results(m, n, smaller(m, n));
  set_output_size(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    std::vector<ov::Dimension> shape(a.begin(), a.end() - 2);
    shape.insert(shape.end(), results[i].begin(), results[i].end());
    set_output_type(i, get_input_element_type(0), ov::PartialShape(shape));
  }
}

std::shared_ptr<ov::Node> Linalg::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Linalg>(inputs, routine_);
}

bool Linalg::visit_attributes(ov::AttributeVisitor& visitor) {
  auto routine = static_cast<int64_t>(routine_);
  visitor.on_attribute("routine", routine);
  routine_ = static_cast<Routine>(routine);
  return true;
}

bool Linalg::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const Row& routine = row(routine_);
  const ov::Shape& a = inputs[0].get_shape();
  const size_t m = a[a.size() - 2];
  const size_t n = inputs.back().get_shape().back();
  const std::vector<Sizes> results = routine.results(m, n, std::min(m, n));
  for (size_t i = 0; i < results.size(); ++i) {
    ov::Shape shape(a.begin(), a.end() - 2);
    for (const ov::Dimension& size : results[i]) shape.push_back(static_cast<size_t>(size.get_length()));
    outputs[i].set_shape(shape);
  }
  const auto& type = inputs[0].get_element_type();
  if (type == ov::element::f32) return run_all<float>(routine, outputs, inputs), true;
  if (type == ov::element::f64) return run_all<double>(routine, outputs, inputs), true;
  return false;
}

}  // namespace keravino::kernels
