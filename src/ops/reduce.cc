#include "keravino/ops/reduce.h"

#include "ops/complex.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {

Tensor sum(Tensor x, Axes axis, bool keepdims) {
  const DType dtype = is_inexact(x.dtype()) ? x.dtype() : widened(result_type({x.dtype()}));
  return as(total(as(x, sum_precision(dtype)), axis, keepdims), dtype);
}

Tensor prod(Tensor x, Axes axis, bool keepdims, std::optional<DType> dtype) {
  const DType type = dtype.value_or(widened(x.dtype()));
  if (is_complex(type)) return complex_form::prod(as(x, type), axis, keepdims);
  if (type == DType::boolean) return all(std::move(x), std::move(axis), keepdims);
  return as(reduce<v::v1::ReduceProd>(as(x, sum_precision(type)), axis, keepdims), type);
}

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

/// Means in the dtype of `x`.
Tensor mean_of(const Tensor& x, const Axes& axis, bool keepdims) {
  if (x.is_complex()) {
    return complex_form::by_parts(x, [&](const Tensor& part) { return mean_of(part, axis, keepdims); });
  }
  const auto numbers = known(count(x, axis));
  if (numbers == 0) return filled_like_reduced(x, axis, keepdims, kNaN, x.dtype());
  // One node as long as that is exact enough (see `total`): fusions and the layout pass know it.
  if (!numbers || *numbers <= 16384) return reduce<v::v1::ReduceMean>(x, axis, keepdims);
  return total(x, axis, keepdims) / static_cast<double>(*numbers);
}

/// Variances in the dtype of `x`, or of its parts.
Tensor variance(const Tensor& x, const Axes& axis, bool keepdims) {
  const Tensor distance = x - mean_of(x, axis, true);
  if (!x.is_complex()) return mean_of(distance * distance, axis, keepdims);
  const Tensor re = real(distance), im = imag(distance);
  return mean_of(re * re + im * im, axis, keepdims);
}

}  // namespace

Tensor mean(Tensor x, Axes axis, bool keepdims) {
  const DType compute = wide_result_type({x.dtype(), DType::float32});
  const DType result = is_inexact(x.dtype()) ? x.dtype() : result_type({x.dtype(), DType::float32});
  return as(mean_of(as(x, compute), axis, keepdims), result);
}

Tensor var(Tensor x, Axes axis, bool keepdims) {
  const DType compute = wide_result_type({x.dtype(), DType::float32});
  const DType result = x.is_complex()        ? part_dtype(x.dtype())
                       : is_float(x.dtype()) ? x.dtype()
                                             : result_type({x.dtype(), DType::python_float});
  return as(variance(as(x, compute), axis, keepdims), result);
}

Tensor std(Tensor x, Axes axis, bool keepdims) {
  const DType compute = wide_result_type({x.dtype(), DType::float32});
  const DType result = x.is_complex() ? part_dtype(x.dtype()) : is_float(x.dtype()) ? x.dtype() : floatx();
  return as(root(variance(as(x, compute), axis, keepdims)), result);
}

namespace {

double greatest(DType dtype) {
  return dtype == DType::float64 ? std::numeric_limits<double>::max()
                                 : static_cast<double>(std::numeric_limits<float>::max());
}

/// ReduceMax and ReduceMin start from the greatest finite number and pass over NaN, so infinities and NaN are counted
/// beside them: 2 for NaN, 1 for a number that they see, 0 for the infinity that they do not.
template <class Op>
Tensor extreme_of_floats(const Tensor& x, const Axes& axis, bool keepdims) {
  constexpr bool kMax = std::is_same_v<Op, v::v1::ReduceMax>;
  const double limit = kMax ? -greatest(x.dtype()) : greatest(x.dtype());
  const Tensor edge = as(limit, x.dtype());
  const auto grade = [](double g) { return as(g, DType::float32); };
  const Tensor seen = kMax ? x >= edge : x <= edge;
  const Tensor beyond = kMax ? x < edge : x > edge;
  const Tensor grades = select(seen, grade(1), select(beyond, grade(0), grade(2)));
  const Tensor top = reduce<v::v1::ReduceMax>(grades, axis, keepdims);
  const Tensor found = reduce<Op>(x, axis, keepdims);
  const Tensor infinity = as(kMax ? -kInfinity : kInfinity, x.dtype());
  return select(top == grade(2), as(kNaN, x.dtype()), select(top == grade(1), found, infinity));
}

template <class Op, class BoolOp, class Pair>
Tensor extreme(Tensor x, const Axes& axis, bool keepdims, const Tensor& initial, const char* what) {
  x = strong(x);
  const DType dtype = x.dtype();
  if (none(x, axis)) {
    if (!initial) throw Error(fmt::format("there is no {} of no numbers", what));
    return filled_like_reduced(x, axis, keepdims, initial, dtype);
  }
  Tensor found = x;
  const bool small = is_integer(dtype) && element_type(dtype).size() < 4;
  if (dtype == DType::boolean) {
    found = reduce<BoolOp>(x, axis, keepdims);
  } else if (is_float(dtype) && !normalize_axes(axis, x.rank()).empty()) {
    found = as(extreme_of_floats<Op>(as(x, sum_precision(dtype)), axis, keepdims), dtype);
  } else {
    found = as(reduce<Op>(small ? as(x, DType::int32) : x, axis, keepdims), dtype);
  }
  if (!initial) return found;
  const Tensor bound = as(initial, dtype);
  return dtype == DType::boolean ? make<Pair>(as(found, DType::int32), as(bound, DType::int32)) != 0
                                 : make<Pair>(found, bound);
}

}  // namespace

