#include "keravino/ops/quantile.h"

#include "engine/evaluate.h"
#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// Where a quantile lies among sorted numbers: between two places, with the weight of the upper one.
struct Spot {
  Tensor lower, upper, weight;
};

void check_method(const std::string& method) {
  for (const char* known_method : {"linear", "lower", "higher", "nearest", "midpoint"}) {
    if (method == known_method) return;
  }
  throw Error("method must be \"linear\", \"lower\", \"higher\", \"nearest\" or \"midpoint\"");
}

/// Among `n` numbers, in float64.
Spot spot_in(double q, int64_t n, const std::string& method, DType dtype) {
  const double place = q * static_cast<double>(n - 1);
  double lower = std::floor(place);
  double upper = std::min(lower + 1, static_cast<double>(n - 1));
  double weight = place - lower;
  if (method == "lower") weight = 0;
  if (method == "higher") weight = weight > 0 ? 1 : 0;
  if (method == "nearest") lower = upper = std::nearbyint(place);  // halves to the even place, as NumPy's
  if (method == "midpoint") weight = weight > 0 ? 0.5 : 0;
  return {ints({static_cast<int64_t>(lower)}), ints({static_cast<int64_t>(upper)}), as(weight, dtype)};
}

/// Among as many numbers as each row has that are not NaN: `counts` keeps the last axis.
Spot spot_in(double q, const Tensor& counts, const std::string& method) {
  const DType dtype = counts.dtype();
  const Tensor last = make<v::v1::Maximum>(counts - 1, as(0, dtype));
  const Tensor place = last * q;
  const Tensor floor = make<v::v0::Floor>(place);
  Tensor weight = place - floor;
  const Tensor between = weight > 0;
  Tensor lower = floor;
  Tensor upper = make<v::v1::Minimum>(floor + 1, last);
  if (method == "lower") weight = weight * 0;
  if (method == "higher") weight = select(between, as(1, dtype), as(0, dtype));
  if (method == "nearest") lower = upper = make<v::v5::Round>(place, v::v5::Round::RoundMode::HALF_TO_EVEN);
  if (method == "midpoint") weight = select(between, as(0.5, dtype), as(0, dtype));
  return {as(lower, DType::int32), as(upper, DType::int32), weight};
}

/// The reduced axes as one last axis.
Tensor rows_of(const Tensor& x, std::vector<int64_t> axes) {
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> last;
  for (size_t i = 0; i < axes.size(); ++i) last.push_back(static_cast<int64_t>(i) - static_cast<int64_t>(axes.size()));
  const Tensor moved = moveaxis(x, axes, last);
  std::vector<Dim> shape = dims(moved);
  const auto first = shape.end() - static_cast<std::ptrdiff_t>(axes.size());
  const Dim length = product({first, shape.end()});
  shape.erase(first, shape.end());
  shape.push_back(length);
  return reshape(moved, shape);
}

Tensor value_at(const Tensor& sorted, const Tensor& place) {
  const int64_t last = sorted.rank() - 1;
  if (place.rank() == 1 && last > 0) return make<v::v8::Gather>(sorted, place, as_scalar(last));
  return make<v::v8::Gather>(sorted, place, as_scalar(last), last);
}

std::vector<double> shares(const Tensor& q, double scale) {
  if (q.traced()) throw Error(Error::Kind::unsupported, "q must be known while the graph is traced");
  const ov::Tensor numbers = engine::convert(q.numbers(), ov::element::f64);
  std::vector<double> out(numbers.data<double>(), numbers.data<double>() + numbers.get_size());
  for (double& share : out) {
    share /= scale;
    if (!(share >= 0 && share <= 1)) throw Error(fmt::format("q must lie within [0, {:g}]", scale));
  }
  return out;
}

