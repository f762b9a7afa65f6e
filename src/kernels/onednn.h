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

/// A matrix in row-major order: its first number, how far the rows lie apart, and whether it is read transposed.
struct Matrix {
  const float* numbers;
  size_t stride;
  bool transposed = false;
};

/// c (m, n), with rows `stride` apart, = beta * c + a (m, k) * b (k, n), in this thread.
inline void gemm(size_t m, size_t n, size_t k, const Matrix& a, const Matrix& b, float beta, float* c, size_t stride) {
  const auto size = [](size_t number) { return static_cast<dnnl_dim_t>(number); };
  use_one_thread();
  dnnl::error::wrap_c_api(dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', size(m), size(n), size(k), 1,
                                     a.numbers, size(a.stride), b.numbers, size(b.stride), beta, c, size(stride)),
                          "a product failed");
}

}  // namespace keravino::kernels
