// keras.optimizers.schedules, by class name.
#pragma once

#include "training/object.h"

namespace keravino::training {

/// The learning rate at a step, both scalars of float32. Error for an unknown schedule.
Tensor scheduled_rate(const Layer& schedule, const Tensor& step);

}  // namespace keravino::training
