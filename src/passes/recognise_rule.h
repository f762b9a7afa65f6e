// The rows of recognise: one for each form that nodes of a graph can have.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "passes/recognise.h"

namespace keravino::passes {

/// What became of a node: what stands for its outputs, or why it stays.
struct Attempt {
  ov::OutputVector made;
  std::string reason;
};

/// A form by its last node. The function returns nothing where the node is no such form at all.
struct RecogniseRow {
  std::string_view what, into;
  const ov::DiscreteTypeInfo& last;
  std::optional<Attempt> (*attempt)(const std::shared_ptr<ov::Node>& last);
  bool keeps_inputs = false;  ///< plugins must not round the inputs of its products to 8 bits, as they do by themselves
};

std::span<const RecogniseRow> recognise_activations();
std::span<const RecogniseRow> recognise_attention();
std::span<const RecogniseRow> recognise_products();
std::span<const RecogniseRow> recognise_recurrent();

// What the rows are made of.

using Value = ov::Output<ov::Node>;

/// The value's node if it is an Op, else nullptr.
template <class Op>
std::shared_ptr<Op> as(const Value& value) {
  return ov::as_type_ptr<Op>(value.get_node_shared_ptr());
}

/// The number of a constant of one element.
std::optional<double> number(const Value& value);
/// True if the value is this number, to float32's digits.
bool is_number(const Value& value, double wanted);
/// For a commutative node: the input for which `test` holds, and the other one.
std::optional<std::pair<Value, Value>> split_inputs(const ov::Node& node,
                                                    const std::function<bool(const Value&)>& test);
/// Places of a tensor's last axis, as Split or Slice take them.
struct Part {
  Value of;
  int64_t begin, end;
};
std::optional<Part> part_of(const Value& value);
/// True if nothing but `last` uses the nodes between it and `inputs`.
bool is_closed(const ov::Node& last, const std::vector<Value>& inputs);

}  // namespace keravino::passes
