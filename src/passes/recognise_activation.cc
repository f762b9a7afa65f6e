// Activations that are written out: GELU in both forms, and Mish.
#include <numbers>

#include "passes/exact_rules.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

/// The factors of a product, those of its factors' products too; a division by a number is a factor as well.
struct Product {
  double number = 1;
  std::vector<Value> factors;
};

void multiply(Product& product, const Value& value) {
  if (const auto known = number(value)) {
    product.number *= *known;
  } else if (const auto node = as<v1::Multiply>(value)) {
    multiply(product, node->input_value(0));
    multiply(product, node->input_value(1));
  } else if (const auto quotient = as<v1::Divide>(value); quotient && number(quotient->input_value(1))) {
    multiply(product, quotient->input_value(0));
    product.number /= *number(quotient->input_value(1));
  } else {
    product.factors.push_back(value);
  }
}

Product product(const Value& value) {
  Product made;
  multiply(made, value);
  return made;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

/// x, if the value is `factor` times x.
std::optional<Value> scaled(const Value& value, double factor) {
  const Product found = product(value);
  if (found.factors.size() != 1 || !near(found.number, factor)) return {};
  return found.factors[0];
}

/// x, if the value is x^3 times `factor`.
std::optional<Value> cubed(const Value& value, double factor) {
  Product found = product(value);
  if (found.factors.size() == 1 && near(found.number, factor)) {
    const auto power = as<v1::Power>(found.factors[0]);
    if (power && is_number(power->input_value(1), 3)) return power->input_value(0);
  }
  for (size_t i = 0; i < found.factors.size() && found.factors.size() < 3; ++i) {  // x x^2
    const auto power = as<v1::Power>(found.factors[i]);
    if (power && is_number(power->input_value(1), 2)) {
      found.factors[i] = power->input_value(0);
      found.factors.push_back(power->input_value(0));
    }
  }
  const auto& all = found.factors;
  if (all.size() != 3 || !near(found.number, factor) || all[0] != all[1] || all[1] != all[2]) return {};
  return all[0];
}

/// x, if the value is erf(x / sqrt(2)).
std::optional<Value> of_erf(const Value& value) {
  const auto erf = as<v0::Erf>(value);
  return erf ? scaled(erf->input_value(0), 1 / std::numbers::sqrt2) : std::nullopt;
}

/// x, if the value is tanh(sqrt(2 / pi) (x + 0.044715 x^3)).
std::optional<Value> of_tanh(const Value& value) {
  const auto tanh = as<v0::Tanh>(value);
  const auto inner = tanh ? scaled(tanh->input_value(0), std::sqrt(2 / std::numbers::pi)) : std::nullopt;
  const auto sum = inner ? as<v1::Add>(*inner) : nullptr;
  const auto parts =
      sum ? split_inputs(*sum, [](const Value& v) { return cubed(v, 0.044715).has_value(); }) : std::nullopt;
  return parts && *cubed(parts->first, 0.044715) == parts->second ? std::optional(parts->second) : std::nullopt;
}

/// x and f(x), of 0.5 x (1 + f(x)).
std::optional<Value> half_gate(const std::shared_ptr<ov::Node>& last, std::optional<Value> (*of)(const Value&)) {
  const Product found = product(last->output(0));
  if (found.factors.size() != 2 || !near(found.number, 0.5)) return {};
  for (const size_t i : {size_t{0}, size_t{1}}) {
    const auto sum = as<v1::Add>(found.factors[i]);
    const auto parts = sum ? split_inputs(*sum, [](const Value& v) { return is_number(v, 1); }) : std::nullopt;
    const auto x = parts ? of(parts->second) : std::nullopt;
    if (x && *x == found.factors[1 - i]) return x;
  }
  return {};
}

/// What a product by one or the other function of x becomes.
template <class Make>
std::optional<Attempt> by(const std::shared_ptr<ov::Node>& last, const std::optional<Value>& x, Make make) {
  if (!x || x->get_element_type() != last->get_output_element_type(0)) return {};
  if (x->get_partial_shape() != last->get_output_partial_shape(0)) return {};
  if (!is_closed(*last, {*x})) return Attempt{{}, "another node uses a number within it"};
  return Attempt{{make(*x)->output(0)}, ""};
}

std::optional<Attempt> gelu_erf(const std::shared_ptr<ov::Node>& last) {
  return by(last, half_gate(last, &of_erf),
            [](const Value& x) { return std::make_shared<v7::Gelu>(x, ov::op::GeluApproximationMode::ERF); });
}

std::optional<Attempt> gelu_tanh(const std::shared_ptr<ov::Node>& last) {
  return by(last, half_gate(last, &of_tanh),
            [](const Value& x) { return std::make_shared<v7::Gelu>(x, ov::op::GeluApproximationMode::TANH); });
}

/// x tanh(softplus(x)). The plugin's Mish keeps fewer digits than the parts, which outweighs only behind a long sum.
std::optional<Attempt> mish(const std::shared_ptr<ov::Node>& last) {
  const auto parts = split_inputs(*last, [](const Value& v) {
    const auto tanh = as<v0::Tanh>(v);
    return tanh && as<v4::SoftPlus>(tanh->input_value(0));
  });
  if (!parts) return {};
  const Value x = parts->first.get_node()->get_input_node_ptr(0)->input_value(0);
  if (x != parts->second) return {};
  if (!adds_up(*last)) return Attempt{{}, "no product or sum above it, whose rounding would outweigh that of Mish"};
  return by(last, x, [](const Value& value) { return std::make_shared<v4::Mish>(value); });
}

const RecogniseRow kRows[] = {
    {"GELU by erf", "Gelu", v1::Multiply::get_type_info_static(), &gelu_erf},
    {"GELU by tanh", "Gelu", v1::Multiply::get_type_info_static(), &gelu_tanh},
    {"Mish", "Mish", v1::Multiply::get_type_info_static(), &mish},
};

}  // namespace

std::span<const RecogniseRow> recognise_activations() { return kRows; }

}  // namespace keravino::passes
