// Fewer nodes for graphs with thousands of them.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Makes one node (kernels::ElementWise) of many element-wise ones on few elements: an optimizer's update of a bias, or
/// what BatchNormalization does with a mean and a variance. OpenVINO's passes look at each node for each of some
/// hundred patterns, and the CPU plugin makes a kernel for each chain: in a train step of a deep network most of the
/// time before the first step. A graph with few such nodes, with products by constants (inference) or with a state of
/// its own stays as it is. For the CPU. Returns how many nodes went into others.
size_t fuse_element_wise(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
