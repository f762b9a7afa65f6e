#include "kernels/channels.h"

#include <openvino/core/parallel.hpp>

#include "kernels/processors.h"

namespace keravino::kernels {
namespace {

constexpr size_t kRows = 256;    // rows that are added in float before they are added in double
constexpr size_t kChunk = 4096;  // elements that a thread takes at once at least

/// Adds to the sums of a - centre and of b * (a - centre) those of some rows. Without b: of (a - centre)^2.
FOR_EACH_PROCESSOR void add_rows(const float* a, const float* b, const float* centre, size_t rows, size_t channels,
                                 float* first, float* second) {
  for (size_t row = 0; row < rows; ++row, a += channels, b += channels) {
    for (size_t c = 0; c < channels; ++c) {
      const float x = a[c] - centre[c];
      first[c] += x;
      second[c] += x * x;
    }
  }
}

/// Adds to the sums of g and of g * (x - centre) those of some rows.
FOR_EACH_PROCESSOR void add_products(const float* g, const float* x, const float* centre, size_t rows, size_t channels,
                                     float* first, float* second) {
  for (size_t row = 0; row < rows; ++row, g += channels, x += channels) {
    for (size_t c = 0; c < channels; ++c) {
      first[c] += g[c];
      second[c] += g[c] * (x[c] - centre[c]);
    }
  }
}

using AddRows = void (*)(const float*, const float*, const float*, size_t, size_t, float*, float*);

/// The two sums of each channel over all rows.
std::vector<double> sums(AddRows add, const float* a, const float* b, const float* centre, size_t rows,
                         size_t channels) {
  const size_t threads = static_cast<size_t>(parallel_get_max_threads());
  const size_t parts = std::clamp<size_t>(rows * channels / kChunk, 1, threads);
  std::vector<std::vector<double>> totals(parts, std::vector<double>(2 * channels, 0.0));
  ov::parallel_for(parts, [&](size_t part) {
    std::vector<float> block(2 * channels);
    for (size_t row = rows * part / parts, stop = rows * (part + 1) / parts; row < stop; row += kRows) {
      std::fill(block.begin(), block.end(), 0.0F);
      add(a + row * channels, b + row * channels, centre, std::min(kRows, stop - row), channels, block.data(),
          block.data() + channels);
      std::transform(block.begin(), block.end(), totals[part].begin(), totals[part].begin(), std::plus<double>());
    }
  });
  for (size_t part = 1; part < parts; ++part) {
    std::transform(totals[part].begin(), totals[part].end(), totals[0].begin(), totals[0].begin(), std::plus<double>());
  }
  return totals[0];
}

FOR_EACH_PROCESSOR void gate(const float* y, const float* g, float* out, size_t size, float low, float high) {
  for (size_t i = 0; i < size; ++i) out[i] = low < y[i] && y[i] < high ? g[i] : 0.0F;
}

void check(const ov::Node* node, size_t inputs) {
  NODE_VALIDATION_CHECK(node,
                        node->get_input_size() == inputs && node->get_input_element_type(0) == ov::element::f32 &&
                            node->get_input_partial_shape(0).rank().is_static() &&
                            node->get_input_partial_shape(0).size() > 0,
                        inputs, " inputs of f32 and known rank wanted");
}

ov::PartialShape channels_of(const ov::PartialShape& shape) { return {shape[shape.size() - 1]}; }

}  // namespace

ChannelMoments::ChannelMoments(const ov::OutputVector& inputs) : Op(inputs) { constructor_validate_and_infer_types(); }

void ChannelMoments::validate_and_infer_types() {
  check(this, 1);
  for (size_t i = 0; i < 2; ++i) set_output_type(i, ov::element::f32, channels_of(get_input_partial_shape(0)));
}

std::shared_ptr<ov::Node> ChannelMoments::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<ChannelMoments>(inputs);
}

bool ChannelMoments::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t channels = inputs[0].get_shape().back();
  for (ov::Tensor& output : outputs) output.set_shape({channels});
  const size_t rows = channels ? inputs[0].get_size() / channels : 0;
  const float* x = inputs[0].data<const float>();
  std::vector<float> centre(channels, 0.0F);
  if (rows > 0) std::copy_n(x, channels, centre.begin());
  const std::vector<double> total = sums(add_rows, x, x, centre.data(), rows, channels);
  for (size_t c = 0; c < channels; ++c) {
    const double n = static_cast<double>(rows), shift = total[c] / n;
    outputs[0].data<float>()[c] = static_cast<float>(centre[c] + shift);
    outputs[1].data<float>()[c] = static_cast<float>(std::max(total[channels + c] / n - shift * shift, 0.0));
  }
  return true;
}

ChannelSums::ChannelSums(const ov::OutputVector& inputs) : Op(inputs) { constructor_validate_and_infer_types(); }

void ChannelSums::validate_and_infer_types() {
  check(this, 3);
  for (size_t i = 0; i < 2; ++i) set_output_type(i, ov::element::f32, channels_of(get_input_partial_shape(0)));
}

std::shared_ptr<ov::Node> ChannelSums::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<ChannelSums>(inputs);
}

bool ChannelSums::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const size_t channels = inputs[0].get_shape().back();
  for (ov::Tensor& output : outputs) output.set_shape({channels});
  const size_t rows = channels ? inputs[0].get_size() / channels : 0;
  const std::vector<double> total = sums(add_products, inputs[0].data<const float>(), inputs[1].data<const float>(),
                                         inputs[2].data<const float>(), rows, channels);
  for (size_t i = 0; i < 2 * channels; ++i)
    outputs[i / channels].data<float>()[i % channels] = static_cast<float>(total[i]);
  return true;
}

Gate::Gate(const ov::OutputVector& inputs, double low, double high) : Op(inputs), low_(low), high_(high) {
  constructor_validate_and_infer_types();
}

void Gate::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_size() == 2 && get_input_element_type(0) == ov::element::f32, "f32 wanted");
  set_output_type(0, ov::element::f32, get_input_partial_shape(1));
}

std::shared_ptr<ov::Node> Gate::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Gate>(inputs, low_, high_);
}

bool Gate::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("low", low_);
  visitor.on_attribute("high", high_);
  return true;
}

bool Gate::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(inputs[1].get_shape());
  const size_t size = inputs[1].get_size(), parts = std::clamp<size_t>(size / kChunk, 1, 64);
  const float *y = inputs[0].data<const float>(), *g = inputs[1].data<const float>();
  float* out = outputs[0].data<float>();
  ov::parallel_for(parts, [&](size_t part) {
    const size_t start = size * part / parts, stop = size * (part + 1) / parts;
    gate(y + start, g + start, out + start, stop - start, static_cast<float>(low_), static_cast<float>(high_));
  });
  return true;
}

}  // namespace keravino::kernels
