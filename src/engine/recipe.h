// A small graph as the steps of the interpreter, worked out once.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/fused.h"
#include "keravino/tensor.h"

namespace keravino::engine {

/// The interpreter's way through a graph: no node is built or looked for when it runs.
class Recipe {
 public:
  /// The steps from traced parameters to outputs. None if the graph is heavy enough for a compiled one. Needs
  /// graph_mutex().
  static std::optional<Recipe> make(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs);

  /// The outputs for inputs of the parameters' dtypes and shapes. An output that is an input shares its memory. Needs
  /// graph_mutex().
  std::vector<ov::Tensor> run(std::span<const ov::Tensor> inputs) const;

 private:
  struct Step {
    std::shared_ptr<ov::Node> node;
    std::vector<size_t> inputs, outputs;   // slots
    std::vector<size_t> done{};            // slots that no later step needs
    std::shared_ptr<const Fused> fused{};  // in place of the node
  };

  void fuse();
  Step fused(std::span<const Step> steps) const;
  void find_last_uses();

  std::vector<ov::Tensor> slots_;  // constants; the parameters come first and are empty until it runs
  std::vector<Step> steps_;
  std::vector<size_t> outputs_;
};

}  // namespace keravino::engine
