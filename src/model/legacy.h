// Weights of a legacy .h5 file: lists by layer, which become groups as a .keras file has them.
#pragma once

#include "saving/archive.h"

namespace keravino {

/// Puts the tensors of a legacy file into the groups of the model's config, as Keras does: a layer takes its own in the
/// order of its variables, those that are trained first; nested layers are part of it. Layers are found by their names
/// where the file has the model's names, by their order otherwise. Nothing to do for other files. Errors
/// (Kind::file): another number of layers or of tensors than the model has.
void place_legacy_weights(saving::Archive& archive);

}  // namespace keravino
