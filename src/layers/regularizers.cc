#include "layers/regularizers.h"

#include "keravino/ops.h"
#include "ops/make.h"
#include "saving/suggest.h"

namespace keravino::layers {
namespace {

/// Half the mean of |cosine| between any two rows, or columns.
Tensor orthogonal(const Layer& config, const Tensor& x) {
  if (x.rank() != 2) throw config.error(fmt::format("wants a weight of rank 2, got {}", ops::to_string(x.shape())));
  const bool rows = config.choice("mode", {"rows", "columns"}) == "rows";
  const Tensor vectors = rows ? x : ops::transpose(x);
  const Tensor unit = vectors * ops::rsqrt(ops::maximum(ops::sum(ops::square(vectors), {{1}}, true), 1e-24));
  const int64_t size = ops::static_shape(vectors)[0];
  const Tensor others = ops::matmul(unit, ops::transpose(unit)) * (1 - ops::eye(size, std::nullopt, 0, x.dtype()));
  const auto pairs = static_cast<double>(size * (size - 1)) / 2;
  return ops::sum(ops::absolute(others)) * (config.get_or("factor", 0.01) * 0.5 / pairs);
}

using Penalty = Tensor (*)(const Layer& config, const Tensor& x);
constexpr std::pair<std::string_view, Penalty> kPenalties[] = {
    {"L1", &l1_l2}, {"L2", &l1_l2}, {"L1L2", &l1_l2}, {"OrthogonalRegularizer", &orthogonal}};

}  // namespace

Tensor l1_l2(const Layer& config, const Tensor& x) {
  Tensor penalty = 0.0;
  if (const double l1 = config.get_or("l1", 0.0); l1 != 0) penalty = penalty + l1 * ops::sum(ops::absolute(x));
  if (const double l2 = config.get_or("l2", 0.0); l2 != 0) penalty = penalty + l2 * ops::sum(ops::square(x));
  return penalty;
}

Tensor regularizer(const Layer& config, const Tensor& x) {
  std::vector<std::string_view> names;
  for (const auto& [name, penalty] : kPenalties) {
    if (name == config.class_name()) return penalty(config, x);
    names.push_back(name);
  }
  throw config.error(fmt::format("unknown regularizer{}", did_you_mean(config.class_name(), names)),
                     Error::Kind::unsupported);
}

}  // namespace keravino::layers
