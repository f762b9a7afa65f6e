// What several nodes of a graph mean together.
#pragma once

#include <string>

namespace keravino {

/// Nodes that were recognised as one thing, "rotary embedding", or that look like it and are not.
struct Recognised {
  std::string what, into;  ///< the thing, and what it becomes
  std::string node;        ///< the friendly name of the last node
  std::string reason;      ///< why the nodes stay as they are; empty: they do not
};

}  // namespace keravino
