#include "kernels/special.h"

#include <cstring>
#include <numbers>

#include "engine/evaluate.h"
#include "engine/evaluators/evaluators.h"
#include "keravino/error.h"
#include "kernels/inverse_erf.h"
#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The modified Bessel function of order 0 or 1: the power series, whose terms are all positive, and Hankel's expansion
/// for large numbers.
double bessel_i(int order, double number) {
  const double x = std::abs(number), sign = order == 1 && number < 0 ? -1 : 1;
  if (x > 714) return sign * kInfinity;  // beyond, double overflows
  double sum = 1;
  double term = 1;
  if (!(x > 25)) {
    const double square = x * x / 4;
    for (double k = 1; term > sum * 0x1p-60; ++k) sum += term *= square / (k * (k + order));
    return std::isnan(x) ? x : order == 0 ? sum : number / 2 * sum;
  }
  for (double k = 1; std::abs(term) > sum * 0x1p-60; ++k) {
    sum += term *= ((2 * k - 1) * (2 * k - 1) - 4 * order * order) / (k * 8 * x);
  }
  const double half = std::exp(x / 2);  // e^x alone may overflow
  return sign * half * (sum / std::sqrt(2 * std::numbers::pi * x)) * half;
}

/// The next number in a float type whose bits are `Bits`: floats of one sign are ordered as their bits are.
template <class Bits>
Bits step(Bits x, double value, double towards) {
  constexpr Bits kSign = static_cast<Bits>(Bits{1} << (8 * sizeof(Bits) - 1));
  if (value == 0) return static_cast<Bits>((std::signbit(towards) ? kSign : 0) | 1);
  const bool away_from_zero = (towards > value) == (value > 0);
  return static_cast<Bits>(away_from_zero ? x + 1 : x - 1);
}

double next_after(double x, double towards, const ov::element::Type& type) {
  if (type == ov::element::f64) return std::nextafter(x, towards);
  if (type == ov::element::f32) return std::nextafter(static_cast<float>(x), static_cast<float>(towards));
  if (std::isnan(x) || std::isnan(towards)) return std::numeric_limits<double>::quiet_NaN();
  if (x == towards) return towards;
  if (type == ov::element::f16) {
    return static_cast<float>(ov::float16::from_bits(step(ov::float16(static_cast<float>(x)).to_bits(), x, towards)));
  }
  return static_cast<float>(ov::bfloat16::from_bits(step(ov::bfloat16(static_cast<float>(x)).to_bits(), x, towards)));
}

template <class T>
void fill(Function function, const ov::element::Type& type, ov::Tensor& output, const ov::TensorVector& inputs) {
  const T* x = inputs[0].data<const T>();
  const T* y = inputs.back().data<const T>();
  T* out = output.data<T>();
  const auto run = [&](auto f) {
    for (size_t i = 0; i < output.get_size(); ++i) {
      out[i] = static_cast<T>(f(static_cast<double>(x[i]), static_cast<double>(y[i])));
    }
  };
  switch (function) {
    case Function::erfinv: {
      std::vector<double> results(output.get_size());
      inverse_erf(x, results.data(), results.size());
      std::transform(results.begin(), results.end(), out, [](double y) { return static_cast<T>(y); });
      return;
    }
    case Function::i0:
      return run([](double a, double) { return bessel_i(0, a); });
    case Function::i1:
      return run([](double a, double) { return bessel_i(1, a); });
    case Function::nextafter:
      return run([&](double a, double b) { return next_after(a, b, type); });
    case Function::gcd:
      throw Error("gcd wants integers");
  }
}

/// The least number has no opposite: its size wraps to itself, as NumPy's does.
template <class T>
bool fill_gcd(ov::Tensor& output, const ov::TensorVector& inputs) {
  using Size = std::make_unsigned_t<T>;
  const auto size = [](T x) {
    return x < 0 ? static_cast<Size>(Size{0} - static_cast<Size>(x)) : static_cast<Size>(x);
  };
  const T *x = inputs[0].data<const T>(), *y = inputs[1].data<const T>();
  std::transform(x, x + output.get_size(), y, output.data<T>(),
                 [&](T a, T b) { return static_cast<T>(std::gcd(size(a), size(b))); });
  return true;
}

}  // namespace

