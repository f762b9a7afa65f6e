#include "engine/device.h"

#include <atomic>

#include "engine/any_node.h"
#include "engine/snippets.h"
#include "keravino/error.h"
#include "passes/exact.h"
#include "passes/fuse.h"
#include "passes/halves.h"
#include "passes/order.h"
#include "passes/recognise.h"
#include "passes/winograd.h"

namespace keravino::engine {
namespace {

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// The devices that a name asks for: "AUTO:GPU,CPU" asks for GPU and CPU.
std::vector<std::string> devices_in(const std::string& name) {
  const size_t colon = name.find(':');
  std::vector<std::string> devices;
  std::string list = colon == std::string::npos ? name : name.substr(colon + 1);
  if (colon == std::string::npos && (name == "AUTO" || name == "HETERO" || name == "MULTI" || name == "BATCH"))
    return {};
  for (size_t begin = 0; begin <= list.size();) {
    const size_t comma = std::min(list.find(',', begin), list.size());
    devices.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return devices;
}

std::atomic<uint64_t> g_compiled = 0;

ov::hint::PerformanceMode performance_mode(const std::string& hint) {
  if (hint == "latency") return ov::hint::PerformanceMode::LATENCY;
  if (hint == "throughput") return ov::hint::PerformanceMode::THROUGHPUT;
  throw Error(fmt::format("unknown hint \"{}\"; wanted latency or throughput", hint));
}

}  // namespace

ov::Core& core() {
  static auto* core = new ov::Core();  // lives until the process ends: plugins must not be unloaded before our caches
  return *core;
}

bool is_cpu(const std::string& device) {
  const std::vector<std::string> named = devices_in(device);
  const std::vector<std::string> devices = named.empty() ? core().get_available_devices() : named;
  return std::all_of(devices.begin(), devices.end(), [](const std::string& name) { return name.starts_with("CPU"); });
}

void check_device(const std::string& device) {
  const std::vector<std::string> present = core().get_available_devices();
  for (const std::string& wanted : devices_in(device)) {
    const bool found = std::any_of(present.begin(), present.end(), [&](const std::string& name) {
      return name == wanted || name.substr(0, name.find('.')) == wanted || wanted == "CPU" || wanted == name + ".0";
    });
    if (!found) {
      throw Error(Error::Kind::runtime,
                  fmt::format("device \"{}\" is not present. Present: {}", wanted, join(present)));
    }
  }
}

ov::element::Type precision_type(const std::string& precision) {
  if (precision == "f32" || precision == "typed") return ov::element::f32;
  if (precision == "bf16") return ov::element::bf16;
  if (precision == "f16") return ov::element::f16;
  throw Error(fmt::format("unknown precision \"{}\"; wanted f32, bf16 or f16", precision));
}

void check_options(const CompileOptions& options) {
  check_device(options.device);
  precision_type(options.precision);
  performance_mode(options.hint);
  for (const auto& [name, number] : {std::pair("threads", options.threads), std::pair("streams", options.streams)}) {
    if (number < 0) throw Error(fmt::format("{} must be 0 or more, got {}", name, number));
  }
}

bool is_standard(const ov::Node& node) {
  const char* set = node.get_type_info().version_id;
  return set && std::string_view(set).starts_with("opset");
}

uint64_t compile_count() { return g_compiled; }

ov::CompiledModel compile(const std::shared_ptr<ov::Model>& model, const CompileOptions& options) {
  check_options(options);
  ++g_compiled;
  const bool on_cpu = is_cpu(options.device);
  ov::AnyMap config{ov::hint::inference_precision(precision_type(options.precision)),
                    ov::hint::performance_mode(performance_mode(options.hint))};
  if (options.threads > 0) config.emplace(ov::inference_num_threads(options.threads));
  if (options.streams > 0) config.emplace(ov::num_streams(options.streams));
  if (options.precision == "typed") passes::round_halves(model);
  passes::recognise(model);
  const bool is_float32 = precision_type(options.precision) == ov::element::f32;
  if (on_cpu && is_float32) passes::use_winograd(model);
  passes::make_exact(model, is_float32, on_cpu);
  if (on_cpu) {
    passes::fuse_element_wise(model);
    passes::compute_leaves_early(model);
  }
  // OpenVINO reads no op of ours back from its cache, nor do all of their attributes count in what it knows a graph by.
  const bool is_kept = !options.cache_dir.empty() && !any_node(*model, std::not_fn(&is_standard));
  if (is_kept) config.emplace(ov::cache_dir(options.cache_dir));
  if (on_cpu && may_crash_snippets(*model)) config.emplace("SNIPPETS_MODE", "DISABLE");
  try {
    return core().compile_model(model, options.device, config);
  } catch (const ov::Exception&) {
    // OpenVINO 2026.4.1: the CPU plugin's fusion into kernels fails on some graphs, of two MatMuls by way of one column
    // for instance. Without it they compile; what fails for another reason fails again.
    if (!on_cpu || !config.emplace("SNIPPETS_MODE", "DISABLE").second) throw;
    return core().compile_model(model, options.device, config);
  }
}

CompileOptions& default_options() {
  thread_local CompileOptions options;
  return options;
}

}  // namespace keravino::engine
