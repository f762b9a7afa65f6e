// The fewest bits for the weights of a model that keep its outputs.
#pragma once

#include "keravino/convert.h"
#include "passes/compress.h"

namespace keravino {

/// A storage for each of the graph's weights, and the error that they make together on the samples: the largest
/// difference of an output beside its largest number, at most `max_error`. Weights that do the most harm
/// for their size are the first that get more bits.
std::pair<std::vector<passes::Storage>, double> search_storages(const ov::Model& graph,
                                                                const std::vector<passes::Weight>& weights,
                                                                const Model& model, const ConvertOptions& options);

}  // namespace keravino
