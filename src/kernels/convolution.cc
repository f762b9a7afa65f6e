#include "kernels/convolution.h"

#ifdef KERAVINO_ONEDNN
#include <openvino/core/parallel.hpp>

#include "kernels/onednn.h"
#include "kernels/winograd_convolution.h"
#endif

namespace keravino::kernels {

#ifdef KERAVINO_ONEDNN
namespace {

using Role = Convolution::Role;
using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

/// `images` of (N, spatial..., C) in memory, which oneDNN calls (N, C, spatial...).
Desc channels_last(const ov::Shape& shape, size_t images) {
  Dims dims{static_cast<int64_t>(images), static_cast<int64_t>(shape.back())};
  dims.insert(dims.end(), shape.begin() + 1, shape.end() - 1);
  const Tag tags[] = {Tag::nwc, Tag::nhwc, Tag::ndhwc};
  return {dims, kFloat, tags[shape.size() - 3]};
}

/// (G, O, I, spatial...) in memory, or (spatial..., I, O), which oneDNN calls (O, I, spatial...).
Desc plain_weights(const ov::Shape& shape, size_t rank) {
  const Tag own[] = {Tag::wio, Tag::hwio, Tag::dhwio}, with_groups[] = {Tag::goiw, Tag::goihw, Tag::goidhw};
  if (shape.size() == rank + 3) return {Dims(shape.begin(), shape.end()), kFloat, with_groups[rank - 1]};
  Dims dims{static_cast<int64_t>(shape[rank + 1]), static_cast<int64_t>(shape[rank])};
  dims.insert(dims.end(), shape.begin(), shape.end() - 2);
  return {dims, kFloat, own[rank - 1]};
}

/// The shapes of a whole convolution.
struct Shapes {
  ov::Shape x, y, weights;
};

/// What one thread does, on its part of the batch.
class Part {
 public:
  Part(Role role, const Shapes& s, const ConvWindow& w, size_t images) : role_(role), stream_(onednn_engine()) {
    const Desc plain = plain_weights(s.weights, w.size.size()), any(plain.dims(), kFloat, Tag::any);
    const Desc x = channels_last(s.x, images), y = channels_last(s.y, images);
    const Dims strides(w.strides.begin(), w.strides.end()), begin(w.begin.begin(), w.begin.end());
    const Dims end(w.end.begin(), w.end.end());
    Dims more;  // oneDNN counts what is between elements
    for (const size_t dilation : w.dilations) more.push_back(static_cast<int64_t>(dilation) - 1);
    const auto kind = dnnl::prop_kind::forward_training;
    const dnnl::convolution_forward::primitive_desc forward({kind, kDirect, x, any, y, strides, more, begin, end},
                                                            any_thread(), onednn_engine());
    Desc blocked;
    if (role == Role::forward) {
      primitive_ = dnnl::convolution_forward(forward);
      blocked = forward.weights_desc();
      scratchpad_ = dnnl::memory(forward.scratchpad_desc(), onednn_engine());
    } else if (role == Role::data) {
      const dnnl::convolution_backward_data::primitive_desc desc({kDirect, x, any, y, strides, more, begin, end},
                                                                 any_thread(), onednn_engine(), forward);
      primitive_ = dnnl::convolution_backward_data(desc);
      blocked = desc.weights_desc();
      scratchpad_ = dnnl::memory(desc.scratchpad_desc(), onednn_engine());
    } else {
      const dnnl::convolution_backward_weights::primitive_desc desc({kDirect, x, any, y, strides, more, begin, end},
                                                                    any_thread(), onednn_engine(), forward);
      primitive_ = dnnl::convolution_backward_weights(desc);
      blocked = desc.diff_weights_desc();
      scratchpad_ = dnnl::memory(desc.scratchpad_desc(), onednn_engine());
    }
    x_ = dnnl::memory(x, onednn_engine(), nullptr);
    y_ = dnnl::memory(y, onednn_engine(), nullptr);
    plain_ = dnnl::memory(plain, onednn_engine(), nullptr);
    blocked_ = dnnl::memory(blocked, onednn_engine());
    const auto& [from, to] = role == Role::weights ? std::pair(blocked_, plain_) : std::pair(plain_, blocked_);
    const dnnl::reorder::primitive_desc reorder(from, to, any_thread());
    reorder_ = dnnl::reorder(reorder);
    reorder_scratchpad_ = dnnl::memory(reorder.scratchpad_desc(), onednn_engine());
  }

