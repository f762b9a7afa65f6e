// Order: sorting, the greatest and their places, and places in sorted sequences.
#pragma once

#include <string>
#include <utility>

#include "keravino/arguments.h"
#include "keravino/tensor.h"

namespace keravino::ops {

/// Ascending along an axis, NaN last; flattened without an axis.
Tensor sort(Tensor x, std::optional<int64_t> axis = -1);
/// The order that sorts, as int32; equal elements keep theirs.
Tensor argsort(Tensor x, std::optional<int64_t> axis = -1);
/// An order with the kth element where sorting puts it, smaller ones before, greater ones behind.
Tensor argpartition(Tensor x, int64_t kth, std::optional<int64_t> axis = -1);
/// The place of the greatest (least) element, the first of equals, as int32; NaN counts as that. Error over no numbers.
Tensor argmax(Tensor x, std::optional<int64_t> axis = std::nullopt, bool keepdims = false);
Tensor argmin(Tensor x, std::optional<int64_t> axis = std::nullopt, bool keepdims = false);
/// The same without NaN; -1 where there is nothing else.
Tensor nanargmax(Tensor x, std::optional<int64_t> axis = std::nullopt, bool keepdims = false);
Tensor nanargmin(Tensor x, std::optional<int64_t> axis = std::nullopt, bool keepdims = false);
/// The k greatest along the last axis, descending, and their places.
std::pair<Tensor, Tensor> top_k(Tensor x, int64_t k, bool sorted = true);
/// Whether fewer than k predictions are greater than that of the target.
Tensor in_top_k(Tensor targets, Tensor predictions, int64_t k);
/// The place where each value belongs in an ascending vector: before ("left") or after ("right") its equals.
Tensor searchsorted(Tensor sorted_sequence, Tensor values, std::string side = "left");
/// The bin of each number: i where bins[i - 1] <= x < bins[i].
Tensor digitize(Tensor x, Tensor bins);

}  // namespace keravino::ops
