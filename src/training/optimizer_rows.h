// The update rules of optimizers.
#pragma once

#include <openvino/core/shape.hpp>

#include "training/object.h"

namespace keravino::training {

/// A variable of an optimizer as Keras saves it, and what it starts with.
struct OptimizerVariable {
  DType dtype;
  ov::Shape shape;
  double initial;
};

/// A variable beside each weight: like the weight, with what it starts with, unless a function makes it of the weight.
struct Slot {
  std::string_view name;
  double initial = 0;
  OptimizerVariable (*variable)(const OptimizerVariable& weight) = nullptr;
};
/// Slots in the order of the file: those of one list are saved together for each weight, list after list.
using SlotLists = std::vector<std::vector<Slot>>;

/// One weight at one step: its gradient, the learning rate, the number of the step (from 1), the new number that all
/// weights share, and its slots, which are changed in place, all in the weight's dtype.
struct Update {
  const Tensor weight, gradient, rate, step, shared;
  std::map<std::string_view, Tensor> slots;
};

struct OptimizerRow {
  std::string_view class_name, alias;
  double learning_rate, weight_decay;  // where the config has none
  SlotLists (*slots)(const Layer& config);
  Tensor (*new_weight)(const Layer& config, Update& update);
  /// The next value of a number that all weights share, which starts with 1 and is saved last; none for most.
  Tensor (*shared)(const Layer& config, const Tensor& before, const Tensor& step) = nullptr;
};
std::span<const OptimizerRow> optimizer_rows();

}  // namespace keravino::training
