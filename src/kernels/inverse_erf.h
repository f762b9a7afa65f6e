// The inverse of the error function.
#pragma once

#include <cstddef>

namespace keravino::kernels {

/// y with erf(y) = x: infinite at -1 and 1, NaN beyond. Right to double's last digits.
double inverse_erf(double x);

/// Of n numbers; of floats in vectors, right to 1e-15.
void inverse_erf(const double* x, double* y, size_t n);
void inverse_erf(const float* x, double* y, size_t n);

}  // namespace keravino::kernels