  void run(float* x, float* y, float* weights) {
    use_one_thread();
    x_.set_data_handle(x);
    y_.set_data_handle(y);
    plain_.set_data_handle(weights);
    if (role_ == Role::weights) {
      execute(DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST);
      reorder(blocked_, plain_);
    } else {
      reorder(plain_, blocked_);
      if (role_ == Role::forward) execute(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
      if (role_ == Role::data) execute(DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST);
    }
    stream_.wait();
  }

 private:
  void execute(int x, int weights, int y) {
    primitive_.execute(stream_, {{x, x_}, {weights, blocked_}, {y, y_}, {DNNL_ARG_SCRATCHPAD, scratchpad_}});
  }
  void reorder(const dnnl::memory& from, const dnnl::memory& to) {
    reorder_.execute(stream_, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, reorder_scratchpad_}});
  }

  Role role_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  dnnl::memory x_, y_, plain_, blocked_, scratchpad_, reorder_scratchpad_;
  dnnl::reorder reorder_;
};

float* data(const ov::Tensor& tensor) { return static_cast<float*>(const_cast<void*>(tensor.data())); }

/// With fewer tiles, what is done to the weights in each step takes longer than what is saved.
constexpr size_t kFewestTiles = 256;

/// The convolution (for `data` of the gradients with the weights turned round) if it pays to compute it by Winograd.
std::optional<winograd::Geometry> by_winograd(Role role, const Shapes& s, const ConvWindow& w) {
  const bool fits = w.size == ov::Shape{3, 3} && w.strides == ov::Strides{1, 1} && w.dilations == ov::Strides{1, 1} &&
                    s.weights.size() == 4 && winograd::takes(s.x.back(), s.y.back());
  if (!fits || !winograd::is_fast()) return {};
  const bool back = role == Role::data;
  const ov::Shape &in = back ? s.y : s.x, &out = back ? s.x : s.y;
  const auto pad = [&](size_t axis) { return back ? 2 - w.begin[axis] : w.begin[axis]; };
  const winograd::Geometry geometry{in[0], {in[1], in[2]}, {out[1], out[2]}, {pad(0), pad(1)}, in[3], out[3]};
  return geometry.tiles() >= kFewestTiles ? std::optional(geometry) : std::nullopt;
}

/// Weights (3, 3, I, O), turned round for `data`.
template <class Number>
winograd::Weights<Number> places(Role role, Number* weights, const ov::Shape& shape) {
  const auto outputs = static_cast<std::ptrdiff_t>(shape[3]), matrix = static_cast<std::ptrdiff_t>(shape[2]) * outputs;
  if (role == Role::data) return {weights + 8 * matrix, -matrix, 1, outputs};
  return {weights, matrix, outputs, 1};
}

}  // namespace

struct Convolution::Primitives {
  std::mutex mutex;
  std::vector<Part> parts;
  std::vector<size_t> first;             // image of each part, and their number at the end
  std::vector<std::vector<float>> sums;  // of the weights' gradients, of all parts but the first
  std::optional<winograd::PackedWeights> packed;

  void run_winograd(Role role, const winograd::Geometry& g, float* x, float* y, float* weights,
                    const ov::Shape& shape) {
    if (role == Role::weights) return winograd::weights_gradient(g, x, y, places(role, weights, shape));
    if (!packed) packed.emplace(g.inputs, g.outputs);
    packed->set(places<const float>(role, weights, shape), std::vector<double>(g.outputs, 1));
    const std::vector<float> none(g.outputs);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const bool back = role == Role::data;
    winograd::convolve(g, back ? y : x, *packed, none.data(), -infinity, infinity, back ? x : y);
  }
};

bool Convolution::available() { return true; }

bool Convolution::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  outputs[0].set_shape(get_output_shape(0));
  const ov::Tensor& x = role_ == Role::data ? outputs[0] : inputs[0];
  const ov::Tensor& y = role_ == Role::forward ? outputs[0] : inputs[role_ == Role::data ? 0 : 1];
  const ov::Tensor& weights = role_ == Role::weights ? outputs[0] : inputs[1];
  const Shapes shapes{x.get_shape(), y.get_shape(), weights.get_shape()};
  const size_t images = shapes.x[0];
  if (x.get_size() == 0 || y.get_size() == 0) {
    std::fill_n(data(outputs[0]), outputs[0].get_size(), 0.0F);
    return true;
  }
  Primitives& own = *primitives_;
  const std::lock_guard lock(own.mutex);
  if (const auto geometry = by_winograd(role_, shapes, window_)) {
    own.run_winograd(role_, *geometry, data(x), data(y), data(weights), shapes.weights);
    return true;
  }
  if (own.parts.empty()) {
    const size_t count = std::clamp<size_t>(static_cast<size_t>(parallel_get_max_threads()), 1, images);
    for (size_t i = 0; i <= count; ++i) own.first.push_back(images * i / count);
    for (size_t i = 0; i < count; ++i) own.parts.emplace_back(role_, shapes, window_, own.first[i + 1] - own.first[i]);
    if (role_ == Role::weights) own.sums.assign(count - 1, std::vector<float>(weights.get_size()));
  }
  const size_t x_size = x.get_size() / images, y_size = y.get_size() / images;
  ov::parallel_for(own.parts.size(), [&](size_t i) {
    float* to = role_ == Role::weights && i > 0 ? own.sums[i - 1].data() : data(weights);
    own.parts[i].run(data(x) + own.first[i] * x_size, data(y) + own.first[i] * y_size, to);
  });
  for (const auto& sum : own.sums)
    std::transform(sum.begin(), sum.end(), data(weights), data(weights), std::plus<float>());
  return true;
}

