// Writes a weights file, model.weights.h5, in memory.
#pragma once

#include "saving/weights.h"

namespace keravino::saving {

/// The bytes of an HDF5 file as Keras lays it out: the tensors of each group, and its name if there is one, in "vars".
/// `where` starts the errors.
Buffer hdf5_image(const std::string& where, const std::map<std::string, std::vector<SavedTensor>>& groups,
                  const std::map<std::string, std::string>& names);

}  // namespace keravino::saving
