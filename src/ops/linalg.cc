#include "keravino/ops/linalg.h"

#include "engine/engine.h"
#include "keravino/grad.h"
#include "kernels/linalg.h"
#include "ops/contract.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

using kernels::Routine;

/// A routine on tensors of one float dtype. Untraced, its errors shall be those of the call: the numbers are computed.
std::vector<Tensor> run(Routine routine, const std::vector<Tensor>& inputs) {
  const DType dtype = inputs[0].dtype();
  std::vector<Tensor> wide;
  for (const Tensor& x : inputs) wide.push_back(as(x, sum_precision(dtype)));
  std::vector<Tensor> outputs = make_all<kernels::Linalg>(wide, routine);
  if (!outputs[0].traced()) engine::compute(outputs);
  for (Tensor& x : outputs) x = as(x, dtype);
  return outputs;
}

std::pair<Tensor, Tensor> run_pair(Routine routine, const Tensor& x) {
  const std::vector<Tensor> outputs = run(routine, {x});
  return {outputs[0], outputs[1]};
}

/// `x` as a float, and as a batch of matrices.
Tensor matrices(const Tensor& x) {
  if (x.rank() < 2) throw Error(fmt::format("a matrix is wanted, of at least 2 dimensions, got {}", x.rank()));
  return to_float(x);
}

Tensor square_matrices(const Tensor& x) {
  const Tensor a = matrices(x);
  const auto m = known(dim(a, -2));
  const auto n = known(dim(a, -1));
  if (m && n && *m != *n) throw Error(fmt::format("a square matrix is wanted, got {} x {}", *m, *n));
  return a;
}

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

Tensor product_of(const Tensor& a, const Tensor& b) {
  const DType dtype = a.dtype();
  return as(matrix_product(as(a, sum_precision(dtype)), as(b, sum_precision(dtype))), dtype);
}

/// `x` with the leading dimensions of `like`, where it has 1 or none.
Tensor with_batch(const Tensor& x, const Tensor& like) {
  std::vector<Dim> shape = dims(like);
  shape.resize(shape.size() - 2);
  shape.insert(shape.end(), {int64_t{1}, int64_t{1}});
  return make<v::v3::Broadcast>(x, Dims(shape).tensor(), v::BroadcastType::BIDIRECTIONAL);
}

bool same_batch(const Tensor& a, const Tensor& b) {
  if (a.rank() != b.rank() || a.shape().is_dynamic() || b.shape().is_dynamic()) return false;
  return std::equal(a.shape().begin(), a.shape().end() - 2, b.shape().begin());
}

/// Both as floats of one dtype, whose width stays.
void promote_floats(Tensor& a, Tensor& b) {
  promote_wide(a, b);
  a = to_float(a);
  b = to_float(b);
}

/// solve in one of its forms; b may be vectors.
Tensor solve_by(Routine routine, Tensor a, Tensor b) {
  promote_floats(a, b);
  a = square_matrices(a);
  const bool vectors = b.rank() == a.rank() - 1;
  if (b.rank() == 0) throw Error("b must have at least one dimension");
  if (vectors) b = expand_dims(b, {-1});
  if (b.rank() < 2) throw Error(fmt::format("b must have {} or {} dimensions", a.rank() - 1, a.rank()));
  const auto m = known(dim(a, -1));
  const auto rows = known(dim(b, -2));
  if (m && rows && *m != *rows) throw Error(fmt::format("b has {} rows, a {}", *rows, *m));
  if (!same_batch(a, b)) {
    a = with_batch(a, b);
    b = with_batch(b, a);
  }
  const Tensor x = run(routine, {a, b})[0];
  return vectors ? squeeze(x, {{-1}}) : x;
}

/// What solve in one of its forms makes of the identity.
Tensor inverse_by(Routine routine, const Tensor& x) {
  return run(routine, {x, eye(dim(x, -1), std::nullopt, 0, x.dtype())})[0];
}

/// The greatest number of rows or columns times the rounding error: what singular values are known to.
Tensor relative_tolerance(const Tensor& x) {
  const DType computed = sum_precision(x.dtype());
  const double epsilon = computed == DType::float64 ? 0x1p-52 : 0x1p-23;
  return as(as_scalar(larger(dim(x, -1), dim(x, -2))), computed) * epsilon;
}

/// 1 / s where s is more than `rcond` times the greatest, else 0.
Tensor cut_inverse(const Tensor& s, const Tensor& rcond) {
  const Tensor kept = s > max(s, {{-1}}, true) * rcond;
  return select(kept, 1 / select(kept, s, 1), 0);
}

/// U, s, V^T of as few columns as it takes, computed in at least float32.
std::array<Tensor, 3> thin_svd(const Tensor& x) {
  const std::vector<Tensor> parts = run(Routine::svd, {as(x, sum_precision(x.dtype()))});
  return {parts[0], parts[1], parts[2]};
}