#else  // convolutions stay those of the opset

struct Convolution::Primitives {};
bool Convolution::available() { return false; }
bool Convolution::evaluate(ov::TensorVector&, const ov::TensorVector&) const { OPENVINO_THROW("built without oneDNN"); }

#endif

Convolution::Convolution(const ov::OutputVector& inputs, Role role, ConvWindow window, ov::Shape spatial, size_t groups)
    : Op(inputs),
      role_(role),
      window_(std::move(window)),
      spatial_(std::move(spatial)),
      groups_(groups),
      primitives_(std::make_shared<Primitives>()) {
  constructor_validate_and_infer_types();
}

double Convolution::products() const {
  const ov::Shape& y = role_ == Role::forward ? get_output_shape(0) : get_input_shape(role_ == Role::data ? 0 : 1);
  const ov::Shape& weights = role_ == Role::weights ? get_output_shape(0) : get_input_shape(1);
  return static_cast<double>(ov::shape_size(y) * ov::shape_size(weights) / std::max<size_t>(y.back(), 1));
}

void Convolution::validate_and_infer_types() {
  const ov::PartialShape &a = get_input_partial_shape(0), &b = get_input_partial_shape(1);
  const size_t rank = window_.size.size();
  const bool takes_weights = role_ != Role::weights;
  NODE_VALIDATION_CHECK(this,
                        a.is_static() && b.is_static() && a.size() == rank + 2 &&
                            (b.size() == rank + 2 || (takes_weights && b.size() == rank + 3)),
                        "a channels-last tensor of static shape wanted and what goes with it, got ", a, " and ", b);
  const auto size = [](const ov::PartialShape& shape, size_t i) { return static_cast<size_t>(shape[i].get_length()); };
  const bool grouped = takes_weights ? b.size() == rank + 3 : groups_ > 1;
  ov::Shape shape{size(a, 0)};
  if (role_ == Role::forward) {
    for (size_t i = 0; i < rank; ++i) {
      const size_t extent = (window_.size[i] - 1) * window_.dilations[i] + 1;
      const auto padded = static_cast<size_t>(a[i + 1].get_length() + window_.begin[i] + window_.end[i]);
      shape.push_back((padded - extent) / window_.strides[i] + 1);
    }
    shape.push_back(grouped ? size(b, 0) * size(b, 1) : size(b, rank + 1));
  } else if (role_ == Role::data) {
    shape.insert(shape.end(), spatial_.begin(), spatial_.end());
    shape.push_back(grouped ? size(b, 0) * size(b, 2) : size(b, rank));
  } else if (grouped) {
    shape = {groups_, size(b, rank + 1) / groups_, size(a, rank + 1) / groups_};
    shape.insert(shape.end(), window_.size.begin(), window_.size.end());
  } else {
    shape = window_.size;
    shape.push_back(size(a, rank + 1));
    shape.push_back(size(b, rank + 1));
  }
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Convolution::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Convolution>(inputs, role_, window_, spatial_, groups_);
}

bool Convolution::visit_attributes(ov::AttributeVisitor& visitor) {
  auto role = static_cast<int64_t>(role_), groups = static_cast<int64_t>(groups_);
  visitor.on_attribute("role", role);
  visitor.on_attribute("groups", groups);
  visitor.on_attribute("size", window_.size);
  visitor.on_attribute("strides", window_.strides);
  visitor.on_attribute("dilations", window_.dilations);
  visitor.on_attribute("pads_begin", window_.begin);
  visitor.on_attribute("pads_end", window_.end);
  visitor.on_attribute("spatial", spatial_);
  return true;
}

}  // namespace keravino::kernels
