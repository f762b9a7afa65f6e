#include "kernels/random.h"

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

/// Numbers that take the bits of one element each: `standard` makes them of a batch's bits, `scaled` puts in the two
/// parameters. That is not done by further nodes, because a compiled graph rounds once where two nodes round twice.
template <class T, class Standard, class Scaled>
FOR_EACH_PROCESSOR void fill_batches(ov::Tensor& out, const ov::TensorVector& inputs, const Key& key, Standard standard,
                                     Scaled scaled) {
  T* data = out.data<T>();
  const size_t size = out.get_size();
  const Numbers<T> a(inputs[2]), b(inputs[3]);
  const bool same = inputs[2].get_size() == 1 && inputs[3].get_size() == 1;
  std::array<Bits<T>, kRandomBatch> bits;
  std::array<T, kRandomBatch> numbers;
  for (size_t first = 0; first < size; first += kRandomBatch) {
    random_bits(key, first, bits.data());
    standard(bits.data(), numbers.data(), kRandomBatch);
    const size_t count = std::min(kRandomBatch, size - first);
    if (same) {  // a loop of vector instructions
      for (size_t i = 0; i < count; ++i) data[first + i] = scaled(numbers[i], a[0], b[0]);
    } else {
      for (size_t i = 0; i < count; ++i) data[first + i] = scaled(numbers[i], a[first + i], b[first + i]);
    }
  }
}

template <class T>
void draw_reals(Distribution distribution, ov::Tensor& out, const ov::TensorVector& inputs, const Key& key) {
  const auto from_standard = [](T number, T mean, T deviation) { return number * deviation + mean; };
  switch (distribution) {
    case Distribution::uniform:
      return fill_batches<T>(
          out, inputs, key,
          [](const Bits<T>* bits, T* numbers, size_t n) {
            for (size_t i = 0; i < n; ++i) numbers[i] = uniform<T>(bits[i]);
          },
          [](T number, T low, T high) { return between(number, low, high); });
    case Distribution::normal:
      return fill_batches<T>(out, inputs, key, kNormal<T>, from_standard);
    case Distribution::truncated_normal:
      return fill_batches<T>(out, inputs, key, kTruncatedNormal<T>, from_standard);
    case Distribution::gamma:
      return fill<T>(out, [&, alpha = Numbers<T>(inputs[2])](size_t i) { return gamma(subkey(key, i), alpha[i]); });
    case Distribution::beta:
      return fill<T>(out, [first = subkey(key, 0), second = subkey(key, 1), alpha = Numbers<T>(inputs[2]),
                           beta = Numbers<T>(inputs[3])](size_t i) {
        const T a = log_gamma_variate(subkey(first, i), alpha[i]);
        const T b = log_gamma_variate(subkey(second, i), beta[i]);
        return 1 / (1 + std::exp(b - a));
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

/// Sorts by random words, as often as makes two that are always alike improbable.
template <class T>
void permute(ov::Tensor& out, Key key) {
  T* data = out.data<T>();
  const size_t n = out.get_size();
  std::iota(data, data + n, T{0});
  const double rounds =
      std::ceil(3 * std::log(static_cast<double>(std::max<size_t>(1, n))) / std::log(double{UINT32_MAX}));
  std::vector<uint32_t> bits((n + kRandomBatch - 1) / kRandomBatch * kRandomBatch);
  std::vector<std::pair<uint32_t, T>> drawn(n);
  for (int round = 0; round < rounds; ++round, key = subkey(key, 0)) {
    const Key words = subkey(key, 1);
    for (size_t first = 0; first < n; first += kRandomBatch) random_bits(words, first, bits.data() + first);
    for (size_t i = 0; i < n; ++i) drawn[i] = {bits[i], data[i]};
    std::ranges::stable_sort(drawn, {}, &std::pair<uint32_t, T>::first);
    for (size_t i = 0; i < n; ++i) data[i] = drawn[i].second;
  }
}

template <class T>
void draw_integers(Distribution distribution, ov::Tensor& out, const ov::TensorVector& inputs, const Key& key) {
  if (distribution == Distribution::permutation) return permute<T>(out, key);
  const std::vector<int64_t> low = integers(inputs[2]), high = integers(inputs[3]);
  const auto range = [&](size_t i) {
    return Integers<T>(static_cast<T>(low[low.size() == 1 ? 0 : i]), static_cast<T>(high[high.size() == 1 ? 0 : i]));
  };
  const bool same = low.size() == 1 && high.size() == 1;
  const Key more_key = subkey(key, 0), less_key = subkey(key, 1);
  std::array<Bits<T>, kRandomBatch> more, less;
  T* data = out.data<T>();
  const size_t size = out.get_size();
  for (size_t first = 0; first < size; first += kRandomBatch) {
    random_bits(more_key, first, more.data());
    random_bits(less_key, first, less.data());
    Integers<T> numbers = range(0);
    for (size_t i = 0; i < std::min(kRandomBatch, size - first); ++i) {
      if (!same) numbers = range(first + i);
      data[first + i] = numbers(more[i], less[i]);
    }
  }
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
