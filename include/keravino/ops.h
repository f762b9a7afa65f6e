// Every op of Keras, as a C++ function on Tensors. Names, arguments and dtypes are Keras's.
#pragma once

#include "keravino/ops/conv.h"
#include "keravino/ops/core.h"
#include "keravino/ops/elementwise.h"
#include "keravino/ops/norm.h"
#include "keravino/ops/pool.h"
#include "keravino/ops/random.h"
