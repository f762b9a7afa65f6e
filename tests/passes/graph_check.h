// Small graphs, and the check that a pass did not change what they compute.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <set>

namespace keravino::passes {

using Value = ov::Output<ov::Node>;

template <class Op, class... Args>
Value make(Args&&... args) {
  return std::make_shared<Op>(std::forward<Args>(args)...)->output(0);
}

inline Value integers(const std::vector<int64_t>& values) {
  return ov::op::v0::Constant::create(ov::element::i64, {values.size()}, values)->output(0);
}

inline Value integer(int64_t value) { return ov::op::v0::Constant::create(ov::element::i64, {}, {value})->output(0); }

/// Numbers in (low, high), the same on every run.
inline ov::Tensor random_tensor(const ov::Shape& shape, float low = -1, float high = 1) {
  ov::Tensor tensor(ov::element::f32, shape);
  std::mt19937 engine(static_cast<unsigned>(tensor.get_size()));
  std::uniform_real_distribution<float> distribution(low, high);
  std::generate_n(tensor.data<float>(), tensor.get_size(), [&] { return distribution(engine); });
  return tensor;
}

inline Value constant(const ov::Shape& shape, float low = -1, float high = 1) {
  return std::make_shared<ov::op::v0::Constant>(random_tensor(shape, low, high))->output(0);
}

inline Value transpose(const Value& x, const std::vector<int64_t>& order) {
  return make<ov::op::v1::Transpose>(x, integers(order));
}

inline std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape) {
  return std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
}

inline size_t count(const ov::Model& model, const std::string& type) {
  const auto ops = model.get_ops();
  return static_cast<size_t>(
      std::count_if(ops.begin(), ops.end(), [&](const auto& node) { return node->get_type_name() == type; }));
}

/// The outputs of `model` on the CPU, as f32.
inline std::vector<ov::Tensor> outputs_of(const std::shared_ptr<ov::Model>& model,
                                          const std::vector<ov::Shape>& shapes) {
  static ov::Core core;
  auto compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                     ov::inference_num_threads(1), ov::hint::dynamic_quantization_group_size(0));
  auto request = compiled.create_infer_request();
  for (size_t i = 0; i < shapes.size(); ++i) request.set_input_tensor(i, random_tensor(shapes[i]));
  request.infer();
  std::vector<ov::Tensor> outputs;
  for (size_t i = 0; i < model->outputs().size(); ++i) {
    const auto result = request.get_output_tensor(i);
    ov::Tensor copy(ov::element::f32, result.get_shape());
    for (size_t k = 0; k < copy.get_size(); ++k) {
      switch (result.get_element_type()) {
        case ov::element::f32:
          copy.data<float>()[k] = result.data<float>()[k];
          break;
        case ov::element::i64:
          copy.data<float>()[k] = static_cast<float>(result.data<int64_t>()[k]);
          break;
        case ov::element::i32:
          copy.data<float>()[k] = static_cast<float>(result.data<int32_t>()[k]);
          break;
        case ov::element::boolean:
          copy.data<float>()[k] = result.data<bool>()[k] ? 1.0f : 0.0f;
          break;
        default:
          ADD_FAILURE() << "output " << i << " is " << result.get_element_type();
      }
    }
    outputs.push_back(copy);
  }
  return outputs;
}

inline void expect_same(const std::vector<ov::Tensor>& got, const std::vector<ov::Tensor>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].get_shape(), wanted[i].get_shape()) << "output " << i;
    for (size_t k = 0; k < got[i].get_size(); ++k) {
      const float a = got[i].data<float>()[k], b = wanted[i].data<float>()[k];
      ASSERT_NEAR(a, b, 2e-5f * (1 + std::abs(b))) << "output " << i << ", element " << k;
    }
  }
}

/// Runs `pass` on a copy of `model` and compares the outputs; returns the copy.
template <class Pass>
std::shared_ptr<ov::Model> checked(const std::shared_ptr<ov::Model>& model, const std::vector<ov::Shape>& shapes,
                                   Pass pass) {
  const auto changed = model->clone();
  pass(changed);
  // Both run side by side in one model: compiling is what takes the time.
  const auto reference = model->clone(), copy = changed->clone();
  for (size_t i = 0; i < shapes.size(); ++i)
    ov::replace_node(copy->get_parameters()[i], reference->get_parameters()[i]);
  auto results = reference->get_results();
  results.insert(results.end(), copy->get_results().begin(), copy->get_results().end());
  const auto both = std::make_shared<ov::Model>(results, reference->get_parameters());
  auto wanted = outputs_of(both, shapes);
  const auto half = wanted.begin() + static_cast<std::ptrdiff_t>(wanted.size() / 2);
  const std::vector<ov::Tensor> got(half, wanted.end());
  wanted.erase(half, wanted.end());
  expect_same(got, wanted);
  return changed;
}

}  // namespace keravino::passes
