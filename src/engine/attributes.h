// Keys of caches: values and nodes' attributes as bytes.
#pragma once

#include <openvino/core/node.hpp>
#include <openvino/runtime/tensor.hpp>

namespace keravino::engine {

/// Appends a value's bytes to `key`.
template <class T>
void append_bytes(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// Appends all attributes of a node to `key`, so that equal bytes mean equal attributes.
void append_attributes(ov::Node& node, std::string& key);

/// Equal for nodes that compute the same from the same inputs; the node's own where attributes cannot be compared.
std::string key_of(ov::Node& node);

/// Equal for equal numbers; more than a few are only equal to themselves.
std::string key_of(const ov::Tensor& numbers);

}  // namespace keravino::engine
