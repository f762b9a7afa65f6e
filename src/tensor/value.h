// What a Tensor points to, and the lock that guards graphs.
#pragma once

#include <mutex>
#include <optional>
#include <variant>

#include "keravino/tensor.h"

namespace keravino {

using Scalar = std::variant<bool, int64_t, double>;

/// A weak number, an output of a graph, or a complex tensor of two real ones. A pending output is replaced by a
/// Constant once its numbers are known.
struct Value {
  explicit Value(Scalar number);
  Value(const ov::Output<ov::Node>& node_output, bool is_traced, uint32_t pending_depth);
  Value(Tensor real_part, Tensor imaginary_part);
  ~Value();
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  std::optional<Scalar> scalar;
  ov::Output<ov::Node> output;
  bool traced = false;                // it hangs on a parameter, or on numbers that a tape watches: its graph stays
  std::optional<ov::Tensor> numbers;  // of a traced output, once they were asked for
  uint32_t depth = 0;                 // nodes on the longest path to known numbers; 0: a leaf
  Tensor real, imaginary;             // set in a complex tensor, which has no output
};

/// OpenVINO's nodes keep lists of their users that no lock guards; every building, rewiring and freeing of nodes holds
/// this one.
std::recursive_mutex& graph_mutex();

/// A Constant that shares the tensor's memory.
ov::Output<ov::Node> constant(const ov::Tensor& numbers);
/// A number as a constant of rank 0.
ov::Output<ov::Node> constant(const Scalar& number, const ov::element::Type& type);
/// A vector of int64, for shapes and axes.
ov::Output<ov::Node> constant(const std::vector<int64_t>& numbers);

/// The real tensors that these are made of: themselves, or both parts of a complex one.
std::vector<Tensor> parts_of(const std::vector<Tensor>& tensors);
/// The way back: takes the next part, or two where a complex tensor is wanted.
std::vector<Tensor> of_parts(const std::vector<Tensor>& parts, const std::vector<DType>& dtypes);

/// Whether a node holds the numbers of a watched tensor: a Constant that is to be told apart from others.
bool is_watched(const ov::Node& node);

/// The numbers of an output that is a Constant already.
std::optional<ov::Tensor> known_numbers(const ov::Output<ov::Node>& output);

/// Calls `set` for the live Values of a pending output, so that their graphs end there (engine).
void settle(const ov::Output<ov::Node>& output, const ov::Tensor& numbers);
/// True if a Tensor, and not only other nodes, holds this output.
bool is_live(const ov::Output<ov::Node>& output);

}  // namespace keravino
