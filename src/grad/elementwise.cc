// Arithmetic and elementary functions.
#include <numbers>

#include "grad/rule.h"
#include "keravino/ops.h"

namespace keravino::grad {
namespace {

using ops::select;

/// g where the condition holds; a half where a and b are equal, as each of them is the extreme then.
Tensor extreme(const Tensor& wins, const Tensor& a, const Tensor& b, const Tensor& g) {
  return select(wins, g, select(a == b, 0.5 * g, 0));
}

/// b a^(b - 1), and 0 for b = 0, where a^(b - 1) may be infinite.
Tensor power_base(const Tensor& a, const Tensor& b, const Tensor&, const Tensor& g) {
  return g * select(b == 0, 0, b * make<v::v1::Power>(a, select(b == 0, 1, b - 1)));
}

/// a^b log(a), and 0 for a = 0, where a^b does not change with b.
Tensor power_exponent(const Tensor& a, const Tensor&, const Tensor& y, const Tensor& g) {
  return g * y * select(a == 0, 0, make<v::v0::Log>(select(a == 0, 1, a)));
}

Tensor quotient_floor(const Tensor& a, const Tensor& b) { return make<v::v0::Floor>(a / b); }
Tensor quotient_truncated(const Tensor& a, const Tensor& b) {
  const Tensor q = a / b;
  return select(q < 0, make<v::v0::Ceiling>(q), make<v::v0::Floor>(q));
}

const double kTwoOverSqrtPi = 2 * std::numbers::inv_sqrtpi;

}  // namespace

Table elementwise_rules() {
  using T = const Tensor&;
  return {
      binary<v::v1::Add>([](T, T, T, T g) { return g; }, [](T, T, T, T g) { return g; }),
      binary<v::v1::Subtract>([](T, T, T, T g) { return g; }, [](T, T, T, T g) { return -g; }),
      binary<v::v1::Multiply>([](T, T b, T, T g) { return g * b; }, [](T a, T, T, T g) { return g * a; }),
      binary<v::v1::Divide>([](T, T b, T, T g) { return g / b; }, [](T, T b, T y, T g) { return -g * y / b; }),
      binary<v::v1::Power>(power_base, power_exponent),
      binary<v::v1::Maximum>([](T a, T b, T, T g) { return extreme(a > b, a, b, g); },
                             [](T a, T b, T, T g) { return extreme(b > a, a, b, g); }),
      binary<v::v1::Minimum>([](T a, T b, T, T g) { return extreme(a < b, a, b, g); },
                             [](T a, T b, T, T g) { return extreme(b < a, a, b, g); }),
      binary<v::v1::FloorMod>([](T, T, T, T g) { return g; },
                              [](T a, T b, T, T g) { return -g * quotient_floor(a, b); }),
      binary<v::v1::Mod>([](T, T, T, T g) { return g; },
                         [](T a, T b, T, T g) { return -g * quotient_truncated(a, b); }),
      binary<v::v0::SquaredDifference>([](T a, T b, T, T g) { return 2 * g * (a - b); },
                                       [](T a, T b, T, T g) { return 2 * g * (b - a); }),
      row<v::v1::Select>([](const Step& s) -> std::vector<Tensor> {
        return {{}, select(s.in[0], s.g[0], 0), select(s.in[0], 0, s.g[0])};
      }),
      row<v::v0::Convert>([](const Step& s) { return s.g; }),

      unary<v::v0::Abs>([](T x, T, T g) { return g * make<v::v0::Sign>(x); }),
      unary<v::v0::Negative>([](T, T, T g) { return -g; }),
      unary<v::v0::Exp>([](T, T y, T g) { return g * y; }),
      unary<v::v0::Log>([](T x, T, T g) { return g / x; }),
      unary<v::v0::Sqrt>([](T, T y, T g) { return g / (2 * y); }),
      unary<v::v0::Erf>([](T x, T, T g) { return g * kTwoOverSqrtPi * make<v::v0::Exp>(-x * x); }),
      row<v::v0::Clamp>([](const Step& s) -> std::vector<Tensor> {
        const auto& clamp = static_cast<const v::v0::Clamp&>(s.node);
        const Tensor inside = make<v::v1::LogicalAnd>(s.in[0] >= clamp.get_min(), s.in[0] <= clamp.get_max());
        return {select(inside, s.g[0], 0)};
      }),

      unary<v::v0::Sin>([](T x, T, T g) { return g * make<v::v0::Cos>(x); }),
      unary<v::v0::Cos>([](T x, T, T g) { return -g * make<v::v0::Sin>(x); }),
      unary<v::v0::Tan>([](T, T y, T g) { return g * (1 + y * y); }),
      unary<v::v0::Asin>([](T x, T, T g) { return g / make<v::v0::Sqrt>((1 - x) * (1 + x)); }),
      unary<v::v0::Acos>([](T x, T, T g) { return -g / make<v::v0::Sqrt>((1 - x) * (1 + x)); }),
      unary<v::v0::Atan>([](T x, T, T g) { return g / (1 + x * x); }),
      unary<v::v0::Sinh>([](T x, T, T g) { return g * make<v::v0::Cosh>(x); }),
      unary<v::v0::Cosh>([](T x, T, T g) { return g * make<v::v0::Sinh>(x); }),
      unary<v::v0::Tanh>([](T, T y, T g) { return g * (1 - y * y); }),
      unary<v::v3::Asinh>([](T x, T, T g) { return g / make<v::v0::Sqrt>(1 + x * x); }),
      unary<v::v3::Acosh>([](T x, T, T g) { return g / make<v::v0::Sqrt>((x - 1) * (x + 1)); }),
      unary<v::v3::Atanh>([](T x, T, T g) { return g / ((1 - x) * (1 + x)); }),
  };
}

}  // namespace keravino::grad
