#include "engine/workers.h"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace keravino::engine {

struct Workers::Shared {
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<std::function<void()>> tasks;
  size_t idle = 0;  // threads that wait for a task
  bool closed = false;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      changed.wait(lock, [&] { return closed || !tasks.empty(); });
      --idle;
      if (tasks.empty()) return;
      std::function<void()> task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
      task = nullptr;  // what it holds goes before the next one is looked for
      lock.lock();
    }
  }
};

Workers::Workers(size_t most) : most_(most), shared_(std::make_shared<Shared>()) {}

Workers::~Workers() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
  }
  shared_->changed.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.get_id() == std::this_thread::get_id())
      thread.detach();  // it holds what it needs
    else
      thread.join();
  }
}

void Workers::submit(std::function<void()> task) {
  const std::lock_guard lock(shared_->mutex);
  shared_->tasks.push_back(std::move(task));
  if (shared_->tasks.size() > shared_->idle && threads_.size() < most_)
    threads_.emplace_back([shared = shared_] { shared->work(); });
  else
    shared_->changed.notify_one();
}

}  // namespace keravino::engine
