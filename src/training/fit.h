// The loop of training.
#pragma once

#include "engine/device.h"
#include "keravino/model.h"
#include "saving/archive.h"

namespace keravino::training {

/// What is trained.
struct Trainee {
  const saving::Archive& archive;
  const std::vector<TensorInfo>&inputs, &outputs;
  const engine::CompileOptions& options;
};

/// Trains as Model::fit says. `publish` gets the file's content after each whole epoch, with weights, optimizer state
/// and compile_config as they are then.
History fit(const Trainee& trainee, const FitData& data, const FitOptions& options,
            const std::function<void(saving::Archive)>& publish);

}  // namespace keravino::training
