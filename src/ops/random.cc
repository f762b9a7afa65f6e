#include "keravino/ops/random.h"

#include "kernels/random.h"
#include "ops/families.h"
#include "ops/make.h"
#include "ops/shapes.h"

namespace keravino::ops {
namespace {

using kernels::Distribution;
using kernels::RandomNumbers;

/// The dtype of a random real: what was asked for, or floatx.
DType real_dtype(std::optional<DType> dtype) {
  const DType result = dtype.value_or(floatx());
  if (!is_float(result)) throw Error(fmt::format("random reals need a float dtype, got {}", name(result)));
  return result;
}

/// Halves are drawn in float32: their own few digits would show in the distribution.
DType drawn_dtype(DType dtype) { return dtype == DType::float64 ? dtype : DType::float32; }

Tensor draw(Distribution distribution, DType dtype, const Tensor& shape, const Tensor& seed,
            const std::vector<Tensor>& parameters) {
  if (!seed) throw Error("a seed of two integers is needed");
  if (!is_integer(seed.dtype())) throw Error(fmt::format("a seed is two integers, got dtype {}", name(seed.dtype())));
  std::vector<Tensor> inputs{strong(seed), shape};
  for (const Tensor& p : parameters) {
    inputs.push_back(p.rank() == 0 ? as(p, dtype) : make<v::v3::Broadcast>(as(p, dtype), shape));
  }
  return make<RandomNumbers>(inputs, distribution, element_type(dtype));
}

/// A shape whose numbers are known, checked, or as the graph will know it.
Tensor checked(const Dims& shape) {
  if (const auto numbers = shape.numbers()) {
    for (int64_t n : *numbers) {
      if (n < 0) throw Error("a dimension of the shape is negative or None");
    }
  }
  return shape.tensor();
}

Tensor reals(Distribution distribution, const Dims& shape, std::optional<DType> dtype, const Tensor& seed,
             const std::vector<Tensor>& parameters) {
  const DType result = real_dtype(dtype);
  return as(draw(distribution, drawn_dtype(result), checked(shape), seed, parameters), result);
}

}  // namespace

Tensor uniform(Dims shape, Tensor minval, Tensor maxval, std::optional<DType> dtype, Tensor seed) {
  const Tensor x = reals(Distribution::uniform, shape, dtype, seed, {minval, maxval});
  if (x.dtype() == drawn_dtype(x.dtype())) return x;
  return select(x < as(maxval, x.dtype()), x, as(minval, x.dtype()));  // halves may have been rounded up to maxval
}

Tensor normal(Dims shape, Tensor mean, Tensor stddev, std::optional<DType> dtype, Tensor seed) {
  return reals(Distribution::normal, shape, dtype, seed, {mean, stddev});
}

Tensor truncated_normal(Dims shape, Tensor mean, Tensor stddev, std::optional<DType> dtype, Tensor seed) {
  return reals(Distribution::truncated_normal, shape, dtype, seed, {mean, stddev});
}

Tensor randint(Dims shape, Tensor minval, Tensor maxval, std::optional<DType> dtype, Tensor seed) {
  const DType result = dtype.value_or(DType::int32);
  if (!is_integer(result)) throw Error(fmt::format("random integers need an integer dtype, got {}", name(result)));
  const bool wide = result == DType::int64 || result == DType::uint64 || result == DType::uint32;
  const DType drawn = wide ? DType::int64 : DType::int32;
  return as(draw(Distribution::integers, drawn, checked(shape), seed, {minval, maxval}), result);
}

/// The class with the largest logit + Gumbel noise has the softmax's distribution; -log(-log(u)) is such noise.
Tensor categorical(Tensor logits, int64_t num_samples, std::optional<DType> dtype, Tensor seed) {
  const DType result = dtype.value_or(DType::int32);
  if (!is_integer(result)) throw Error(fmt::format("indices of classes need an integer dtype, got {}", name(result)));
  if (logits.rank() != 2) throw Error("logits must have two dimensions, (batch, classes)");
  if (known(dim(logits, 1)) == 0) throw Error("logits have no classes");
  if (num_samples < 0) throw Error("num_samples must not be negative");
  logits = as(logits, DType::float32);
  const Tensor samples = make<v::v0::Unsqueeze>(as(Tensor(num_samples), DType::int64), Tensor(0));
  const Tensor shape = make<v::v0::Concat>(std::vector<Tensor>{shape_tensor(logits), samples}, 0);
  const Tensor u = draw(Distribution::uniform, DType::float32, shape, seed, {std::numeric_limits<float>::min(), 1});
  const Tensor noisy = make<v::v0::Unsqueeze>(logits, std::vector<int64_t>{2}) - log(-log(u));
  const auto top = make_all<v::v11::TopK>(noisy, Tensor(int64_t{1}), int64_t{1}, v::TopKMode::MAX,
                                          v::TopKSortType::SORT_VALUES, ov::element::i32);
  return as(make<v::v0::Squeeze>(top[1], std::vector<int64_t>{1}), result);
}

Tensor dropout(Tensor inputs, double rate, std::optional<Dims> noise_shape, Tensor seed) {
  if (!(rate >= 0 && rate <= 1)) throw Error("rate must be in [0, 1]");
  inputs = to_float(inputs);
  if (rate == 0) return inputs;
  Tensor shape = shape_tensor(inputs);
  if (noise_shape) {
    const Tensor given = noise_shape->tensor();
    if (given.shape()[0] != inputs.rank()) throw Error("noise_shape must have as many dimensions as inputs");
    shape = select(given == -1, shape, given);
  }
  const Tensor kept = draw(Distribution::uniform, DType::float32, shape, seed, {0, 1}) < 1 - rate;
  return select(kept, rate == 1 ? inputs : inputs / (1 - rate), 0);
}

Tensor shuffle(Tensor x, int64_t axis, Tensor seed) {
  x = strong(x);
  axis = normalize_axis(axis, x.rank());
  const Tensor length = make<v::v8::Gather>(shape_tensor(x), std::vector<int64_t>{axis}, Tensor(0));
  return make<v::v8::Gather>(x, draw(Distribution::permutation, DType::int32, length, seed, {}), Tensor(axis));
}

Tensor gamma(Dims shape, Tensor alpha, std::optional<DType> dtype, Tensor seed) {
  return reals(Distribution::gamma, shape, dtype, seed, {alpha});
}

Tensor beta(Dims shape, Tensor alpha, Tensor beta, std::optional<DType> dtype, Tensor seed) {
  return reals(Distribution::beta, shape, dtype, seed, {alpha, beta});
}

Tensor binomial(Dims shape, Tensor counts, Tensor probabilities, std::optional<DType> dtype, Tensor seed) {
  return reals(Distribution::binomial, shape, dtype, seed, {counts, probabilities});
}

namespace {
constexpr OpDef kOps[] = {
    op<&uniform>("random.uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None)", "Reals in [minval, maxval)."),
    op<&normal>("random.normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None)", "Normally distributed reals."),
    op<&truncated_normal>("random.truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None)",
                          "Normally distributed reals within two deviations of the mean."),
    op<&randint>("random.randint(shape, minval, maxval, dtype='int32', seed=None)", "Integers in [minval, maxval)."),
    op<&categorical>("random.categorical(logits, num_samples, dtype='int32', seed=None)",
                     "Indices of classes drawn by unnormalised log-probabilities."),
    op<&dropout>("random.dropout(inputs, rate, noise_shape=None, seed=None)",
                 "Zeroes a share of the inputs and scales up the others."),
    op<&shuffle>("random.shuffle(x, axis=0, seed=None)", "The slices along an axis in random order."),
    op<&gamma>("random.gamma(shape, alpha, dtype=None, seed=None)", "Gamma-distributed reals of scale 1."),
    op<&beta>("random.beta(shape, alpha, beta, dtype=None, seed=None)", "Beta-distributed reals."),
    op<&binomial>("random.binomial(shape, counts, probabilities, dtype=None, seed=None)",
                  "Numbers of successes in independent trials."),
};
}  // namespace
std::span<const OpDef> random_ops() { return kOps; }

}  // namespace keravino::ops
