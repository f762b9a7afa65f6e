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
  Matrices<float> (*run_float)(Matrices<float> in);
  Matrices<double> (*run_double)(Matrices<double> in);
};

#define KERAVINO_RESULTS(...)                                             \
  [](const auto& m, const auto& n, const auto& k) -> std::vector<Sizes> { \
    (void)m, (void)n, (void)k;                                            \
    return {__VA_ARGS__};                                                 \
  }
/// In the order of Routine.
const Row kRows[] = {
    {"cholesky", 1, true, KERAVINO_RESULTS({m, m}), &cholesky<float>, &cholesky<double>},
    {"lu_factor", 1, false, KERAVINO_RESULTS({m, n}, {k}, {m}), &lu<float>, &lu<double>},
    {"solve", 2, true, KERAVINO_RESULTS({m, n}), &solve<float>, &solve<double>},
    {"solve_triangular", 2, true, KERAVINO_RESULTS({m, n}), &solve_lower<float>, &solve_lower<double>},
    {"solve_triangular", 2, true, KERAVINO_RESULTS({m, n}), &solve_upper<float>, &solve_upper<double>},
    {"qr", 1, false, KERAVINO_RESULTS({m, k}, {k, n}), &qr<float>, &qr<double>},
    {"qr", 1, false, KERAVINO_RESULTS({m, m}, {m, n}), &qr_complete<float>, &qr_complete<double>},
    {"svd", 1, false, KERAVINO_RESULTS({m, k}, {k}, {k, n}), &svd<float>, &svd<double>},
    {"svd", 1, false, KERAVINO_RESULTS({m, m}, {k}, {n, n}), &svd_complete<float>, &svd_complete<double>},
    {"svd", 1, false, KERAVINO_RESULTS({k}), &singular_values<float>, &singular_values<double>},
    {"eigh", 1, true, KERAVINO_RESULTS({m}, {m, m}), &eigh<float>, &eigh<double>},
    {"eig", 1, true, KERAVINO_RESULTS({m}, {m, m}), &eig<float>, &eig<double>},
};
#undef KERAVINO_RESULTS

const Row& row(Routine routine) { return kRows[static_cast<size_t>(routine)]; }

ov::Dimension smaller(const ov::Dimension& m, const ov::Dimension& n) {
  if (m.is_static() && n.is_static()) return std::min(m.get_length(), n.get_length());
  return ov::Dimension::dynamic();
}

/// Up to this many rows or columns, float32 matrices are computed in float64: it takes no longer, and is more exact.
constexpr size_t kSmall = 64;

/// Of tensors of T, computed in C.
template <class T, class C>
void run_all(const Row& routine, Matrices<C> (*run)(Matrices<C>), ov::TensorVector& outputs,
             const ov::TensorVector& inputs) {
  const ov::Shape& shape = inputs[0].get_shape();
  const size_t count = ov::shape_size(ov::Shape(shape.begin(), shape.end() - 2));
  for (size_t i = 0; i < count; ++i) {
    Matrices<C> in;
    for (const ov::Tensor& tensor : inputs) {
      const ov::Shape& own = tensor.get_shape();
      auto& x = in.emplace_back(static_cast<int>(own[own.size() - 2]), static_cast<int>(own.back()));
      const T* from = tensor.data<const T>() + (own.size() == shape.size() ? i * x.numbers.size() : 0);
      std::transform(from, from + x.numbers.size(), x.row(0), [](T number) { return static_cast<C>(number); });
    }
    Matrices<C> out;
    try {
      out = run(std::move(in));
    } catch (const Error& error) {
      const std::string which = count == 1 ? "the matrix" : fmt::format("matrix {}", i);
      throw Error(error.kind(), fmt::format("no {} of {}: {}", routine.name, which, error.what()));
    }
    for (size_t k = 0; k < out.size(); ++k) {
      std::transform(out[k].numbers.begin(), out[k].numbers.end(), outputs[k].data<T>() + i * out[k].numbers.size(),
                     [](C number) { return static_cast<T>(number); });
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
  if (type == ov::element::f64) {
    run_all<double>(routine, routine.run_double, outputs, inputs);
  } else if (type == ov::element::f32 && std::max(m, a.back()) <= kSmall) {
    run_all<float>(routine, routine.run_double, outputs, inputs);
  } else if (type == ov::element::f32) {
    run_all<float>(routine, routine.run_float, outputs, inputs);
  } else {
    return false;
  }
  return true;
}

}  // namespace keravino::kernels
