#include "kernels/fourier.h"

#include <algorithm>
#include <openvino/openvino.hpp>
#include <vector>

#include "kernels/fourier_plan.h"
#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

/// Two parts of n numbers.
struct Signal {
  std::vector<double> re, im;
  explicit Signal(size_t n) : re(n), im(n) {}
};

template <class From, class To>
FOR_EACH_PROCESSOR void scaled(const From* from, double scale, To* to, size_t n) {
#pragma GCC ivdep
  for (size_t i = 0; i < n; ++i) to[i] = static_cast<To>(static_cast<double>(from[i]) * scale);
}

/// Fills `signal` from row `row` of the inputs: the whole spectrum for inverse_real, whose half is given.
template <class T>
void load(Signal& signal, Transform transform, const ov::TensorVector& inputs, size_t row) {
  const size_t given = inputs[0].get_shape().back(), n = signal.re.size(), used = std::min(n, given);
  scaled(inputs[0].data<const T>() + row * given, 1, signal.re.data(), used);
  if (inputs.size() > 1) scaled(inputs[1].data<const T>() + row * given, 1, signal.im.data(), used);
  if (transform != Transform::inverse_real || n == 0) return;
  signal.im[0] = 0;
  if (n % 2 == 0) signal.im[n / 2] = 0;
  for (size_t k = 1; 2 * k < n; ++k) {
    signal.re[n - k] = signal.re[k];
    signal.im[n - k] = -signal.im[k];
  }
}

template <class T>
void store(const std::vector<double>& part, double scale, ov::Tensor& output, size_t row) {
  const size_t kept = output.get_shape().back();
  scaled(part.data(), scale, output.data<T>() + row * kept, kept);
}

template <class T>
void run_all(Transform transform, size_t n, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const size_t kept = outputs[0].get_shape().back();
  const size_t rows = kept == 0 ? 0 : outputs[0].get_size() / kept;
  const bool inverse = transform == Transform::inverse || transform == Transform::inverse_real;
  const double scale = inverse ? 1 / static_cast<double>(n) : 1;
  FourierPlan plan(n);
  Signal from(n), to(n);
  for (size_t row = 0; row < rows; ++row) {
    load<T>(from, transform, inputs, row);
    // The inverse transform is the forward one with real and imaginary parts swapped, before and after.
    if (inverse)
      plan.run(from.im.data(), from.re.data(), to.im.data(), to.re.data());
    else
      plan.run(from.re.data(), from.im.data(), to.re.data(), to.im.data());
    store<T>(to.re, scale, outputs[0], row);
    if (outputs.size() > 1) store<T>(to.im, scale, outputs[1], row);
  }
}

}  // namespace

Fourier::Fourier(const ov::OutputVector& inputs, Transform transform, bool odd)
    : Op(inputs), transform_(transform), odd_(odd) {
  constructor_validate_and_infer_types();
}

ov::Dimension Fourier::result_size(const ov::Dimension& size) const {
  if (transform_ == Transform::forward || transform_ == Transform::inverse || size.is_dynamic()) {
    return transform_ == Transform::forward || transform_ == Transform::inverse ? size : ov::Dimension::dynamic();
  }
  const auto n = size.get_length();
  return transform_ == Transform::forward_real ? n / 2 + 1 : std::max<int64_t>(2 * (n - 1) + (odd_ ? 1 : 0), 0);
}

void Fourier::validate_and_infer_types() {
  ov::PartialShape shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, get_input_size() == (transform_ == Transform::forward_real ? 1u : 2u),
                        "real and imaginary parts wanted, got ", get_input_size(), " inputs");
  for (size_t i = 1; i < get_input_size(); ++i) {
    NODE_VALIDATION_CHECK(this, ov::PartialShape::merge_into(shape, get_input_partial_shape(i)),
                          "real and imaginary parts differ in shape: ", shape, " and ", get_input_partial_shape(i));
  }
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 0, "at least one axis wanted, got ", shape);
  ov::Dimension& size = shape[shape.size() - 1];
  NODE_VALIDATION_CHECK(this, size != 0, "a transform of no numbers");
  size = result_size(size);
  set_output_size(transform_ == Transform::inverse_real ? 1 : 2);
  for (size_t i = 0; i < get_output_size(); ++i) set_output_type(i, get_input_element_type(0), shape);
}

std::shared_ptr<ov::Node> Fourier::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Fourier>(inputs, transform_, odd_);
}

bool Fourier::visit_attributes(ov::AttributeVisitor& visitor) {
  auto transform = static_cast<int64_t>(transform_);
  visitor.on_attribute("transform", transform);
  transform_ = static_cast<Transform>(transform);
  visitor.on_attribute("odd", odd_);
  return true;
}

bool Fourier::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  ov::Shape shape = inputs[0].get_shape();
  const size_t given = shape.back();
  OPENVINO_ASSERT(given > 0, "a transform of no numbers");
  shape.back() = static_cast<size_t>(result_size(static_cast<int64_t>(given)).get_length());
  for (ov::Tensor& output : outputs) output.set_shape(shape);
  const size_t n = transform_ == Transform::inverse_real ? shape.back() : given;
  if (inputs[0].get_element_type() == ov::element::f32) return run_all<float>(transform_, n, outputs, inputs), true;
  if (inputs[0].get_element_type() == ov::element::f64) return run_all<double>(transform_, n, outputs, inputs), true;
  return false;
}

}  // namespace keravino::kernels
