// How many graphs a model compiles for inputs of many shapes.
#include "engine/device.h"
#include "model/keras_files.h"

namespace keravino {
namespace {

Tensor sequences(size_t batch, size_t length) {
  ov::Tensor x(ov::element::f32, {batch, length, 3});
  for (size_t i = 0; i < x.get_size(); ++i) x.data<float>()[i] = std::sin(static_cast<float>(i % (length * 3)));
  return Tensor(x);
}

using Shapes = saving::InFolder;

TEST_F(Shapes, ManyBatchesAndLengthsAreFewCompilations) {
  const std::string path = with_config("stateful", "open.keras", [](nlohmann::json& model) {
    for (auto& layer : model["config"]["layers"]) {
      if (layer["config"].contains("stateful")) layer["config"]["stateful"] = false;
      if (layer["config"].contains("batch_shape")) layer["config"]["batch_shape"][0] = nullptr;
      for (auto& call : layer["inbound_nodes"]) call["args"][0]["config"]["shape"][0] = nullptr;
    }
  });
  std::vector<std::vector<float>> wanted;
  for (size_t length = 1; length <= 8; ++length)
    wanted.push_back(floats(Model::load(path).predict({sequences(1, length)})[0]));
  const Model model = Model::load(path);
  const uint64_t before = engine::compile_count();
  for (int again = 0; again < 2; ++again) {
    for (size_t batch = 1; batch <= 6; ++batch) {
      for (size_t length = 1; length <= wanted.size(); ++length) {
        const std::vector<float> got = floats(model.predict({sequences(batch, length)})[0]);
        const std::vector<float>& row = wanted[length - 1];
        ASSERT_EQ(got.size(), batch * row.size());
        for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], row[i % row.size()], 1e-6);
      }
    }
  }
  EXPECT_EQ(engine::compile_count() - before, 5u);  // 48 shapes: one each for the first four, one for all others
}

}  // namespace
}  // namespace keravino
