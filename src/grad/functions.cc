// Functions that are nodes of ours: special ones, Fourier transforms, random numbers, CTC.
#include <numbers>

#include "grad/rule.h"
#include "keravino/ops.h"
#include "kernels/ctc.h"
#include "kernels/fourier.h"
#include "kernels/random.h"
#include "kernels/special.h"
#include "ops/shapes.h"

namespace keravino::grad {
namespace {

using kernels::Function;
using kernels::Transform;

Tensor special(Function function, const Tensor& x) {
  return make<kernels::Special>(std::vector<Tensor>{x}, function, element_type(x.dtype()));
}

std::vector<Tensor> special_functions(const Step& s) {
  const Tensor &x = s.in[0], &y = s.out[0], &g = s.g[0];
  switch (static_cast<const kernels::Special&>(s.node).function()) {
    case Function::erfinv:
      return {g * (1 / std::numbers::inv_sqrtpi / 2) * make<v::v0::Exp>(y * y)};
    case Function::i0:
      return {g * special(Function::i1, x)};
    case Function::i1: {  // I0(x) - I1(x) / x, which is 1 / 2 at 0
      const Tensor zero = x == 0;
      return {g * (special(Function::i0, x) - ops::select(zero, 0.5, y / ops::select(zero, 1, x)))};
    }
    case Function::nextafter:  // constant almost everywhere, as jax has it
    case Function::gcd:
      return {};
  }
  return {};
}

/// The transform's transpose. Of the real ones, an element of the half spectrum that stands for two counts twice.
std::vector<Tensor> fourier(const Step& s) {
  using kernels::Fourier;
  const Transform transform = static_cast<const Fourier&>(s.node).transform();
  const bool to_real = transform == Transform::inverse_real;
  const Tensor& real = to_real ? s.out[0] : s.in[0];
  const Dim size = ops::dim(real, -1);
  const DType dtype = s.in[0].dtype();
  const Tensor n = ops::as(ops::as_scalar(size), dtype);
  std::vector<Tensor> g = s.g;
  for (size_t i = 0; i < g.size(); ++i) {
    if (!g[i]) g[i] = zeros_like(s.out[i]);
  }
  const auto halves = [&](const Tensor& spectrum) {  // how many elements each stands for
    const Tensor place = ops::iota(ops::dim(spectrum, -1), dtype);
    return ops::select(make<v::v1::LogicalOr>(place == 0, 2 * place == n), 1, ops::as(2, dtype));
  };
  switch (transform) {
    case Transform::forward: {
      const std::vector<Tensor> back = ops::make_all<Fourier>(g, Transform::inverse);
      return {n * back[0], n * back[1]};
    }
    case Transform::inverse: {
      const std::vector<Tensor> back = ops::make_all<Fourier>(g, Transform::forward);
      return {back[0] / n, back[1] / n};
    }
    case Transform::forward_real: {
      const auto known = ops::known(size);
      if (!known) throw Error(Error::Kind::unsupported, "[grad] rfft of an axis whose size is not known while tracing");
      const Tensor count = halves(g[0]);
      return {n *
              make<Fourier>(std::vector<Tensor>{g[0] / count, g[1] / count}, Transform::inverse_real, *known % 2 == 1)};
    }
    case Transform::inverse_real: {
      const std::vector<Tensor> back = ops::make_all<Fourier>(g, Transform::forward_real);
      const Tensor share = halves(s.in[0]) / n;
      return {back[0] * share, back[1] * share};
    }
  }
  return {};
}

/// Real numbers hang on where and how wide their distribution is.
std::vector<Tensor> random_numbers(const Step& s) {
  using kernels::Distribution;
  const Tensor &y = s.out[0], &g = s.g[0];
  std::vector<Tensor> result(s.in.size());
  switch (static_cast<const kernels::RandomNumbers&>(s.node).distribution()) {
    case Distribution::uniform: {
      const Tensor share = (y - s.in[2]) / (s.in[3] - s.in[2]);
      result[2] = g * (1 - share);
      result[3] = g * share;
      return result;
    }
    case Distribution::normal:
    case Distribution::truncated_normal:
      result[2] = g;
      result[3] = g * (y - s.in[2]) / s.in[3];
      return result;
    case Distribution::gamma:
    case Distribution::beta:
      throw Error(Error::Kind::unsupported, "[grad] random numbers of a gamma or beta distribution by its shape");
    default:
      return {};  // integers
  }
}

std::vector<Tensor> ctc_loss(const Step& s) {
  std::vector<Tensor> inputs = s.in;
  inputs.push_back(s.g[0]);
  return {make<kernels::CtcGradient>(inputs, static_cast<const kernels::CtcLoss&>(s.node).blank())};
}

}  // namespace

Table function_rules() {
  return {
      row<kernels::Special>(special_functions),
      row<kernels::Fourier>(fourier),
      row<kernels::RandomNumbers>(random_numbers),
      row<kernels::CtcLoss>(ctc_loss),
      not_differentiable<kernels::CtcGradient>("the second derivative of the CTC loss is not implemented"),
      not_differentiable<kernels::CtcBeamSearch>("a search among readings has no derivative"),
      not_differentiable<kernels::Bitcast>("bits as another dtype have no derivative"),
  };
}

}  // namespace keravino::grad
