// Whose memory a prediction reads and writes.
#include "engine/device.h"
#include "keravino/layers.h"
#include "keravino/ops.h"
#include "model/keras_files.h"
#include "ops/make.h"

namespace keravino {
namespace {

using saving::test_data;

const void *g_read = nullptr, *g_written = nullptr;

/// A node in the graph that adds 1 and sees where its numbers are.
class Spy : public ov::op::Op {
 public:
  OPENVINO_OP("Spy", "keravino_test");
  Spy() = default;
  explicit Spy(const ov::Output<ov::Node>& x) : Op({x}) { constructor_validate_and_infer_types(); }
  void validate_and_infer_types() override {
    set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
  }
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override {
    return std::make_shared<Spy>(inputs.at(0));
  }
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override {
    outputs[0].set_shape(inputs[0].get_shape());
    g_read = inputs[0].data();
    g_written = outputs[0].data();
    for (size_t i = 0; i < inputs[0].get_size(); ++i)
      outputs[0].data<float>()[i] = inputs[0].data<const float>()[i] + 1;
    return true;
  }
};

class Memory : public saving::InFolder {
 protected:
  void SetUp() override {
    InFolder::SetUp();
    static const bool registered = [] {
      register_layer(
          "Spy", [](LayerCall&, const std::vector<Tensor>& x) { return std::vector<Tensor>{ops::make<Spy>(x.at(0))}; });
      return true;
    }();
    ASSERT_TRUE(registered);
    with_config("cnn", "spy.keras", [](nlohmann::json& model) {
      const auto input = model["config"]["layers"][0];
      model["config"]["layers"] = {input, {{"class_name", "Spy"}, {"config", {{"name", "spy"}}}}};
      model.erase("build_config");
      model.erase("compile_config");
    });
  }
};

TEST_F(Memory, InputsAndOutputsStayWhereTheyAre) {
  const Model model = Model::load("spy.keras");
  std::vector<float> in(2 * 8 * 8 * 3, 2.0F), out(in.size());
  const ov::Shape shape{2, 8, 8, 3};
  for (int call = 0; call < 3; ++call) {
    std::vector<float> other(in.size());
    std::vector<float>& to = call == 1 ? other : out;
    in[5] = static_cast<float>(call);
    model.predict_into({Tensor(ov::Tensor(ov::element::f32, shape, in.data()))},
                       {ov::Tensor(ov::element::f32, shape, to.data())});
    EXPECT_EQ(g_read, in.data());
    EXPECT_EQ(g_written, to.data());
    EXPECT_EQ(to[5], static_cast<float>(call) + 1);
    EXPECT_EQ(to.back(), 3);
  }
}

TEST_F(Memory, OutputsOfPredictAreTheDevicesOwnWrite) {
  const Model model = Model::load("spy.keras");
  const std::vector<Tensor> outputs = model.predict({ones({2, 8, 8, 3})});
  EXPECT_EQ(outputs[0].numbers().data(), g_written);
}

TEST_F(Memory, ARowOfALargerArrayIsNoCopyEither) {
  const Model model = Model::load("spy.keras");
  ov::Tensor all(ov::element::f32, {10, 8, 8, 3});
  std::fill_n(all.data<float>(), all.get_size(), 4.0F);
  const ov::Tensor rows(all, {3, 0, 0, 0}, {5, 8, 8, 3});
  EXPECT_EQ(floats(model.predict({Tensor(rows)})[0])[0], 5);
  EXPECT_EQ(g_read, all.data<float>() + 3 * 8 * 8 * 3);
}

TEST_F(Memory, GapsBetweenRowsAreRead) {
  const Model model = Model::load("spy.keras");
  ov::Tensor wide(ov::element::f32, {1, 8, 10, 3});
  for (size_t i = 0; i < wide.get_size(); ++i) wide.data<float>()[i] = static_cast<float>(i);
  const ov::Tensor part(wide, {0, 0, 1, 0}, {1, 8, 9, 3});
  const std::vector<float> got = floats(model.predict({Tensor(part)})[0]);
  for (size_t y = 0; y < 8; ++y) EXPECT_EQ(got[y * 8 * 3], static_cast<float>((y * 10 + 1) * 3) + 1);
}

TEST_F(Memory, OutputsOfTheGraphForAllShapesComeToTheSamePlace) {
  const Model model = Model::load(test_data("cnn.keras"));
  for (const size_t rows : {1, 2, 3, 4, 5, 6, 5}) {  // the last ones by the graph for all sizes
    std::vector<float> out(rows * 3 + 1, -1);
    const Tensor x = ones({rows, 8, 8, 3});
    model.predict_into({x}, {ov::Tensor(ov::element::f32, {rows, 3}, out.data())});
    const std::vector<float> wanted = floats(model.predict({x})[0]);
    EXPECT_EQ(std::vector<float>(out.begin(), out.end() - 1), wanted);
    EXPECT_EQ(out.back(), -1);
  }
}

TEST_F(Memory, InputsThatAreOutputsAreCopied) {
  with_config("cnn", "same.keras", [](nlohmann::json& model) {
    const auto input = model["config"]["layers"][0];
    model["config"]["layers"] = {input, {{"class_name", "Dropout"}, {"config", {{"name", "d"}, {"rate", 0.5}}}}};
  });
  std::vector<float> out(8 * 8 * 3, -1);
  Model::load("same.keras")
      .predict_into({ones({1, 8, 8, 3})}, {ov::Tensor(ov::element::f32, {1, 8, 8, 3}, out.data())});
  EXPECT_EQ(out, std::vector<float>(out.size(), 0));
}

TEST_F(Memory, Errors) {
  const Model model = Model::load(test_data("cnn.keras"));
  const auto into = [&](const std::vector<ov::Tensor>& outputs) {
    return error_of([&] { model.predict_into({ones({2, 8, 8, 3})}, outputs); });
  };
  EXPECT_EQ(into({}), "[model.predict_into] expected 1 outputs (out), got 0");
  EXPECT_EQ(into({ov::Tensor()}), "[model.predict_into] output \"out\": is no tensor");
  EXPECT_EQ(into({ov::Tensor(ov::element::f16, {2, 3})}),
            "[model.predict_into] output \"out\": expected dtype float32, got float16");
  EXPECT_EQ(into({ov::Tensor(ov::element::f32, {2, 4})}),
            "[model.predict_into] output \"out\": expected shape (None, 3), got (2, 4)");
  EXPECT_EQ(into({ov::Tensor(ov::element::f32, {3, 3})}),
            "[program] output 0 has shape (2, 3), the tensor for it has (3, 3)");
  const ov::Tensor wide(ov::element::f32, {2, 5});
  EXPECT_EQ(into({ov::Tensor(wide, {0, 0}, {2, 3})}),
            "[model.predict_into] output \"out\": its rows do not follow each other in memory");
  EXPECT_EQ(error_of([&] {
              model.predict_into({ones({2, 8, 8})}, {ov::Tensor(ov::element::f32, {2, 3})});
            }),
            "[model.predict_into] input \"input_layer\": expected shape (None, 8, 8, 3), got (2, 8, 8)");
}

}  // namespace
}  // namespace keravino
