// OpenVINO's fusion of element-wise nodes into kernels ("snippets"), where it crashes.
#pragma once

#include <openvino/core/model.hpp>

namespace keravino::engine {

/// True if the CPU plugin (OpenVINO 2026.4.1) may crash when it joins this graph's nodes into kernels: with one thread
/// and few rows it makes one kernel of products in a row, and loses its way where the nodes behind them take further
/// tensors twice, as the coupling layers of a normalising flow do. To be removed with the crash.
bool may_crash_snippets(const ov::Model& model);

}  // namespace keravino::engine
