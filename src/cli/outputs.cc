#include "cli/outputs.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/evaluate.h"
#include "saving/npy.h"

namespace keravino::cli {
namespace {

/// Calls `use` with a pointer to the elements: float, double, int64_t or std::string.
template <class Use>
auto with_numbers(const Tensor& tensor, Use use) {
  const ov::Tensor numbers = tensor.numbers();
  const ov::element::Type type = numbers.get_element_type();
  if (type == ov::element::string) return use(numbers.data<const std::string>());
  if (type == ov::element::f64) return use(numbers.data<const double>());
  if (!type.is_real()) return use(engine::convert(numbers, ov::element::i64).data<const int64_t>());
  return use(engine::convert(numbers, ov::element::f32).data<const float>());
}

template <class T>
std::string number_text(T value) {
  if constexpr (std::is_same_v<T, std::string>)
    return value;
  else if constexpr (std::is_integral_v<T>)
    return fmt::format("{}", value);
  else
    return fmt::format("{:.{}g}", value, std::numeric_limits<T>::max_digits10);
}

template <class T>
nlohmann::json nested(const T*& values, const ov::Shape& shape, size_t axis) {
  if (axis == shape.size()) return *values++;
  nlohmann::json list = nlohmann::json::array();
  for (size_t i = 0; i < shape[axis]; ++i) list.push_back(nested(values, shape, axis + 1));
  return list;
}

std::string outputs_json(const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs) {
  nlohmann::json object;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const ov::Shape shape = outputs[i].numbers().get_shape();
    object[infos[i].name] = with_numbers(outputs[i], [&](const auto* values) { return nested(values, shape, 0); });
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

saving::NpyArray to_npy(const Tensor& tensor) {
  const ov::Tensor numbers = tensor.numbers();
  if (tensor.dtype() == DType::string) {
    const auto* texts = numbers.data<const std::string>();
    return {"string", numbers.get_shape(), {}, {texts, texts + numbers.get_size()}};
  }
  saving::NpyArray array{
      std::string(name(tensor.dtype())), numbers.get_shape(), saving::allocate(numbers.get_byte_size()), {}};
  std::memcpy(array.data.data.get(), numbers.data(), numbers.get_byte_size());
  return array;
}

void write_text(const std::string& path, const std::string& text) {
  saving::write_file(path, {std::as_bytes(std::span<const char>(text))});
}

}  // namespace

void check_output(const std::string& path, const std::vector<TensorInfo>& infos) {
  const std::filesystem::path file(path);
  const std::string end = file.extension();
  if (end != ".npy" && end != ".npz" && end != ".json" && end != ".txt")
    throw saving::file_error(path, "unknown kind of output; wanted .npy, .npz, .json or .txt");
  if (end == ".npy" && infos.size() != 1)
    throw saving::file_error(path, fmt::format("the model has {} outputs; wanted a .npz file", infos.size()));
  if (std::filesystem::is_directory(file)) throw saving::file_error(path, "is a directory, not a file");
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path()))
    throw saving::file_error(path, fmt::format("there is no folder \"{}\"", file.parent_path().string()));
}

std::string outputs_text(const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs) {
  std::string text;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs.size() > 1) text += infos[i].name + ":\n";
    const ov::Shape shape = outputs[i].numbers().get_shape();
    const size_t rows = shape.empty() ? 1 : shape[0];
    const size_t columns = rows == 0 ? 0 : ov::shape_size(shape) / rows;
    with_numbers(outputs[i], [&](const auto* values) {
      for (size_t at = 0; at < rows * columns; ++at)
        text += number_text(values[at]) + ((at + 1) % columns == 0 ? '\n' : ' ');
    });
  }
  return text;
}

void write_outputs(const std::string& path, const std::vector<TensorInfo>& infos, const std::vector<Tensor>& outputs) {
  check_output(path, infos);
  if (path.ends_with(".npy")) return saving::write_npy(path, to_npy(outputs[0]));
  if (path.ends_with(".json")) return write_text(path, outputs_json(infos, outputs));
  if (path.ends_with(".txt")) return write_text(path, outputs_text(infos, outputs));
  saving::NpzArrays arrays;
  for (size_t i = 0; i < outputs.size(); ++i) arrays.emplace_back(infos[i].name, to_npy(outputs[i]));
  saving::write_npz(path, arrays);
}

}  // namespace keravino::cli
