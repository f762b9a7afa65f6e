// Losses of keras.ops.nn: one number for each sample, not reduced over the batch.
#pragma once

#include "keravino/tensor.h"

namespace keravino::ops {

/// -sum(target * log(output)) along `axis`; the output is normalised along it, or holds logits.
Tensor categorical_crossentropy(Tensor target, Tensor output, bool from_logits, int64_t axis);
/// The same for classes by number; target has the output's shape without `axis`, or with 1 there. NaN for what is no
/// class.
Tensor sparse_categorical_crossentropy(Tensor target, Tensor output, bool from_logits, int64_t axis);
/// -(target * log(output) + (1 - target) * log(1 - output)), element by element; the output may hold logits.
Tensor binary_crossentropy(Tensor target, Tensor output, bool from_logits);
/// Peak signal-to-noise ratio of two images in decibels, a scalar.
Tensor psnr(Tensor x1, Tensor x2, Tensor max_val);

}  // namespace keravino::ops
