// Runs a model with frugally-deep, one image after the other, and prints its times as JSON.
// frugally_deep MODEL.json INPUT OUTPUT REPEAT BATCH HEIGHT WIDTH CHANNELS: the files hold float32.
#include <algorithm>
#include <chrono>
#include <fdeep/fdeep.hpp>
#include <fstream>
#include <iostream>

namespace {

double seconds(auto work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int, char** arguments) {
  const auto number = [&](int i) { return static_cast<std::size_t>(std::stoul(arguments[i])); };
  const std::size_t batch = number(5), height = number(6), width = number(7), channels = number(8);
  std::vector<float> image(height * width * channels), results;
  std::ifstream input(arguments[2], std::ios::binary);
  std::vector<fdeep::tensors> images;
  for (std::size_t i = 0; i < batch; ++i) {
    input.read(reinterpret_cast<char*>(image.data()), static_cast<std::streamsize>(image.size() * sizeof(float)));
    images.push_back({fdeep::tensor(fdeep::tensor_shape(height, width, channels), image)});
  }
  std::unique_ptr<fdeep::model> model;
  const double load = seconds(
      [&] { model = std::make_unique<fdeep::model>(fdeep::load_model(arguments[1], false, fdeep::dev_null_logger)); });
  const auto run = [&] {
    results.clear();
    for (const auto& one : images) {
      const auto answer = model->predict(one).front().to_vector();
      results.insert(results.end(), answer.begin(), answer.end());
    }
  };
  const double first = seconds(run);
  double best = first;
  for (std::size_t i = 1; i < number(4); ++i) best = std::min(best, seconds(run));
  std::ofstream(arguments[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(results.data()),
             static_cast<std::streamsize>(results.size() * sizeof(float)));
  std::cout << "{\"load_seconds\": " << load << ", \"first_seconds\": " << first << ", \"steady_seconds\": " << best
            << "}\n";
}
