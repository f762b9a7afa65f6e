// The second tier: graphs compiled by OpenVINO, kept by their structure.
#pragma once

#include "engine/pending.h"

namespace keravino::engine {

/// What a compiled graph is kept by.
struct Structure {
  std::string key;  ///< equal for graphs that compile to the same thing: op types, attributes, topology, leaf dtypes
                    ///< and shapes, small leaves by value
  Outputs leaves;   ///< the large leaves, in the order of the compiled graph's inputs
};
Structure structure(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets);

/// True when a graph of this structure has cost as much so far as compiling it would; counts this use.
bool worth_compiling(const std::string& key, double saved_nanoseconds, size_t nodes);

/// Computes `targets` by a compiled graph of this structure, from the cache if there is one. Needs graph_mutex().
std::vector<ov::Tensor> run_compiled(const std::vector<std::shared_ptr<ov::Node>>& nodes, const Outputs& targets,
                                     const Structure& structure);

/// How many compiled graphs are kept at most; the least recently used one goes first.
inline constexpr size_t kCacheSize = 256;

}  // namespace keravino::engine
