// Activations made of lines: no exponential, no root.
#include "keravino/ops/activation.h"

#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {

Tensor relu(Tensor x) { return make<v::v0::Relu>(to_number(x)); }
Tensor relu6(Tensor x) {
  x = to_number(x);
  // By the result, as relu's.
  return with_gradient(make<v::v0::Clamp>(x, 0.0, 6.0), {x},
                       [](const std::vector<Tensor>&, const Tensor& y, const Tensor& g) { return gated(y, g, 0, 6); });
}

Tensor leaky_relu(Tensor x, double negative_slope) {
  x = to_float(x);
  return make<v::v0::PRelu>(x, as(negative_slope, x.dtype()));
}

Tensor hard_tanh(Tensor x) { return make<v::v0::Clamp>(to_number(x), -1.0, 1.0); }
Tensor hard_sigmoid(Tensor x) { return make<v::v5::HSigmoid>(to_float(x)); }
Tensor hard_silu(Tensor x) { return make<v::v4::HSwish>(to_float(x)); }
Tensor sparse_sigmoid(Tensor x) { return make<v::v0::Clamp>((to_float(x) + 1) * 0.5, 0.0, 1.0); }

Tensor sparse_plus(Tensor x) {
  x = to_float(x);
  const Tensor up = x + 1;
  return select(x <= -1, 0, select(x < 1, up * up * 0.25, x));
}

Tensor soft_shrink(Tensor x, double threshold) {
  x = to_float(x);
  return select(x > threshold, x - threshold, select(x < -threshold, x + threshold, select(isnan(x), x, 0)));
}

Tensor hard_shrink(Tensor x, double threshold) {
  x = to_float(x);
  return select(absolute(x) <= threshold, 0, x);
}

Tensor threshold(Tensor x, double threshold, double default_value) {
  x = to_float(x);
  return select(x <= threshold, default_value, x);
}

Tensor softsign(Tensor x) { return make<v::v9::SoftSign>(to_float(x)); }

namespace {
constexpr OpDef kOps[] = {
    op<&relu>("nn.relu(x)", "max(x, 0)."),
    op<&relu6>("nn.relu6(x)", "min(max(x, 0), 6)."),
    op<&leaky_relu>("nn.leaky_relu(x, negative_slope=0.2)", "x, times the slope where negative."),
    op<&hard_tanh>("nn.hard_tanh(x)", "x limited to [-1, 1]."),
    op<&hard_sigmoid>("nn.hard_sigmoid(x)", "relu6(x + 3) / 6."),
    op<&hard_silu>("nn.hard_silu(x)", "x hard_sigmoid(x)."),
    op<&sparse_sigmoid>("nn.sparse_sigmoid(x)", "(x + 1) / 2 limited to [0, 1]."),
    op<&sparse_plus>("nn.sparse_plus(x)", "0 up to -1, x from 1, and (x + 1)**2 / 4 between."),
    op<&soft_shrink>("nn.soft_shrink(x, threshold=0.5)", "x moved towards 0 by the threshold, and 0 nearer to it."),
    op<&hard_shrink>("nn.hard_shrink(x, threshold=0.5)", "0 where |x| <= threshold, else x."),
    op<&threshold>("nn.threshold(x, threshold, default_value)", "x where it is above the threshold, else the default."),
    op<&softsign>("nn.softsign(x)", "x / (1 + |x|)."),
};
}  // namespace
std::span<const OpDef> activation_ops() { return kOps; }

}  // namespace keravino::ops
