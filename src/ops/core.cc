#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {

Tensor cast(Tensor x, DType dtype) { return as(x, dtype); }

Tensor identity(int64_t n, std::optional<DType> dtype) {
  if (n < 0) throw Error("n must not be negative");
  return make<v::v9::Eye>(Tensor(n), Tensor(n), Tensor(0), element_type(dtype.value_or(floatx())));
}

namespace {
constexpr OpDef kOps[] = {
    op<&cast>("core.cast(x, dtype)", "The tensor in another dtype."),
    op<&identity>("numpy.identity(n, dtype=None)", "The n x n identity matrix."),
};
}  // namespace
std::span<const OpDef> core_ops() { return kOps; }

}  // namespace keravino::ops
