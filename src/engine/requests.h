// The infer requests of a compiled graph.
#pragma once

#include <condition_variable>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <vector>

namespace keravino::engine {

/// As many requests as the device says it can work on at once, for any number of threads.
class Requests {
 public:
  explicit Requests(const ov::CompiledModel& compiled);

  /// Calls `use` with a request that nobody else has meanwhile; waits while all are in use.
  template <class Use>
  void with_one(const Use& use) {
    Lease lease(*this);
    use(lease.request);
    lease.is_sound = true;
  }

 private:
  struct Lease {
    explicit Lease(Requests& from) : requests(from), request(from.take()) {}
    ~Lease() { requests.give(is_sound ? request : ov::InferRequest()); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Requests& requests;
    ov::InferRequest request;
    bool is_sound = false;  // one that threw is not used again
  };

  ov::InferRequest take();
  void give(ov::InferRequest request) noexcept;

  ov::CompiledModel compiled_;
  std::mutex mutex_;
  std::condition_variable freed_;
  size_t free_;  // how many may be taken; those that were used before are idle, others are yet to be made
  std::vector<ov::InferRequest> idle_;
};

}  // namespace keravino::engine
