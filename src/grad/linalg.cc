// Decompositions of matrices. Formulas: Giles, Collected Matrix Derivative Results (2008); Murray, Differentiation of
// the Cholesky decomposition (2016); Walter and Lehmann for QR (2010); Townsend, Differentiating the SVD (2016).
#include "kernels/linalg.h"

#include "grad/rule.h"
#include "keravino/ops.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using kernels::Linalg;
using kernels::Routine;

Tensor transposed(const Tensor& x) { return ops::swapaxes(x, -1, -2); }
Tensor mul(const Tensor& a, const Tensor& b) { return make<v::v0::MatMul>(a, b, false, false); }
/// a^T b and a b^T.
Tensor left(const Tensor& a, const Tensor& b) { return make<v::v0::MatMul>(a, b, true, false); }
Tensor right(const Tensor& a, const Tensor& b) { return make<v::v0::MatMul>(a, b, false, true); }

Tensor solved(Routine routine, const Tensor& a, const Tensor& b) {
  return make<Linalg>(std::vector<Tensor>{a, b}, routine);
}
/// b a^-1 for a triangular a.
Tensor divided(Routine routine_of_transposed, const Tensor& b, const Tensor& a) {
  return transposed(solved(routine_of_transposed, transposed(a), transposed(b)));
}

Tensor lower(const Tensor& x, int64_t k = 0) { return ops::tril(x, k); }
Tensor upper(const Tensor& x, int64_t k = 0) { return ops::triu(x, k); }
Tensor symmetric(const Tensor& x) { return 0.5 * (x + transposed(x)); }
Tensor row(const Tensor& x) { return ops::expand_dims(x, {-2}); }
Tensor column(const Tensor& x) { return ops::expand_dims(x, {-1}); }
Tensor identity(const Tensor& x) { return ops::eye(ops::dim(x, -1), std::nullopt, 0, x.dtype()); }

/// x / (b_j - b_i) off the diagonal, 0 on it.
Tensor over_differences(const Tensor& x, const Tensor& b) {
  const Tensor one = identity(x);
  return x * (1 - one) / (row(b) - column(b) + one);
}

std::vector<Tensor> cholesky(const Step& s) {
  const Tensor& l = s.out[0];
  const Tensor product = left(l, s.g[0]);
  const Tensor halved = lower(product) - 0.5 * identity(l) * product;
  const Tensor inner = solved(Routine::solve_upper, transposed(l), halved);  // L^-T (...)
  return {symmetric(divided(Routine::solve_upper, inner, l))};
}

std::vector<Tensor> solve(const Step& s, Routine transposed_routine) {
  const Tensor for_b = solved(transposed_routine, transposed(s.in[0]), s.g[0]);
  return {-right(for_b, s.out[0]), for_b};
}

/// x = P L U, L (m, k) and U (k, n). What of U is beyond its square part, or of L, was computed from that part.
std::vector<Tensor> lu(const Step& s) {
  if (!s.g[0]) return {};
  const Tensor &x = s.in[0], &factors = s.out[0], &g = s.g[0];
  const auto rows = ops::known(ops::dim(x, -2)), columns = ops::known(ops::dim(x, -1));
  if (!rows || !columns) throw Error(Error::Kind::unsupported, "[grad] lu_factor of a shape not known while tracing");
  const int64_t m = *rows, n = *columns, k = std::min(m, n), axis = x.rank() - 1;
  const auto part = [&](const Tensor& t, int64_t at, int64_t from, int64_t to) {
    return ops::slice_axis(t, at, from, to);
  };
  const Tensor square = part(part(factors, axis, 0, k), axis - 1, 0, k), one = identity(square);
  const Tensor l = lower(square, -1) + one, u = upper(square);
  const Tensor g_square = part(part(g, axis, 0, k), axis - 1, 0, k);
  Tensor g_l = lower(g_square, -1), g_u = upper(g_square), rest;
  if (n > k) {  // U2 = L^-1 x2
    rest = solved(Routine::solve_upper, transposed(l), part(g, axis, k, n));
    g_l = g_l - lower(right(rest, part(factors, axis, k, n)), -1);
  }
  if (m > k) {  // L2 = x2 U^-1
    rest = transposed(solved(Routine::solve_upper, u, transposed(part(g, axis - 1, k, m))));
    g_u = g_u - upper(left(part(factors, axis - 1, k, m), rest));
  }
  const Tensor inner = lower(left(l, g_l), -1) + upper(right(g_u, u));
  Tensor found = solved(Routine::solve_upper, transposed(l), inner);       // L^-T (...)
  found = transposed(solved(Routine::solve_upper, u, transposed(found)));  // (...) U^-T
  if (rest) found = make<v::v0::Concat>(std::vector<Tensor>{found, rest}, n > k ? axis : axis - 1);
  const Tensor places = ops::iota(ops::dim(x, -2), x.dtype());
  return {mul(ops::as(column(places) == row(s.out[2]), x.dtype()), found)};
}

/// The symmetric matrix whose lower triangle is that of x.
Tensor copied_up(const Tensor& x) { return lower(x) + transposed(lower(x, -1)); }

/// Of x = Q R with as many columns in Q as in x.
Tensor qr_square(const Tensor& q, const Tensor& r, const Tensor& g_q, const Tensor& g_r) {
  const Tensor m = right(r, g_r) - left(g_q, q);
  return transposed(solved(Routine::solve_upper, r, transposed(g_q + mul(q, copied_up(m)))));
}

