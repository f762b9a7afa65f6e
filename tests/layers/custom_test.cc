#include "keravino/layers.h"
#include "keravino/ops.h"
#include "model/keras_files.h"
#include "saving/archive.h"

namespace keravino {
namespace {

/// A Sequential model of one layer of a class that Keras does not have, with one weight.
void save_scaled(const std::string& path) {
  saving::Archive archive = saving::open_archive(saving::test_data("cnn.keras"));
  const auto node = [](const char* name, nlohmann::json config) {
    config["name"] = "first";
    return nlohmann::json{{"class_name", name}, {"config", std::move(config)}};
  };
  archive.config = node(
      "Sequential",
      {{"layers",
        {node("InputLayer", {{"batch_shape", {nullptr, 2}}, {"dtype", "float32"}}), node("Scaled", {{"power", 2}})}}});
  archive.others.clear();
  archive.weights = {};
  const std::shared_ptr<std::byte> data = saving::allocate(8).data;
  const float factors[] = {3, 5};
  std::memcpy(data.get(), factors, 8);
  archive.weights.set("layers/scaled", {{"0", "float32", {2}, data, 8}});
  saving::write_archive(path, archive);
}

std::vector<Tensor> scaled(LayerCall& layer, const std::vector<Tensor>& inputs) {
  const Tensor factor = layer.weight("factor", {2});
  if (layer.has("nothing")) throw layer.error("has something");
  return {ops::power(inputs.at(0), layer.get<int64_t>("power")) * factor};
}

using CustomLayers = saving::InFolder;

TEST_F(CustomLayers, AreKnownOnceTheyAreRegistered) {
  save_scaled("m.keras");
  EXPECT_EQ(error_of([] { Model::load("m.keras"); }),
            "m.keras: config.json /config/layers/1 (Scaled \"first\"): unknown layer class \"Scaled\"");
  register_layer("Scaled", scaled);
  ov::Tensor x(ov::element::f32, {1, 2});
  x.data<float>()[0] = 2;
  x.data<float>()[1] = -1;
  EXPECT_EQ(floats(Model::load("m.keras").predict({Tensor(x)})[0]), (std::vector<float>{12, 5}));
}

TEST_F(CustomLayers, AClassHasOneFunction) {
  EXPECT_EQ(error_of([] { register_layer("Dense", scaled); }), "[register_layer] \"Dense\" is known already");
  register_layer("Twice", scaled);
  EXPECT_EQ(error_of([] { register_layer("Twice", scaled); }), "[register_layer] \"Twice\" is known already");
  EXPECT_EQ(error_of([] { register_layer("None", {}); }), "[register_layer] \"None\" has no function");
}

TEST_F(CustomLayers, ErrorsNameTheLayer) {
  register_layer("Failing", [](LayerCall& layer, const std::vector<Tensor>&) -> std::vector<Tensor> {
    throw layer.error("cannot");
  });
  const std::string path = with_config("cnn", "f.keras", [](nlohmann::json& model) {
    model["config"]["layers"][1] = {{"class_name", "Failing"}, {"config", {{"name", "f"}}}};
  });
  EXPECT_EQ(error_of([&] { Model::load(path); }), "f.keras: config.json /config/layers/1 (Failing \"f\"): cannot");
}

}  // namespace
}  // namespace keravino
