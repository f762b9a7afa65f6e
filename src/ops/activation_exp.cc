// Activations made of exponentials and roots, and those along an axis.
#include "keravino/ops/activation.h"
#include "ops/custom_gradient.h"
#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {
namespace {

/// f(x, axis) along an axis, or over all elements at once.
template <class F>
Tensor along(const Tensor& x, std::optional<int64_t> axis, F f) {
  if (axis) return f(x, normalize_axis(*axis, x.rank()));
  const Tensor flat = make<v::v1::Reshape>(x, std::vector<int64_t>{-1}, false);
  return make<v::v1::Reshape>(f(flat, int64_t{0}), shape_tensor(x), false);
}

}  // namespace

Tensor sigmoid(Tensor x) { return make<v::v0::Sigmoid>(to_float(x)); }
Tensor softplus(Tensor x) { return make<v::v4::SoftPlus>(to_float(x)); }
Tensor silu(Tensor x) { return make<v::v4::Swish>(to_float(x)); }
Tensor log_sigmoid(Tensor x) { return -softplus(-to_float(x)); }

/// Near 0, where the difference loses digits, from a convergent of Lambert's continued fraction of tanh(x).
Tensor tanh_shrink(Tensor x) {
  x = to_float(x);
  const Tensor near = absolute(x) < (x.dtype() == DType::float64 ? 0.3 : 1.5);
  const Tensor y = select(near, x * x, 0);
  const Tensor above = 3465 + y * (189 + y), below = 10395 + y * (4725 + y * (210 + y));
  return with_gradient(select(near, x * (y * (above / below)), x - tanh(x)), {x},
                       [](const auto& xs, const Tensor&, const Tensor& g) {
                         const Tensor t = tanh(xs[0]);
                         return g * t * t;
                       });
}

/// Its halves multiply to b / 4; a negative x takes the one that loses no digits. A large one, whose square overflows,
/// is its own root.
Tensor squareplus(Tensor x, Tensor b) {
  x = to_float(x);
  b = as(b, x.dtype());
  const Tensor size = absolute(x);
  const Tensor large = size > (x.dtype() == DType::float16 ? 0x1p7 : x.dtype() == DType::float64 ? 0x1p500 : 0x1p62);
  const Tensor upper = size * 0.5 + select(large, size, sqrt(select(large, 0, x * x) + b)) * 0.5;
  const Tensor negative = x < 0;
  const Tensor y = select(negative, b * 0.25 / select(negative, upper, 1), upper);
  const auto vjp = [](const auto& xs, const auto& ys, const auto& gs) -> std::vector<Tensor> {
    const Tensor root = 2 * ys[0] - xs[0];  // sqrt(x^2 + b)
    return {gs[0] * ys[0] / root, gs[0] * 0.25 / root};
  };
  return with_gradient({y}, {x, b}, vjp)[0];
}

Tensor elu(Tensor x, double alpha) { return make<v::v0::Elu>(to_float(x), alpha); }
Tensor selu(Tensor x) { return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717); }

Tensor celu(Tensor x, double alpha) {
  if (alpha == 0) throw Error("alpha must not be 0");
  x = to_float(x);
  return alpha == 1 ? elu(x, 1) : select(x > 0, x, alpha * elu(x / alpha, 1));
}

Tensor gelu(Tensor x, bool approximate) {
  return make<v::v7::Gelu>(to_float(x), approximate ? v::GeluApproximationMode::TANH : v::GeluApproximationMode::ERF);
}

Tensor glu(Tensor x, int64_t axis) {
  x = to_float(x);
  axis = normalize_axis(axis, x.rank());
  const ov::Dimension dim = x.shape()[axis];
  if (dim.is_static() && dim.get_length() % 2 != 0) {
    throw Error(fmt::format("axis {} has an odd size, {}; it is split in halves", axis, dim.get_length()));
  }
  const std::vector<Tensor> halves = make_all<v::v1::Split>(x, Tensor(axis), size_t{2});
  return halves[0] * sigmoid(halves[1]);
}

Tensor softmax(Tensor x, std::optional<int64_t> axis) {
  return along(to_float(x), axis, [](const Tensor& t, int64_t i) { return make<v::v8::Softmax>(t, i); });
}

Tensor log_softmax(Tensor x, std::optional<int64_t> axis) {
  return along(to_float(x), axis, [](const Tensor& t, int64_t i) { return make<v::v5::LogSoftmax>(t, i); });
}

/// As Keras's backends compute it: the threshold comes from the sum of the running sums over the support.
Tensor sparsemax(Tensor x, int64_t axis) {
  x = to_float(x);
  axis = normalize_axis(axis, x.rank());
  const Tensor size = make<v::v8::Gather>(shape_tensor(x), as(axis, DType::int64), as(0, DType::int64));
  const Tensor sorted = make<v::v11::TopK>(x, size, axis, v::v11::TopK::Mode::MAX, v::v11::TopK::SortType::SORT_VALUES);
  const Tensor axis_tensor = as(axis, DType::int64);
  const Tensor sums = make<v::v0::CumSum>(sorted, axis_tensor);
  const Tensor ones = make<v::v3::Broadcast>(as(1, x.dtype()), shape_tensor(x));
  const Tensor position = make<v::v0::CumSum>(ones, axis_tensor);
  const Tensor support = sorted - (sums - 1) / position > 0;
  const Tensor count = make<v::v1::ReduceSum>(as(support, x.dtype()), std::vector<int64_t>{axis}, true);
  const Tensor total = make<v::v1::ReduceSum>(select(support, sums, 0), std::vector<int64_t>{axis}, true);
  return relu(x - (total - 1) / count);
}

namespace {
constexpr OpDef kOps[] = {
    op<&sigmoid>("nn.sigmoid(x)", "1 / (1 + e**-x)."),
    op<&softplus>("nn.softplus(x)", "log(1 + e**x)."),
    op<&silu>("nn.silu(x)", "x sigmoid(x)."),
    op<&log_sigmoid>("nn.log_sigmoid(x)", "log(sigmoid(x))."),
    op<&tanh_shrink>("nn.tanh_shrink(x)", "x - tanh(x)."),
    op<&squareplus>("nn.squareplus(x, b=4)", "(x + sqrt(x**2 + b)) / 2."),
    op<&elu>("nn.elu(x, alpha=1.0)", "x, and alpha (e**x - 1) where negative."),
    op<&selu>("nn.selu(x)", "elu with the constants that keep mean and variance."),
    op<&celu>("nn.celu(x, alpha=1.0)", "x, and alpha (e**(x / alpha) - 1) where negative."),
    op<&gelu>("nn.gelu(x, approximate=True)", "x times the normal distribution function, or its tanh approximation."),
    op<&glu>("nn.glu(x, axis=-1)", "The first half along the axis times the sigmoid of the second."),
    op<&softmax>("nn.softmax(x, axis=-1)", "e**x over its sum along the axis."),
    op<&log_softmax>("nn.log_softmax(x, axis=-1)", "The logarithm of softmax."),
    op<&sparsemax>("nn.sparsemax(x, axis=-1)", "A sparse softmax: small entries become 0."),
};
}  // namespace
std::span<const OpDef> activation_exp_ops() { return kOps; }

}  // namespace keravino::ops
