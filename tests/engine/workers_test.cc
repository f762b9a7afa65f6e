#include "engine/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace keravino::engine {
namespace {

TEST(Workers, AsManyTasksAtOnceAsAsked) {
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  std::atomic<int> begun = 0, most = 0;
  {
    Workers workers(3);
    for (int i = 0; i < 8; ++i) {
      workers.submit([&, ended] {
        ++begun;
        ended.wait();
        --begun;
      });
    }
    while (begun < 3) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    most = begun.load();
    end.set_value();
  }  // waits for all
  EXPECT_EQ(most, 3);
  EXPECT_EQ(begun, 0);
}

TEST(Workers, OneKeepsTheOrder) {
  std::vector<int> order;
  {
    Workers workers(1);
    for (int i = 0; i < 100; ++i) workers.submit([&order, i] { order.push_back(i); });
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order.at(static_cast<size_t>(i)), i);
}

TEST(Workers, ATaskMayEndThem) {
  auto workers = std::make_shared<Workers>(2);
  std::promise<void> released;
  std::promise<std::thread::id> done;
  workers->submit([&, last = workers]() mutable {
    released.get_future().wait();
    last.reset();
    done.set_value(std::this_thread::get_id());
  });
  workers.reset();
  released.set_value();
  EXPECT_NE(done.get_future().get(), std::this_thread::get_id());
}

}  // namespace
}  // namespace keravino::engine
