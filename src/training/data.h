// Samples: checked, split and put into batches.
#pragma once

#include <random>
#include <span>

#include "keravino/model.h"
#include "training/step.h"

namespace keravino::training {

/// The data in the dtypes that a step takes. Error if it does not fit the model or its parts do not fit each other.
Rows checked_rows(const std::vector<TensorInfo>& inputs, const std::vector<TensorInfo>& outputs, const FitData& data);

/// Rows [begin, end), without a copy.
Rows slice(const Rows& rows, size_t begin, size_t end);

/// The rows with these numbers, copied one behind the other into the batch's own memory, which is reused.
void gather(const Rows& rows, std::span<const size_t> order, Rows& batch);

/// The numbers from 0 on in an order that depends on the generator alone.
void shuffle(std::vector<size_t>& order, std::mt19937_64& generator);

}  // namespace keravino::training