std::vector<Tensor> qr(const Step& s, bool complete) {
  const Tensor &x = s.in[0], &q = s.out[0], &r = s.out[1];
  const auto rows = ops::known(ops::dim(x, -2)), columns = ops::known(ops::dim(x, -1));
  if (!rows || !columns) throw Error(Error::Kind::unsupported, "[grad] qr of a shape not known while tracing");
  if (complete && *rows > *columns)
    throw Error(Error::Kind::unsupported,
                "[grad] qr with mode=\"complete\" of more rows than columns: Q is not unique");
  const Tensor g_q = s.g[0] ? s.g[0] : zeros_like(q), g_r = s.g[1] ? s.g[1] : zeros_like(r);
  if (*rows >= *columns) return {qr_square(q, r, g_q, g_r)};
  const int64_t axis = x.rank() - 1, m = *rows, n = *columns;  // R = (U, V), and V = Q^T x2
  const auto part = [&](const Tensor& t, int64_t from, int64_t to) { return ops::slice_axis(t, axis, from, to); };
  const Tensor g_v = part(g_r, m, n);
  const Tensor first = qr_square(q, part(r, 0, m), g_q + right(part(x, m, n), g_v), part(g_r, 0, m));
  return {make<v::v0::Concat>(std::vector<Tensor>{first, mul(q, g_v)}, axis)};
}

/// From U (m, k), s (k) and V^T (k, n).
Tensor svd_gradient(const Tensor& u, const Tensor& values, const Tensor& vt, const Tensor& g_u, const Tensor& g_s,
                    const Tensor& g_vt) {
  const auto skew = [](const Tensor& x) { return x - transposed(x); };
  Tensor inner, outer;
  const auto add = [](Tensor& sum, const Tensor& x) { sum = sum ? sum + x : x; };
  const Tensor squares = values * values, safe = ops::select(values == 0, 1, values);
  if (g_u) add(inner, over_differences(skew(left(u, g_u)), squares) * row(values));
  if (g_vt) add(inner, column(values) * over_differences(skew(right(vt, g_vt)), squares));
  if (g_s) add(inner, column(g_s) * identity(left(u, u)));
  if (inner) add(outer, mul(mul(u, inner), vt));
  if (g_u) add(outer, mul((g_u - mul(u, left(u, g_u))) / row(safe), vt));
  if (g_vt) add(outer, mul(u / row(safe), g_vt - mul(right(g_vt, vt), vt)));
  return outer;
}

std::vector<Tensor> svd(const Step& s) { return {svd_gradient(s.out[0], s.out[1], s.out[2], s.g[0], s.g[1], s.g[2])}; }

/// The vectors beyond the first k are any that are orthogonal to those, so that nothing can hang on them.
std::vector<Tensor> svd_complete(const Step& s) {
  const auto rows = ops::known(ops::dim(s.in[0], -2)), columns = ops::known(ops::dim(s.in[0], -1));
  if (!rows || !columns) throw Error(Error::Kind::unsupported, "[grad] svd of a shape not known while tracing");
  if ((*rows > *columns && s.g[0]) || (*columns > *rows && s.g[2])) {
    throw Error(Error::Kind::unsupported,
                "[grad] svd with full_matrices=True: the vectors that make it full are not unique");
  }
  const int64_t k = std::min(*rows, *columns), rank = s.in[0].rank();
  return {svd_gradient(ops::slice_axis(s.out[0], rank - 1, int64_t{0}, k), s.out[1],
                       ops::slice_axis(s.out[2], rank - 2, int64_t{0}, k), s.g[0], s.g[1], s.g[2])};
}

std::vector<Tensor> singular_values(const Step& s) {
  const std::vector<Tensor> parts = ops::make_all<Linalg>(std::vector<Tensor>{s.in[0]}, Routine::svd);
  return {mul(parts[0] * row(s.g[0]), parts[2])};
}

/// The eigenvectors are orthonormal.
std::vector<Tensor> eigh(const Step& s) {
  const Tensor& vectors = s.out[1];
  Tensor inner = s.g[0] ? column(s.g[0]) * identity(vectors) : zeros_like(vectors);
  if (s.g[1]) inner = inner + over_differences(left(vectors, s.g[1]), s.out[0]);
  return {symmetric(right(mul(vectors, inner), vectors))};
}

/// The eigenvectors are of length 1.
std::vector<Tensor> eig(const Step& s) {
  const Tensor& vectors = s.out[1];
  Tensor inner = s.g[0] ? column(s.g[0]) * identity(vectors) : zeros_like(vectors);
  if (s.g[1]) {
    const Tensor product = left(vectors, s.g[1]);
    const Tensor own = make<v::v1::ReduceSum>(product * identity(vectors), std::vector<int64_t>{-2}, true);
    inner = inner + over_differences(product - left(vectors, vectors) * own, s.out[0]);
  }
  return {solved(Routine::solve, transposed(vectors), right(inner, vectors))};
}

std::vector<Tensor> linalg(const Step& s) {
  switch (static_cast<const Linalg&>(s.node).routine()) {
    case Routine::cholesky:
      return cholesky(s);
    case Routine::lu:
      return lu(s);
    case Routine::solve:
      return solve(s, Routine::solve);
    case Routine::solve_lower: {
      const std::vector<Tensor> found = solve(s, Routine::solve_upper);
      return {lower(found[0]), found[1]};
    }
    case Routine::solve_upper: {
      const std::vector<Tensor> found = solve(s, Routine::solve_lower);
      return {upper(found[0]), found[1]};
    }
    case Routine::qr:
      return qr(s, false);
    case Routine::qr_complete:
      return qr(s, true);
    case Routine::svd:
      return svd(s);
    case Routine::svd_complete:
      return svd_complete(s);
    case Routine::singular_values:
      return singular_values(s);
    case Routine::eigh:
      return eigh(s);
    case Routine::eig:
      return eig(s);
  }
  return {};
}

}  // namespace

Table linalg_rules() { return {grad::row<Linalg>(linalg)}; }

}  // namespace keravino::grad