Tensor max(Tensor x, Axes axis, bool keepdims, Tensor initial) {
  return extreme<v::v1::ReduceMax, v::v1::ReduceLogicalOr, v::v1::Maximum>(std::move(x), axis, keepdims, initial,
                                                                           "maximum");
}
Tensor min(Tensor x, Axes axis, bool keepdims, Tensor initial) {
  return extreme<v::v1::ReduceMin, v::v1::ReduceLogicalAnd, v::v1::Minimum>(std::move(x), axis, keepdims, initial,
                                                                            "minimum");
}
Tensor amax(Tensor x, Axes axis, bool keepdims) { return max(std::move(x), std::move(axis), keepdims); }
Tensor amin(Tensor x, Axes axis, bool keepdims) { return min(std::move(x), std::move(axis), keepdims); }
Tensor ptp(Tensor x, Axes axis, bool keepdims) {
  if (x.dtype() == DType::boolean) throw Error(Error::Kind::type, "bools cannot be subtracted");
  return max(x, axis, keepdims) - min(x, axis, keepdims);
}

Tensor all(Tensor x, Axes axis, bool keepdims) { return reduce<v::v1::ReduceLogicalAnd>(truth(x), axis, keepdims); }
Tensor any(Tensor x, Axes axis, bool keepdims) { return reduce<v::v1::ReduceLogicalOr>(truth(x), axis, keepdims); }
Tensor count_nonzero(Tensor x, Axes axis) { return total(as(truth(x), DType::int32), axis, false); }

Tensor average(Tensor x, Axes axis, Tensor weights) {
  const DType dtype =
      common_dtype(weights ? std::vector<Tensor>{x, weights} : std::vector<Tensor>{x}, DType::python_float);
  x = as(x, sum_precision(dtype));
  if (!weights) return as(mean_of(x, axis, false), dtype);
  weights = as(weights, x.dtype());
  if (weights.rank() == 1 && x.rank() > 1) {
    if (!axis || axis->size() != 1) throw Error("weights of rank 1 need one axis");
    std::vector<int64_t> shape(static_cast<size_t>(x.rank()), 1);
    shape[static_cast<size_t>(normalize_axis((*axis)[0], x.rank()))] = -1;
    weights = reshape(std::move(weights), shape);
  } else if (weights.rank() != x.rank()) {
    throw Error("weights must have the shape of x, or of its axis");
  }
  const Tensor all_weights = make<v::v3::Broadcast>(weights, shape_tensor(x));
  return as(total(x * weights, axis, false) / total(all_weights, axis, false), dtype);
}

Tensor logsumexp(Tensor x, Axes axis, bool keepdims) {
  x = to_float(x);
  const DType dtype = x.dtype();
  x = as(x, sum_precision(dtype));
  // An infinite maximum is not taken off: exp and the sum bring infinities and NaN back.
  const Tensor raw = reduce<v::v1::ReduceMax>(x, axis, true);
  const Tensor top = select(absolute(raw) == as(kInfinity, x.dtype()), as(0, x.dtype()), raw);
  const Tensor found = make<v::v0::Log>(total(make<v::v0::Exp>(x - top), axis, true)) + top;
  // Each by its share in the sum; none has one in a sum of zeros.
  const Tensor log_sum = with_gradient(found, {x}, [](const auto& xs, const Tensor& y, const Tensor& g) {
    const Tensor nothing = y == -kInfinity;
    return g * select(nothing, 0, make<v::v0::Exp>(xs[0] - select(nothing, 0, y)));
  });
  const std::vector<int64_t> axes = normalize_axes(axis, x.rank());
  return as(keepdims ? log_sum : squeeze(log_sum, axes), dtype);
}

namespace {
constexpr OpDef kOps[] = {
    op<&sum>("numpy.sum(x, axis=None, keepdims=False)", "Sum of the elements along axes."),
    op<&prod>("numpy.prod(x, axis=None, keepdims=False, dtype=None)", "Product of the elements along axes."),
    op<&mean>("numpy.mean(x, axis=None, keepdims=False)", "Mean of the elements along axes."),
    op<&var>("numpy.var(x, axis=None, keepdims=False)", "Variance of the elements along axes."),
    op<&std>("numpy.std(x, axis=None, keepdims=False)", "Standard deviation of the elements along axes."),
    op<&max>("numpy.max(x, axis=None, keepdims=False, initial=None)", "Greatest element along axes."),
    op<&min>("numpy.min(x, axis=None, keepdims=False, initial=None)", "Least element along axes."),
    op<&amax>("numpy.amax(x, axis=None, keepdims=False)", "Greatest element along axes."),
    op<&amin>("numpy.amin(x, axis=None, keepdims=False)", "Least element along axes."),
    op<&ptp>("numpy.ptp(x, axis=None, keepdims=False)", "Greatest minus least element along axes."),
    op<&all>("numpy.all(x, axis=None, keepdims=False)", "Whether all elements along axes are true."),
    op<&any>("numpy.any(x, axis=None, keepdims=False)", "Whether any element along axes is true."),
    op<&count_nonzero>("numpy.count_nonzero(x, axis=None)", "Number of elements along axes that are not zero."),
    op<&average>("numpy.average(x, axis=None, weights=None)", "Weighted mean along axes."),
    op<&logsumexp>("math.logsumexp(x, axis=None, keepdims=False)", "log(sum(exp(x))) along axes, without overflow."),
};
}  // namespace
std::span<const OpDef> reduce_ops() { return kOps; }

}  // namespace keravino::ops
