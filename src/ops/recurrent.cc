#include "ops/recurrent.h"

#include <openvino/core/parallel.hpp>

#include "engine/device.h"
#include "kernels/recurrent.h"
#include "ops/custom_gradient.h"
#include "ops/make.h"
#include "ops/shapes.h"

namespace keravino::ops {

std::vector<Tensor> recurrent(const Tensor& x, const std::vector<Tensor>& states, const Tensor& kernel,
                              const Tensor& recurrent_kernel, const Tensor& bias) {
  std::vector<Tensor> inputs{x};
  inputs.insert(inputs.end(), states.begin(), states.end());
  inputs.insert(inputs.end(), {kernel, recurrent_kernel});
  const auto fits = [](const Tensor& t) {
    return t.dtype() == DType::float32 && t.shape().is_static() && ov::shape_size(t.shape().to_shape()) > 0;
  };
  const bool any = std::any_of(inputs.begin(), inputs.end(), takes_kernels);
  if (!kernels::Recurrent::available() || !any || !std::all_of(inputs.begin(), inputs.end(), fits)) return {};
  const auto cell = states.size() == 2 ? kernels::Cell::lstm : kernels::Cell::gru;
  const int64_t units = recurrent_kernel.shape()[0].get_length();
  const Dims of_bias = cell == kernels::Cell::lstm ? Dims{4 * units} : Dims{int64_t{2}, 3 * units};
  inputs.push_back(bias ? bias : filled(of_bias, 0, DType::float32));
  const int threads = engine::default_options().threads;
  const auto batch = static_cast<int>(x.shape()[0].get_length());
  const int parts = std::clamp(threads > 0 ? threads : parallel_get_max_threads(), 1, batch);
  std::vector<Tensor> outputs = make_all<kernels::Recurrent>(inputs, cell, static_cast<size_t>(parts));
  outputs.pop_back();
  return outputs;
}

}  // namespace keravino::ops
