// Every op of Keras, as a C++ function on Tensors. Names, arguments and dtypes are Keras's.
#pragma once

#include "keravino/ops/activation.h"
#include "keravino/ops/bitwise.h"
#include "keravino/ops/compare.h"
#include "keravino/ops/conv.h"
#include "keravino/ops/core.h"
#include "keravino/ops/elementwise.h"
#include "keravino/ops/elementwise_exp.h"
#include "keravino/ops/elementwise_trig.h"
#include "keravino/ops/elementwise_unary.h"
#include "keravino/ops/matmul.h"
#include "keravino/ops/norm.h"
#include "keravino/ops/pool.h"
#include "keravino/ops/random.h"
