// Model::fit and Model::save: what callers see of them. The numbers are compared with Keras's in python/tests.
#include <thread>

#include "keravino/model.h"
#include "model/keras_files.h"

namespace keravino {
namespace {

using saving::test_data;

Model cnn() { return Model::load(test_data("cnn.keras")); }

/// 50 images, and classes that can be told by their brightness.
FitData images() {
  ov::Tensor x(ov::element::f32, {50, 8, 8, 3}), y(ov::element::i32, {50});
  for (size_t i = 0; i < 50; ++i) {
    y.data<int32_t>()[i] = static_cast<int32_t>(i % 3);
    for (size_t j = 0; j < 192; ++j)
      x.data<float>()[i * 192 + j] = static_cast<float>(i % 3) + static_cast<float>((i * j) % 7) / 10;
  }
  return {{Tensor(x)}, {Tensor(y)}};
}

FitOptions options(int epochs = 1) {
  FitOptions options;
  options.epochs = epochs;
  options.batch_size = 16;
  options.optimizer = "adam";
  options.loss = "sparse_categorical_crossentropy";
  options.metrics = {"accuracy"};
  return options;
}

std::vector<float> outputs(const Model& model) { return floats(model.predict(images().inputs)[0]); }

TEST(Fit, ReportsEachBatchAndEpoch) {
  Model model = cnn();
  FitOptions o = options(3);
  std::vector<size_t> batches;
  std::vector<Logs> logs;
  o.on_batch = [&](const FitProgress& at) {
    EXPECT_EQ(at.batches, 4u);
    EXPECT_EQ(at.epochs, 3);
    batches.push_back(at.batch);
    return true;
  };
  o.on_epoch = [&](const FitProgress& at) {
    EXPECT_EQ(at.epoch, static_cast<int>(logs.size()) + 1);
    logs.push_back(at.logs);
    return true;
  };
  const History history = model.fit(images(), o);
  EXPECT_EQ(batches, (std::vector<size_t>{1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}));
  EXPECT_EQ(history.epochs, logs);
  EXPECT_FALSE(history.stopped);
  ASSERT_EQ(logs.size(), 3u);
  EXPECT_EQ(logs[0][0].first, "loss");
  EXPECT_EQ(logs[0][1].first, "accuracy");
}

TEST(Fit, TheLossFalls) {
  const auto epochs = cnn().fit(images(), options(40)).epochs;
  EXPECT_LT(epochs[39][0].second, 0.9 * epochs[0][0].second);
}

TEST(Fit, TheModelChangesAndIsSaved) {
  Model model = cnn();
  const Model copy = model;
  const std::vector<float> before = outputs(model);
  const auto graph = model.graph();
  model.fit(images(), options());
  const std::vector<float> after = outputs(model);
  EXPECT_NE(after, before);
  EXPECT_EQ(outputs(copy), after);  // copies share the model
  EXPECT_NE(model.graph(), graph);
  const std::string path = testing::TempDir() + "fit_test.keras";
  model.save(path);
  EXPECT_EQ(outputs(Model::load(path)), after);
  std::filesystem::remove(path);
}

TEST(Fit, GoesOnWhereItEnded) {
  Model once = cnn(), twice = cnn();
  FitOptions o = options(2);
  o.shuffle = false;
  once.fit(images(), o);
  o.epochs = 1;
  twice.fit(images(), o);
  o.optimizer = o.loss = "";  // given once, they belong to the model
  twice.fit(images(), o);
  EXPECT_EQ(outputs(once), outputs(twice));
}

TEST(Fit, AStoppedEpochLeavesNothing) {
  Model model = cnn();
  const std::vector<float> before = outputs(model);
  FitOptions o = options(5);
  o.on_batch = [](const FitProgress& at) { return at.batch < 3; };
  History history = model.fit(images(), o);
  EXPECT_TRUE(history.stopped);
  EXPECT_TRUE(history.epochs.empty());
  EXPECT_EQ(outputs(model), before);
  std::vector<float> whole;
  o.on_epoch = [&](const FitProgress&) {
    whole = outputs(model);
    return true;
  };
  o.on_batch = [](const FitProgress& at) -> bool {
    if (at.epoch == 2 && at.batch == 2) throw std::runtime_error("of the caller");
    return true;
  };
  EXPECT_THROW(model.fit(images(), o), std::runtime_error);
  EXPECT_NE(whole, before);
  EXPECT_EQ(outputs(model), whole);
  o.on_batch = {};
  o.on_epoch = [](const FitProgress& at) { return at.epoch < 2; };
  history = model.fit(images(), o);
  EXPECT_TRUE(history.stopped);
  EXPECT_EQ(history.epochs.size(), 2u);
}

TEST(Fit, OthersPredictMeanwhile) {
  Model model = cnn();
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) outputs(model);
  });
  model.fit(images(), options(3));
  done = true;
  other.join();
  FitOptions o = options();
  o.on_batch = [&](const FitProgress&) {
    EXPECT_EQ(error_of([&] { model.fit(images(), options()); }), "[model.fit] the model is being trained already");
    return false;
  };
  model.fit(images(), o);
}

TEST(Fit, SaysWhatIsWrong) {
  Model model = cnn();
  const auto error = [&](const std::function<void(FitData&, FitOptions&)>& spoil) {
    FitData data = images();
    FitOptions o = options();
    spoil(data, o);
    return error_of([&] { model.fit(data, o); });
  };
  EXPECT_EQ(error([](FitData&, FitOptions& o) { o.epochs = 0; }), "[model.fit] expected 1 epoch or more, got 0");
  EXPECT_EQ(error([](FitData&, FitOptions& o) { o.batch_size = 0; }),
            "[model.fit] expected a batch of 1 or more, got 0");
  EXPECT_EQ(error([](FitData&, FitOptions& o) { o.validation_split = 0.99; }),
            "[model.fit] a validation split of 0.99 leaves 0 of 50 rows to train with");
  EXPECT_EQ(error([](FitData& d, FitOptions& o) {
              o.validation_split = 0.5;
              o.validation = d;
            }),
            "[model.fit] validation data and a validation split are given");
  EXPECT_EQ(error([](FitData& d, FitOptions&) { d.labels = {Tensor()}; }),
            "[model.fit] labels of output \"out\": is no tensor");
  EXPECT_EQ(error([](FitData& d, FitOptions&) { d.sample_weight = d.inputs[0]; }),
            "[model.fit] sample_weight: expected one number for each row, got (50, 8, 8, 3)");
  EXPECT_EQ(error([](FitData&, FitOptions& o) { o.optimizer = "{1}"; }).substr(0, 32),
            "[model.fit] optimizer: not JSON:");
  EXPECT_EQ(error([](FitData& d, FitOptions&) { d.inputs.clear(); }),
            "[model.fit] expected 1 inputs (input_layer), got 0");
}

}  // namespace
}  // namespace keravino
