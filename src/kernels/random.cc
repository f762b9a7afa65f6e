#include "kernels/random.h"

#include "kernels/philox.h"
#include "kernels/processors.h"
#include "kernels/sample.h"

namespace keravino::kernels {
namespace {

/// Integers of a tensor; a compiled graph may have narrowed their type.
std::vector<int64_t> integers(const ov::Tensor& tensor) { return ov::op::v0::Constant(tensor).cast_vector<int64_t>(); }

/// A parameter: one number for all elements, or one for each.
template <class T>
class Numbers {
 public:
  explicit Numbers(const ov::Tensor& tensor) : data_(tensor.data<const T>()), step_(tensor.get_size() == 1 ? 0 : 1) {}
  T operator[](size_t i) const { return data_[i * step_]; }

 private:
  const T* data_;
  size_t step_;
};

template <class T, class Draw>
void fill(ov::Tensor& out, Draw draw) {
  T* data = out.data<T>();
  for (size_t i = 0; i < out.get_size(); ++i) data[i] = static_cast<T>(draw(i));
}

/// One block of bits serves four neighbouring elements, or two of 64 bits; each is scaled by its two parameters.
/// Scaling is done here and not by further nodes, because a compiled graph rounds once where two nodes round twice.
template <class T, class Map, class Scale>
FOR_EACH_PROCESSOR void fill_blocks(ov::Tensor& out, const ov::TensorVector& inputs, const Key& key, Map map,
                                    Scale scale) {
  constexpr size_t kWidth = std::tuple_size_v<decltype(map(Block{}))>;
  T* data = out.data<T>();
  const size_t size = out.get_size();
  const Numbers<T> a(inputs[2]), b(inputs[3]);
  std::array<Block, kPhiloxBatch> blocks;
  std::array<T, kPhiloxBatch * kWidth> drawn;
  for (size_t first = 0, i = 0; i < size; first += kPhiloxBatch, i += drawn.size()) {
    philox_batch(first, key, blocks.data());
    for (size_t j = 0; j < kPhiloxBatch; ++j) {
      const std::array numbers = map(blocks[j]);
      for (size_t k = 0; k < kWidth; ++k) drawn[j * kWidth + k] = numbers[k];
    }
    const size_t count = std::min(drawn.size(), size - i);
    if (inputs[2].get_size() == 1 && inputs[3].get_size() == 1) {  // a loop of vector instructions
      for (size_t k = 0; k < count; ++k) data[i + k] = scale(drawn[k], a[0], b[0]);
    } else {
      for (size_t k = 0; k < count; ++k) data[i + k] = scale(drawn[k], a[i + k], b[i + k]);
    }
  }
}

/// What rounds up to `high` belongs to `low`, whose cell is short by as much.
template <class T>
T between(T u, T low, T high) {
  const T x = u * (high - low) + low;
  return x < high ? x : low;
}

template <class T>
void draw_reals(Distribution distribution, ov::Tensor& out, const ov::TensorVector& inputs, const Key& key) {
  const auto shifted = [](T x, T mean, T deviation) { return x * deviation + mean; };
  switch (distribution) {
    case Distribution::uniform:
      return fill_blocks<T>(
          out, inputs, key, [](const Block& b) { return uniforms<T>(b); },
          [](T u, T low, T high) { return between(u, low, high); });
    case Distribution::normal:
      return fill_blocks<T>(
          out, inputs, key, [](const Block& b) { return normals<T>(b); }, shifted);
    case Distribution::truncated_normal:
      return fill_blocks<T>(
          out, inputs, key, [](const Block& b) { return truncated_normals<T>(b); }, shifted);
    case Distribution::gamma:
      return fill<T>(out, [&, alpha = Numbers<T>(inputs[2])](size_t i) { return gamma(Stream(key, i), alpha[i]); });
    case Distribution::beta:
      return fill<T>(out, [&, alpha = Numbers<T>(inputs[2]), beta_ = Numbers<T>(inputs[3])](size_t i) {
        return beta(Stream(key, i), alpha[i], beta_[i]);
      });
    case Distribution::binomial:
      return fill<T>(out, [&, count = Numbers<T>(inputs[2]), p = Numbers<T>(inputs[3])](size_t i) {
        return binomial(Stream(key, i), count[i], p[i]);
      });
    case Distribution::integers:
    case Distribution::permutation:
      break;
  }
  OPENVINO_THROW("integers are not drawn as ", out.get_element_type());
}

/// Fisher and Yates: each place swaps with one at or before it.
template <class T>
void permute(ov::Tensor& out, const Key& key) {
  T* data = out.data<T>();
  std::iota(data, data + out.get_size(), T{0});
  for (size_t i = out.get_size(); i-- > 1;) std::swap(data[i], data[integer<uint64_t>(Stream(key, i), 0, i + 1)]);
}

template <class T>
void draw_integers(Distribution distribution, ov::Tensor& out, const ov::TensorVector& inputs, const Key& key) {
  if (distribution == Distribution::permutation) return permute<T>(out, key);
  const std::vector<int64_t> low = integers(inputs[2]), high = integers(inputs[3]);
  fill<T>(out, [&](size_t i) {
    const size_t a = low.size() == 1 ? 0 : i, b = high.size() == 1 ? 0 : i;
    return integer(Stream(key, i), static_cast<T>(low[a]), static_cast<T>(high[b]));
  });
}

}  // namespace

RandomNumbers::RandomNumbers(const ov::OutputVector& inputs, Distribution distribution, const ov::element::Type& type)
    : Op(inputs), distribution_(distribution), type_(type) {
  constructor_validate_and_infer_types();
}

void RandomNumbers::validate_and_infer_types() {
  NODE_VALIDATION_CHECK(this, get_input_partial_shape(0).compatible(ov::PartialShape{2}),
                        "a seed is two integers, got shape ", get_input_partial_shape(0));
  // OpenVINO's own rule for "a tensor of this shape", dynamic dimensions included.
  const ov::op::v3::Broadcast filled(ov::op::v0::Constant::create(type_, {}, {0}), input_value(1));
  set_output_type(0, type_, filled.get_output_partial_shape(0));
}

std::shared_ptr<ov::Node> RandomNumbers::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<RandomNumbers>(inputs, distribution_, type_);
}

bool RandomNumbers::visit_attributes(ov::AttributeVisitor& visitor) {
  auto distribution = static_cast<int64_t>(distribution_);
  visitor.on_attribute("distribution", distribution);
  distribution_ = static_cast<Distribution>(distribution);
  visitor.on_attribute("output_type", type_);
  return true;
}

bool RandomNumbers::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const std::vector<int64_t> seed = integers(inputs[0]);
  const std::vector<int64_t> dims = integers(inputs[1]);
  const Key key{static_cast<uint32_t>(seed.at(0)), static_cast<uint32_t>(seed.at(1))};
  ov::Tensor& out = outputs[0];
  out.set_shape(ov::Shape(dims.begin(), dims.end()));
  // The plugin narrows 64-bit outputs, so the tensor and not the attribute says what is wanted.
  switch (out.get_element_type()) {
    case ov::element::f32:
      draw_reals<float>(distribution_, out, inputs, key);
      return true;
    case ov::element::f64:
      draw_reals<double>(distribution_, out, inputs, key);
      return true;
    case ov::element::i32:
      draw_integers<int32_t>(distribution_, out, inputs, key);
      return true;
    case ov::element::i64:
      draw_integers<int64_t>(distribution_, out, inputs, key);
      return true;
    default:
      return false;
  }
}

}  // namespace keravino::kernels
