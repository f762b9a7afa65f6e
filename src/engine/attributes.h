// A node's attributes as bytes.
#pragma once

#include <openvino/core/node.hpp>

namespace keravino::engine {

/// Appends all attributes of a node to `key`, so that equal bytes mean equal attributes.
void append_attributes(ov::Node& node, std::string& key);

}  // namespace keravino::engine
