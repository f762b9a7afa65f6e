#pragma once

#include "keravino/model.h"

namespace keravino {

/// Keras's table of layers, output shapes and parameters.
std::string summary(const std::string& name, const std::string& class_name, const std::vector<LayerInfo>& layers,
                    const LayerInfo& total);

}  // namespace keravino
