// What the kernels that wrap oneDNN share. Only for builds with it.
#pragma once

#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace keravino::kernels {

inline const dnnl::engine& onednn_engine() {
  static const auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

/// Primitives that may run in another thread than the one that made them: oneDNN's own scratchpad belongs to that one.
inline dnnl::primitive_attr any_thread() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// While this thread calls oneDNN, oneDNN starts no threads: its own (OpenMP) would fight with OpenVINO's (TBB).
inline void use_one_thread() { omp_set_num_threads(1); }

}  // namespace keravino::kernels
