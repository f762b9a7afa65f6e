// Legacy .h5 files of tf_keras (tests/data/make_legacy.py), against what it computed.
#include "model/legacy.h"

#include <hdf5.h>

#include "model/keras_files.h"
#include "saving/legacy.h"

namespace keravino {
namespace {

using nlohmann::json;
using saving::test_data;

void expect_reference(const Model& model, const std::string& name) {
  const std::vector<Tensor> got = model.predict(reference(name, "x")), wanted = reference(name, "y");
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].shape(), wanted[i].shape());
    const std::vector<float> a = floats(got[i]), b = floats(wanted[i]);
    for (size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-5) << i << " " << k;
  }
}

class LegacyModel : public testing::TestWithParam<const char*> {};

TEST_P(LegacyModel, PredictsWhatKeras2Did) {
  const std::string name = std::string("legacy/") + GetParam();
  expect_reference(Model::load(test_data(name + ".h5")), name);
}

INSTANTIATE_TEST_SUITE_P(Files, LegacyModel,
                         testing::Values("sequential", "functional", "recurrent", "frozen", "cudnn"));

using Legacy = saving::InFolder;

TEST_F(Legacy, WeightsAloneGoOntoAModel) {
  const std::string weights = test_data("legacy/frozen_weights.h5");
  Model::load(test_data("legacy/frozen.h5")).save("m.keras");
  for (const std::string& model : {std::string("m.keras"), test_data("legacy/frozen.h5")}) {
    LoadOptions options;
    options.weights = weights;
    expect_reference(Model::load(model, options), "legacy/frozen");
  }
  EXPECT_EQ(error_of([&] { Model::load(weights); }),
            weights +
                ": holds weights and no model (it has no model_config); give it with --weights to the .keras or "
                ".h5 file of its model");
}

TEST_F(Legacy, IsWrittenAsAKerasFile) {
  for (const char* name : {"legacy/functional", "legacy/recurrent"}) {
    Model::load(test_data(std::string(name) + ".h5")).save("m.keras");
    expect_reference(Model::load("m.keras"), name);
  }
}

TEST_F(Legacy, OtherWeightsAreAnError) {
  LoadOptions options;
  options.weights = test_data("legacy/frozen_weights.h5");
  const std::string text = error_of([&] { Model::load(test_data("legacy/cudnn.h5"), options); });
  EXPECT_TRUE(text.ends_with("has 2 layers with weights, but the file has weights for 4")) << text;
}

json converted(const char* text, bool keras2 = true) {
  return saving::current_config("m.h5", json::parse(text), keras2);
}

std::string refused(const char* text) {
  return error_of([&] { converted(text); });
}

TEST(LegacyConfig, OldArguments) {
  const json norm = converted(R"({"class_name": "BatchNormalizationV2", "config": {"name": "n", "axis": [3],
      "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}}})");
  EXPECT_EQ(norm, json::parse(R"({"class_name": "BatchNormalization", "config": {"name": "n", "axis": 3,
      "dtype": "mixed_float16"}})"));
  const char* gru = R"({"class_name": "GRU", "config": {"units": 2, "recurrent_activation": "hard_sigmoid"}})";
  EXPECT_EQ(converted(gru)["config"],
            json::parse(R"({"units": 2, "recurrent_activation": "keras2>hard_sigmoid", "reset_after": false})"));
  EXPECT_EQ(converted(gru, false), json::parse(gru));  // Keras 3 has another function under the name
}

TEST(LegacyConfig, ASequentialThatIsAListOfLayers) {
  const json model = converted(
      R"({"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 4]}}]})");
  EXPECT_EQ(model["config"]["layers"][0],
            json::parse(R"({"class_name": "InputLayer", "config": {"name": "d_input", "batch_shape": [null, 4],
                "dtype": "float32"}})"));
}

TEST(LegacyConfig, WhatMeansSomethingElseIsRefused) {
  EXPECT_EQ(refused(R"({"class_name": "LSTM", "config": {"name": "l", "time_major": true}})"),
            "m.h5: (LSTM \"l\"): time_major is no argument of Keras 3");
  EXPECT_EQ(refused(R"({"class_name": "DepthwiseConv2D", "config": {"name": "d", "groups": 2}})"),
            "m.h5: (DepthwiseConv2D \"d\"): groups is no argument of it in Keras 3");
  EXPECT_EQ(refused(R"({"class_name": "Sequential"})"), "m.h5: has no \"config\"");
  EXPECT_EQ(refused(R"({"class_name": "Dense", "config": 3})"), "m.h5: the config of a Dense is no object");
}

}  // namespace
}  // namespace keravino
