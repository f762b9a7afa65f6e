// The tools that ops are made with: nodes, and the rules of dtypes.
#pragma once

#include <vector>

#include "keravino/error.h"
#include "keravino/ops.h"
#include "keravino/tensor.h"
#include "ops/parts.h"
#include "tensor/value.h"

namespace keravino::ops {

/// What the inputs of a new node have in common: whether they are traced, and how deep their pending graph is.
struct Origin {
  bool traced = false;
  uint32_t depth = 0;
  void add(const Tensor& t);
  void add(const std::vector<Tensor>& tensors);
  template <class T>
  void add(const T&) {}
};

/// A Tensor for an output of a node whose inputs have this origin. Pending graphs that grew too deep are computed here.
Tensor wrap(const ov::Output<ov::Node>& output, const Origin& origin);

inline ov::Output<ov::Node> as_input(const Tensor& t) { return t.output(); }
inline ov::Output<ov::Node> as_input(const std::vector<int64_t>& numbers) { return constant(numbers); }
template <class T>
const T& as_input(const T& attribute) {
  return attribute;
}
ov::OutputVector as_input(const std::vector<Tensor>& tensors);

/// A node of type Op from Tensors (one, or a vector for a variadic op), int64 vectors (as constants) and attributes.
/// Where that is right, a node for each part of complex tensors; Error for them elsewhere.
template <class Op, class... Args>
std::vector<Tensor> make_all(const Args&... args) {
  if constexpr (kByParts<Op>) {
    if ((any_complex(args) || ...)) {
      std::vector<Tensor> outputs = make_all<Op>(part<false>(args)...);
      const std::vector<Tensor> imaginary = make_all<Op>(part<true>(args)...);
      for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = Tensor::complex(outputs[i], imaginary[i]);
      return outputs;
    }
  }
  const std::lock_guard lock(graph_mutex());
  Origin origin;
  (origin.add(args), ...);
  const auto node = std::make_shared<Op>(as_input(args)...);
  std::vector<Tensor> outputs;
  for (const auto& output : node->outputs()) outputs.push_back(wrap(output, origin));
  return outputs;
}

/// The same for the first output, which is the only one of most ops.
template <class Op, class... Args>
Tensor make(const Args&... args) {
  if constexpr (kByParts<Op>) {
    if ((any_complex(args) || ...)) return make_all<Op>(args...)[0];
  }
  const std::lock_guard lock(graph_mutex());
  Origin origin;
  (origin.add(args), ...);
  return wrap(std::make_shared<Op>(as_input(args)...)->output(0), origin);
}

// Rules of dtypes: the first line of an op.

/// A float or complex dtype: its numbers may be NaN.
inline bool is_inexact(DType dtype) { return is_float(dtype) || is_complex(dtype); }
/// Error for a complex tensor, where nothing else would ask.
inline void demand_real(const Tensor& x) {
  if (x.is_complex()) x.output();
}

/// `x` as a strong tensor of this dtype: a weak number becomes a constant, another dtype goes through Convert. Error
/// from complex to real, which `cast` does.
Tensor as(const Tensor& x, DType dtype);
/// A weak number as a tensor of its own dtype; anything else unchanged.
Tensor strong(const Tensor& x);
/// Float and complex dtypes stay; integers and bool become Keras's default float.
Tensor to_float(const Tensor& x);
/// bool becomes int32, anything else stays: for arithmetic that OpenVINO does not define on booleans.
Tensor to_number(const Tensor& x);
/// The common dtype of several tensors (Keras's result_type), with `also` as one more.
DType common_dtype(const std::vector<Tensor>& xs);
DType common_dtype(const std::vector<Tensor>& xs, DType also);
/// The product of two tensors of one dtype; of bools "and".
Tensor times(const Tensor& a, const Tensor& b);
/// `condition ? a : b`, element by element, with operands as the operators take them.
Tensor select(const Tensor& condition, Tensor a, Tensor b);
/// All tensors in their common dtype.
std::vector<Tensor> promote(const std::vector<Tensor>& xs);
void promote(Tensor& a, Tensor& b);
/// The same, but 64 bits stay: for arithmetic inside of ops.
void promote_wide(Tensor& a, Tensor& b);
/// As `promote` with float as one more: for ops whose result is a float.
void promote_float(Tensor& a, Tensor& b);

// Axes and shapes.

/// The axis as a number in [0, rank); Error in Keras's words when it is out of range.
int64_t normalize_axis(int64_t axis, int64_t rank);
/// Several; none means all. Error for one given twice.
std::vector<int64_t> normalize_axes(const std::optional<std::vector<int64_t>>& axes, int64_t rank);
/// A static shape as int64; Error (naming `op`'s need) when a dimension is dynamic.
std::vector<int64_t> static_shape(const Tensor& x);
/// The shape as an int64 vector tensor: a constant when static, ShapeOf when dynamic.
Tensor shape_tensor(const Tensor& x);
/// "(3, None, 4)".
std::string to_string(const ov::PartialShape& shape);

}  // namespace keravino::ops
