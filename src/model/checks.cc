#include "model/checks.h"

#include "engine/evaluate.h"
#include "ops/make.h"
#include "saving/suggest.h"

namespace keravino {
namespace {

/// Keras casts what it is given; here only where no number can change its meaning.
bool castable(DType from, DType to) {
  if (is_float(to)) return is_float(from) || is_integer(from) || from == DType::boolean;
  return is_integer(to) && (is_integer(from) || from == DType::boolean);
}

std::string names_of(const std::vector<TensorInfo>& tensors) {
  std::string text;
  for (const TensorInfo& t : tensors) text += (text.empty() ? "" : ", ") + t.name;
  return text;
}

}  // namespace

std::vector<Tensor> ordered_inputs(const std::vector<TensorInfo>& wanted, const std::map<std::string, Tensor>& inputs) {
  std::vector<Tensor> out;
  std::vector<std::string> names;
  for (const TensorInfo& info : wanted) {
    names.push_back(info.name);
    const auto found = inputs.find(info.name);
    if (found != inputs.end()) out.push_back(found->second);
  }
  for (const auto& [name, tensor] : inputs) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw Error(fmt::format("[model.predict] unknown input \"{}\"{}. The model has: {}", name,
                              did_you_mean(name, names), names_of(wanted)));
    }
  }
  if (out.size() != wanted.size()) {
    throw Error(
        fmt::format("[model.predict] expected {} inputs ({}), got {}", wanted.size(), names_of(wanted), inputs.size()));
  }
  return out;
}

std::vector<ov::Tensor> checked_inputs(const std::vector<TensorInfo>& wanted, const std::vector<Tensor>& inputs,
                                       const char* function) {
  const auto input_error = [&](const std::string& name, const std::string& what,
                               Error::Kind kind = Error::Kind::value) {
    return Error(kind, fmt::format("[model.{}] input \"{}\": {}", function, name, what));
  };
  if (inputs.size() != wanted.size()) {
    throw Error(fmt::format("[model.{}] expected {} inputs ({}), got {}", function, wanted.size(), names_of(wanted),
                            inputs.size()));
  }
  std::vector<ov::Tensor> out;
  std::optional<size_t> batch;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorInfo& info = wanted[i];
    if (!inputs[i]) throw input_error(info.name, "is no tensor", Error::Kind::type);
    const auto got = inputs[i].shape();
    if (!got.compatible(info.shape) || got.rank() != info.shape.rank()) {
      throw input_error(info.name,
                        fmt::format("expected shape {}, got {}", ops::to_string(info.shape), ops::to_string(got)));
    }
    if (!castable(inputs[i].dtype(), info.dtype) && inputs[i].dtype() != info.dtype) {
      throw input_error(info.name, fmt::format("expected dtype {}, got {}", name(info.dtype), name(inputs[i].dtype())),
                        Error::Kind::type);
    }
    const ov::Tensor numbers = inputs[i].numbers();
    out.push_back(numbers.get_element_type() == element_type(info.dtype)
                      ? numbers
                      : engine::convert(numbers, element_type(info.dtype)));
    if (info.shape.size() == 0 || info.shape[0].is_static()) continue;
    const size_t rows = numbers.get_shape()[0];
    if (batch && *batch != rows)
      throw input_error(info.name, fmt::format("expected a batch of {} as in the inputs before, got {}", *batch, rows));
    batch = rows;
  }
  return out;
}

void check_outputs(const std::vector<TensorInfo>& wanted, const std::vector<ov::Tensor>& outputs) {
  if (outputs.size() != wanted.size())
    throw Error(fmt::format("[model.predict_into] expected {} outputs ({}), got {}", wanted.size(), names_of(wanted),
                            outputs.size()));
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto error = [&](const std::string& what, Error::Kind kind = Error::Kind::value) {
      return Error(kind, fmt::format("[model.predict_into] output \"{}\": {}", wanted[i].name, what));
    };
    if (!outputs[i]) throw error("is no tensor", Error::Kind::type);
    const DType dtype = dtype_of(outputs[i].get_element_type());
    if (dtype != wanted[i].dtype)
      throw error(fmt::format("expected dtype {}, got {}", name(wanted[i].dtype), name(dtype)), Error::Kind::type);
    const ov::PartialShape shape = outputs[i].get_shape();
    if (!shape.compatible(wanted[i].shape))
      throw error(fmt::format("expected shape {}, got {}", ops::to_string(wanted[i].shape), ops::to_string(shape)));
    if (!outputs[i].is_continuous()) throw error("its rows do not follow each other in memory");
  }
}

}  // namespace keravino
