#include "kernels/fourier.h"

#include <algorithm>
#include <complex>
#include <numbers>
#include <openvino/openvino.hpp>
#include <unsupported/Eigen/FFT>
#include <vector>

namespace keravino::kernels {
namespace {

using Complex = std::complex<double>;
using Signal = std::vector<Complex>;

/// Sum of x[k] e^(-2 pi i j k / n) for each j, for one n. Eigen's (kissfft) is fast where n has small prime factors;
/// else Bluestein's way, j k = (j^2 + k^2 - (j - k)^2) / 2, makes it a convolution of a length that is a power of two.
class Plan {
 public:
  explicit Plan(size_t n) : n_(n) {
    size_t rest = std::max<size_t>(n, 1);
    for (const size_t prime : {2u, 3u, 5u}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest > 1) prepare_chirp();
  }

  void run(Signal& x) {
    if (n_ <= 1) return;
    if (chirp_.empty()) return forward(x, n_);
    Signal padded(filter_.size());
    for (size_t k = 0; k < n_; ++k) padded[k] = x[k] * chirp_[k];
    forward(padded, padded.size());
    // The inverse transform is the forward one between two conjugations.
    for (size_t k = 0; k < padded.size(); ++k) padded[k] = std::conj(padded[k] * filter_[k]);
    forward(padded, padded.size());
    const double scale = 1 / static_cast<double>(padded.size());
    for (size_t k = 0; k < n_; ++k) x[k] = std::conj(padded[k]) * scale * chirp_[k];
  }

 private:
  void forward(Signal& x, size_t n) {
    work_.resize(n);
    fft_.fwd(work_.data(), x.data(), static_cast<Eigen::Index>(n));
    x.swap(work_);
  }

  void prepare_chirp() {
    chirp_.resize(n_);
    size_t size = 1;
    while (size < 2 * n_) size *= 2;
    filter_.resize(size);
    for (size_t k = 0; k < n_; ++k) {
      const size_t turn = k * k % (2 * n_);  // of half a turn / n: small, so that the angle is right
      chirp_[k] = std::polar(1.0, -std::numbers::pi * static_cast<double>(turn) / static_cast<double>(n_));
      filter_[k] = filter_[(size - k) % size] = std::conj(chirp_[k]);
    }
    forward(filter_, size);
  }

  size_t n_;
  Eigen::FFT<double> fft_;
  Signal chirp_, filter_, work_;
};

/// Fills `signal` from row `row` of the inputs: the whole spectrum for inverse_real, whose half is given.
template <class T>
void load(Signal& signal, Transform transform, const ov::TensorVector& inputs, size_t row) {
  const size_t given = inputs[0].get_shape().back();
  const T* re = inputs[0].data<const T>() + row * given;
  const T* im = inputs.size() > 1 ? inputs[1].data<const T>() + row * given : nullptr;
  const auto number = [&](size_t k) { return Complex(double{re[k]}, im ? double{im[k]} : 0.0); };
  const size_t n = signal.size();
  for (size_t k = 0; k < std::min(n, given); ++k) signal[k] = number(k);
  if (transform != Transform::inverse_real || n == 0) return;
  signal[0] = signal[0].real();
  if (n % 2 == 0) signal[n / 2] = signal[n / 2].real();
  for (size_t k = 1; 2 * k < n; ++k) signal[n - k] = std::conj(signal[k]);
}

template <class T>
void run_all(Transform transform, size_t n, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const size_t kept = outputs[0].get_shape().back();
  const size_t rows = kept == 0 ? 0 : outputs[0].get_size() / kept;
  const bool inverse = transform == Transform::inverse || transform == Transform::inverse_real;
  Plan plan(n);
  Signal signal(n);
  for (size_t row = 0; row < rows; ++row) {
    load<T>(signal, transform, inputs, row);
    if (inverse) std::transform(signal.begin(), signal.end(), signal.begin(), [](Complex z) { return std::conj(z); });
    plan.run(signal);
    const double scale = inverse ? 1 / static_cast<double>(n) : 1;
    const double sign = inverse ? -1 : 1;
    for (size_t k = 0; k < kept; ++k) {
      outputs[0].data<T>()[row * kept + k] = static_cast<T>(signal[k].real() * scale);
      if (outputs.size() > 1) outputs[1].data<T>()[row * kept + k] = static_cast<T>(sign * signal[k].imag() * scale);
    }
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
  shape[shape.size() - 1] = result_size(shape[shape.size() - 1]);
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
  shape.back() = static_cast<size_t>(result_size(static_cast<int64_t>(given)).get_length());
  for (ov::Tensor& output : outputs) output.set_shape(shape);
  const size_t n = transform_ == Transform::inverse_real ? shape.back() : given;
  if (inputs[0].get_element_type() == ov::element::f32) return run_all<float>(transform_, n, outputs, inputs), true;
  if (inputs[0].get_element_type() == ov::element::f64) return run_all<double>(transform_, n, outputs, inputs), true;
  return false;
}

}  // namespace keravino::kernels
