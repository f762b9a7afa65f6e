// keravino bench: how fast a model answers.
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/load_options.h"
#include "cli/progress.h"
#include "cli/validators.h"

namespace keravino::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  LoadOptions load;
  int batch = 1, parallel = 0;
  double seconds = 5;
  bool json = false;
};

struct Result {
  size_t rows = 0;  // of one request
  double load = 0, first = 0, wall = 0;
  std::vector<double> times;  // of each request, sorted
};

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

/// Each thread asks, waits for the answer, and asks again until the time is over.
Result measure(const Model& model, const std::vector<Tensor>& inputs, const Options& options) {
  Result result;
  const ov::PartialShape shape = inputs[0].shape();
  result.rows = shape.size() > 0 ? static_cast<size_t>(shape[0].get_length()) : 1;
  auto start = Clock::now();
  model.predict(inputs);
  result.first = seconds_since(start);
  std::vector<std::vector<double>> times(static_cast<size_t>(options.parallel));
  std::vector<std::exception_ptr> faults(times.size());
  std::vector<std::thread> threads;
  start = Clock::now();
  for (size_t t = 0; t < times.size(); ++t) {
    threads.emplace_back([&, t] {
      try {
        do {
          const auto begin = Clock::now();
          model.predict(inputs);
          times[t].push_back(seconds_since(begin));
        } while (seconds_since(start) < options.seconds);
      } catch (...) {
        faults[t] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  result.wall = seconds_since(start);
  for (const auto& fault : faults) {
    if (fault) std::rethrow_exception(fault);
  }
  for (const auto& own : times) result.times.insert(result.times.end(), own.begin(), own.end());
  std::ranges::sort(result.times);
  return result;
}

void report(const Model& model, const Options& options, const Result& result) {
  const auto requests = static_cast<double>(result.times.size());
  const double rows = requests * static_cast<double>(result.rows) / result.wall;
  nlohmann::json latency;
  for (const auto& [name, part] : {std::pair{"min", 0.0}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1.0}})
    latency[name] = 1e3 * percentile(result.times, part);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"model", model.name()},
                                      {"device", options.load.device},
                                      {"precision", model.precision()},
                                      {"hint", options.load.hint},
                                      {"parallel", options.parallel},
                                      {"batch", result.rows},
                                      {"load_seconds", result.load},
                                      {"first_seconds", result.first},
                                      {"requests", result.times.size()},
                                      {"latency_ms", latency},
                                      {"rows_per_second", rows}}
                           .dump(1));
    return;
  }
  fmt::print("{} on {}, hint {}, batch {}, {} at once\n", model.precision(), options.load.device, options.load.hint,
             result.rows, options.parallel);
  fmt::print("load        {:.3f} s, first answer after {:.3f} s more\n", result.load, result.first);
  fmt::print("latency     {:.3f} ms median, {:.3f} ms 90 %, {:.3f} ms 99 %, {:.3f} ms to {:.3f} ms in all\n",
             latency["p50"].get<double>(), latency["p90"].get<double>(), latency["p99"].get<double>(),
             latency["min"].get<double>(), latency["max"].get<double>());
  fmt::print("throughput  {:.1f} rows/s, {} requests in {:.1f} s\n", rows, result.times.size(), result.wall);
}

void run_command(Options& options) {
  if (options.parallel == 0)
    options.parallel = options.load.hint == "latency" ? 1 : static_cast<int>(std::thread::hardware_concurrency());
  const auto start = Clock::now();
  const Model model = Model::load(options.model, options.load);
  const double load = seconds_since(start);
  const std::vector<Tensor> inputs =
      options.inputs.empty() ? random_inputs(model, options.batch) : read_inputs(model, options.inputs);
  Result result = measure(model, inputs, options);
  result.load = load;
  report(model, options, result);
}

}  // namespace

void add_bench(CLI::App& app) {
  auto* command = app.add_subcommand("bench", "Measure a model's latency and throughput.");
  auto o = std::make_shared<Options>();
  add_model(*command, o->model, o->load);
  command->add_option("--batch", o->batch, "Rows of a request of random numbers")
      ->capture_default_str()
      ->check(at_least(1));
  command->add_option("--input", o->inputs, "One request, as for keravino run, instead")->type_name("FILE ...");
  command->add_option("--hint", o->load.hint, "What the device is set up for")
      ->capture_default_str()
      ->check(CLI::IsMember({"latency", "throughput"}))
      ->type_name("");
  command->add_option("--streams", o->load.streams, "Requests that are computed at once; 0 leaves it to the device")
      ->capture_default_str()
      ->check(at_least(0));
  command->add_option("--parallel", o->parallel, "Requests on their way; 0: 1 for latency, one for each core else")
      ->capture_default_str()
      ->check(at_least(0));
  command->add_option("--seconds", o->seconds, "How long")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->type_name("NUMBER");
  add_load_options(*command, o->load);
  add_precision(*command, o->load);
  command->add_flag("--json", o->json, "As JSON");
  command->footer(
      "Examples:\n  keravino bench model.keras\n"
      "  keravino bench model.keras --batch 8 --hint throughput --seconds 10\n"
      "  keravino bench model.keras --input x.npz --threads 1 --precision bf16 --json");
  command->callback([o] { run_command(*o); });
}

}  // namespace keravino::cli