/// Of x -> p at constant rank (Golub and Pereyra, 1973).
Tensor pinv_gradient(const std::vector<Tensor>& xs, const Tensor& p, const Tensor& g) {
  const Tensor &a = xs[0], gt = transposed(g), pt = transposed(p);
  const Tensor inside = product_of(gt, p), outside = product_of(p, gt);
  const Tensor along_rows = product_of(inside, pt), along_columns = product_of(pt, outside);
  return along_rows - product_of(a, product_of(p, along_rows)) + along_columns -
         product_of(product_of(along_columns, p), a) - product_of(pt, product_of(g, pt));
}

/// A tolerance for each matrix as a column beside its singular values.
Tensor tolerance_column(const Tensor& tolerance, DType dtype) {
  const Tensor t = as(tolerance, dtype);
  return t.rank() == 0 ? t : expand_dims(t, {-1});
}

/// The LU factors' diagonal, and the sign of the permutation: -1 for an odd number of swaps.
std::pair<Tensor, Tensor> lu_diagonal(const Tensor& x) {
  const DType computed = sum_precision(x.dtype());
  const std::vector<Tensor> lu = run(Routine::lu, {as(x, computed)});
  const Tensor &factors = lu[0], &pivots = lu[1];
  const Tensor swapped = pivots != iota(dim(x, -1), computed);
  const Tensor odd = make<v::v1::FloorMod>(total(as(swapped, computed), {{-1}}, false), as(2, computed));
  return {diagonal(factors, 0, -2, -1), 1 - 2 * odd};
}

Tensor determinant(const Tensor& x) {
  const auto [numbers, sign] = lu_diagonal(x);
  return as(sign * reduce<v::v1::ReduceProd>(numbers, {{-1}}, false), x.dtype());
}

/// The derivative of the determinant: det(U) det(V) U D V^T, where each of D is the product of all other singular
/// values. That of det(x) x^-T is its own: second derivatives are those of regular matrices.
Tensor cofactors(const Tensor& x) {
  const std::vector<Tensor> parts = run(Routine::svd_complete, {x});
  const Tensor own = eye(dim(x, -1), std::nullopt, 0, DType::boolean);
  const Tensor others = reduce<v::v1::ReduceProd>(select(own, 1, expand_dims(parts[1], {-2})), {{-1}}, false);
  const Tensor sign = expand_dims(determinant(parts[0]) * determinant(parts[2]), {-1, -2});
  const Tensor y = sign * product_of(parts[0] * expand_dims(others, {-2}), parts[2]);
  return with_gradient(y, {x}, [](const std::vector<Tensor>& xs, const Tensor&, const Tensor& g) {
    return gradients({expand_dims(det(xs[0]), {-1, -2}) * transposed(inv(xs[0]))}, xs, {g})[0];
  });
}

}  // namespace

Tensor cholesky(Tensor x, bool upper) {
  const Tensor factor = run(Routine::cholesky, {square_matrices(x)})[0];
  return upper ? transposed(factor) : factor;
}

Tensor cholesky_inverse(Tensor x, bool upper) {
  x = square_matrices(x);
  const Tensor inverse = inverse_by(upper ? Routine::solve_upper : Routine::solve_lower, x);
  return upper ? product_of(inverse, transposed(inverse)) : product_of(transposed(inverse), inverse);
}

Tensor det(Tensor x) {
  x = square_matrices(x);
  return with_gradient(determinant(x), {x}, [](const std::vector<Tensor>& xs, const Tensor&, const Tensor& g) {
    return expand_dims(g, {-1, -2}) * cofactors(xs[0]);
  });
}

std::pair<Tensor, Tensor> eig(Tensor x) { return run_pair(Routine::eig, square_matrices(x)); }
std::pair<Tensor, Tensor> eigh(Tensor x) { return run_pair(Routine::eigh, square_matrices(x)); }

Tensor inv(Tensor x) { return inverse_by(Routine::solve, square_matrices(x)); }

std::pair<Tensor, Tensor> lu_factor(Tensor x) {
  x = matrices(x);
  const std::vector<Tensor> lu = run(Routine::lu, {as(x, sum_precision(x.dtype()))});
  return {as(lu[0], x.dtype()), as(lu[1], DType::int32)};
}

std::pair<Tensor, Tensor> qr(Tensor x, std::string mode) {
  if (mode != "reduced" && mode != "complete") {
    throw Error("unknown mode. Expected one of {'reduced', 'complete'}");
  }
  return run_pair(mode == "reduced" ? Routine::qr : Routine::qr_complete, matrices(x));
}

Tensor solve(Tensor a, Tensor b) { return solve_by(Routine::solve, std::move(a), std::move(b)); }

Tensor solve_triangular(Tensor a, Tensor b, bool lower) {
  return solve_by(lower ? Routine::solve_lower : Routine::solve_upper, std::move(a), std::move(b));
}

std::vector<Tensor> svd(Tensor x, bool full_matrices, bool compute_uv) {
  const Routine vectors = full_matrices ? Routine::svd_complete : Routine::svd;
  return run(compute_uv ? vectors : Routine::singular_values, {matrices(x)});
}

