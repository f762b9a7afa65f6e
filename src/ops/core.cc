#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {

Tensor cast(Tensor x, DType dtype) { return as(x, dtype); }

namespace {
constexpr OpDef kOps[] = {
    op<&cast>("core.cast(x, dtype)", "The tensor in another dtype."),
};
}  // namespace
std::span<const OpDef> core_ops() { return kOps; }

}  // namespace keravino::ops
