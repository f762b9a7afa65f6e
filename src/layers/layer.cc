#include "layers/layer.h"

#include "engine/evaluate.h"
#include "keravino/ops/core.h"
#include "layers/constraints.h"
#include "layers/regularizers.h"
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
constexpr std::string_view wanted<uint64_t>() {
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
/// What counts or measures something has 32 bits, so that a product of two is a number.
bool is(const json& value, int64_t*) {
  if (value.is_number_unsigned()) return value.get<uint64_t>() <= INT32_MAX;
  return value.is_number_integer() && value.get<int64_t>() >= -INT32_MAX;
}
bool is(const json& value, uint64_t*) { return value.is_number_integer(); }
bool is(const json& value, double*) { return value.is_number(); }
bool is(const json& value, std::string*) { return value.is_string(); }

/// A JSON value for an error message, not longer than a line.
std::string shown(const json& value) {
  std::string text = value.dump();
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

Tensor new_parameter(const ov::element::Type& type, const ov::Shape& shape) {
  return Tensor(std::make_shared<Value>(std::make_shared<ov::op::v0::Parameter>(type, shape)->output(0), true, 0));
}

}  // namespace

Tensor in_dtype(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype || x.traced()) return ops::cast(x, dtype);
  return Tensor(engine::convert(x.numbers(), element_type(dtype)));
}

Source::Source(const saving::Archive& file, Purpose for_what, uint64_t random_seed)
    : archive(file),
      budget(file.budget),
      purpose(for_what),
      seed(random_seed),
      groups(saving::weight_groups(file.config, budget)) {}

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

