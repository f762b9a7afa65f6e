#include "engine/requests.h"

namespace keravino::engine {

Requests::Requests(const ov::CompiledModel& compiled)
    : compiled_(compiled), free_(compiled.get_property(ov::optimal_number_of_infer_requests)) {
  idle_.reserve(free_);
}

ov::InferRequest Requests::take() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return free_ > 0; });
  ov::InferRequest request;
  if (idle_.empty()) {
    request = compiled_.create_infer_request();
  } else {
    request = std::move(idle_.back());
    idle_.pop_back();
  }
  --free_;
  return request;
}

void Requests::give(ov::InferRequest request) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (request) idle_.push_back(std::move(request));  // within what is reserved
    ++free_;
  }
  freed_.notify_one();
}

}  // namespace keravino::engine
