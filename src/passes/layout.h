// Moves Transposes through a graph until they cancel.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>
#include <string>
#include <vector>

namespace keravino::passes {

/// A Transpose that stays in the graph, and why.
struct RemainingTranspose {
  std::string name;
  /// Producer -> consumers, each as `friendly_name (Type)`.
  std::string between;
  std::string reason;
};

/// Transposes of constants do not count: they are folded.
struct LayoutReport {
  size_t before = 0;
  size_t after = 0;
  std::vector<RemainingTranspose> remaining;
};

/// Moves the Transposes of `model` through its ops until they cancel. Keras is channels-last and OpenVINO's
/// convolutions are channels-first; the Transposes between them cost more than the convolutions and keep the plugins
/// from fusing.
///
/// Every op that has a rule (layout_rule.h) may run with its axes in another order. Of all the choices the one with the
/// least transposed data is taken, and never one with more than before. Parameters and Results keep their order, names
/// and shapes; ops keep their friendly names and runtime info. Shapes may be dynamic, ranks should be static (an op of
/// dynamic rank is left alone). Bodies of If, Loop and TensorIterator are handled as graphs of their own.
/// Constant subgraphs are folded, so a model of static shape should have its final shape before.
/// Throws keravino::Error when a Result would change its shape: that would be a fault of this pass.
LayoutReport sink_transposes(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
