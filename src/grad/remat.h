// Functions that are computed again for their gradients, and so need not be kept.
#pragma once

#include "ops/control.h"

namespace keravino::grad {

/// The results of a body for the arguments that it was traced with. Its gradients are computed from a copy of its nodes
/// that is made of the arguments once the gradients of the results are there: so nothing of the body has to be kept
/// from one to the other. What it takes from outside besides is kept, as variables are.
std::vector<Tensor> recomputed(const std::vector<Tensor>& arguments, const ops::Body& body);

}  // namespace keravino::grad
