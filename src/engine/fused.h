// Element-wise nodes with one number of elements, computed block by block without a tensor for what lies between.
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
  /// A node and its inputs: numbers below the count of inputs stand for inputs, those from there on for parts.
  struct Part {
    const ov::Node* node;
    std::vector<size_t> inputs;
  };
  /// A part, numbered as the inputs of parts are, whose elements are wanted, in this shape.
  struct Result {
    size_t part;
    ov::element::Type type;
    ov::Shape shape;
  };

  /// `singles` says of each input whether it is one number for all of `count` elements.
  Fused(size_t count, std::vector<bool> singles, std::span<const Part> parts, std::vector<Result> results);

  /// Whether a node can be a part of one of `count` elements: its inputs are float32, or booleans, in so many elements
  /// or one number. Their shapes may differ.
  static bool takes(const ov::Node& node, size_t count);

  /// Computes the results into `outputs`, which are made here where there are none.
  void run(ov::TensorVector& outputs, const ov::TensorVector& inputs) const;

  const std::vector<Result>& results() const { return results_; }
  /// Equal for those that compute the same.
  const std::string& text() const { return text_; }

 private:
  struct Step {
    Loop loop;
    std::array<size_t, 3> inputs;
    size_t buffer;  // for its elements, unless they are a result
  };

  void share_buffers();

  size_t count_;
  std::vector<bool> singles_;
  std::vector<Step> steps_;
  std::vector<Result> results_;
  std::string text_;
  size_t buffers_ = 0;
};

}  // namespace keravino::engine
