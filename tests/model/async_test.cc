#include <latch>
#include <thread>

#include "engine/device.h"
#include "keravino/layers.h"
#include "keravino/ops.h"
#include "model/keras_files.h"

namespace keravino {
namespace {

using saving::test_data;

/// `rows` images of tests/data/cnn.keras; which ones hangs on the seed.
Tensor images(size_t rows, size_t seed) {
  ov::Tensor x(ov::element::f32, {rows, 8, 8, 3});
  for (size_t i = 0; i < x.get_size(); ++i) x.data<float>()[i] = std::sin(static_cast<float>(i + 31 * seed));
  return Tensor(x);
}

double difference(const std::vector<float>& a, const std::vector<float>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return most;
}

TEST(ModelAsync, FutureAndCallbackGiveWhatPredictGives) {
  const Model model = Model::load(test_data("cnn.keras"));
  const std::vector<float> wanted = floats(model.predict({images(2, 0)})[0]);
  EXPECT_EQ(floats(model.predict_async({images(2, 0)}).get()[0]), wanted);
  std::promise<std::vector<Tensor>> got;
  std::thread::id thread;
  model.predict_async({images(2, 0)}, [&](std::vector<Tensor> outputs, std::exception_ptr error) {
    thread = std::this_thread::get_id();
    EXPECT_EQ(error, nullptr);
    got.set_value(std::move(outputs));
  });
  EXPECT_EQ(floats(got.get_future().get()[0]), wanted);
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(ModelAsync, ErrorsArriveWhereTheAnswerWould) {
  const Model model = Model::load(test_data("cnn.keras"));
  const char* wanted = "[model.predict] input \"input_layer\": expected shape (None, 8, 8, 3), got (5, 8, 8)";
  auto future = model.predict_async({ones({5, 8, 8})});
  EXPECT_EQ(error_of([&] { future.get(); }), wanted);
  std::promise<void> called;
  model.predict_async({ones({5, 8, 8})}, [&](const std::vector<Tensor>& outputs, std::exception_ptr error) {
    EXPECT_TRUE(outputs.empty());
    EXPECT_EQ(error_of([&] { std::rethrow_exception(error); }), wanted);
    called.set_value();
  });
  called.get_future().get();
  EXPECT_EQ(floats(model.predict_async({images(1, 0)}).get()[0]).size(), 3u);  // and it goes on
}

TEST(ModelAsync, ACallbackMayAskAgainAndHoldTheLastCopy) {
  std::promise<std::vector<float>> got;
  std::vector<float> wanted;
  {
    const Model model = Model::load(test_data("cnn.keras"));
    wanted = floats(model.predict({images(1, 2)})[0]);
    model.predict_async({images(1, 1)}, [&, model](const std::vector<Tensor>&, std::exception_ptr) {
      EXPECT_EQ(floats(model.predict({images(1, 2)})[0]), wanted);
      model.predict_async({images(1, 2)}, [&, model](const std::vector<Tensor>& outputs, std::exception_ptr) {
        got.set_value(floats(outputs.at(0)));
      });
    });
  }
  EXPECT_EQ(got.get_future().get(), wanted);
}

/// Threads that all ask for all sizes at once, in both ways, while others copy models and compile.
TEST(ModelAsync, ManyThreadsAtOnce) {
  for (const char* hint : {"latency", "throughput"}) {
    const Model model = Model::load(test_data("cnn.keras"), {.hint = hint, .streams = hint[0] == 't' ? 3 : 0});
    std::vector<std::vector<float>> wanted;
    for (size_t rows = 1; rows <= 7; ++rows)  // more sizes than there are graphs for
      wanted.push_back(floats(Model::load(test_data("cnn.keras")).predict({images(rows, rows)})[0]));
    constexpr int kThreads = 16, kCalls = 40;
    std::latch together(kThreads);
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0, answers = 0;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const Model own = model;
        std::vector<std::pair<size_t, std::future<std::vector<Tensor>>>> futures;
        together.arrive_and_wait();
        for (int i = 0; i < kCalls; ++i) {
          const size_t rows = static_cast<size_t>(t + i) % 7 + 1;
          if (i % 2 == 0) {
            futures.emplace_back(rows, own.predict_async({images(rows, rows)}));
            continue;
          }
          wrong += difference(floats(own.predict({images(rows, rows)})[0]), wanted[rows - 1]) > 1e-6;
          ++answers;
        }
        for (auto& [rows, future] : futures) {
          wrong += difference(floats(future.get()[0]), wanted[rows - 1]) > 1e-6;
          ++answers;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(answers, kThreads * kCalls);
  }
}

TEST(ModelAsync, ASizeIsCompiledOnceHoweverManyAskForIt) {
  const Model model = Model::load(test_data("cnn.keras"));
  const uint64_t before = engine::compile_count();
  std::latch together(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      model.predict({images(3, 0)});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine::compile_count() - before, 1u);
}

}  // namespace
}  // namespace keravino
