#include "cli/arrays.h"

#include "cli/image.h"
#include "engine/evaluate.h"
#include "ops/make.h"
#include "saving/npy.h"

namespace keravino::cli {
namespace {

bool ends_with(const std::string& text, std::string_view end) { return std::string_view(text).ends_with(end); }

Tensor to_tensor(const std::string& file, const saving::NpyArray& array) {
  try {
    const auto type = element_type(dtype_from_name(array.dtype));
    return Tensor(
        std::make_shared<ov::op::v0::Constant>(type, ov::Shape(array.shape), array.data.data.get(), array.data.data)
            ->output(0));
  } catch (const Error& error) {
    throw saving::file_error(file, error.what());
  }
}

std::string names_of(const saving::NpzArrays& arrays) {
  std::string text;
  for (const auto& [name, array] : arrays) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Height, width and channels of an image input.
struct ImageShape {
  int height, width, channels;
  bool channels_first;
};
ImageShape image_shape(const TensorInfo& input) {
  const ov::PartialShape& shape = input.shape;
  const auto fixed = [&](size_t axis) {
    return shape[axis].is_static() ? static_cast<int>(shape[axis].get_length()) : 0;
  };
  const auto channels = [](int n) { return n == 1 || n == 3 || n == 4; };
  if (shape.rank().is_static() && shape.size() == 4) {
    if (channels(fixed(3)) && fixed(1) > 0 && fixed(2) > 0) return {fixed(1), fixed(2), fixed(3), false};
    if (channels(fixed(1)) && fixed(2) > 0 && fixed(3) > 0) return {fixed(2), fixed(3), fixed(1), true};
  }
  throw Error(fmt::format("input \"{}\" of shape {} takes no image file; give a .npy or .npz file", input.name,
                          ops::to_string(shape)));
}

void read_npz_inputs(const Model& model, const std::string& file, std::map<std::string, Tensor>& found) {
  const saving::NpzArrays arrays = saving::read_npz(file);
  const size_t before = found.size();
  for (const TensorInfo& input : model.inputs()) {
    for (const auto& [name, array] : arrays) {
      if (name == input.name) found[name] = to_tensor(file, array);
    }
  }
  if (found.size() > before) return;
  if (model.inputs().size() == 1 && arrays.size() == 1) {
    found[model.inputs()[0].name] = to_tensor(file, arrays[0].second);
    return;
  }
  std::string wanted;
  for (const TensorInfo& input : model.inputs()) wanted += (wanted.empty() ? "" : ", ") + input.name;
  throw saving::file_error(file,
                           fmt::format("has no array named as an input ({}); it has {}", wanted, names_of(arrays)));
}

/// "name=file", if the part before "=" is an input's name.
std::pair<std::string, std::string> split_name(const Model& model, const std::string& spec) {
  const size_t at = spec.find('=');
  if (at == spec.npos) return {"", spec};
  for (const TensorInfo& input : model.inputs()) {
    if (spec.substr(0, at) == input.name) return {input.name, spec.substr(at + 1)};
  }
  return {"", spec};
}

nlohmann::json to_json(const float*& values, const ov::Shape& shape, size_t axis) {
  if (axis == shape.size()) return *values++;
  nlohmann::json list = nlohmann::json::array();
  for (size_t i = 0; i < shape[axis]; ++i) list.push_back(to_json(values, shape, axis + 1));
  return list;
}

ov::Tensor as_float(const Tensor& tensor) { return engine::convert(tensor.numbers(), ov::element::f32); }

saving::NpyArray to_npy(const Tensor& tensor) {
  const ov::Tensor numbers = tensor.numbers();
  saving::NpyArray array{std::string(name(tensor.dtype())), numbers.get_shape(),
                         saving::allocate(numbers.get_byte_size())};
  std::memcpy(array.data.data.get(), numbers.data(), numbers.get_byte_size());
  return array;
}

}  // namespace

std::vector<Tensor> read_inputs(const Model& model, const std::vector<std::string>& files) {
  std::map<std::string, Tensor> found;
  std::map<std::string, std::vector<std::string>> images;
  size_t next = 0;  // files without a name fill the inputs in order
  const auto input_for = [&](const std::string& name) -> const TensorInfo& {
    for (const TensorInfo& input : model.inputs()) {
      if (input.name == name) return input;
    }
    while (next < model.inputs().size() && found.contains(model.inputs()[next].name)) ++next;
    if (next < model.inputs().size()) return model.inputs()[next];
    throw Error(fmt::format("more input files than the model has inputs ({})", model.inputs().size()));
  };
  for (const std::string& spec : files) {
    const auto [name, file] = split_name(model, spec);
    if (is_image(file)) {
      images[input_for(name).name].push_back(file);
    } else if (ends_with(file, ".npz")) {
      read_npz_inputs(model, file, found);
    } else if (ends_with(file, ".npy")) {
      const std::string input = input_for(name).name;
      found[input] = to_tensor(file, saving::read_npy(file));
    } else {
      throw Error(fmt::format("{}: unknown kind of file; wanted .npy, .npz or an image", file));
    }
  }
  for (const auto& [name, paths] : images) {
    const ImageShape shape = image_shape(input_for(name));
    found[name] = read_images(paths, shape.height, shape.width, shape.channels, shape.channels_first);
  }
  std::vector<Tensor> inputs;
  for (const TensorInfo& input : model.inputs()) {
    if (!found.contains(input.name)) throw Error(fmt::format("no file is given for input \"{}\"", input.name));
    inputs.push_back(found[input.name]);
  }
  return inputs;
}

std::vector<int64_t> read_labels(const std::string& file) {
  const auto pick = [&]() -> saving::NpyArray {
    if (!ends_with(file, ".npz")) return saving::read_npy(file);
    saving::NpzArrays arrays = saving::read_npz(file);
    if (arrays.size() == 1) return arrays[0].second;
    for (const auto& [name, array] : arrays) {
      if (name == "label" || name == "labels" || name == "y") return array;
    }
    throw saving::file_error(file,
                             fmt::format("has no array \"label\", \"labels\" or \"y\"; it has {}", names_of(arrays)));
  };
  const ov::Tensor numbers = as_float(to_tensor(file, pick()));
  const ov::Shape shape = numbers.get_shape();
  if (shape.size() != 1 && shape.size() != 2)
    throw saving::file_error(file, fmt::format("labels have rank {}, wanted 1 or 2", shape.size()));
  const size_t columns = shape.size() == 1 ? 1 : shape[1];
  std::vector<int64_t> labels;
  for (size_t row = 0; row < shape[0]; ++row) {
    const float* values = numbers.data<const float>() + row * columns;
    // One column is the class, several are a one-hot row.
    labels.push_back(columns == 1 ? static_cast<int64_t>(values[0])
                                  : std::max_element(values, values + columns) - values);
  }
  return labels;
}

std::string outputs_text(const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs) {
  std::string text;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs.size() > 1) text += infos[i].name + ":\n";
    const ov::Tensor numbers = as_float(outputs[i]);
    const size_t rows = numbers.get_shape().empty() ? 1 : numbers.get_shape()[0];
    const size_t columns = rows == 0 ? 0 : numbers.get_size() / rows;
    const float* values = numbers.data<const float>();
    for (size_t row = 0; row < rows; ++row, values += columns)
      text += fmt::format("{:.9g}\n", fmt::join(values, values + columns, " "));
  }
  return text;
}

void write_outputs(const std::string& path, const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs) {
  const auto write_text = [&](const std::string& text) {
    saving::write_file(path, {std::as_bytes(std::span<const char>(text))});
  };
  if (ends_with(path, ".npy")) {
    if (outputs.size() != 1)
      throw Error(fmt::format("{}: the model has {} outputs; wanted a .npz file", path, outputs.size()));
    saving::write_npy(path, to_npy(outputs[0]));
  } else if (ends_with(path, ".npz")) {
    saving::NpzArrays arrays;
    for (size_t i = 0; i < outputs.size(); ++i) arrays.emplace_back(infos[i].name, to_npy(outputs[i]));
    saving::write_npz(path, arrays);
  } else if (ends_with(path, ".json")) {
    nlohmann::json object;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const ov::Tensor numbers = as_float(outputs[i]);
      const float* values = numbers.data<const float>();
      object[infos[i].name] = to_json(values, numbers.get_shape(), 0);
    }
    write_text(object.dump() + "\n");
  } else if (ends_with(path, ".txt")) {
    write_text(outputs_text(infos, outputs));
  } else {
    throw Error(fmt::format("{}: unknown kind of output; wanted .npy, .npz, .json or .txt", path));
  }
}

}  // namespace keravino::cli
