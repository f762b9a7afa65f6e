// The infer requests of a compiled graph.
#pragma once

#include <condition_variable>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <vector>

namespace keravino::engine {

/// A request, and the memory that it was given last: to give it another tensor takes OpenVINO some microseconds.
struct Request {
  ov::InferRequest request;
  std::vector<const void*> inputs, outputs;  // by the graph's order; null where it has to be given anew
};

/// As many requests at once as the device says it can work on, for any number of threads.
class Requests {
 public:
  explicit Requests(const ov::CompiledModel& compiled);

  /// Calls `use` with a request that nobody else has meanwhile, the one that has most of the inputs at these addresses;
  /// waits while as many as can be are in use. Where inputs are many there may be two for each: a state that moves to
  /// and fro between two places meets the same request at each of them.
  template <class Use>
  void with_one(const std::vector<const void*>& inputs, const Use& use) {
    Lease lease(*this, inputs);
    use(lease.request);
    lease.is_sound = true;
  }

 private:
  struct Lease {
    Lease(Requests& from, const std::vector<const void*>& inputs) : requests(from), request(from.take(inputs)) {}
    ~Lease() { requests.give(std::move(request), is_sound); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Requests& requests;
    Request request;
    bool is_sound = false;  // one that threw is not used again
  };

  Request take(const std::vector<const void*>& inputs);
  void give(Request request, bool is_sound) noexcept;

  ov::CompiledModel compiled_;
  std::mutex mutex_;
  std::condition_variable freed_;
  size_t most_;  // how many may be in use at once
  size_t free_;  // how many more may be
  std::vector<Request> idle_;
};

}  // namespace keravino::engine
