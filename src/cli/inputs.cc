#include "cli/inputs.h"

#include <filesystem>

#include "cli/image.h"
#include "cli/text.h"
#include "engine/evaluate.h"
#include "model/random_numbers.h"
#include "ops/make.h"
#include "saving/npy.h"
#include "saving/suggest.h"

namespace keravino::cli {
namespace {

Tensor to_tensor(const std::string& file, const saving::NpyArray& array) {
  if (array.dtype == "string") return string_tensor(array.shape, array.texts);
  try {
    const auto type = element_type(dtype_from_name(array.dtype));
    return Tensor(
        std::make_shared<ov::op::v0::Constant>(type, ov::Shape(array.shape), array.data.data.get(), array.data.data)
            ->output(0));
  } catch (const Error& error) {
    throw saving::file_error(file, error.what());
  }
}

template <class Named>
std::vector<std::string_view> names_in(const std::vector<Named>& list) {
  std::vector<std::string_view> names;
  for (const auto& item : list) {
    if constexpr (std::is_same_v<Named, TensorInfo>)
      names.push_back(item.name);
    else
      names.push_back(item.first);
  }
  return names;
}

/// Height, width and channels of an image input; an open height or width is 0.
ImageShape image_shape(const TensorInfo& input) {
  const ov::PartialShape& shape = input.shape;
  const auto size = [&](size_t axis) {
    return shape[axis].is_static() ? static_cast<int>(shape[axis].get_length()) : 0;
  };
  const auto channels = [](int n) { return n == 1 || n == 3 || n == 4; };
  if (shape.rank().is_static() && shape.size() == 4) {
    if (channels(size(3))) return {size(1), size(2), size(3), false};
    if (channels(size(1))) return {size(2), size(3), size(1), true};
  }
  throw Error(fmt::format("input \"{}\" of shape {} takes no image file; give a .npy or .npz file", input.name,
                          ops::to_string(shape)));
}

/// Collects what files hold until every input has its tensor.
class Inputs {
 public:
  explicit Inputs(const Model& model) : wanted_(model.inputs()) {}

  void add(const std::string& spec) {
    const auto [name, file] = split(spec);
    const std::string end = std::filesystem::path(file).extension();
    if (is_image(file)) {
      images_[input_for(name, /*image=*/true)].push_back(file);
    } else if (end == ".npz") {
      std::vector<std::pair<std::string, Tensor>> tensors;
      for (const auto& [array_name, array] : saving::read_npz(file))
        tensors.emplace_back(array_name, to_tensor(file, array));
      add_named(name, file, tensors);
    } else if (end == ".json") {
      const auto tensors = read_json(file);
      if (tensors.size() == 1 && tensors[0].first.empty())
        return put(input_for(name, /*image=*/false), tensors[0].second);
      add_named(name, file, tensors);
    } else if (end == ".txt") {
      const std::string input = input_for(name, /*image=*/false);
      put(input, read_lines(file, *std::ranges::find(wanted_, input, &TensorInfo::name)));
    } else if (end == ".npy") {
      put(input_for(name, /*image=*/false), to_tensor(file, saving::read_npy(file)));
    } else {
      throw saving::file_error(
          file, "unknown kind of file; wanted .npy, .npz, .json, .txt or an image (png, jpg, bmp, gif ...)");
    }
  }

  std::vector<Tensor> take() {
    std::vector<Tensor> inputs;
    for (const TensorInfo& input : wanted_) {
      if (images_.contains(input.name)) put(input.name, read_images(images_[input.name], image_shape(input)));
      if (!found_.contains(input.name)) throw Error(fmt::format("no file is given for input \"{}\"", input.name));
      inputs.push_back(found_[input.name]);
    }
    return inputs;
  }

 private:
  bool is_input(std::string_view name) const { return std::ranges::count(names_in(wanted_), name) > 0; }

  /// "name=file" in its parts; a "=" may also be part of a file's name.
  std::pair<std::string, std::string> split(const std::string& spec) const {
    const size_t at = spec.find('=');
    if (at == spec.npos) return {"", spec};
    const std::string name = spec.substr(0, at);
    if (is_input(name)) return {name, spec.substr(at + 1)};
    if (std::filesystem::exists(spec)) return {"", spec};
    throw Error(fmt::format("the model has no input \"{}\"{}; it has {}", name, did_you_mean(name, names_in(wanted_)),
                            fmt::join(names_in(wanted_), ", ")));
  }

