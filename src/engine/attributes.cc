#include "engine/attributes.h"

#include <openvino/core/attribute_visitor.hpp>

#include "keravino/error.h"

namespace keravino::engine {
namespace {

class Printer : public ov::AttributeVisitor {
 public:
  explicit Printer(std::string& key) : key_(key) {}

  void on_adapter(const std::string& name, ov::ValueAccessor<void>& adapter) override {
    if (auto* shape = ov::as_type<ov::AttributeAdapter<ov::PartialShape>>(&adapter)) {
      key_ += static_cast<ov::DirectValueAccessor<ov::PartialShape>&>(*shape).get().to_string();
    } else {
      // Unknown kinds of attributes must not make two graphs look equal.
      throw Error(Error::Kind::unsupported, fmt::format("attribute \"{}\" cannot be part of a cache key", name));
    }
  }
  void on_adapter(const std::string&, ov::ValueAccessor<std::string>& a) override { (key_ += a.get()) += ';'; }
  void on_adapter(const std::string&, ov::ValueAccessor<bool>& a) override { bytes(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<int64_t>& a) override { bytes(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<double>& a) override { bytes(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<float>& a) override { bytes(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<int>& a) override { bytes(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<std::vector<int>>& a) override { list(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<std::vector<int64_t>>& a) override { list(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<std::vector<uint64_t>>& a) override { list(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<std::vector<float>>& a) override { list(a.get()); }
  void on_adapter(const std::string&, ov::ValueAccessor<std::vector<std::string>>& a) override {
    for (const std::string& item : a.get()) (key_ += item) += ';';
  }

 private:
  template <class T>
  void bytes(const T& value) {
    append_bytes(key_, value);
  }
  template <class T>
  void list(const std::vector<T>& values) {
    bytes(values.size());
    for (const T& value : values) bytes(value);
  }

  std::string& key_;
};

}  // namespace

void append_attributes(ov::Node& node, std::string& key) {
  Printer printer(key);
  node.visit_attributes(printer);
}

std::string key_of(ov::Node& node) {
  std::string key = node.get_type_name();
  try {
    append_attributes(node, key);
  } catch (const Error&) {
    append_bytes(key, &node);
  }
  return key += node.get_type_info().version_id;
}

std::string key_of(const ov::Tensor& numbers) {
  constexpr size_t kSmall = 64;  // bytes: literals, axes
  std::string key = numbers.get_element_type().get_type_name() + numbers.get_shape().to_string();
  const size_t size = numbers.get_byte_size();
  if (numbers.get_element_type() == ov::element::string || size > kSmall)
    append_bytes(key, numbers.data());
  else
    key.append(static_cast<const char*>(numbers.data()), size);
  return key;
}

}  // namespace keravino::engine
