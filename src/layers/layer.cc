#include "layers/layer.h"

#include "keravino/ops/core.h"
#include "saving/names.h"
#include "tensor/value.h"

namespace keravino::layers {
namespace {

template <class T>
constexpr std::string_view wanted();
template <>
constexpr std::string_view wanted<bool>() {
  return "true or false";
}
template <>
constexpr std::string_view wanted<int64_t>() {
  return "an integer";
}
template <>
constexpr std::string_view wanted<double>() {
  return "a number";
}
template <>
constexpr std::string_view wanted<std::string>() {
  return "a string";
}

bool is(const json& value, bool*) { return value.is_boolean(); }
bool is(const json& value, int64_t*) { return value.is_number_integer(); }
bool is(const json& value, double*) { return value.is_number(); }
bool is(const json& value, std::string*) { return value.is_string(); }

/// A JSON value for an error message, not longer than a line.
std::string shown(const json& value) {
  std::string text = value.dump();
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

}  // namespace

Source::Source(const saving::Archive& file) : archive(file), groups(saving::weight_groups(file.config)) {}

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

Layer::Layer(Source& source, const json& node, std::string pointer, const Layer* parent)
    : source_(&source), node_(&node), config_(&node), pointer_(std::move(pointer)) {
  const auto text = [&](const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!node.is_object()) throw error("wanted a layer, got " + shown(node));
  class_name_ = text(node, "class_name");
  const auto config = node.find("config");
  if (class_name_.empty() || config == node.end() || !config->is_object()) {
    throw error("wanted an object with \"class_name\" and \"config\", got " + shown(node));
  }
  config_ = &*config;
  name_ = text(*config, "name");
  if (name_.empty()) name_ = text(node, "name");
  if (!pointer_.empty()) path_ = saving::join(parent ? parent->path_ : "", name_);
  trainable_ = (!parent || parent->trainable_) && get_or("trainable", true);
  compute_dtype_ = has("dtype") ? policy_dtype(value("dtype")) : DType::float32;
}

DType Layer::policy_dtype(const json& policy) const {
  std::string name = policy.is_string() ? policy.get<std::string>() : "";
  if (policy.is_object()) {
    const std::string kind = policy.value("class_name", "");
    if (kind != "DTypePolicy" && kind != "FloatDTypePolicy") {
      throw error(fmt::format("dtype policy {} is not supported, only DTypePolicy: {}", kind, shown(policy)));
    }
    name = policy.contains("config") ? policy["config"].value("name", "") : "";
  }
  for (const std::string_view mixed : {"mixed_bfloat16", "mixed_float16"}) {
    if (name == mixed) name = name.substr(6);
  }
  try {
    return dtype_from_name(name);
  } catch (const Error&) {
    throw error("unknown dtype policy " + shown(policy));
  }
}

bool Layer::has(std::string_view key) const {
  const auto found = config_->find(key);
  return found != config_->end() && !found->is_null();
}

const json& Layer::value(std::string_view key) const {
  const auto found = config_->find(key);
  if (found == config_->end()) throw error(fmt::format("has no \"{}\"", key));
  return *found;
}

template <class T>
T Layer::get(std::string_view key) const {
  const json& found = value(key);
  if (!is(found, static_cast<T*>(nullptr))) {
    throw error(fmt::format("\"{}\" is {}, wanted {}", key, shown(found), wanted<T>()));
  }
  return found.get<T>();
}
template bool Layer::get(std::string_view) const;
template int64_t Layer::get(std::string_view) const;
template double Layer::get(std::string_view) const;
template std::string Layer::get(std::string_view) const;

template <class T>
static std::vector<T> list_of(const Layer& layer, std::string_view key, const json& found) {
  if (is(found, static_cast<T*>(nullptr))) return {found.get<T>()};
  const bool all = found.is_array() && std::all_of(found.begin(), found.end(),
                                                   [](const json& item) { return is(item, static_cast<T*>(nullptr)); });
  if (!all) throw layer.error(fmt::format("\"{}\" is {}, wanted {} or a list of them", key, shown(found), wanted<T>()));
  return found.get<std::vector<T>>();
}
template <>
std::vector<int64_t> Layer::get(std::string_view key) const {
  return list_of<int64_t>(*this, key, value(key));
}
template <>
std::vector<double> Layer::get(std::string_view key) const {
  return list_of<double>(*this, key, value(key));
}
template <>
DType Layer::get(std::string_view key) const {
  try {
    return dtype_from_name(get<std::string>(key));
  } catch (const Error& e) {
    throw error(fmt::format("\"{}\": {}", key, e.what()));
  }
}

std::vector<int64_t> Layer::sizes(std::string_view key, size_t count) const {
  std::vector<int64_t> list = get<std::vector<int64_t>>(key);
  if (list.size() == 1) list.resize(count, list[0]);
  if (list.size() != count) {
    throw error(fmt::format("\"{}\" is {}, wanted {} integers", key, shown(value(key)), count));
  }
  return list;
}

std::vector<std::pair<int64_t, int64_t>> Layer::pairs(std::string_view key, size_t count) const {
  const json& found = value(key);
  const auto wrong = [&] {
    return error(fmt::format("\"{}\" is {}, wanted {} pairs of integers", key, shown(found), count));
  };
  const auto pair = [&](const json& item) -> std::pair<int64_t, int64_t> {
    if (item.is_number_integer()) return {item.get<int64_t>(), item.get<int64_t>()};
    if (!item.is_array() || item.size() != 2 || !item[0].is_number_integer() || !item[1].is_number_integer())
      throw wrong();
    return {item[0].get<int64_t>(), item[1].get<int64_t>()};
  };
  if (found.is_number_integer()) return std::vector(count, pair(found));
  if (count == 1 && found.is_array() && found.size() == 2 && found[0].is_number_integer()) return {pair(found)};
  if (!found.is_array() || found.size() != count) throw wrong();
  std::vector<std::pair<int64_t, int64_t>> out;
  for (const json& item : found) out.push_back(pair(item));
  return out;
}

std::string Layer::choice(std::string_view key, std::vector<std::string_view> choices) const {
  const std::string got = get<std::string>(key);
  if (std::find(choices.begin(), choices.end(), got) != choices.end()) return got;
  throw error(fmt::format("unknown {} \"{}\"; wanted one of {}", key, got, fmt::join(choices, ", ")));
}

std::string Layer::data_format() const {
  return has("data_format") ? choice("data_format", {"channels_last", "channels_first"}) : "channels_last";
}

Layer Layer::sub(std::string_view path) const {
  const std::string where = fmt::format("/config/{}", path);
  const json::json_pointer inner(where);
  if (!node_->contains(inner)) throw error(fmt::format("has no \"{}\"", path));
  return {*source_, (*node_)[inner], pointer_ + where, this};
}

const std::string& Layer::group() const {
  static const std::string kNone = "?";  // no group has this name
  const auto found = source_->groups.find(pointer_);
  return found == source_->groups.end() ? kNone : found->second;
}

const std::vector<saving::SavedTensor>& Layer::variables() const {
  static const std::vector<saving::SavedTensor> kNone;
  return source_->archive.weights.has(group()) ? source_->archive.weights.vars(group()) : kNone;
}

const Variable& Layer::take(std::string_view name, const std::vector<int64_t>& shape, bool trainable) {
  const auto& saved = variables();
  const size_t index = taken_.size();
  taken_.emplace_back(name);
  if (index >= saved.size()) {
    throw error(fmt::format("has no weight \"{}\" of shape {}: the file has {} for this layer", name, shape_text(shape),
                            saved.empty() ? "none" : fmt::format("only {}", saved.size())));
  }
  const saving::SavedTensor& found = saved[index];
  if (!std::equal(shape.begin(), shape.end(), found.shape.begin(), found.shape.end(),
                  [](int64_t a, size_t b) { return a >= 0 && static_cast<size_t>(a) == b; })) {
    throw error(fmt::format("weight \"{}\": expected {}, got {}", name, shape_text(shape),
                            shape_text({found.shape.begin(), found.shape.end()})));
  }
  const auto [known, fresh] = source_->variables.try_emplace({group(), index});
  if (fresh) {
    // The constant shares the memory of the file.
    const auto owner = std::const_pointer_cast<std::byte>(found.data);
    const auto type = element_type(dtype_from_name(found.dtype));
    known->second = {
        Tensor(std::make_shared<ov::op::v0::Constant>(type, ov::Shape(found.shape), owner.get(), owner)->output(0)),
        ov::shape_size(ov::Shape(found.shape)), trainable && trainable_};
  }
  return known->second;
}

Tensor Layer::weight(std::string_view name, const std::vector<int64_t>& shape) {
  source_->compute_dtypes.insert(compute_dtype_);
  return ops::cast(take(name, shape, true).constant, compute_dtype_);
}

Tensor Layer::statistic(std::string_view name, const std::vector<int64_t>& shape) {
  return ops::cast(take(name, shape, false).constant, compute_dtype_);
}

void Layer::all_weights_taken() const {
  if (weight_count() <= taken_.size()) return;
  throw error(fmt::format("has {} weights in the file, wanted {} ({})", weight_count(), taken_.size(),
                          fmt::join(taken_, ", ")));
}

Error Layer::error(const std::string& what, Error::Kind kind) const {
  const std::string place = pointer_.empty() ? "" : " " + pointer_;
  const std::string who = class_name_.empty() ? "" : fmt::format(" ({} \"{}\")", class_name_, name_);
  return {kind, fmt::format("{}: config.json{}{}: {}", source_->archive.path, place, who, what)};
}

}  // namespace keravino::layers
