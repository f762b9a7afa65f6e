// server MODEL.keras [REQUESTS [CLIENTS]]: the loop of a server. Clients put requests in the model's queue and wait for
// the answers, requests are computed as many at once as the device can, and latency and throughput are printed.
#include <keravino/model.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

using Clock = std::chrono::steady_clock;
using keravino::Tensor;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A request: one row of numbers in the shape of the model's input.
Tensor request(const keravino::TensorInfo& input, size_t number) {
  ov::PartialShape shape = input.shape;
  shape[0] = 1;
  ov::Tensor row(ov::element::f32, shape.to_shape());
  std::fill_n(row.data<float>(), row.get_size(), static_cast<float>(number % 17) / 17);
  return Tensor(row);
}

int main(int count, char** arguments) try {
  if (count < 2) throw std::runtime_error("usage: server MODEL.keras [REQUESTS [CLIENTS]]");
  const size_t requests = count > 2 ? std::stoul(arguments[2]) : 1000,
               clients = count > 3 ? std::stoul(arguments[3]) : 8;
  const auto model = keravino::Model::load(arguments[1], {.hint = "throughput"});
  model.compile(1);
  std::vector<double> latencies(requests);
  std::atomic<size_t> next = 0;
  const auto start = Clock::now();
  std::vector<std::future<void>> done;
  for (size_t c = 0; c < clients; ++c) {
    done.push_back(std::async(std::launch::async, [&] {
      for (size_t i; (i = next++) < requests;) {
        const auto asked = Clock::now();
        model.predict_async({request(model.inputs().at(0), i)}).get();  // an error is thrown here
        latencies[i] = milliseconds_since(asked);
      }
    }));
  }
  for (auto& client : done) client.get();
  const double total = milliseconds_since(start);
  std::ranges::sort(latencies);
  const auto percentile = [&](double part) {
    return latencies.at(static_cast<size_t>(part * static_cast<double>(requests - 1)));
  };
  std::cout << requests << " requests of " << clients << " clients\n"
            << "latency " << percentile(0.5) << " ms median, " << percentile(0.99) << " ms 99 %\n"
            << "throughput " << 1000 * static_cast<double>(requests) / total << " requests/s\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
