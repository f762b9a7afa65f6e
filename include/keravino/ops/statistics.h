// Correlations and histograms.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Pearson's correlation coefficients between the rows of a matrix.
Tensor corrcoef(Tensor x);
/// The correlation of two vectors at each shift; mode is "valid", "same" or "full".
Tensor correlate(Tensor x1, Tensor x2, std::string mode = "valid");
/// Counts in bins of equal width between the least and the greatest number, or over `range`; and the bins' edges.
std::pair<Tensor, Tensor> histogram(Tensor x, int64_t bins = 10,
                                    std::optional<std::pair<double, double>> range = std::nullopt);

}  // namespace keravino::ops
