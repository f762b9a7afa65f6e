// The update rules of optimizers.
#pragma once

#include "training/object.h"

namespace keravino::training {

/// A variable beside each weight, and what it starts with.
struct Slot {
  std::string_view name;
  double initial = 0;
};
/// Slots in the order of the file: those of one list are saved together for each weight, list after list.
using SlotLists = std::vector<std::vector<Slot>>;

/// One weight at one step: its gradient, the learning rate, the number of the step (from 1) and its slots, which are
/// changed in place, all in the weight's dtype.
struct Update {
  const Tensor weight, gradient, rate, step;
  std::map<std::string_view, Tensor> slots;
};

struct OptimizerRow {
  std::string_view class_name, alias;
  double learning_rate, weight_decay;  // where the config has none
  SlotLists (*slots)(const Layer& config);
  Tensor (*new_weight)(const Layer& config, Update& update);
};
std::span<const OptimizerRow> optimizer_rows();

}  // namespace keravino::training
