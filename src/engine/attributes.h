// Keys of caches: values and nodes' attributes as bytes.
#pragma once

#include <openvino/core/node.hpp>

namespace keravino::engine {

/// Appends a value's bytes to `key`.
template <class T>
void append_bytes(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// Appends all attributes of a node to `key`, so that equal bytes mean equal attributes.
void append_attributes(ov::Node& node, std::string& key);

}  // namespace keravino::engine
