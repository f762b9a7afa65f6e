// Weights in fewer bits, in the patterns that plugins compute with as they are.
#pragma once

#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>

namespace keravino::passes {

/// How a weight is stored. int8: a scale for each output channel or row; int4: one for each group of up to 128 inputs
/// of a matrix. Both are symmetric: number * scale.
enum class Storage { f32, bf16, f16, int8, int4 };

/// How a weight is used: what its compressed forms may be.
struct Use {
  bool product = false;          // the matrix of a MatMul
  std::vector<size_t> channels;  // axes whose places have a scale of their own; none: no integers stand for it
  size_t group = 0;              // inputs in a group of int4; 0: there is no int4 form
  bool operator==(const Use&) const = default;
};

/// A float32 constant that a graph multiplies with or looks up.
struct Weight {
  std::shared_ptr<ov::op::v0::Constant> constant;
  std::vector<ov::Input<ov::Node>> users;
  Use use;
};

/// The weights of MatMuls, convolutions, recurrent sequences and look-ups (Gather), in the order of the graph; those of
/// fewer than 1024 numbers are left out, since they save nothing.
std::vector<Weight> find_weights(const ov::Model& model);

/// The smallest storage that a weight can have that is no smaller than `wanted`: int8 for a convolution's int4, f32 for
/// a float16 that would overflow.
Storage possible(const Weight& weight, Storage wanted);

/// Puts a node that gives the weight back in float32 in the place of its constant; returns the bytes that it stores.
size_t compress(const Weight& weight, Storage storage);

}  // namespace keravino::passes
