// If and Loop on numbers: their bodies are interpreted.
#include <openvino/op/if.hpp>
#include <openvino/op/loop.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "engine/evaluators/evaluators.h"
#include "engine/interpreter.h"
#include "tensor/value.h"

namespace keravino::engine {
namespace {

using Base = ov::op::util::MultiSubGraphOp;

template <class T>
T scalar(const ov::Tensor& tensor) {
  return tensor.data<const T>()[0];
}

bool evaluate_if(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& branches = static_cast<const ov::op::v8::If&>(node);
  const int branch = scalar<bool>(inputs[0]) ? ov::op::v8::If::THEN_BODY_INDEX : ov::op::v8::If::ELSE_BODY_INDEX;
  const auto& body = branches.get_function(branch);
  ov::TensorVector numbers(body->get_parameters().size());
  for (const auto& in : branches.get_input_descriptions(branch)) {
    numbers[in->m_body_parameter_index] = inputs[in->m_input_index];
  }
  const ov::TensorVector results = interpret_model(*body, numbers);
  outputs.resize(node.get_output_size());
  for (const auto& out : branches.get_output_descriptions(branch)) {
    outputs[out->m_output_index] = results[out->m_body_value_index];
  }
  return true;
}

/// A part of a tensor along an axis, in memory of its own.
ov::Tensor part(const ov::Tensor& tensor, int64_t axis, int64_t index) {
  ov::Coordinate begin(tensor.get_shape().size(), 0), end = tensor.get_shape();
  const auto at = static_cast<size_t>(axis);
  begin[at] = static_cast<size_t>(index < 0 ? index + static_cast<int64_t>(end[at]) : index);
  end[at] = begin[at] + 1;
  const ov::Tensor view(tensor, begin, end);
  ov::Tensor copy(tensor.get_element_type(), view.get_shape());
  view.copy_to(copy);
  return copy;
}

/// The parts along an axis; with none, an empty tensor of what is known of the output's shape.
ov::Tensor join(const ov::TensorVector& parts, int64_t axis, const ov::Output<const ov::Node>& output) {
  ov::Shape shape = parts.empty() ? output.get_partial_shape().get_min_shape() : parts[0].get_shape();
  const auto at = static_cast<size_t>(axis);
  shape[at] = parts.size();
  ov::Tensor joined(output.get_element_type(), shape);
  ov::Coordinate begin(shape.size(), 0), end = shape;
  for (size_t i = 0; i < parts.size(); ++i) {
    begin[at] = i;
    end[at] = i + 1;
    ov::Tensor view(joined, begin, end);
    parts[i].copy_to(view);
  }
  return joined;
}

/// The numbers of the body's parameters for a step; `results` are those of the step before.
ov::TensorVector arguments(const ov::op::v5::Loop& loop, const ov::TensorVector& inputs,
                           const ov::TensorVector& results, int64_t step) {
  ov::TensorVector numbers(loop.get_function()->get_parameters().size());
  for (const auto& in : loop.get_input_descriptions()) {
    ov::Tensor& number = numbers[in->m_body_parameter_index];
    number = inputs[in->m_input_index];
    if (const auto* slice = ov::as_type<const Base::SliceInputDescription>(in.get())) {
      number = part(number, slice->m_axis, slice->m_start + step * slice->m_stride);
    } else if (const auto* state = ov::as_type<const Base::MergedInputDescription>(in.get())) {
      if (step > 0) number = results[state->m_body_value_index];
    }
  }
  return numbers;
}

bool evaluate_loop(const ov::Node& node, ov::TensorVector& outputs, const ov::TensorVector& inputs) {
  const auto& loop = static_cast<const ov::op::v5::Loop&>(node);
  const int64_t trip_count = scalar<int64_t>(inputs[0]);
  const auto condition = static_cast<size_t>(loop.get_special_body_ports().body_condition_output_idx);
  bool going_on = scalar<bool>(inputs[1]);
  ov::TensorVector results;
  std::vector<ov::TensorVector> stacked(node.get_output_size());
  for (int64_t step = 0; going_on && (trip_count < 0 || step < trip_count); ++step) {
    results = interpret_model(*loop.get_function(), arguments(loop, inputs, results, step));
    going_on = scalar<bool>(results[condition]);
    for (const auto& out : loop.get_output_descriptions()) {
      const bool stacks = ov::is_type<Base::ConcatOutputDescription>(out.get());
      if (stacks) stacked[out->m_output_index].push_back(results[out->m_body_value_index]);
    }
  }
  outputs.resize(node.get_output_size());
  for (const auto& out : loop.get_output_descriptions()) {
    ov::Tensor& output = outputs[out->m_output_index];
    if (const auto* stacks = ov::as_type<const Base::ConcatOutputDescription>(out.get())) {
      output = join(stacked[out->m_output_index], stacks->m_axis, node.output(out->m_output_index));
      continue;
    }
    if (!results.empty()) output = results[out->m_body_value_index];
    for (const auto& in : loop.get_input_descriptions()) {  // without a step: the state as it was
      const auto* state = ov::as_type<const Base::MergedInputDescription>(in.get());
      if (results.empty() && state && state->m_body_value_index == out->m_body_value_index) {
        output = inputs[in->m_input_index];
      }
    }
  }
  return true;
}

}  // namespace

std::span<const EvaluatorRow> control_evaluators() {
  static const EvaluatorRow kRows[] = {
      row<ov::op::v8::If>(&evaluate_if),
      row<ov::op::v5::Loop>(&evaluate_loop),
  };
  return kRows;
}

}  // namespace keravino::engine
