#include "cli/text.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "ops/make.h"
#include "saving/file.h"

namespace keravino::cli {
namespace {

using nlohmann::json;

/// Puts a nested list's items in a row, and its sizes into `shape`.
void flatten(const std::string& file, const json& node, size_t depth, std::vector<size_t>& shape,
             std::vector<const json*>& items) {
  constexpr size_t kDeepest = 16;
  if (depth > kDeepest) throw saving::file_error(file, fmt::format("holds lists nested deeper than {}", kDeepest));
  const auto irregular = [&] { return saving::file_error(file, "holds a list whose rows differ in length"); };
  if (!node.is_array()) {
    if (depth != shape.size()) throw irregular();
    items.push_back(&node);
    return;
  }
  if (depth == shape.size() && items.empty()) shape.push_back(node.size());
  if (depth >= shape.size() || shape[depth] != node.size()) throw irregular();
  for (const json& item : node) flatten(file, item, depth + 1, shape, items);
}

template <class T>
std::vector<T> values_of(const std::vector<const json*>& items) {
  std::vector<T> values;
  for (const json* item : items) values.push_back(item->get<T>());
  return values;
}

template <class T>
Tensor number_tensor(const std::vector<size_t>& shape, const std::vector<const json*>& items) {
  const std::vector<T> values = values_of<T>(items);
  ov::Tensor tensor(ov::element::from<T>(), ov::Shape(shape));
  std::ranges::copy(values, tensor.data<T>());
  return Tensor(tensor);
}

Tensor to_tensor(const std::string& file, const json& node) {
  std::vector<size_t> shape;
  std::vector<const json*> items;
  flatten(file, node, 0, shape, items);
  const auto all = [&](auto test) { return std::ranges::all_of(items, [&](const json* item) { return test(*item); }); };
  if (all([](const json& item) { return item.is_string(); }))
    return string_tensor(shape, values_of<std::string>(items));
  if (all([](const json& item) { return item.is_number_integer(); })) return number_tensor<int64_t>(shape, items);
  if (all([](const json& item) { return item.is_number(); })) return number_tensor<double>(shape, items);
  throw saving::file_error(file, "holds something else than numbers or strings alone");
}

}  // namespace

Tensor string_tensor(const std::vector<size_t>& shape, const std::vector<std::string>& texts) {
  ov::Tensor tensor(ov::element::string, ov::Shape(shape));
  std::ranges::copy(texts, tensor.data<std::string>());
  return Tensor(tensor);
}

Tensor read_lines(const std::string& file, const TensorInfo& input) {
  const size_t rank = input.shape.rank().is_static() ? input.shape.size() : 0;
  if (input.dtype != DType::string || rank < 1 || rank > 2)
    throw Error(fmt::format("input \"{}\", {} of shape {}, takes no text file", input.name, name(input.dtype),
                            ops::to_string(input.shape)));
  std::ifstream stream(file);
  if (!stream) throw saving::file_error(file, "cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
  }
  std::vector<size_t> shape(rank, 1);
  shape[0] = lines.size();
  return string_tensor(shape, lines);
}

std::vector<std::pair<std::string, Tensor>> read_json(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw saving::file_error(file, "cannot be read");
  const json root = json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) throw saving::file_error(file, "is not JSON");
  if (!root.is_object()) return {{"", to_tensor(file, root)}};
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& [name, item] : root.items()) tensors.emplace_back(name, to_tensor(file, item));
  return tensors;
}

}  // namespace keravino::cli
