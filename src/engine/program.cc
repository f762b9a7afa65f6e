#include "engine/program.h"

#include "engine/any_node.h"
#include "engine/evaluate.h"
#include "engine/interpreter.h"
#include "engine/memory.h"
#include "keravino/error.h"
#include "kernels/special.h"
#include "ops/make.h"
#include "passes/passes.h"
#include "passes/rows.h"
#include "tensor/value.h"

namespace keravino::engine {

void check_output(size_t i, const ov::Shape& shape, const ov::Tensor& memory) {
  if (memory.get_shape() == shape) return;
  throw Error(fmt::format("[program] output {} has shape {}, the tensor for it has {}", i,
                          ops::to_string(ov::PartialShape(shape)),
                          ops::to_string(ov::PartialShape(memory.get_shape()))));
}

namespace {

template <class T>
bool exceeds_32_bits(const ov::Tensor& tensor) {
  const T* numbers = tensor.data<const T>();
  return std::any_of(numbers, numbers + tensor.get_size(), [](T n) { return !std::in_range<int32_t>(n); });
}

/// True if the CPU plugin, which narrows 64-bit integers to 32, would change a number of this input.
bool would_narrow(const ov::Tensor& tensor) {
  if (tensor.get_element_type() == ov::element::i64) return exceeds_32_bits<int64_t>(tensor);
  if (tensor.get_element_type() == ov::element::u64) return exceeds_32_bits<uint64_t>(tensor);
  return false;
}

/// Whether a node's numbers are only bounds of slices: the last number there is stands for an end, narrowed as well.
bool is_bound(const ov::Node& node) {
  const auto is_end = [](const ov::Input<ov::Node>& use) {
    return ov::is_type_any_of<ov::op::v8::Slice, ov::op::v1::StridedSlice>(use.get_node()) && use.get_index() > 0;
  };
  return leads_only_to(node, is_end, [](const ov::Node& user) {
    return ov::is_type_any_of<ov::op::v0::Concat, ov::op::v0::Unsqueeze, ov::op::v1::Reshape>(&user);
  });
}

/// Types of which a compiled graph has other bytes in memory.
bool is_replaced(const ov::element::Type& type) {
  return type.is_real() ? type != ov::element::f32 : type.size() == 8 || type == ov::element::u32;
}

/// True if the CPU plugin would change numbers of this node: it computes float64 and 64-bit integers in 32 bits.
bool is_narrowed(const ov::Node& node) {
  if (node.get_output_size() == 0) return false;
  const auto& type = node.get_output_element_type(0);
  if (type == ov::element::f64) return true;
  if (ov::is_type<kernels::Bitcast>(&node)) return is_replaced(type) || is_replaced(node.get_input_element_type(0));
  const auto* constant = ov::as_type<const ov::op::v0::Constant>(&node);
  return constant && would_narrow(constant->get_tensor_view()) && !is_bound(node);
}

/// Makes parameters of float64 that are only rounded to float32 ones of float32; returns their places. A Keras model
/// rounds what NumPy made by itself, and the plugin would make the largest float32 of infinity.
std::vector<size_t> round_parameters(ov::Model& model) {
  const auto is_end = [](const ov::Input<ov::Node>& use) {
    return ov::is_type<ov::op::v0::Convert>(use.get_node()) &&
           use.get_node()->get_output_element_type(0) == ov::element::f32;
  };
  std::vector<size_t> places;
  for (size_t i = 0; i < model.get_parameters().size(); ++i) {
    const auto& parameter = model.get_parameters()[i];
    if (parameter->get_element_type() != ov::element::f64) continue;
    if (!leads_only_to(*parameter, is_end, [](const ov::Node&) { return false; })) continue;
    parameter->set_element_type(ov::element::f32);
    places.push_back(i);
  }
  model.validate_nodes_and_infer_types();
  return places;
}

bool fits(const ov::PartialShape& wanted, const ov::Shape& shape) {
  if (wanted.rank().is_dynamic()) return true;
  return std::equal(wanted.begin(), wanted.end(), shape.begin(), shape.end(), [](const ov::Dimension& dim, size_t n) {
    const auto length = static_cast<int64_t>(n);
    return dim.is_static() ? dim.get_length() == length : dim.compatible(length);
  });
}

/// Copies numbers to the memory for output `i`, made here where there is none.
void put(size_t i, const ov::Tensor& numbers, ov::Tensor& memory) {
  if (!memory) memory = ov::Tensor(numbers.get_element_type(), numbers.get_shape());
  check_output(i, numbers.get_shape(), memory);
  numbers.copy_to(memory);
}

/// The CPU plugin (2026.4.1) fuses element-wise nodes into one kernel until a second one of them is a result. So one
/// that is also used within the graph, a moment of an optimizer for instance, is a result as a flat view, which costs
/// nothing.
void flatten_results(ov::Model& model) {
  for (const auto& result : model.get_results()) {
    const auto source = result->input_value(0);
    if (source.get_target_inputs().size() < 2 || source.get_partial_shape().is_dynamic()) continue;
    if (source.get_shape().size() < 2) continue;
    const auto flat = ov::op::v0::Constant::create(ov::element::i64, {1}, {-1});
    result->input(0).replace_source_output(std::make_shared<ov::op::v1::Reshape>(source, flat, false));
    result->validate_and_infer_types();
  }
}

/// How many threads compute a request.
size_t threads_of_a_request(const CompileOptions& options) {
  if (options.hint == "throughput") return 1;
  return options.threads > 0 ? static_cast<size_t>(options.threads) : std::max(std::thread::hardware_concurrency(), 1U);
}

}  // namespace

Tensor parameter(const ov::PartialShape& shape, DType dtype) {
  if (is_complex(dtype)) {
    const Tensor real = parameter(shape, part_dtype(dtype));
    return Tensor::complex(real, parameter(shape, part_dtype(dtype)));
  }
  const std::lock_guard lock(graph_mutex());
  const auto node = std::make_shared<ov::op::v0::Parameter>(element_type(dtype), shape);
  return Tensor(std::make_shared<Value>(node->output(0), true, 0));
}

std::shared_ptr<ov::Model> traced_model(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
                                        bool kernels) {
  std::shared_ptr<ov::Model> model;
  {
    const std::lock_guard lock(graph_mutex());
    ov::ParameterVector inputs;
    for (const Tensor& parameter : parameters) {
      auto node = ov::as_type_ptr<ov::op::v0::Parameter>(parameter.output().get_node_shared_ptr());
      if (!node) throw Error(Error::Kind::type, "[program] an input is not a parameter");
      inputs.push_back(std::move(node));
    }
    ov::OutputVector results;
    for (const Tensor& output : outputs) results.push_back(output.output());
    try {
      model = ov::Model(results, inputs).clone();
    } catch (const ov::Exception&) {
      throw Error(
          Error::Kind::runtime,
          "[program] an output hangs on a tensor of another trace, which must not be kept and used in this one");
    }
  }
  passes::optimize(model, kernels);
  return model;
}

Program::Program(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
                 const CompileOptions& options)
    : model_(traced_model(parameters, outputs, is_cpu(options.device))),
      rounded_(round_parameters(*model_)),
      guard_(model_),
      interpreted_(guard_.always() || any_node(*model_, &is_narrowed)) {
  check_device(options.device);
  const auto computed = model_->clone();
  for (size_t i = model_->get_results().size(); i-- > 0;) {
    const auto source = model_->get_results()[i]->get_input_node_shared_ptr(0);
    const auto parameter = ov::as_type_ptr<ov::op::v0::Parameter>(source);
    if (parameter) {
      input_of_output_[i] = static_cast<size_t>(model_->get_parameter_index(parameter));
      computed->remove_result(computed->get_results()[i]);
    } else {
      computed_.insert(computed_.begin(), i);
    }
  }
  if (interpreted_ || computed_.empty()) return;
  for (const auto& parameter : model_->get_parameters())
    is_fixed_.push_back(parameter->get_partial_shape().is_static() &&
                        parameter->get_element_type() != ov::element::string);
  if (is_cpu(options.device)) {
    flatten_results(*computed);
    rows_ = passes::rows_at_a_time(*computed, threads_of_a_request(options));
  }
  compiled_ = compile(rows_ > 0 ? passes::with_rows(*computed, rows_) : computed, options);
  requests_.emplace(compiled_);
}

void Program::check(const std::vector<ov::Tensor>& inputs) const {
  const auto& parameters = model_->get_parameters();
  if (inputs.size() != parameters.size()) {
    throw Error(fmt::format("[program] {} inputs for {} parameters", inputs.size(), parameters.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto& type = parameters[i]->get_element_type();
    const auto& shape = parameters[i]->get_partial_shape();
    if (inputs[i].get_element_type() == type && fits(shape, inputs[i].get_shape())) continue;
    throw Error(fmt::format("[program] input {} is {} {}, wanted {} {}", i,
                            ops::to_string(ov::PartialShape(inputs[i].get_shape())),
                            name(dtype_of(inputs[i].get_element_type())), ops::to_string(shape), name(dtype_of(type))));
  }
}

std::vector<ov::Tensor> Program::run(std::vector<ov::Tensor> inputs, std::vector<ov::Tensor> outputs) {
  for (const size_t i : rounded_) {
    if (i < inputs.size() && inputs[i].get_element_type() == ov::element::f64)
      inputs[i] = convert(inputs[i], ov::element::f32);
  }
  check(inputs);
  outputs.resize(model_->get_results().size());
  if (interpreted_ || std::any_of(inputs.begin(), inputs.end(), would_narrow) || guard_.may_be_empty(inputs)) {
    const std::lock_guard lock(graph_mutex());
    const std::vector<ov::Tensor> numbers = interpret_model(*model_, inputs);
    for (size_t i = 0; i < numbers.size(); ++i) put(i, numbers[i], outputs[i]);
    return outputs;
  }
  for (const auto& [output, input] : input_of_output_) put(output, inputs[input], outputs[output]);
  if (!requests_) return outputs;
  std::vector<const void*> addresses;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool all_that_changes = is_fixed_[i] && inputs[i].is_continuous();
    addresses.push_back(all_that_changes ? std::as_const(inputs[i]).data() : nullptr);
  }
  requests_->with_one(addresses, [&](Request& request) {
    if (rows_ > 0) {
      infer_in_parts(request, inputs, outputs);
    } else {
      infer(request, inputs, addresses, outputs);
    }
  });
  return outputs;
}

void Program::infer_in_parts(Request& request, const std::vector<ov::Tensor>& inputs,
                             std::vector<ov::Tensor>& outputs) const {
  const size_t all = model_->get_parameters()[0]->get_shape()[0];
  const auto part = [](const ov::Tensor& whole, size_t begin, size_t end) {
    ov::Coordinate first(whole.get_shape().size(), 0), last(whole.get_shape());
    first[0] = begin;
    last[0] = end;
    return ov::Tensor(whole, first, last);
  };
  for (const size_t i : computed_) {
    const auto& result = model_->get_results()[i];
    if (!outputs[i]) outputs[i] = recycled_tensor(result->get_output_element_type(0), result->get_output_shape(0));
    check_output(i, result->get_output_shape(0), outputs[i]);
  }
  for (size_t begin = 0; begin < all; begin += rows_) {
    for (size_t i = 0; i < inputs.size(); ++i)
      request.request.set_input_tensor(i, part(inputs[i], begin, begin + rows_));
    for (size_t i = 0; i < computed_.size(); ++i)
      request.request.set_output_tensor(i, part(outputs[computed_[i]], begin, begin + rows_));
    request.request.infer();
  }
  request.inputs.assign(inputs.size(), nullptr);
  request.outputs.assign(computed_.size(), nullptr);
}

void Program::infer(Request& request, const std::vector<ov::Tensor>& inputs, const std::vector<const void*>& addresses,
                    std::vector<ov::Tensor>& outputs) const {
  request.inputs.resize(inputs.size());
  request.outputs.resize(computed_.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (addresses[i] && addresses[i] == request.inputs[i]) continue;
    // Without an owner: a request would hold the memory until it is given the next.
    request.request.set_input_tensor(i, addresses[i] ? ov::Tensor(inputs[i].get_element_type(), inputs[i].get_shape(),
                                                                  const_cast<void*>(addresses[i]))
                                                     : inputs[i]);
    request.inputs[i] = addresses[i];
  }
  std::vector<size_t> copied;
  for (size_t i = 0; i < computed_.size(); ++i) {
    const auto& result = model_->get_results()[computed_[i]];
    const auto& type = result->get_output_element_type(0);
    if (type == ov::element::string || result->get_output_partial_shape(0).is_dynamic()) {
      copied.push_back(i);  // from the plugin's own memory, which the next run overwrites
      continue;
    }
    ov::Tensor& output = outputs[computed_[i]];
    if (!output) output = recycled_tensor(type, result->get_output_shape(0), request.outputs[i]);
    check_output(computed_[i], result->get_output_shape(0), output);
    if (output.data() == request.outputs[i]) continue;
    request.request.set_output_tensor(i, {type, compiled_.output(i).get_shape(), output.data()});
    request.outputs[i] = output.data();
  }
  request.request.infer();
  for (const size_t i : copied) put(computed_[i], request.request.get_output_tensor(i), outputs[computed_[i]]);
}

}  // namespace keravino::engine