Special::Special(const ov::OutputVector& inputs, Function function, const ov::element::Type& type)
    : Op(inputs), function_(function), type_(type) {
  constructor_validate_and_infer_types();
}

void Special::validate_and_infer_types() {
  const size_t last = get_input_size() - 1;
  NODE_VALIDATION_CHECK(this, get_input_partial_shape(0).compatible(get_input_partial_shape(last)),
                        "inputs differ in shape: ", get_input_partial_shape(0), " and ", get_input_partial_shape(last));
  set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> Special::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Special>(inputs, function_, type_);
}

bool Special::visit_attributes(ov::AttributeVisitor& visitor) {
  auto function = static_cast<int64_t>(function_);
  visitor.on_attribute("function", function);
  function_ = static_cast<Function>(function);
  visitor.on_attribute("type", type_);
  return true;
}

bool Special::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[0].get_shape());
  const auto& type = inputs[0].get_element_type();
  if (function_ == Function::gcd) {
    return engine::dispatch_wide(type, [&]<class T>(T) {
      if constexpr (std::is_integral_v<T>) return fill_gcd<T>(outputs[0], inputs);
      return false;
    });
  }
  if (type == ov::element::f32) return fill<float>(function_, type_, outputs[0], inputs), true;
  if (type == ov::element::f64) return fill<double>(function_, type_, outputs[0], inputs), true;
  return false;  // halves are computed as float32
}

Bitcast::Bitcast(const ov::Output<ov::Node>& x, const ov::element::Type& from, const ov::element::Type& to)
    : Op({x}), from_(from), to_(to) {
  constructor_validate_and_infer_types();
}

void Bitcast::validate_and_infer_types() {
  ov::PartialShape shape = get_input_partial_shape(0);
  if (from_.size() != to_.size()) {
    const ov::Dimension last = shape[shape.size() - 1];
    if (last.is_static()) {
      const auto bytes = last.get_length() * static_cast<int64_t>(from_.size());
      const auto size = static_cast<int64_t>(to_.size());
      if (bytes % size != 0) {
        throw Error(fmt::format("view: the last axis holds {} bytes, which numbers of {} do not divide", bytes, size));
      }
      shape[shape.size() - 1] = bytes / size;
    } else {
      shape[shape.size() - 1] = ov::Dimension::dynamic();
    }
  }
  set_output_type(0, to_, shape);
}

std::shared_ptr<ov::Node> Bitcast::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Bitcast>(inputs.at(0), from_, to_);
}

bool Bitcast::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("from", from_);
  visitor.on_attribute("to", to_);
  return true;
}

bool Bitcast::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  // A plugin may have int32 where uint32 or uint16 was.
  const auto holds = [](const ov::element::Type& is, const ov::element::Type& was) {
    return is == was || (is.is_integral_number() && was.is_integral_number() && is.size() >= was.size());
  };
  if (!holds(inputs[0].get_element_type(), from_) || !holds(outputs[0].get_element_type(), to_)) {
    throw Error(Error::Kind::unsupported,
                fmt::format("no view of {} as {} in a compiled graph: the plugin has them as {} and {}",
                            from_.get_type_name(), to_.get_type_name(), inputs[0].get_element_type().get_type_name(),
                            outputs[0].get_element_type().get_type_name()));
  }
  const ov::Tensor x = engine::convert(inputs[0], from_);
  ov::Shape shape = inputs[0].get_shape();
  if (from_.size() != to_.size()) {
    const size_t bytes = shape.back() * from_.size();
    if (bytes % to_.size() != 0)
      throw Error(fmt::format("{} bytes are not divided by numbers of {}", bytes, to_.size()));
    shape.back() = bytes / to_.size();
  }
  ov::Tensor y(to_, shape);
  std::memcpy(y.data(), x.data(), x.get_byte_size());
  outputs[0].set_shape(shape);
  engine::convert(y, outputs[0].get_element_type()).copy_to(outputs[0]);
  return true;
}

}  // namespace keravino::kernels
