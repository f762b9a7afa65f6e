// Tensors: a node of an OpenVINO graph, and its numbers once somebody asks for them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <openvino/core/node_output.hpp>
#include <openvino/runtime/tensor.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace keravino {

/// Keras's dtypes. `python_int` and `python_float` stand for Python's (and C++'s) literals, which are weak in
/// promotion.
enum class DType : uint8_t {
  boolean,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  bfloat16,
  float16,
  float32,
  float64,
  python_int,
  python_float,
  complex64,
  complex128,
  float8_e4m3fn,
  float8_e5m2,
  string,
};
inline constexpr int kNumDTypes = static_cast<int>(DType::string) + 1;

/// Keras's name of a dtype, "float32".
std::string_view name(DType dtype);
/// The dtype of a Keras name; Error if there is none.
DType dtype_from_name(std::string_view name);
/// Conversions to and from OpenVINO's element types; Error where OpenVINO has no such type (complex64, complex128).
ov::element::Type element_type(DType dtype);
DType dtype_of(const ov::element::Type& type);

bool is_float(DType dtype);    ///< bfloat16 to float64, and a Python float; not float8
bool is_integer(DType dtype);  ///< signed and unsigned, and a Python int; not bool
bool is_complex(DType dtype);  ///< complex64 and complex128

/// The dtype of the parts of complex numbers: float32 of complex64, float64 of complex128.
DType part_dtype(DType complex_dtype);

/// Keras's type promotion: the least upper bound on its lattice, 64 bits narrowed to 32 (keras.backend.result_type).
/// Error for float8 beside anything, and for dtypes without a common bound.
DType result_type(const std::vector<DType>& dtypes);
/// The same without the narrowing: what the operators below and arithmetic inside of ops use.
DType wide_result_type(const std::vector<DType>& dtypes);

/// Keras's default float dtype (keras.config.floatx): float16, float32, float64 or bfloat16.
DType floatx();
void set_floatx(DType dtype);

struct Value;  // what a Tensor points to; see src/tensor/value.h

/// A value in a graph. Copying is cheap and shares the value. Ops build nodes and compute nothing;
/// `numbers` computes, once. A Tensor made from a C++ number is weak: it takes the dtype of what it meets.
class Tensor {
 public:
  Tensor() = default;     ///< no tensor, as Python's None
  Tensor(bool value);     // NOLINT(google-explicit-constructor): literals are tensors
  Tensor(int value);      // NOLINT(google-explicit-constructor)
  Tensor(int64_t value);  // NOLINT(google-explicit-constructor)
  Tensor(double value);   // NOLINT(google-explicit-constructor)
  explicit Tensor(const ov::Output<ov::Node>& output);
  explicit Tensor(const ov::Tensor& numbers);
  explicit Tensor(std::shared_ptr<Value> value) : value_(std::move(value)) {}

  /// A complex tensor, which is two real ones of one shape and dtype: complex64 of float32 parts and of two C++
  /// numbers, complex128 of float64. Error for other parts.
  static Tensor complex(const Tensor& real, const Tensor& imaginary);

  explicit operator bool() const { return value_ != nullptr; }
  /// Its dtype; for a weak number the dtype it has alone (bool, int32, floatx).
  DType dtype() const;
  /// What it counts as in `result_type`: `dtype()`, or python_int or python_float.
  DType promotion_dtype() const;
  /// Its shape; dimensions may be dynamic in a traced graph.
  const ov::PartialShape& shape() const;
  /// Number of dimensions; Error when the rank is not known.
  int64_t rank() const;
  bool is_complex() const;
  /// The node output that stands for it in a graph. Error for a complex tensor: it has one for each part.
  ov::Output<ov::Node> output() const;
  /// The weak number as a constant of `dtype`, or the output as it is.
  ov::Output<ov::Node> output_as(DType dtype) const;
  /// Its numbers, computed if need be. Error for a tensor of a traced graph, which has none, and for a complex one: ask
  /// for those of ops::real and ops::imag.
  ov::Tensor numbers() const;
  /// True if it hangs on a parameter of a graph that is being traced.
  bool traced() const;

  /// What is behind it; a type Error where there is no tensor.
  const std::shared_ptr<Value>& value() const {
    if (!value_) throw_absent();
    return value_;
  }

 private:
  [[noreturn]] static void throw_absent();

  std::shared_ptr<Value> value_;
};

/// The numbers of `x` at the top of a graph that is kept, as one that is traced is: what is computed from it can be
/// differentiated by it, and has numbers too.
Tensor watched(const Tensor& x);

// Arithmetic as in C++: a number takes the tensor's dtype, 64 bits stay 64 bits. Error for products, quotients and
// comparisons of complex tensors: a formula for real numbers must not take them by accident; ops::multiply does.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);

}  // namespace keravino