  /// The named input, or the first that nothing was given for. Images without a name are all for the same input.
  std::string input_for(const std::string& name, bool image) const {
    if (!name.empty()) return name;
    for (const TensorInfo& input : wanted_) {
      if (!found_.contains(input.name) && (image || !images_.contains(input.name))) return input.name;
    }
    throw Error(fmt::format("more input files than the model has inputs ({})", wanted_.size()));
  }

  void put(const std::string& name, const Tensor& tensor) {
    if (!found_.emplace(name, tensor).second) throw Error(fmt::format("input \"{}\" is given twice", name));
  }

  void add_named(const std::string& name, const std::string& file,
                 const std::vector<std::pair<std::string, Tensor>>& arrays) {
    // A lone array needs no name where it is clear what it is for.
    const std::string only = name.empty() && wanted_.size() == 1 ? wanted_[0].name : name;
    if (arrays.size() == 1 && !only.empty()) return put(only, arrays[0].second);
    size_t taken = 0;
    for (const auto& [array_name, array] : arrays) {
      if (!is_input(array_name) || (!name.empty() && array_name != name)) continue;
      put(array_name, array);
      ++taken;
    }
    if (taken > 0) return;
    throw saving::file_error(file,
                             fmt::format("has no array named as an input ({}); it has {}",
                                         name.empty() ? fmt::format("{}", fmt::join(names_in(wanted_), ", ")) : name,
                                         fmt::join(names_in(arrays), ", ")));
  }

  const std::vector<TensorInfo>& wanted_;
  std::map<std::string, Tensor> found_;
  std::map<std::string, std::vector<std::string>> images_;
};

saving::NpyArray read_label_array(const std::string& file) {
  if (!file.ends_with(".npz")) return saving::read_npy(file);
  saving::NpzArrays arrays = saving::read_npz(file);
  if (arrays.size() == 1) return arrays[0].second;
  for (const auto& [name, array] : arrays) {
    if (name == "label" || name == "labels" || name == "y") return array;
  }
  throw saving::file_error(
      file, fmt::format("has no array \"label\", \"labels\" or \"y\"; it has {}", fmt::join(names_in(arrays), ", ")));
}

}  // namespace

std::vector<Tensor> read_inputs(const Model& model, const std::vector<std::string>& files) {
  Inputs inputs(model);
  for (const std::string& spec : files) inputs.add(spec);
  return inputs.take();
}

std::vector<Tensor> random_inputs(const Model& model, int64_t batch) {
  std::mt19937 generator;
  std::vector<Tensor> inputs;
  for (const TensorInfo& input : model.inputs()) {
    try {
      inputs.emplace_back(random_input(generator, input.name, input.shape, element_type(input.dtype), batch));
    } catch (const Error& error) {
      throw Error(fmt::format("{}; give a file for it", error.what()));
    }
  }
  return inputs;
}

std::vector<Tensor> read_outputs(const Model& model, const std::string& file) {
  const saving::NpzArrays arrays = saving::read_npz(file);
  std::vector<Tensor> outputs;
  for (const TensorInfo& output : model.outputs()) {
    const auto found = std::ranges::find(arrays, output.name, &saving::NpzArrays::value_type::first);
    if (found == arrays.end())
      throw saving::file_error(
          file, fmt::format("has no array \"{}\"; it has {}", output.name, fmt::join(names_in(arrays), ", ")));
    outputs.push_back(to_tensor(file, found->second));
  }
  return outputs;
}

Tensor read_label_tensor(const std::string& file) { return to_tensor(file, read_label_array(file)); }

std::vector<int64_t> read_labels(const std::string& file) {
  const ov::Tensor numbers = engine::convert(read_label_tensor(file).numbers(), ov::element::f64);
  const ov::Shape shape = numbers.get_shape();
  if (shape.size() != 1 && shape.size() != 2)
    throw saving::file_error(file, fmt::format("labels have rank {}, wanted 1 or 2", shape.size()));
  const size_t columns = shape.size() == 1 ? 1 : shape[1];
  std::vector<int64_t> labels;
  for (size_t row = 0; row < shape[0]; ++row) {
    const double* values = numbers.data<const double>() + row * columns;
    // One column is the class, several are a one-hot row.
    labels.push_back(columns == 1 ? static_cast<int64_t>(values[0])
                                  : std::max_element(values, values + columns) - values);
  }
  return labels;
}

}  // namespace keravino::cli
