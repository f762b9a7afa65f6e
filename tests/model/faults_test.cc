// Files with faults, and what is said of each.
#include "model/keras_files.h"

namespace keravino {
namespace {

using nlohmann::json;
using Faults = saving::InFolder;

template <class Change>
std::string fault(const std::string& model, Change change) {
  return error_of([&] { Model::load(with_config(model, "m.keras", change)); });
}

json& layer(json& model, size_t index) { return model["config"]["layers"][index]; }

TEST_F(Faults, UnknownLayer) {
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 3)["class_name"] = "Conv2d"; }),
            "m.keras: config.json /config/layers/3 (Conv2d \"c2\"): unknown layer class \"Conv2d\"; did you mean "
            "\"Conv2D\"?");
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 3)["class_name"] = "MyOwn"; }),
            "m.keras: config.json /config/layers/3 (MyOwn \"c2\"): unknown layer class \"MyOwn\"");
  EXPECT_EQ(
      fault("cnn", [](json& m) { layer(m, 3)["class_name"] = "Lambda"; }),
      "m.keras: config.json /config/layers/3 (Lambda \"c2\"): a Lambda layer holds Python code, which cannot be run "
      "here; use keras.ops functions or a layer");
}

TEST_F(Faults, UnknownModelClass) {
  EXPECT_EQ(
      fault("cnn", [](json& m) { m["class_name"] = "Mine"; }),
      "m.keras: config.json (Mine \"cnn\"): a model class with Python code of its own cannot be run; wanted "
      "Sequential or Functional. Where its class is known, model.export(\"model.xml\", format=\"openvino\") writes "
      "what OpenVINO runs");
}

TEST_F(Faults, UnknownActivation) {
  EXPECT_EQ(
      fault("cnn", [](json& m) { layer(m, 1)["config"]["activation"] = "rellu"; }),
      "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): unknown activation \"rellu\"; did you mean \"relu\"?");
}

TEST_F(Faults, WrongShapedWeights) {
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"]["filters"] = 5; }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): weight \"kernel\": expected (3, 3, 3, 5), got (3, "
            "3, 3, 4)");
}

TEST_F(Faults, MissingWeights) {
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 3)["config"]["use_bias"] = true; }),
            "m.keras: config.json /config/layers/3 (Conv2D \"c2\"): has no weight \"bias\" of shape (4,): the file has "
            "only 1 for this layer");
  EXPECT_EQ(
      fault("cnn",
            [](json& m) { layer(m, 6)["class_name"] = "BatchNormalization", layer(m, 6)["config"]["axis"] = -1; }),
      "m.keras: config.json /config/layers/6 (BatchNormalization \"dropout\"): has no weight \"gamma\" of shape (16,): "
      "the "
      "file has none for this layer");
}

TEST_F(Faults, WeightsThatNobodyTakes) {
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"]["use_bias"] = false; }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): has 2 weights in the file, wanted 1 (kernel)");
}

TEST_F(Faults, WrongConfigValues) {
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"]["filters"] = "four"; }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): \"filters\" is \"four\", wanted an integer");
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"].erase("filters"); }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): has no \"filters\"");
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"]["padding"] = "some"; }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): unknown padding \"some\"; wanted one of valid, "
            "same, causal");
  EXPECT_EQ(fault("cnn",
                  [](json& m) {
                    layer(m, 1)["config"]["kernel_size"] = {3, 3, 3};
                  }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): \"kernel_size\" is [3,3,3], wanted 2 integers");
  EXPECT_EQ(fault("cnn", [](json& m) { layer(m, 1)["config"]["dtype"] = "float33"; }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): unknown dtype policy \"float33\"");
  EXPECT_EQ(fault("cnn",
                  [](json& m) {
                    layer(m, 0)["config"]["batch_shape"] = {nullptr, -8};
                  }),
            "m.keras: config.json /config/layers/0 (InputLayer \"input_layer\"): [null,-8] is no shape");
  EXPECT_EQ(fault("cnn",
                  [](json& m) {
                    layer(m, 0)["config"]["batch_shape"] = {nullptr, 8, 8};
                  }),
            "m.keras: config.json /config/layers/1 (Conv2D \"c1\"): expected an input of rank 4, got (None, 8, 8)");
}

TEST_F(Faults, WrongGraphs) {
  EXPECT_EQ(fault("functional", [](json& m) { m["config"]["output_layers"][0][0] = "were"; }),
            "m.keras: config.json (Functional \"two_by_two\"): refers to a layer \"were\" that it does not have");
  EXPECT_EQ(fault("functional", [](json& m) { m["config"]["output_layers"][0][1] = 7; }),
            "m.keras: config.json /config/layers/9 (Where \"where\"): call 7 is wanted, but there are 1");
  EXPECT_EQ(fault("functional",
                  [](json& m) { layer(m, 4)["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = "where"; }),
            "m.keras: config.json /config/layers/9 (Where \"where\"): is part of a loop");
  EXPECT_EQ(fault("functional",
                  [](json& m) {
                    layer(m, 10)["inbound_nodes"][0]["args"][0]["config"]["shape"] = {nullptr, 7};
                  }),
            "m.keras: config.json /config/layers/10 (Dense \"head\"): its input is (None, 6) here, but (None, 7) in "
            "the file");
  EXPECT_EQ(
      fault("functional", [](json& m) { layer(m, 3)["inbound_nodes"][0]["kwargs"]["training"] = true; }),
      "m.keras: config.json /config/layers/3 (Functional \"inner\"): call argument \"training\" is not supported");
  EXPECT_EQ(
      fault("functional", [](json& m) { layer(m, 4)["class_name"] = "Ad"; }),
      "m.keras: config.json /config/layers/4 (Ad \"add\"): the op keras.ops.numpy.ad is not supported; did you mean "
      "\"numpy.add\"?");
}

TEST_F(Faults, Quantized) {
  const auto with_policy = [](const char* kind, const char* mode) {
    return fault("mixed", [&](json& m) {
      layer(m, 5)["config"]["dtype"] = {{"class_name", kind}, {"config", {{"mode", mode}, {"source_name", "float32"}}}};
    });
  };
  const std::string where = "m.keras: config.json /config/layers/5 (Dense \"int8\"): ";
  EXPECT_EQ(with_policy("GPTQDTypePolicy", "gptq/4/128"),
            where +
                "dtype policy GPTQDTypePolicy is not supported: {\"class_name\":\"GPTQDTypePolicy\",\"config\":"
                "{\"mode\":\"gptq/4/128\",\"source_name\":\"...");
  EXPECT_EQ(with_policy("QuantizedDTypePolicy", "int3"),
            where + "quantization \"int3\" is not supported, only int8, int4 and float8");
  EXPECT_EQ(with_policy("Int4DTypePolicy", "int4/0"), where + "quantization \"int4/0\" has no groups");
  EXPECT_EQ(with_policy("Int4DTypePolicy", "int4/2"), where + "weight \"kernel\": expected (3, 1), got (3, 2)");
}

TEST_F(Faults, Devices) {
  const std::string error = error_of([] { Model::load(saving::test_data("cnn.keras"), {.device = "TPU"}); });
  EXPECT_EQ(error.substr(0, error.find("Present")), "device \"TPU\" is not present. ");
}

}  // namespace
}  // namespace keravino
