// A file's compile_config, and what is given in its place.
#pragma once

#include "keravino/fit.h"
#include "saving/archive.h"
#include "training/object.h"

namespace keravino::training {

/// What a model is trained with; all objects in the form of as_object.
struct CompileConfig {
  json saved;                    // in Keras's form, to be written back
  json optimizer;                // an object
  bool fresh_optimizer = false;  // its state in the file is another optimizer's
  bool new_rate = false;         // the learning rate in the file's state does not hold
  std::vector<json> losses;      // one for each output; null where it has none
  std::vector<double> loss_weights;
  std::vector<std::vector<json>> metrics, weighted_metrics;  // for each output
};

/// Reads the config of a file; the options take precedence. Error if there is no optimizer or loss in either, or if
/// losses and metrics do not fit the outputs.
CompileConfig read_compile_config(const saving::Archive& archive, const std::vector<std::string>& outputs,
                                  const FitOptions& options);

}  // namespace keravino::training
