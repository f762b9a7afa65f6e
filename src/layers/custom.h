// Layers that programs register.
#pragma once

#include "keravino/layers.h"
#include "layers/registry.h"

namespace keravino::layers {

/// The function of a registered class; empty for another one.
LayerFunction registered(const std::string& class_name);

}  // namespace keravino::layers
