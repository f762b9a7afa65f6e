#include "keravino/tensor.h"

#include "engine/engine.h"
#include "keravino/error.h"
#include "tensor/value.h"

namespace keravino {
namespace {

// Pending outputs and the Values that stand for them. Guarded by graph_mutex().
using Key = std::pair<const ov::Node*, size_t>;
struct KeyHash {
  size_t operator()(const Key& key) const { return std::hash<const void*>()(key.first) * 31 + key.second; }
};
std::unordered_multimap<Key, Value*, KeyHash>& pending_values() {
  static auto* map = new std::unordered_multimap<Key, Value*, KeyHash>();  // outlives every Tensor
  return *map;
}
Key key_of(const ov::Output<ov::Node>& output) { return {output.get_node(), output.get_index()}; }

DType own_dtype(const Scalar& scalar) {
  if (std::holds_alternative<bool>(scalar)) return DType::boolean;
  if (std::holds_alternative<double>(scalar)) return floatx();
  const int64_t v = std::get<int64_t>(scalar);
  return v == static_cast<int32_t>(v) ? DType::int32 : DType::int64;
}

}  // namespace

std::recursive_mutex& graph_mutex() {
  static auto* mutex = new std::recursive_mutex();
  return *mutex;
}

Value::Value(Scalar number) : scalar(number) {}

Value::Value(const ov::Output<ov::Node>& node_output, bool is_traced, uint32_t pending_depth)
    : output(node_output), traced(is_traced), depth(pending_depth) {
  if (depth > 0 && !traced) pending_values().emplace(key_of(output), this);
}

Value::Value(Tensor real_part, Tensor imaginary_part)
    : traced(real_part.traced() || imaginary_part.traced()),
      real(std::move(real_part)),
      imaginary(std::move(imaginary_part)) {}

Value::~Value() {
  if (!output.get_node()) return;
  const std::lock_guard lock(graph_mutex());
  if (depth > 0 && !traced) {
    auto [begin, end] = pending_values().equal_range(key_of(output));
    for (auto it = begin; it != end; ++it) {
      if (it->second != this) continue;
      pending_values().erase(it);
      break;
    }
  }
  output = {};
}

ov::Output<ov::Node> constant(const ov::Tensor& numbers) {
  return std::make_shared<ov::op::v0::Constant>(numbers)->output(0);
}

ov::Output<ov::Node> constant(const Scalar& number, const ov::element::Type& type) {
  const auto scalar = [&](auto v) {
    return std::make_shared<ov::op::v0::Constant>(type, ov::Shape{}, std::vector<decltype(v)>{v})->output(0);
  };
  if (const auto* real = std::get_if<double>(&number)) {
    // In its own type: Constant refuses infinities, and numbers that overflow to them, when it converts.
    if (type == ov::element::f32) return scalar(static_cast<float>(*real));
    if (type == ov::element::f16) return scalar(ov::float16(static_cast<float>(*real)));
    if (type == ov::element::bf16) return scalar(ov::bfloat16(static_cast<float>(*real)));
    return scalar(*real);
  }
  return scalar(std::visit([](auto v) { return static_cast<int64_t>(v); }, number));
}

ov::Output<ov::Node> constant(const std::vector<int64_t>& numbers) {
  return std::make_shared<ov::op::v0::Constant>(ov::element::i64, ov::Shape{numbers.size()}, numbers)->output(0);
}

std::vector<Tensor> parts_of(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) {
    parts.push_back(tensor.is_complex() ? tensor.value()->real : tensor);
    if (tensor.is_complex()) parts.push_back(tensor.value()->imaginary);
  }
  return parts;
}

std::vector<Tensor> of_parts(const std::vector<Tensor>& parts, const std::vector<DType>& dtypes) {
  std::vector<Tensor> tensors;
  size_t next = 0;
  for (const DType dtype : dtypes) {
    tensors.push_back(is_complex(dtype) ? Tensor::complex(parts.at(next), parts.at(next + 1)) : parts.at(next));
    next += is_complex(dtype) ? 2 : 1;
  }
  return tensors;
}

std::optional<ov::Tensor> known_numbers(const ov::Output<ov::Node>& output) {
  const auto* leaf = ov::as_type<const ov::op::v0::Constant>(output.get_node());
  if (!leaf) return std::nullopt;
  return ov::Tensor(leaf->get_tensor_view(), output.get_node_shared_ptr());  // the view does not own the numbers
}

