// Predictions for no rows: the outputs have none either, and nothing is computed.
#include "engine/device.h"
#include "model/keras_files.h"
#include "ops/make.h"

namespace keravino {
namespace {

/// The inputs of a model's reference without their rows.
std::vector<Tensor> nothing_for(const std::string& name) {
  std::vector<Tensor> inputs;
  for (const Tensor& x : reference(name, "x")) {
    ov::Shape shape = x.numbers().get_shape();
    shape[0] = 0;
    inputs.emplace_back(ov::Tensor(x.numbers().get_element_type(), shape));
  }
  return inputs;
}

class NoRows : public testing::TestWithParam<const char*> {};

TEST_P(NoRows, GiveNone) {
  const Model model = Model::load(saving::test_data(std::string(GetParam()) + ".keras"));
  const std::vector<Tensor> inputs = nothing_for(GetParam()), wanted = reference(GetParam(), "y");
  const uint64_t before = engine::compile_count();
  const std::vector<Tensor> got = model.predict(inputs), later = model.predict_async(inputs).get();
  EXPECT_EQ(engine::compile_count(), before);
  ASSERT_EQ(got.size(), wanted.size());
  std::vector<ov::Tensor> memory;
  for (size_t i = 0; i < got.size(); ++i) {
    ov::PartialShape shape = wanted[i].shape();
    shape[0] = 0;
    EXPECT_EQ(got[i].shape(), shape) << i;
    EXPECT_EQ(got[i].dtype(), model.outputs()[i].dtype) << i;
    EXPECT_EQ(later[i].shape(), shape) << i;
    memory.emplace_back(element_type(got[i].dtype()), shape.to_shape());
  }
  model.predict_into(inputs, memory);
  ov::Shape other = memory[0].get_shape();
  other[0] = 1;
  memory[0] = ov::Tensor(memory[0].get_element_type(), other);
  const std::string text = error_of([&] { model.predict_into(inputs, memory); });
  EXPECT_EQ(text, fmt::format("[program] output 0 has shape {}, the tensor for it has {}",
                              ops::to_string(got[0].shape()), ops::to_string(ov::PartialShape(other))));
}

INSTANTIATE_TEST_SUITE_P(Files, NoRows,
                         testing::Values("cnn", "functional", "shared_deep", "operations", "branches", "layers1d",
                                         "layers2d", "layers3d", "merges", "activations", "wrappers", "images", "masks",
                                         "mixed", "bfloat16", "dicts"));

using NoRowsOf = saving::InFolder;

/// A mean over the batch has a number, which is computed: none, for nothing.
TEST_F(NoRowsOf, AnOutputWithoutABatchIsComputed) {
  const std::string path = with_config("operations", "mean.keras", [](nlohmann::json& model) {
    for (auto& layer : model["config"]["layers"]) {
      if (layer["class_name"] != "Max") continue;
      layer["class_name"] = "Mean";
      layer["config"]["axis"] = {0, 1, 2};
      layer["config"].erase("initial");
    }
  });
  const std::vector<Tensor> got = Model::load(path).predict(nothing_for("operations"));
  EXPECT_EQ(got[1].shape(), (ov::PartialShape{1, 1, 1}));
  EXPECT_TRUE(std::isnan(floats(got[1])[0]));
}

}  // namespace
}  // namespace keravino
