// The order in which a tensor's axes are stored.
#pragma once

#include <cstddef>
#include <openvino/core/node.hpp>
#include <vector>

namespace keravino::passes::layout {

/// stored.shape[i] == logical.shape[layout[i]], where "logical" is the tensor as the graph was written.
/// An empty layout is that of a scalar, or "any will do".
using Layout = std::vector<size_t>;

/// 0, 1, ... rank - 1.
Layout natural(size_t rank);
/// rank - 1, ... 1, 0.
Layout reverse(size_t rank);
bool is_natural(const Layout& layout);
Layout inverse(const Layout& layout);
/// Where the logical `axis` is stored.
size_t position(const Layout& layout, size_t axis);
/// outer[inner[i]]: Transpose by `outer` and then by `inner` is Transpose by `compose(outer, inner)`.
Layout compose(const Layout& outer, const Layout& inner);

/// The number of elements, a dynamic dimension counting as a typical one.
double size_of(const ov::PartialShape& shape);
/// The price of a Transpose of a tensor with the (logical) `shape`: its size, or next to nothing where it only moves
/// axes of size 1.
double transpose_cost(const ov::PartialShape& shape, const Layout& have, const Layout& need);

/// `value`, a tensor in layout `have`, brought to layout `need`: itself, a new Constant, a Reshape or a Transpose.
/// `shape` is the logical shape. New nodes are called `name`.
ov::Output<ov::Node> relayout(const ov::Output<ov::Node>& value, const ov::PartialShape& shape, const Layout& have,
                              const Layout& need, const std::string& name);

/// The result of `node` as a Constant where all its inputs are Constants, else the node.
ov::Output<ov::Node> folded(const std::shared_ptr<ov::Node>& node);

}  // namespace keravino::passes::layout
