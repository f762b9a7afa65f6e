#include <gtest/gtest.h>

#include "engine/device.h"
#include "keravino/model.h"
#include "model/keras_files.h"

namespace keravino {
namespace {

/// Five steps of three features for two sequences.
Tensor steps(size_t begin, size_t end) {
  ov::Tensor x(ov::element::f32, {2, end - begin, 3});
  auto* to = x.data<float>();
  for (size_t row = 0; row < 2; ++row) {
    for (size_t i = begin * 3; i < end * 3; ++i) *to++ = std::sin(static_cast<float>(i + 20 * row));
  }
  return Tensor(x);
}

/// tests/data/stateful.keras: an LSTM and a stack of two cells, for a batch of two. The config says if they keep
/// states.
std::string model_that(bool keeps_states) {
  return with_config("stateful", keeps_states ? "kept.keras" : "plain.keras", [&](nlohmann::json& model) {
    for (auto& layer : model["config"]["layers"]) {
      if (layer["config"].contains("stateful")) layer["config"]["stateful"] = keeps_states;
    }
  });
}

using Stateful = saving::InFolder;

TEST_F(Stateful, GoesOnWhereTheLastCallEnded) {
  const std::vector<float> wanted = floats(Model::load(model_that(false)).predict({steps(0, 5)})[0]);
  const Model model = Model::load(model_that(true));
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<float> early = floats(model.predict({steps(0, 2)})[0]);
    const std::vector<float> late = floats(model.predict({steps(2, 5)})[0]);
    ASSERT_EQ(late.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_NEAR(late[i], wanted[i], 1e-6);
    }
    EXPECT_NE(early, late);
    model.reset_states();
  }
}

TEST_F(Stateful, CopiesShareTheirStates) {
  const Model model = Model::load(model_that(true)), copy = model;
  const std::vector<float> first = floats(model.predict({steps(0, 2)})[0]);
  EXPECT_NE(floats(copy.predict({steps(0, 2)})[0]), first);
  copy.reset_states();
  EXPECT_EQ(floats(model.predict({steps(0, 2)})[0]), first);
}

TEST_F(Stateful, StreamsHaveStatesOfTheirOwn) {
  const Model model = Model::load(model_that(true)), other = model.new_stream();
  const std::vector<float> early = floats(model.predict({steps(0, 2)})[0]);
  EXPECT_EQ(floats(other.predict({steps(0, 2)})[0]), early);  // as the first stream began
  const std::vector<float> late = floats(model.predict({steps(2, 5)})[0]);
  EXPECT_NE(late, early);
  other.reset_states();
  const uint64_t compiled = engine::compile_count();
  EXPECT_EQ(floats(other.predict({steps(0, 2)})[0]), early);
  EXPECT_EQ(floats(other.predict({steps(2, 5)})[0]), late);
  EXPECT_EQ(engine::compile_count(), compiled);  // the graphs are shared
}

TEST_F(Stateful, AsynchronousStepsKeepTheirOrderInEachOfManyStreams) {
  const Model model = Model::load(model_that(true));
  std::vector<std::vector<float>> wanted;
  for (size_t i = 0; i < 20; ++i) wanted.push_back(floats(model.predict({steps(i, i + 1)})[0]));
  std::vector<Model> streams;
  std::vector<std::vector<std::future<std::vector<Tensor>>>> futures(6);
  for (size_t s = 0; s < futures.size(); ++s) streams.push_back(model.new_stream());
  for (size_t i = 0; i < wanted.size(); ++i) {
    for (size_t s = 0; s < futures.size(); ++s) futures[s].push_back(streams[s].predict_async({steps(i, i + 1)}));
  }
  for (auto& stream : futures) {
    for (size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(floats(stream[i].get()[0]), wanted[i]);
  }
}

TEST_F(Stateful, OneStepAtATimeIsTheWholeSequence) {
  const std::vector<float> wanted = floats(Model::load(model_that(false)).predict({steps(0, 5)})[0]);
  const Model model = Model::load(model_that(true));
  const uint64_t compiled = engine::compile_count();
  std::vector<float> last;
  for (size_t i = 0; i < 5; ++i) last = floats(model.predict({steps(i, i + 1)})[0]);
  EXPECT_EQ(engine::compile_count() - compiled, 1u);
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(last[i], wanted[i], 1e-6);
}

TEST_F(Stateful, StatesAreNoInputsOrOutputs) {
  const Model model = Model::load(model_that(true));
  EXPECT_EQ(model.inputs().size(), 1u);
  EXPECT_EQ(model.outputs().size(), 1u);
  EXPECT_EQ(error_of([&] {
              model.predict({ones({3, 2, 3})});
            }),
            "[model.predict] input \"x\": expected shape (2, None, 3), got (3, 2, 3)");
}

TEST_F(Stateful, AFileCannotAskForAnySize) {
  const std::string path = with_config("stateful", "large.keras", [](nlohmann::json& model) {
    auto& layers = model["config"]["layers"];
    layers[0]["config"]["batch_shape"][0] = 2000000000;
    layers[1]["inbound_nodes"][0]["args"][0]["config"]["shape"][0] = 2000000000;
  });
  EXPECT_EQ(
      error_of([&] { Model::load(path); }),
      "large.keras: config.json /config/layers/1 (LSTM \"lstm\"): has a state of shape (2000000000, 4), too large");
}

}  // namespace
}  // namespace keravino
