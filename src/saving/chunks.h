// The chunks of a dataset, looked at before HDF5 reads them: it unpacks whatever is in them, without any limit.
#pragma once

#include <vector>

#include "saving/hdf5.h"

namespace keravino::saving::hdf5 {

/// What reading all chunks takes besides the dataset's own bytes comes out of `budget`; `where` starts the errors. A
/// chunk that unpacks to more than its shape has is an error. Does nothing where there are no chunks.
void check_chunks(hid_t dataset, const std::vector<size_t>& shape, size_t item, Budget& budget,
                  const std::string& where);

}  // namespace keravino::saving::hdf5
