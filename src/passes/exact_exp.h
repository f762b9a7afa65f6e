// The exponential and its kin at float32's full precision, in ops that the CPU plugin compiles.
#pragma once

#include <span>

#include "keravino/tensor.h"

namespace keravino::passes {

/// e^(x + low) times a constant factor, of float32: within 1.1 ulp (0.5 of it the last rounding), subnormal results
/// included. `low` holds the digits of the argument that x has no room for, at most 1. NaN where x is.
Tensor full_exp(const Tensor& x, const Tensor& low = {}, double factor = 1);

/// e^x - 1, within 1.6 ulp. The sign of a zero stays.
Tensor full_expm1(const Tensor& x);

/// erf(x) for |x| <= 1, within 0.9 ulp: a minimax polynomial of erf(x) / x - 1 in x^2.
Tensor small_erf(const Tensor& x);

/// The sum of terms[i] x^i.
Tensor polynomial(const Tensor& x, std::span<const double> terms);

}  // namespace keravino::passes
