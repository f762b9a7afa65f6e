// Threads that do what they are given.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace keravino::engine {

/// Does tasks in the order in which they come, up to `most` at once. A thread is started when a task would have to wait
/// for one. A task must not throw.
class Workers {
 public:
  explicit Workers(size_t most);
  /// Waits until all tasks are done, but not for the one that destroys it.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void submit(std::function<void()> task);

 private:
  struct Shared;

  const size_t most_;
  std::shared_ptr<Shared> shared_;  // with the threads
  std::vector<std::thread> threads_;
};

}  // namespace keravino::engine
