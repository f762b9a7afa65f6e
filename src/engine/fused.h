// Element-wise nodes with one number of elements, computed block by block without a tensor for what lies between.
#pragma once

#include <array>
#include <map>
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

/// What a Fused is made of, of nodes in a row. `Value` stands for a value that they read or make.
template <class Value>
struct FusedPlan {
  /// A node, what it reads and what it makes.
  struct Link {
    const ov::Node* node;
    std::vector<Value> reads;
    Value makes;
  };

  FusedPlan(size_t count, std::span<const Link> links) {
    for (const Link& link : links) number_of.emplace(link.makes, 0);
    for (const Link& link : links) {
      for (size_t i = 0; i < link.reads.size(); ++i) {
        if (!number_of.emplace(link.reads[i], inputs.size()).second) continue;
        inputs.push_back(link.reads[i]);
        singles.push_back(ov::shape_size(link.node->get_input_shape(i)) != count);
      }
    }
    for (size_t i = 0; i < links.size(); ++i) number_of[links[i].makes] = inputs.size() + i;
    for (const Link& link : links) {
      Fused::Part& part = parts.emplace_back(Fused::Part{link.node, {}});
      for (const Value& read : link.reads) part.inputs.push_back(number_of.at(read));
    }
  }

  std::vector<Value> inputs;  // from outside, each once
  std::vector<bool> singles;
  std::vector<Fused::Part> parts;
  std::map<Value, size_t> number_of;  // of each value, as parts and results name it
};

}  // namespace keravino::engine
