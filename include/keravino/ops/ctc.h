// Connectionist temporal classification: sequences of labels without their times.
#pragma once

#include <string>
#include <utility>

#include "keravino/tensor.h"

namespace keravino::ops {

/// -log of the probability of `target` (batch, length) under the logits `output` (batch, time, classes).
Tensor ctc_loss(Tensor target, Tensor output, Tensor target_length, Tensor output_length, int64_t mask_index = 0);
/// The likeliest sequences (paths, batch, length), filled with -1, and their scores (batch, paths). Strategy is
/// "greedy" or "beam_search".
std::pair<Tensor, Tensor> ctc_decode(Tensor inputs, Tensor sequence_lengths, std::string strategy = "greedy",
                                     int64_t beam_width = 100, int64_t top_paths = 1, bool merge_repeated = true,
                                     int64_t mask_index = 0);

}  // namespace keravino::ops
