// Nodes of complex tensors, part by part.
#pragma once

#include <openvino/op/ops.hpp>
#include <vector>

#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino::ops {

/// OpenVINO's ops that do to a complex tensor what they do to its real and its imaginary part: they move elements, or
/// add them up.
template <class Op, class... Ops>
inline constexpr bool kOneOf = (std::is_same_v<Op, Ops> || ...);
namespace v = ov::op;
template <class Op>
inline constexpr bool kByParts =
    kOneOf<Op, v::v1::Transpose, v::v1::Reshape, v::v0::Squeeze, v::v0::Unsqueeze, v::v0::Concat, v::v0::Tile,
           v::v3::Broadcast, v::v1::Split, v::v1::VariadicSplit, v::v8::Slice, v::v8::Gather, v::v8::GatherND,
           v::v6::GatherElements, v::v3::ScatterUpdate, v::v15::ScatterNDUpdate, v::v1::Pad, v::v12::Pad, v::v1::Select,
           v::v1::OneHot, v::v1::Add, v::v1::Subtract, v::v0::Negative, v::v1::ReduceSum, v::v1::ReduceMean,
           v::v0::CumSum>;

inline bool any_complex(const Tensor& t) { return t && t.is_complex(); }
inline bool any_complex(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return any_complex(t); });
}
template <class T>
constexpr bool any_complex(const T&) {
  return false;
}

/// The part of an argument of such a node. Indices, shapes and conditions serve both parts; Error for a real number
/// beside complex ones, which the op should have promoted.
template <bool kImaginary>
Tensor part(const Tensor& t) {
  if (t.is_complex()) return kImaginary ? t.value()->imaginary : t.value()->real;
  if (is_float(t.dtype()))
    throw Error(Error::Kind::type, "there is no form of it for real and complex numbers together");
  return t;
}
template <bool kImaginary>
std::vector<Tensor> part(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) parts.push_back(part<kImaginary>(t));
  return parts;
}
template <bool kImaginary, class T>
const T& part(const T& attribute) {
  return attribute;
}

}  // namespace keravino::ops
