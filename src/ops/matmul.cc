#include "keravino/ops/matmul.h"

#include "ops/families.h"
#include "ops/make.h"

namespace keravino::ops {

Tensor matmul(Tensor x1, Tensor x2) {
  const bool bytes = x1.dtype() == DType::int8 && x2.dtype() == DType::int8;
  const DType dtype = bytes ? DType::int32 : common_dtype({x1, x2});
  if (x1.rank() == 0 || x2.rank() == 0) throw Error("a scalar has no matrix product; use multiply");
  // Integers below 32 bits would take the plugin's path for quantized models.
  const bool narrow = element_type(dtype).bitwidth() < 32 && !is_float(dtype);
  const DType computed = narrow ? DType::int32 : dtype;
  return as(make<v::v0::MatMul>(as(x1, computed), as(x2, computed), false, false), dtype);
}

namespace {
constexpr OpDef kOps[] = {
    op<&matmul>("numpy.matmul(x1, x2)", "Matrix product of the last two dimensions."),
};
}  // namespace
std::span<const OpDef> matmul_ops() { return kOps; }

}  // namespace keravino::ops