void settle(const ov::Output<ov::Node>& output, const ov::Tensor& numbers) {
  auto [begin, end] = pending_values().equal_range(key_of(output));
  if (begin == end) return;
  const ov::Output<ov::Node> leaf = constant(numbers);
  ov::Output<ov::Node> old = output;  // keeps the node alive while its Values let go of it
  for (auto it = begin; it != end; ++it) {
    it->second->output = leaf;
    it->second->depth = 0;
  }
  pending_values().erase(begin, end);
  old.replace(leaf);
}

bool is_live(const ov::Output<ov::Node>& output) { return pending_values().contains(key_of(output)); }

Tensor::Tensor(bool value) : value_(std::make_shared<Value>(Scalar(value))) {}
Tensor::Tensor(int value) : Tensor(static_cast<int64_t>(value)) {}
Tensor::Tensor(int64_t value) : value_(std::make_shared<Value>(Scalar(value))) {}
Tensor::Tensor(double value) : value_(std::make_shared<Value>(Scalar(value))) {}

Tensor::Tensor(const ov::Output<ov::Node>& output) {
  const std::lock_guard lock(graph_mutex());
  // A node made outside of make(): it is traced if any parameter is above it, else pending or a leaf.
  bool traced = false;
  uint32_t depth = known_numbers(output) ? 0 : 1;
  std::vector<ov::Node*> stack{output.get_node()};
  std::unordered_map<ov::Node*, bool> seen;
  while (!stack.empty() && !traced) {
    ov::Node* node = stack.back();
    stack.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    traced = ov::is_type<ov::op::v0::Parameter>(node);
    for (size_t i = 0; i < node->get_input_size(); ++i) stack.push_back(node->get_input_node_ptr(i));
  }
  value_ = std::make_shared<Value>(output, traced, depth);
}

Tensor::Tensor(const ov::Tensor& numbers) {
  const std::lock_guard lock(graph_mutex());
  value_ = std::make_shared<Value>(constant(numbers), false, 0);
}

Tensor Tensor::complex(const Tensor& real, const Tensor& imaginary) {
  const bool literal = real.value()->scalar && imaginary.value()->scalar;
  const DType dtype = real.dtype();
  if (!literal && (dtype != imaginary.dtype() || (dtype != DType::float32 && dtype != DType::float64))) {
    throw Error(Error::Kind::type, fmt::format("the parts of a complex tensor are float32 or float64, got {} and {}",
                                               name(dtype), name(imaginary.dtype())));
  }
  if (!real.shape().compatible(imaginary.shape())) throw Error("the parts of a complex tensor differ in shape");
  return Tensor(std::make_shared<Value>(real, imaginary));
}

void Tensor::throw_absent() { throw Error(Error::Kind::type, "None where a tensor is needed"); }

DType Tensor::dtype() const {
  if (value()->scalar) return own_dtype(*value()->scalar);
  if (const Tensor& part = value()->real) {
    return !part.value()->scalar && part.dtype() == DType::float64 ? DType::complex128 : DType::complex64;
  }
  return dtype_of(value()->output.get_element_type());
}

DType Tensor::promotion_dtype() const {
  if (!value()->scalar || std::holds_alternative<bool>(*value()->scalar)) return dtype();
  return std::holds_alternative<double>(*value()->scalar) ? DType::python_float : DType::python_int;
}

const ov::PartialShape& Tensor::shape() const {
  static const ov::PartialShape kScalar{};
  if (value()->scalar) return kScalar;
  return value()->real ? value()->real.shape() : value()->output.get_partial_shape();
}

int64_t Tensor::rank() const {
  const ov::Rank rank = shape().rank();
  if (rank.is_dynamic()) throw Error("the rank of this tensor is not known while the graph is traced");
  return rank.get_length();
}

bool Tensor::is_complex() const { return static_cast<bool>(value()->real); }

ov::Output<ov::Node> Tensor::output() const { return output_as(dtype()); }

ov::Output<ov::Node> Tensor::output_as(DType dtype) const {
  if (value()->scalar) return constant(*value()->scalar, element_type(dtype));
  if (value()->real) throw Error(Error::Kind::type, "there is no form of it for complex numbers");
  return value()->output;
}

bool Tensor::traced() const { return value()->traced; }

ov::Tensor Tensor::numbers() const {
  if (value()->scalar) return *known_numbers(output());
  return engine::numbers(*this);
}

namespace {
constexpr const char* kWatched = "keravino_watched";
}

bool is_watched(const ov::Node& node) { return node.get_rt_info().contains(kWatched); }

Tensor watched(const Tensor& x) {
  const ov::Tensor numbers = x.numbers();
  const std::lock_guard lock(graph_mutex());
  const auto output = constant(numbers);
  output.get_node()->get_rt_info()[kWatched] = true;
  return Tensor(std::make_shared<Value>(output, true, 0));
}

}  // namespace keravino
