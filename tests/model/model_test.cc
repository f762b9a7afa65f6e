#include "keravino/model.h"

#include <thread>

#include "model/keras_files.h"

namespace keravino {
namespace {

using saving::test_data;

/// Outputs agree with Keras's, relative to the largest; infinities are where Keras has them.
void expect_close(const Tensor& got, const Tensor& wanted, double tolerance) {
  ASSERT_EQ(got.shape(), wanted.shape());
  const std::vector<float> a = floats(got), b = floats(wanted);
  double largest = 0;
  for (const float x : b) largest = std::isfinite(x) ? std::max(largest, std::abs(static_cast<double>(x))) : largest;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(b[i])) {
      EXPECT_NEAR(a[i], b[i], tolerance * largest) << i;
    } else {
      EXPECT_EQ(a[i], b[i]) << i;
    }
  }
}

class SavedModel : public testing::TestWithParam<const char*> {};

TEST_P(SavedModel, PredictsWhatKerasDoes) {
  const Model model = Model::load(test_data(std::string(GetParam()) + ".keras"));
  const std::vector<Tensor> got = model.predict(reference(GetParam(), "x")), wanted = reference(GetParam(), "y");
  ASSERT_EQ(got.size(), wanted.size());
  ASSERT_EQ(model.outputs().size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) expect_close(got[i], wanted[i], 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Files, SavedModel,
                         testing::Values("cnn", "functional", "shared_deep", "operations", "branches", "layers1d",
                                         "layers2d", "layers3d", "merges", "activations", "dicts", "images", "masks",
                                         "stateful"));

TEST(Model, AnyBatchSize) {
  const Model model = Model::load(test_data("cnn.keras"));
  const Tensor pair = reference("cnn", "x")[0];
  const std::vector<float> pixels = floats(pair), wanted = floats(model.predict({pair})[0]);
  for (const size_t batch : {1, 2, 3, 4, 5, 6, 7, 4, 1}) {  // more sizes than there are graphs for
    ov::Tensor many(ov::element::f32, {batch, 8, 8, 3});
    for (size_t i = 0; i < many.get_size(); ++i) many.data<float>()[i] = pixels[i % (8 * 8 * 3)];
    const std::vector<float> got = floats(model.predict({Tensor(many)})[0]);
    ASSERT_EQ(got.size(), batch * 3);
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i % 3], 1e-6);
  }
}

TEST(Model, ServesSeveralThreads) {
  const Model model = Model::load(test_data("cnn.keras"));
  const Tensor x = reference("cnn", "x")[0];
  const std::vector<float> wanted = floats(reference("cnn", "y")[0]);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const std::vector<float> got = floats(model.predict({x})[0]);
        for (size_t k = 0; k < wanted.size(); ++k) wrong += std::abs(got[k] - wanted[k]) > 1e-5F;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Model, TakesInputsByName) {
  const Model model = Model::load(test_data("functional.keras"));
  const std::vector<Tensor> x = reference("functional", "x");
  const auto wanted = floats(model.predict(x)[1]);
  EXPECT_EQ(floats(model.predict_named({{"b", x[1]}, {"a", x[0]}})[1]), wanted);
  EXPECT_EQ(error_of([&] {
              model.predict_named({{"a", x[0]}, {"bb", x[1]}});
            }),
            "[model.predict] unknown input \"bb\"; did you mean \"b\"?. The model has: a, b");
  EXPECT_EQ(error_of([&] { model.predict_named({{"a", x[0]}}); }), "[model.predict] expected 2 inputs (a, b), got 1");
}

TEST(Model, TakesIntegersForFloatsAsKerasDoes) {
  const Model model = Model::load(test_data("cnn.keras"));
  const auto zeros = floats(model.predict({ones({1, 8, 8, 3})})[0]);
  EXPECT_EQ(floats(model.predict({ones({1, 8, 8, 3}, ov::element::u8)})[0]), zeros);
  EXPECT_EQ(floats(model.predict({ones({1, 8, 8, 3}, ov::element::f64)})[0]), zeros);
}

TEST(Model, SaysWhatItIs) {
  const Model model = Model::load(test_data("functional.keras"));
  EXPECT_EQ(model.name(), "two_by_two");
  EXPECT_EQ(model.precision(), "f32");
  ASSERT_EQ(model.inputs().size(), 2u);
  EXPECT_EQ(model.inputs()[0].name, "a");
  EXPECT_EQ(model.inputs()[0].dtype, DType::float32);
  EXPECT_EQ(model.inputs()[0].shape, (ov::PartialShape{-1, 4}));
  EXPECT_EQ(model.outputs()[0].name, "where");
  EXPECT_EQ(model.outputs()[1].shape, (ov::PartialShape{-1, 2}));
  const LayerInfo& inner = model.layers()[3];
  EXPECT_EQ(inner.name, "inner");
  EXPECT_EQ(inner.parameters, 43u);
  EXPECT_EQ(inner.inbound, (std::vector<std::string>{"shared[0][0]", "shared[1][0]"}));
}

