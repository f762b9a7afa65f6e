// Elements gathered into groups, and what occurs.
#pragma once

#include <optional>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Sums (products, extremes) of the rows of each segment; rows with an id out of range take no part. An empty segment
/// holds 0 (1; the least or greatest number of the dtype). Without `num_segments` the greatest id decides.
Tensor segment_sum(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments = std::nullopt,
                   bool sorted = false);
Tensor segment_prod(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments = std::nullopt,
                    bool sorted = false);
Tensor segment_max(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments = std::nullopt,
                   bool sorted = false);
Tensor segment_min(Tensor data, Tensor segment_ids, std::optional<int64_t> num_segments = std::nullopt,
                   bool sorted = false);
/// How often each number from 0 on occurs, or the sum of its weights; for each row of a matrix.
Tensor bincount(Tensor x, Tensor weights = {}, int64_t minlength = 0, bool sparse = false);
/// The coordinates of the elements that are not zero, one vector for each axis.
std::vector<Tensor> nonzero(Tensor x);

}  // namespace keravino::ops
