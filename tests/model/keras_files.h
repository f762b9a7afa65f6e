// Models and references for tests: the files of tests/data, and copies of them with faults.
#pragma once

#include <nlohmann/json.hpp>

#include "keravino/model.h"
#include "saving/files.h"
#include "saving/npy.h"

namespace keravino {

inline Tensor tensor_of(const saving::NpyArray& array) {
  ov::Tensor tensor(element_type(dtype_from_name(array.dtype)), ov::Shape(array.shape));
  std::memcpy(tensor.data(), array.data.data.get(), tensor.get_byte_size());
  return Tensor(tensor);
}

/// The arrays "x0", "x1" ... or "y0", "y1" ... beside a model in tests/data.
inline std::vector<Tensor> reference(const std::string& model, const std::string& kind) {
  const saving::NpzArrays arrays = saving::read_npz(saving::test_data(model + ".npz"));
  std::vector<Tensor> out;
  for (bool found = true; found;) {
    found = false;
    for (const auto& [name, array] : arrays) {
      if (name != kind + std::to_string(out.size())) continue;
      out.push_back(tensor_of(array));
      found = true;
      break;
    }
  }
  return out;
}

inline std::vector<float> floats(const Tensor& tensor) {
  const ov::Tensor numbers = tensor.numbers();
  return {numbers.data<const float>(), numbers.data<const float>() + numbers.get_size()};
}

inline Tensor ones(const ov::Shape& shape, const ov::element::Type& type = ov::element::f32) {
  ov::Tensor tensor(type, shape);
  std::memset(tensor.data(), 0, tensor.get_byte_size());
  return Tensor(tensor);
}

/// A copy of a model of tests/data, in the current folder, whose config.json `change` has edited.
template <class Change>
std::string with_config(const std::string& model, const std::string& as, Change change) {
  const std::string path = saving::test_data(model + ".keras");
  std::string text = saving::zip_entry(path, "config.json");
  // Python's infinities are no JSON that can be written again.
  for (size_t at; (at = text.find("-Infinity")) != text.npos;) text.replace(at, 9, "-1e30");
  auto config = nlohmann::json::parse(text);
  change(config);
  saving::make_zip(as, {{"config.json", config.dump()},
                        {"metadata.json", saving::zip_entry(path, "metadata.json")},
                        {"model.weights.h5", saving::zip_entry(path, "model.weights.h5")}});
  return as;
}

}  // namespace keravino
