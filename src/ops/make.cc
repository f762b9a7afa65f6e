#include "ops/make.h"

#include "engine/engine.h"

namespace keravino::ops {

void Origin::add(const Tensor& t) {
  if (!t || t.value()->scalar) return;
  traced = traced || t.value()->traced;
  depth = std::max(depth, t.value()->depth);
}

void Origin::add(const std::vector<Tensor>& tensors) {
  for (const Tensor& t : tensors) add(t);
}

namespace {

/// Error for a tensor that no memory holds: later it would be a plugin's crash, or a loop without end.
void check_size(const ov::Output<ov::Node>& output) {
  const ov::PartialShape& shape = output.get_partial_shape();
  if (shape.is_dynamic()) return;
  constexpr double kMost = 0x1p47;  // bytes that a process can address
  double bytes = static_cast<double>(output.get_element_type().size());
  for (const ov::Dimension& dim : shape) bytes *= static_cast<double>(dim.get_length());
  if (bytes > kMost) throw std::bad_alloc();
}

}  // namespace

Tensor wrap(const ov::Output<ov::Node>& output, const Origin& origin) {
  check_size(output);
  const uint32_t depth = known_numbers(output) ? 0 : origin.depth + 1;
  Tensor result(std::make_shared<Value>(output, origin.traced, depth));
  // A shape that hangs on data must be known before the next op; so must one end of a chain that never ends. And
  // OpenVINO (2026.4.1) writes beyond the end of what a pending node makes of nothing.
  const ov::PartialShape& shape = output.get_partial_shape();
  const bool at_once = depth > engine::kMaxPendingDepth || shape.is_dynamic() || ov::shape_size(shape.to_shape()) == 0;
  if (!origin.traced && depth > 0 && at_once) engine::numbers(result);
  return result;
}

ov::OutputVector as_input(const std::vector<Tensor>& tensors) {
  ov::OutputVector outputs;
  for (const Tensor& t : tensors) outputs.push_back(t.output());
  return outputs;
}

Tensor as(const Tensor& x, DType dtype) {
  if (is_complex(dtype)) {
    const DType part = part_dtype(dtype);
    if (x.is_complex()) return Tensor::complex(as(x.value()->real, part), as(x.value()->imaginary, part));
    const Tensor real = as(x, part);
    return Tensor::complex(real, imag(real));
  }
  if (x.is_complex()) {
    throw Error(Error::Kind::type, fmt::format("{} does not become {} by itself; take the real part, or cast it",
                                               name(x.dtype()), name(dtype)));
  }
  if (x.value()->scalar) {
    const std::lock_guard lock(graph_mutex());
    return Tensor(std::make_shared<Value>(constant(*x.value()->scalar, element_type(dtype)), false, 0));
  }
  if (x.dtype() == dtype) return x;
  return make<v::v0::Convert>(x, element_type(dtype));
}

Tensor strong(const Tensor& x) { return as(x, x.dtype()); }

Tensor to_float(const Tensor& x) {
  return is_inexact(x.dtype()) ? strong(x) : as(x, result_type({x.dtype(), DType::python_float}));
}

Tensor to_number(const Tensor& x) { return x.dtype() == DType::boolean ? as(x, DType::int32) : strong(x); }

DType common_dtype(const std::vector<Tensor>& xs) {
  std::vector<DType> dtypes;
  for (const Tensor& x : xs) dtypes.push_back(x.promotion_dtype());
  return result_type(dtypes);
}

DType common_dtype(const std::vector<Tensor>& xs, DType also) {
  std::vector<DType> dtypes{also};
  for (const Tensor& x : xs) dtypes.push_back(x.promotion_dtype());
  return result_type(dtypes);
}

std::vector<Tensor> promote(const std::vector<Tensor>& xs) {
  const DType dtype = common_dtype(xs);
  std::vector<Tensor> out;
  for (const Tensor& x : xs) out.push_back(as(x, dtype));
  return out;
}

void promote(Tensor& a, Tensor& b) {
  const DType dtype = result_type({a.promotion_dtype(), b.promotion_dtype()});
  a = as(a, dtype);
  b = as(b, dtype);
}

void promote_wide(Tensor& a, Tensor& b) {
  const DType dtype = wide_result_type({a.promotion_dtype(), b.promotion_dtype()});
  a = as(a, dtype);
  b = as(b, dtype);
}

void promote_float(Tensor& a, Tensor& b) {
  const DType dtype = result_type({a.promotion_dtype(), b.promotion_dtype(), DType::python_float});
  a = as(a, dtype);
  b = as(b, dtype);
}

int64_t normalize_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    throw Error(fmt::format("axis {} is out of range for a tensor of rank {}", axis, rank));
  }
  return axis < 0 ? axis + rank : axis;
}

std::vector<int64_t> normalize_axes(const std::optional<std::vector<int64_t>>& axes, int64_t rank) {
  std::vector<int64_t> out;
  if (!axes) {
    for (int64_t i = 0; i < rank; ++i) out.push_back(i);
    return out;
  }
  for (int64_t axis : *axes) {
    const int64_t normal = normalize_axis(axis, rank);
    if (std::find(out.begin(), out.end(), normal) != out.end())
      throw Error(fmt::format("axis {} is given twice", axis));
    out.push_back(normal);
  }
  return out;
}

std::vector<int64_t> static_shape(const Tensor& x) {
  if (x.shape().is_dynamic()) throw Error(fmt::format("a static shape is needed here, got {}", to_string(x.shape())));
  const ov::Shape shape = x.shape().to_shape();
  return {shape.begin(), shape.end()};
}

Tensor shape_tensor(const Tensor& x) {
  if (x.shape().is_dynamic()) return make<v::v3::ShapeOf>(real(x), ov::element::i64);
  const std::lock_guard lock(graph_mutex());
  return Tensor(std::make_shared<Value>(constant(static_shape(x)), false, 0));
}

std::string to_string(const ov::PartialShape& shape) {
  if (shape.rank().is_dynamic()) return "(...)";
  std::string text = "(";
  for (const ov::Dimension& dim : shape) {
    if (text.size() > 1) text += ", ";
    text += dim.is_static() ? std::to_string(dim.get_length()) : "None";
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace keravino::ops
