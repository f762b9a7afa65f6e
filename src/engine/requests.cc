#include "engine/requests.h"

namespace keravino::engine {
namespace {

constexpr size_t kMany = 16;  // inputs

size_t matches(const Request& request, const std::vector<const void*>& inputs) {
  size_t count = 0;
  for (size_t i = 0; i < std::min(inputs.size(), request.inputs.size()); ++i) count += inputs[i] == request.inputs[i];
  return count;
}

}  // namespace

Requests::Requests(const ov::CompiledModel& compiled)
    : compiled_(compiled), most_(compiled.get_property(ov::optimal_number_of_infer_requests)), free_(most_) {
  idle_.reserve(2 * most_);
}

Request Requests::take(const std::vector<const void*>& inputs) {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return free_ > 0; });
  const auto best = std::max_element(idle_.begin(), idle_.end(), [&](const Request& a, const Request& b) {
    return matches(a, inputs) < matches(b, inputs);  // of equal ones the first, which is the one used longest ago
  });
  const bool fits = best != idle_.end() && (inputs.size() < kMany || 2 * matches(*best, inputs) >= inputs.size());
  const size_t made = idle_.size() + most_ - free_;
  Request request;
  if (best == idle_.end() || (!fits && made < 2 * most_)) {
    request.request = compiled_.create_infer_request();
  } else {
    request = std::move(*best);
    idle_.erase(best);
  }
  --free_;
  return request;
}

void Requests::give(Request request, bool is_sound) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (is_sound) idle_.push_back(std::move(request));  // within what is reserved
    ++free_;
  }
  freed_.notify_one();
}

}  // namespace keravino::engine
