// Devices by OpenVINO's names, and how graphs are compiled for them.
#pragma once

#include <map>
#include <openvino/runtime/core.hpp>
#include <optional>
#include <string>

namespace keravino::engine {

/// How a graph is compiled. Precision is float32 unless asked for: the CPU plugin's own default is bfloat16 where it
/// can.
struct CompileOptions {
  std::string device = "CPU";     ///< OpenVINO's name: CPU, GPU, GPU.1, NPU, AUTO, AUTO:GPU,CPU, HETERO:...
  std::string precision = "f32";  ///< f32, bf16, f16; typed: each node in its own type, f16 at least rounded to it
  int threads = 0;                ///< 0: the device's own choice
  std::string hint = "latency";   ///< latency or throughput
  int streams = 0;                ///< 0: the device's own choice
  std::string cache_dir = "";     ///< where OpenVINO keeps what it has compiled; empty: nowhere
};

/// The one OpenVINO core of the process.
ov::Core& core();

/// Error if the device is not present; the message lists those that are.
void check_device(const std::string& device);

/// Errors for options that no graph can be compiled with.
void check_options(const CompileOptions& options);

/// What a precision is called by OpenVINO; that of typed graphs is float32. Error for one that is not known.
ov::element::Type precision_type(const std::string& precision);

/// Whether graphs for this device run on the CPU, where kernels of ours can be part of them.
bool is_cpu(const std::string& device);

/// Whether a node is an op of OpenVINO's opsets, and none of ours.
bool is_standard(const ov::Node& node);

/// Compiles a model, which the passes rewrite. Errors of check_options().
ov::CompiledModel compile(const std::shared_ptr<ov::Model>& model, const CompileOptions& options);

/// How many graphs this process has compiled so far.
uint64_t compile_count();

/// The options of eager graphs and of predict, for this thread (device scope) and the process (threads).
CompileOptions& default_options();

}  // namespace keravino::engine
