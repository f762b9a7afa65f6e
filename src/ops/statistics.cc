#include "keravino/ops/statistics.h"

#include "ops/contract.h"
#include "ops/families.h"
#include "ops/framing.h"
#include "ops/reductions.h"

namespace keravino::ops {
namespace {

/// The floats that statistics of a dtype are: float64 for int64.
DType statistic_dtype(const Tensor& x) {
  if (x.promotion_dtype() == DType::int64) return DType::float64;
  return is_float(x.dtype()) ? x.dtype() : result_type({x.dtype(), DType::python_float});
}

}  // namespace

Tensor corrcoef(Tensor x) {
  const DType dtype = statistic_dtype(x);
  if (x.rank() > 2) throw Error(fmt::format("x must be a vector or a matrix, got {} dimensions", x.rank()));
  x = as(x, sum_precision(dtype));
  const int64_t rank = x.rank();
  const Tensor rows = rank == 2 ? x : reshape(x, std::vector<int64_t>{1, -1});
  const Tensor centred = rows - mean(rows, {{-1}}, true);
  const Tensor products = matrix_product(centred, centred, false, true);
  const Tensor size = make<v::v0::Sqrt>(total(centred * centred, {{-1}}, true));
  const Tensor quotient = products / size / swapaxes(size, 0, 1);
  const Tensor limited = clip(quotient, -1, 1);
  return as(rank == 2 ? limited : reshape(limited, std::vector<int64_t>{}), dtype);
}

Tensor correlate(Tensor x1, Tensor x2, std::string mode) {
  if (mode != "valid" && mode != "same" && mode != "full") {
    throw Error("mode must be \"valid\", \"same\" or \"full\"");
  }
  if (x1.rank() != 1 || x2.rank() != 1) throw Error("x1 and x2 must be vectors");
  DType dtype = common_dtype({x1, x2});
  if (!is_float(dtype)) dtype = DType::float32;
  const int64_t n = static_shape(x1)[0];
  const int64_t m = static_shape(x2)[0];
  if (n == 0 || m == 0) throw Error("x1 and x2 must not be empty");
  x1 = as(x1, sum_precision(dtype));
  x2 = as(x2, sum_precision(dtype));
  const std::vector<int64_t> around{m - 1};
  const Tensor padded = make<v::v1::Pad>(x1, around, around, as(0, x1.dtype()), v::PadMode::CONSTANT);
  const Tensor full = as(matrix_product(framed(padded, m, 1), x2), dtype);
  if (mode == "full") return full;
  const int64_t least = std::min(n, m);
  const int64_t most = std::max(n, m);
  if (mode == "valid") return slice_axis(full, 0, least - 1, most);
  // NumPy gives the shorter vector's middle to the left of the longer one's end, whichever comes first.
  const int64_t start = n >= m ? (least - 1) / 2 : least / 2;
  return slice_axis(full, 0, start, start + most);
}

std::pair<Tensor, Tensor> histogram(Tensor x, int64_t bins, std::optional<std::pair<double, double>> range) {
  if (bins <= 0) throw Error(fmt::format("bins must be positive, got {}", bins));
  if (range && !(range->first <= range->second)) throw Error("the range must not end before it begins");
  x = ravel(to_float(x));
  const DType dtype = x.dtype();
  const Tensor wide = as(x, sum_precision(dtype));
  if (!range && known(dim(x, 0)) == 0) range = {0, 1};
  Tensor low = range ? as(range->first, wide.dtype()) : min(wide);
  Tensor high = range ? as(range->second, wide.dtype()) : max(wide);
  const Tensor one_number = low == high;  // NumPy's way out: a bin of width 1
  low = select(one_number, low - 0.5, low);
  high = select(one_number, high + 0.5, high);
  const Tensor places = iota(bins + 1, wide.dtype());
  const Tensor last = places == as(static_cast<double>(bins), wide.dtype());
  const Tensor edges = select(last, high, low + places * ((high - low) / static_cast<double>(bins)));
  const Tensor inner = slice_axis(edges, 0, int64_t{1}, bins);
  const Tensor inside = logical_and(wide >= low, wide <= high);
  const Tensor bin = bins == 1 ? as(zeros_like(wide), DType::int32) : searchsorted(inner, wide, "right");
  const Tensor counts = segment_sum(as(inside, DType::int32), bin, bins);
  return {as(counts, dtype), as(edges, dtype)};
}

namespace {
constexpr OpDef kOps[] = {
    op<&corrcoef>("numpy.corrcoef(x)", "Correlation coefficients between rows."),
    op<&correlate>("numpy.correlate(x1, x2, mode=\"valid\")", "Correlation of two vectors at each shift."),
    op<&histogram>("numpy.histogram(x, bins=10, range=None)", "Counts in bins of equal width, and their edges."),
};
}  // namespace
std::span<const OpDef> statistics_ops() { return kOps; }

}  // namespace keravino::ops
