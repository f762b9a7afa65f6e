#include "grad/remat.h"

#include <openvino/core/model.hpp>

#include "engine/device.h"
#include "keravino/grad.h"
#include "kernels/after.h"
#include "ops/custom_gradient.h"
#include "ops/make.h"
#include "tensor/value.h"

namespace keravino::grad {
namespace {

std::vector<Tensor> present(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> some;
  std::ranges::copy_if(tensors, std::back_inserter(some), [](const Tensor& x) { return static_cast<bool>(x); });
  return some;
}

Tensor after(const Tensor& x, const std::vector<Tensor>& others) {
  std::vector<Tensor> inputs{x};
  inputs.insert(inputs.end(), others.begin(), others.end());
  return ops::make<kernels::After>(inputs);
}

/// A body as a function of what it takes from outside, some of which are its arguments.
struct Function {
  std::shared_ptr<ov::Model> model;
  std::vector<bool> is_argument;

  std::vector<Tensor> gradients(std::vector<Tensor> inputs, const std::vector<Tensor>& gs,
                                const std::vector<bool>& wanted) const {
    const std::vector<Tensor> seeds = present(gs);
    std::vector<Tensor> ys, xs;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (is_argument[i] && inputs[i].dtype() != DType::boolean) inputs[i] = after(inputs[i], seeds);
      if (wanted[i]) xs.push_back(inputs[i]);
    }
    const std::vector<Tensor> results = ops::inlined(*model, inputs);
    for (size_t i = 0; i < results.size(); ++i) {
      if (gs[i]) ys.push_back(results[i]);
    }
    std::vector<Tensor> found = keravino::gradients(ys, xs, seeds), all(inputs.size());
    // What comes before is not computed again until all of this is done, so that its memory is free by then.
    const std::vector<Tensor> done = present(found);
    for (size_t i = 0, next = 0; i < inputs.size(); ++i) {
      if (wanted[i]) all[i] = found[next++];
      if (is_argument[i] && all[i]) all[i] = after(all[i], done);
    }
    return all;
  }
};

}  // namespace

std::vector<Tensor> recomputed(const std::vector<Tensor>& arguments, const ops::Body& body) {
  // The node that keeps the copy apart is known to the CPU alone.
  if (!ops::recording() || !engine::is_cpu(engine::default_options().device)) return body.results;
  const std::lock_guard lock(graph_mutex());
  const std::vector<Tensor> results = parts_of(body.results), given = parts_of(arguments);
  const auto [model, captured] = ops::extracted({{}, results, body.since});
  Function function{model, {}};
  for (const Tensor& x : captured) {
    const auto is_x = [&](const Tensor& argument) { return argument.output() == x.output(); };
    function.is_argument.push_back(std::ranges::any_of(given, is_x));
  }
  const auto vjp = [function](const auto& xs, const auto&, const auto& gs, const auto& wanted) {
    return function.gradients(xs, gs, wanted);
  };
  std::vector<DType> dtypes;
  for (const Tensor& result : body.results) dtypes.push_back(result.dtype());
  return of_parts(ops::with_gradient(results, captured, vjp), dtypes);
}

}  // namespace keravino::grad
