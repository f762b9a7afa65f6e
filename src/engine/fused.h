// Element-wise nodes of one shape, computed block by block without a tensor for what lies between.
#pragma once

#include <array>
#include <openvino/runtime/tensor.hpp>
#include <span>
#include <vector>

#include "engine/evaluators/evaluators.h"

namespace keravino::engine {

/// Several loops in a row. What lies between them stays in the cache.
class Fused {
 public:
  /// `singles` says of each input whether it is one number for all elements of `shape`.
  Fused(ov::Shape shape, std::vector<bool> singles);

  /// Whether a node can be part of one whose elements are of this shape: float32, or booleans, of that shape or one
  /// number.
  static bool takes(const ov::Node& node, const ov::Shape& shape);

  /// Adds a node whose inputs are these: numbers below the count of inputs stand for inputs, above for nodes added.
  void add(const ov::Node& node, std::span<const size_t> inputs);
  /// Marks the node added last as a result.
  void add_result(size_t node, const ov::element::Type& type) { results_.emplace_back(node, type); }

  void run(ov::TensorVector& outputs, const ov::TensorVector& inputs) const;

 private:
  struct Part {
    Loop loop;
    std::array<size_t, 3> inputs;
  };

  ov::Shape shape_;
  std::vector<bool> singles_;
  std::vector<Part> parts_;
  std::vector<std::pair<size_t, ov::element::Type>> results_;
};

}  // namespace keravino::engine
