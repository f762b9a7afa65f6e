// Empty tensors within a graph: OpenVINO's CPU plugin (2026.4.1) crashes or hangs on those that were not known to be
// empty when it compiled, whatever made them. Graphs that may hold one stay with the interpreter.
#pragma once

#include <mutex>
#include <openvino/core/model.hpp>

#include "engine/lru.h"

namespace keravino::engine {

/// True if an output of a node has or may have a dimension of 0. Constant vectors of int64 do not count: axes and
/// shapes are often empty ones.
bool may_be_empty(const ov::Node& node);

/// Tells for which inputs a model may hold an empty tensor. Safe to use from several threads.
class EmptyGuard {
 public:
  explicit EmptyGuard(std::shared_ptr<const ov::Model> model);

  /// True if a tensor is, or may be, empty whatever the inputs hold: all their shapes are known.
  bool always() const { return always_; }
  /// True if a tensor is, or may be, empty when the model runs on inputs of these shapes. The answer is kept.
  bool may_be_empty(const std::vector<ov::Tensor>& inputs);

 private:
  std::shared_ptr<const ov::Model> model_;
  bool always_;
  bool never_;  // no inputs that hold numbers lead to an empty tensor
  std::mutex mutex_;
  Lru<bool> known_{256};
};

}  // namespace keravino::engine
