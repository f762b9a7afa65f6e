// Ops whose results do not change with their inputs, but in jumps, or are no floats.
#include "grad/rule.h"

namespace keravino::grad {

Table zero_rules() {
  return {
      zero<v::v0::Sign>(),
      zero<v::v0::Floor>(),
      zero<v::v0::Ceiling>(),
      zero<v::v5::Round>(),
      zero<v::v1::Equal>(),
      zero<v::v1::NotEqual>(),
      zero<v::v1::Less>(),
      zero<v::v1::LessEqual>(),
      zero<v::v1::Greater>(),
      zero<v::v1::GreaterEqual>(),
      zero<v::v1::LogicalAnd>(),
      zero<v::v1::LogicalOr>(),
      zero<v::v1::LogicalNot>(),
      zero<v::v1::LogicalXor>(),
      zero<v::v1::ReduceLogicalAnd>(),
      zero<v::v1::ReduceLogicalOr>(),
      zero<v::v3::ShapeOf>(),
      zero<v::v3::NonZero>(),
      zero<v::v15::SearchSorted>(),
      zero<v::v4::Range>(),
      zero<v::v10::IsNaN>(),
      zero<v::v10::IsInf>(),
      zero<v::v10::IsFinite>(),
  };
}

}  // namespace keravino::grad