Tensor lstsq(Tensor a, Tensor b, std::optional<double> rcond) {
  promote_floats(a, b);
  if (a.rank() != 2) throw Error(fmt::format("a must be a matrix, got {} dimensions", a.rank()));
  if (b.rank() != 1 && b.rank() != 2) throw Error(fmt::format("b must have 1 or 2 dimensions, got {}", b.rank()));
  const auto rows = known(dim(a, 0));
  const auto b_rows = known(dim(b, 0));
  if (rows && b_rows && *rows != *b_rows) throw Error(fmt::format("b has {} rows, a {}", *b_rows, *rows));
  const DType dtype = a.dtype();
  const Tensor columns = as(b.rank() == 1 ? expand_dims(b, {1}) : b, sum_precision(dtype));
  const auto [u, s, vt] = thin_svd(a);
  const Tensor limit = rcond ? as(*rcond, s.dtype()) : relative_tolerance(a);
  const Tensor scaled = expand_dims(cut_inverse(s, limit), {-1}) * product_of(transposed(u), columns);
  const auto vjp = [rcond](const std::vector<Tensor>& in, const std::vector<Tensor>&, const std::vector<Tensor>& gs) {
    return gradients({product_of(pinv(in[0], rcond ? Tensor(*rcond) : Tensor()), in[1])}, in, gs);
  };
  const Tensor x = with_gradient({as(product_of(transposed(vt), scaled), dtype)}, {a, as(columns, dtype)}, vjp)[0];
  return b.rank() == 1 ? squeeze(x, {{1}}) : x;
}

Tensor matrix_rank(Tensor x, Tensor tol) {
  x = matrices(x);
  const Tensor s = run(Routine::singular_values, {as(x, sum_precision(x.dtype()))})[0];
  const Tensor limit = tol ? tolerance_column(tol, s.dtype()) : max(s, {{-1}}, true) * relative_tolerance(x);
  return reduce<v::v1::ReduceSum>(as(s > limit, DType::int32), {{-1}}, false);
}

Tensor pinv(Tensor x, Tensor rcond) {
  x = matrices(x);
  const auto [u, s, vt] = thin_svd(x);
  const Tensor limit = rcond ? tolerance_column(rcond, s.dtype()) : relative_tolerance(x);
  const Tensor scaled = expand_dims(cut_inverse(s, limit), {-1}) * transposed(u);
  const Tensor p = as(product_of(transposed(vt), scaled), x.dtype());
  return with_gradient(p, {x}, pinv_gradient);
}

std::pair<Tensor, Tensor> slogdet(Tensor x) {
  x = square_matrices(x);
  const auto [numbers, sign] = lu_diagonal(x);
  const Tensor signs = reduce<v::v1::ReduceProd>(make<v::v0::Sign>(numbers), {{-1}}, false);
  const Tensor logarithm = total(log(absolute(numbers)), {{-1}}, false);
  return {as(sign * signs, x.dtype()), as(logarithm, x.dtype())};
}

Tensor logdet(Tensor x) {
  const auto [sign, logarithm] = slogdet(std::move(x));
  return select(sign < 0, std::numeric_limits<double>::quiet_NaN(), logarithm);
}

namespace {

/// svd as Python has it: a tuple, or one tensor.
Arg svd_op(Tensor x, bool full_matrices, bool compute_uv) {
  const std::vector<Tensor> parts = svd(std::move(x), full_matrices, compute_uv);
  if (!compute_uv) return parts[0];
  return Tuple{{parts[0], parts[1], parts[2]}};
}

constexpr OpDef kOps[] = {
    op<&cholesky>("linalg.cholesky(x, upper=False)", "The triangular root of a positive definite matrix."),
    op<&cholesky_inverse>("linalg.cholesky_inverse(x, upper=False)",
                          "The inverse of a matrix from its triangular root."),
    op<&det>("linalg.det(x)", "Determinants."),
    op<&eig>("linalg.eig(x)", "Eigenvalues and eigenvectors, which must be real."),
    op<&eigh>("linalg.eigh(x)", "Eigenvalues, in rising order, and eigenvectors of symmetric matrices."),
    op<&inv>("linalg.inv(x)", "Inverses of matrices."),
    op<&lu_factor>("linalg.lu_factor(x)", "Triangular factors in one matrix, and the rows swapped."),
    op<&qr>("linalg.qr(x, mode=\"reduced\")", "Orthogonal and upper triangular factors."),
    op<&solve>("linalg.solve(a, b)", "The x of a x = b."),
    op<&solve_triangular>("linalg.solve_triangular(a, b, lower=False)", "The x of a x = b with a triangular a."),
    op<&svd_op>("linalg.svd(x, full_matrices=True, compute_uv=True)", "Singular vectors and values."),
    op<&lstsq>("linalg.lstsq(a, b, rcond=None)", "The least x of those that come closest to a x = b."),
    op<&matrix_rank>("linalg.matrix_rank(x, tol=None)", "How many singular values exceed tol."),
    op<&pinv>("linalg.pinv(x, rcond=None)", "Pseudoinverses."),
    op<&slogdet>("numpy.slogdet(x)", "The sign of the determinant and the logarithm of its size."),
    op<&logdet>("math.logdet(x)", "The logarithm of the determinant."),
};
}  // namespace
std::span<const OpDef> linalg_ops() { return kOps; }

}  // namespace keravino::ops