Layer::Layer(Source& source, const json& node, std::string pointer, const Layer* parent)
    : source_(&source), node_(&node), config_(&node), pointer_(std::move(pointer)) {
  constexpr uint64_t kOwn = 4096;  // a model may be called by a model that is called, time and again
  source.budget.take(kOwn, source.archive.path + ": config.json");
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

DType Layer::policy_dtype(const json& policy) {
  std::string name = policy.is_string() ? policy.get<std::string>() : "";
  if (policy.is_object()) {
    const std::string kind = policy.value("class_name", "");
    const json config = policy.value("config", json::object());
    if (kind == "DTypePolicy" || kind == "FloatDTypePolicy") {
      name = config.value("name", "");
    } else if (kind == "QuantizedDTypePolicy" || kind == "QuantizedFloat8DTypePolicy" || kind == "Int4DTypePolicy") {
      name = fmt::format("{}_from_{}", config.value("mode", ""), config.value("source_name", ""));
    } else {
      throw error(fmt::format("dtype policy {} is not supported: {}", kind, shown(policy)));
    }
  }
  constexpr std::string_view kFrom = "_from_";  // "int8_from_float32"
  if (const size_t at = name.find(kFrom); at != name.npos) {
    quantization_ = name.substr(0, at);
    name = name.substr(at + kFrom.size());
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
template uint64_t Layer::get(std::string_view) const;
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
std::vector<uint64_t> Layer::get(std::string_view key) const {
  return list_of<uint64_t>(*this, key, value(key));
}
template <>
std::vector<double> Layer::get(std::string_view key) const {
  return list_of<double>(*this, key, value(key));
}
template <>
std::vector<std::string> Layer::get(std::string_view key) const {
  return list_of<std::string>(*this, key, value(key));
}
template <>
DType Layer::get(std::string_view key) const {
  try {
    return dtype_from_name(get<std::string>(key));
  } catch (const Error& e) {
    throw error(fmt::format("\"{}\": {}", key, e.what()));
  }
}

int64_t Layer::product(const std::vector<int64_t>& sizes) const {
  int64_t product = 1;
  for (const int64_t size : sizes) {
    if (__builtin_mul_overflow(product, size, &product))
      throw error(fmt::format("there is no number for so many elements: {}", shape_text(sizes)));
  }
  return product;
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
  const auto number = [](const json& item) { return is(item, static_cast<int64_t*>(nullptr)); };
  const auto pair = [&](const json& item) -> std::pair<int64_t, int64_t> {
    if (number(item)) return {item.get<int64_t>(), item.get<int64_t>()};
    if (!item.is_array() || item.size() != 2 || !number(item[0]) || !number(item[1])) throw wrong();
    return {item[0].get<int64_t>(), item[1].get<int64_t>()};
  };
  if (number(found)) return std::vector(count, pair(found));
  if (count == 1 && found.is_array() && found.size() == 2 && number(found[0])) return {pair(found)};
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

Layer Layer::part(size_t index, const std::string& attribute, json node) const {
  const auto own = std::make_shared<const json>(std::move(node));
  const std::string place = fmt::format("{}/{}_{}", pointer_, index, attribute);
  source_->groups.try_emplace(place, saving::join(group(), attribute));
  Layer layer(*source_, *own, place, this);
  layer.own_node_ = own;
  return layer;
}

Layer Layer::part(size_t index, const std::string& attribute) const {
  json node = *node_;
  node["config"].erase("activity_regularizer");  // it is for the outputs of the whole
  return part(index, attribute, std::move(node));
}

const ops::Arg& Layer::argument(const std::string& name) const {
  static const ops::Arg kNone;
  const auto found = arguments_.find(name);
  return found == arguments_.end() ? kNone : found->second;
}

Tensor Layer::tensor(const std::string& name) const {
  const ops::Arg& given = argument(name);
  if (given.is<ops::None>()) return {};
  if (given.is<Tensor>()) return given.as<Tensor>();
  throw error(fmt::format("call argument \"{}\" is no tensor", name), Error::Kind::unsupported);
}

bool Layer::flag(const std::string& name) const {
  const ops::Arg& given = argument(name);
  if (given.is<ops::None>()) return false;
  if (given.is<bool>()) return given.as<bool>();
  throw error(fmt::format("call argument \"{}\" is neither true nor false", name), Error::Kind::unsupported);
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

Variable& Layer::take(std::string_view name, const std::vector<int64_t>& shape, bool trainable) {
  const auto& saved = variables();
  const size_t index = taken_.size();
  taken_.emplace_back(name);
  if (source_->learns) return learn(index, shape, trainable);
  if (index >= saved.size()) {
    const saving::Archive& archive = source_->archive;
    const std::string& where = archive.weights.where();  // a file of their own, perhaps
    throw error(fmt::format("has no weight \"{}\" of shape {}: {} has {} for this layer", name, shape_text(shape),
                            where.starts_with(archive.path) ? "the file" : where,
                            saved.empty() ? "none" : fmt::format("only {}", saved.size())));
  }
  const saving::SavedTensor& found = saved[index];
  if (!std::equal(shape.begin(), shape.end(), found.shape.begin(), found.shape.end(),
                  [](int64_t a, size_t b) { return a >= 0 && static_cast<size_t>(a) == b; })) {
    throw error(fmt::format("weight \"{}\": expected {}, got {}", name, shape_text(shape),
                            shape_text({found.shape.begin(), found.shape.end()})));
  }
  const auto [known, fresh] = source_->variables.try_emplace({group(), index});
  Variable& variable = known->second;
  if (!fresh) return variable;
  const ov::Shape dims(found.shape);
  const ov::element::Type type = element_type(dtype_from_name(found.dtype));
  if (source_->purpose == Purpose::predict || !trainable_) {
    const auto owner = std::const_pointer_cast<std::byte>(found.data);
    variable.start = Tensor(std::make_shared<ov::op::v0::Constant>(type, dims, owner.get(), owner)->output(0));
  } else {
    variable.start = new_parameter(type, dims);
  }
  variable.value = variable.start;
  variable.elements = ov::shape_size(dims);
  variable.bytes = found.bytes;
  variable.trainable = trainable && trainable_;
  if (variable.trainable && source_->purpose != Purpose::predict) regularize(name, variable);
  return variable;
}

Variable& Layer::learn(size_t index, const std::vector<int64_t>& shape, bool trainable) const {
  const size_t order = source_->variables.size();
  const auto [known, fresh] = source_->variables.try_emplace({group(), index});
  Variable& variable = known->second;
  if (!fresh) return variable;
  if (std::ranges::any_of(shape, [](int64_t dim) { return dim < 0; }))
    throw error(fmt::format("wants a weight of shape {}", shape_text(shape)));
  variable.start = variable.value = new_parameter(ov::element::f32, {shape.begin(), shape.end()});
  variable.trainable = trainable && trainable_;
  variable.order = order;
  return variable;
}

void Layer::regularize(std::string_view name, Variable& weight) const {
  std::string stem(name);
  if (stem.ends_with("_kernel")) stem.resize(stem.size() - 7);  // "pointwise_kernel"
  if (class_name_.starts_with("Depthwise") && stem == "kernel") stem = "depthwise";
  if (has(stem + "_regularizer")) source_->losses.push_back(regularizer(sub(stem + "_regularizer"), weight.start));
  if (has(stem + "_constraint")) {
    weight.constraint = [bound = sub(stem + "_constraint")](const Tensor& x) { return constrained(bound, x); };
  }
}

Tensor Layer::weight(std::string_view name, const std::vector<int64_t>& shape) {
  return in_dtype(stored_weight(name, shape), compute_dtype_);
}

Tensor Layer::stored_weight(std::string_view name, const std::vector<int64_t>& shape) {
  source_->compute_dtypes.insert(compute_dtype_);
  return take(name, shape, true).value;
}

const Variable& Layer::copy(std::string_view name, const Layer& within) {
  const std::pair<std::string, size_t> first{within.group(), 0};
  const auto found = source_->variables.find(first);
  if (found == source_->variables.end()) throw error(fmt::format("the layer within has no weight \"{}\"", name));
  if (source_->learns) source_->copies[{group(), taken_.size()}] = first;
  taken_.emplace_back(name);
  return found->second;
}

Tensor Layer::statistic(std::string_view name, const std::vector<int64_t>& shape) {
  return in_dtype(take(name, shape, false).value, compute_dtype_);
}

void Layer::assign(std::string_view name, const Tensor& value) {
  const auto taken = std::find(taken_.begin(), taken_.end(), name);
  Variable& variable = source_->variables.at({group(), static_cast<size_t>(taken - taken_.begin())});
  variable.value = ops::cast(value, variable.start.dtype());
}

std::vector<State>& Layer::states(const std::vector<std::vector<int64_t>>& shapes) {
  if (source_->purpose != Purpose::predict)
    throw error("a stateful layer is not supported in training", Error::Kind::unsupported);
  for (const auto& shape : shapes) {
    double elements = 1;  // a file may ask for any batch
    for (const int64_t dim : shape) elements *= static_cast<double>(dim);
    if (elements > 0x1p26) throw error(fmt::format("has a state of shape {}, too large", shape_text(shape)));
  }
  const auto [known, fresh] = source_->states.try_emplace(pointer_);
  for (const auto& shape : shapes) {
    if (fresh) take_memory(product(shape), element_type(compute_dtype_).size());
  }
  for (size_t i = 0; fresh && i < shapes.size(); ++i) {
    const Tensor start = new_parameter(element_type(compute_dtype_), ov::Shape(shapes[i].begin(), shapes[i].end()));
    start.output().get_node()->set_friendly_name(fmt::format("{}/state_{}", path_, i));
    known->second.push_back({start, start});
  }
  return known->second;
}

Tensor Layer::seed() {
  const auto [known, fresh] = source_->seeds.try_emplace(pointer_);
  auto& [first, pair] = known->second;
  if (fresh) {
    constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;  // makes numbers one after the other unlike each other
    const uint64_t mixed = (source_->seed + source_->seeds.size()) * kGolden;
    first = static_cast<uint32_t>(has("seed") ? get<uint64_t>("seed") : mixed >> 32);
    pair.start = pair.value = new_parameter(ov::element::u32, {2});
  }
  const Tensor seed = pair.value;
  pair.value = seed + Tensor(ov::op::v0::Constant::create(ov::element::u32, {2}, {0, 1})->output(0));
  return seed;
}

std::string_view Layer::asset(std::string_view name) const {
  const std::string path = fmt::format("assets/{}", saving::join(group(), std::string(name)));
  for (const auto& [other, content] : source_->archive.others) {
    if (other == path) return {reinterpret_cast<const char*>(content.data.get()), content.size};
  }
  throw error(fmt::format("has no {} in the file", path));
}

void Layer::all_weights_taken() const {
  if (weight_count() <= taken_.size()) return;
  throw error(fmt::format("has {} weights in the file, wanted {} ({})", weight_count(), taken_.size(),
                          fmt::join(taken_, ", ")));
}

void Layer::take_memory(int64_t elements, size_t size_of_each) const {
  source_->budget.take(static_cast<uint64_t>(product({elements, static_cast<int64_t>(size_of_each)})), place());
}

Error Layer::error(const std::string& what, Error::Kind kind) const { return {kind, place() + ": " + what}; }

std::string Layer::place() const {
  const std::string pointer = pointer_.empty() ? "" : " " + pointer_;
  const std::string name = name_.empty() ? "" : fmt::format(" \"{}\"", name_);
  const std::string who = class_name_.empty() ? "" : fmt::format(" ({}{})", class_name_, name);
  return fmt::format("{}: config.json{}{}", source_->archive.path, pointer, who);
}

}  // namespace keravino::layers
