// A batch that is computed a few rows at a time, so that what lies between two nodes stays in the cache.
#pragma once

#include <cstddef>
#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// How many of the rows of a graph's inputs to compute at a time on so many threads; 0 for all. It is less where each
/// row of the results hangs on one row of each input alone, and reading what nodes leave for each other from memory,
/// which a part of the batch would not do, takes a share of the time that counts (docs/adr/0039-rows-at-a-time.md).
size_t rows_at_a_time(const ov::Model& model, size_t threads);

/// The same graph for so many rows: of one for which rows_at_a_time() is not 0.
std::shared_ptr<ov::Model> with_rows(const ov::Model& model, size_t rows);

}  // namespace keravino::passes
