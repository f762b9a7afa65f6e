// The passes that every graph goes through before it is compiled.
#pragma once

#include "passes/layout.h"

namespace keravino::passes {

struct Report {
  LayoutReport layout;
  size_t converts_removed = 0;
  size_t pads_folded = 0;
};

/// Rewrites `model` in place so that plugins run it fast: Transposes cancel (sink_transposes), Converts to the same
/// type and Pads in front of convolutions and pools vanish. Inputs, outputs and their names stay as they are.
/// What plugins do themselves (folding BatchNormalization, bias and activations into convolutions) is left to them.
/// `kernels`: nodes of ours may stand for those of the opset (use_training_kernels), which only the CPU runs.
Report optimize(const std::shared_ptr<ov::Model>& model, bool kernels = false);

}  // namespace keravino::passes