Tensor quantiles(const Tensor& input, const Tensor& q, double scale, const Axes& axis, const std::string& method,
                 bool keepdims, bool skip_nan) {
  check_method(method);
  if (q.rank() > 1) throw Error("q must be a number or a vector");
  const DType result = is_float(input.dtype()) ? input.dtype() : result_type({input.dtype(), DType::python_float});
  const Tensor x = as(input, sum_precision(result));
  const Axes axes = x.rank() == 0 ? Axes() : axis;
  const Tensor rows = rows_of(x.rank() == 0 ? ravel(x) : x, normalize_axes(axes, std::max<int64_t>(x.rank(), 1)));
  const auto size = known(dim(rows, -1));
  if (!size) throw Error("the number of elements must be known");
  const int64_t n = *size;
  if (n == 0) throw Error("there is no quantile of no numbers");
  const Tensor sorted = sort(rows, -1);
  const Tensor numbers = as(total(as(rows == rows, DType::int32), {{-1}}, true), rows.dtype());
  std::vector<Tensor> found;
  for (double share : shares(q, scale)) {
    const Spot spot = skip_nan ? spot_in(share, numbers, method) : spot_in(share, n, method, rows.dtype());
    const Tensor lower = value_at(sorted, spot.lower);
    const Tensor upper = value_at(sorted, spot.upper);
    // Equal ends stay as they are: the difference of infinities would be NaN.
    const Tensor between = select(lower == upper, lower, lower + (upper - lower) * spot.weight);
    const Tensor exact = select(spot.weight == 0, lower, select(spot.weight == 1, upper, between));
    const Tensor nan = as(std::numeric_limits<double>::quiet_NaN(), rows.dtype());
    const Tensor value = skip_nan ? exact : select(numbers == as(n, rows.dtype()), exact, nan);
    Tensor one = squeeze(value, {{-1}});
    if (keepdims && x.rank() > 0) {
      std::vector<int64_t> kept = normalize_axes(axes, x.rank());
      one = expand_dims(one, kept);
    }
    found.push_back(as(one, result));
  }
  return q.rank() == 0 ? found[0] : stack(found, 0);
}

}  // namespace

Tensor quantile(Tensor x, Tensor q, Axes axis, std::string method, bool keepdims) {
  return quantiles(x, q, 1, axis, method, keepdims, false);
}
Tensor percentile(Tensor x, Tensor q, Axes axis, std::string method, bool keepdims) {
  return quantiles(x, q, 100, axis, method, keepdims, false);
}
Tensor median(Tensor x, Axes axis, bool keepdims) { return quantiles(x, 0.5, 1, axis, "linear", keepdims, false); }
Tensor nanquantile(Tensor x, Tensor q, Axes axis, std::string method, bool keepdims) {
  return quantiles(x, q, 1, axis, method, keepdims, true);
}
Tensor nanpercentile(Tensor x, Tensor q, Axes axis, std::string method, bool keepdims) {
  return quantiles(x, q, 100, axis, method, keepdims, true);
}
Tensor nanmedian(Tensor x, Axes axis, bool keepdims) { return quantiles(x, 0.5, 1, axis, "linear", keepdims, true); }

namespace {
constexpr OpDef kOps[] = {
    op<&quantile>("numpy.quantile(x, q, axis=None, method=\"linear\", keepdims=False)", "Quantiles along axes."),
    op<&percentile>("numpy.percentile(x, q, axis=None, method=\"linear\", keepdims=False)", "Percentiles along axes."),
    op<&median>("numpy.median(x, axis=None, keepdims=False)", "Medians along axes."),
    op<&nanquantile>("numpy.nanquantile(x, q, axis=None, method=\"linear\", keepdims=False)",
                     "Quantiles of what is not NaN."),
    op<&nanpercentile>("numpy.nanpercentile(x, q, axis=None, method=\"linear\", keepdims=False)",
                       "Percentiles of what is not NaN."),
    op<&nanmedian>("numpy.nanmedian(x, axis=None, keepdims=False)", "Medians of what is not NaN."),
};
}  // namespace
std::span<const OpDef> quantile_ops() { return kOps; }

}  // namespace keravino::ops
