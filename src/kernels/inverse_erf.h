// The inverse of the error function.
#pragma once

namespace keravino::kernels {

/// y with erf(y) = x: infinite at -1 and 1, NaN beyond. Right to double's last digits.
double inverse_erf(double x);
/// The same, faster, right to 1e-16 for all floats.
double inverse_erf(float x);

}  // namespace keravino::kernels