TEST(Model, SummaryIsKerass) {
  EXPECT_EQ(Model::load(test_data("cnn.keras")).summary(), R"(Model: "cnn"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)                 ┃ Output Shape    ┃ Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ c1 (Conv2D)                  │ (None, 6, 6, 4) │     112 │
├──────────────────────────────┼─────────────────┼─────────┤
│ bn (BatchNormalization)      │ (None, 6, 6, 4) │      16 │
├──────────────────────────────┼─────────────────┼─────────┤
│ c2 (Conv2D)                  │ (None, 4, 4, 4) │     144 │
├──────────────────────────────┼─────────────────┼─────────┤
│ max_pooling2d (MaxPooling2D) │ (None, 2, 2, 4) │       0 │
├──────────────────────────────┼─────────────────┼─────────┤
│ flatten (Flatten)            │ (None, 16)      │       0 │
├──────────────────────────────┼─────────────────┼─────────┤
│ dropout (Dropout)            │ (None, 16)      │       0 │
├──────────────────────────────┼─────────────────┼─────────┤
│ out (Dense)                  │ (None, 3)       │      51 │
└──────────────────────────────┴─────────────────┴─────────┘
 Total params: 323 (1.26 KB)
 Trainable params: 315
 Non-trainable params: 8
)");
}

TEST(Model, NodesNameTheirLayers) {
  const Model model = Model::load(test_data("cnn.keras"));
  size_t convolutions = 0;
  for (const auto& node : model.graph()->get_ordered_ops()) {
    if (!ov::is_type<ov::op::v1::Convolution>(node)) continue;
    EXPECT_EQ(node->get_rt_info().at("keras_layer").as<std::string>(), convolutions == 0 ? "c1" : "c2");
    ++convolutions;
  }
  EXPECT_EQ(convolutions, 2u);
  EXPECT_LT(model.transposes().after, model.transposes().before);
}

TEST(Model, PrecisionFollowsThePolicyOfTheFile) {
  const Model model = Model::load(test_data("bfloat16.keras"));
  EXPECT_EQ(model.precision(), "bf16");
  EXPECT_EQ(model.outputs()[0].dtype, DType::bfloat16);
  const Tensor got = model.predict(reference("bfloat16", "x"))[0];
  const Tensor wanted = reference("bfloat16", "y")[0];
  ASSERT_EQ(got.shape(), wanted.shape());
  const std::vector<float> expected = floats(wanted);
  const ov::Tensor numbers = got.numbers();
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(static_cast<float>(numbers.data<const ov::bfloat16>()[i]), expected[i], 0.03) << i;
  }
  EXPECT_EQ(Model::load(test_data("cnn.keras"), {.precision = "bf16"}).precision(), "bf16");
}

TEST(ModelInput, Errors) {
  const Model model = Model::load(test_data("cnn.keras"));
  const auto predict = [&](std::vector<Tensor> inputs) { return error_of([&] { model.predict(inputs); }); };
  EXPECT_EQ(predict({}), "[model.predict] expected 1 inputs (input_layer), got 0");
  EXPECT_EQ(predict({ones({5, 8, 8})}),
            "[model.predict] input \"input_layer\": expected shape (None, 8, 8, 3), got (5, 8, 8)");
  EXPECT_EQ(predict({ones({5, 8, 9, 3})}),
            "[model.predict] input \"input_layer\": expected shape (None, 8, 8, 3), got (5, 8, 9, 3)");
  EXPECT_EQ(predict({Tensor()}), "[model.predict] input \"input_layer\": is no tensor");
  const Model pair = Model::load(test_data("functional.keras"));
  EXPECT_EQ(error_of([&] {
              pair.predict({ones({2, 4}), ones({3, 4})});
            }),
            "[model.predict] input \"b\": expected a batch of 2 as in the inputs before, got 3");
  const Model words = Model::load(test_data("branches.keras"));
  EXPECT_EQ(error_of([&] {
              words.predict({ones({2, 3}), ones({2, 4})});
            }),
            "[model.predict] input \"tokens\": expected dtype int32, got float32");
  EXPECT_EQ(error_of([&] { model.compile(0); }), "[model.compile] expected a batch of 1 or more, got 0");
}

}  // namespace
}  // namespace keravino
