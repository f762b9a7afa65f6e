// keras.losses, by class name.
#pragma once

#include "training/object.h"

namespace keravino::training {

/// A loss: one number for each sample, or for each sample and step, not reduced over the batch.
struct LossRow {
  std::string_view class_name, alias;
  Tensor (*values)(const Layer& config, const Tensor& y_true, const Tensor& y_pred);
};
std::span<const LossRow> loss_rows();

/// Gives labels and predictions the same rank, where one has a last axis of 1 more than the other. Error if their ranks
/// differ still, unless the class takes class numbers: what broadcasts by chance would be a wrong number.
void match_ranks(std::string_view class_name, Tensor& y_true, Tensor& y_pred);

/// Which cross-entropy or accuracy is meant by labels and predictions of these shapes: "Binary", "SparseCategorical" or
/// "Categorical".
std::string kind_of_labels(const Tensor& y_true, const Tensor& y_pred);

/// The loss of a batch, a scalar, reduced as the config says; `weights` is empty or has one number for each sample,
/// and what `mask` leaves out, if there is one, does not count.
/// "crossentropy" and "ce" are resolved by the shapes. Error for an unknown loss.
Tensor loss(const Layer& config, Tensor y_true, Tensor y_pred, const Tensor& weights, const Tensor& mask = {});

/// A mask as numbers of the rank of these values; Error if it has more axes than they.
Tensor mask_numbers(const Tensor& mask, const Tensor& values);

/// Numbers times the weights of their samples.
Tensor weighted(const Tensor& values, const Tensor& weights);

}  // namespace keravino::training
