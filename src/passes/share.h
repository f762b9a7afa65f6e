// One node for all that compute the same.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

namespace keravino::passes {

/// Replaces each node by an earlier one of the same type, attributes and inputs, and small constants by equal ones.
/// OpenVINO does so as well, but only after most of its passes, whose time grows with the number of nodes. What keeps
/// a state, draws by itself or has a body stays. Returns how many nodes went.
size_t share_duplicates(const std::shared_ptr<ov::Model>& model);

}  // namespace keravino::passes
