#include "ops/families.h"
#include "ops/reductions.h"

namespace keravino::ops {

/// A complex number is true unless it is 0; any other dtype takes its real part, as NumPy and torch have it.
Tensor cast(Tensor x, DType dtype) {
  if (!x.is_complex() || is_complex(dtype)) return as(x, dtype);
  return dtype == DType::boolean ? truth(x) : as(real(std::move(x)), dtype);
}

namespace {
constexpr OpDef kOps[] = {
    op<&cast>("core.cast(x, dtype)", "The tensor in another dtype."),
};
}  // namespace
std::span<const OpDef> core_ops() { return kOps; }

}  // namespace keravino::ops
