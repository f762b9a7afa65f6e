// A traced graph as a compiled program with inputs and outputs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/device.h"
#include "engine/empty.h"
#include "engine/requests.h"
#include "keravino/tensor.h"

namespace keravino::engine {

/// A traced parameter: a tensor without numbers, on which a graph is built. Dimensions may be dynamic. A complex one is
/// two parameters of a graph (`parts_of`).
Tensor parameter(const ov::PartialShape& shape, DType dtype);

/// A copy of the graph between `parameters` and `outputs`, gone through every pass; tensors whose numbers are known are
/// constants of it. Error if an output hangs on a parameter that is not listed.
/// `kernels`: nodes of ours may stand for those of the opset, which only the CPU runs.
std::shared_ptr<ov::Model> traced_model(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs,
                                        bool kernels = false);

/// A caller's memory for output `i` must have the shape that comes; Error if it has another.
void check_output(size_t i, const ov::Shape& shape, const ov::Tensor& memory);

/// A graph from parameters to outputs, compiled once and run by any number of threads.
class Program {
 public:
  /// Compiles traced_model(); its errors, and one if the device is absent.
  Program(const std::vector<Tensor>& parameters, const std::vector<Tensor>& outputs, const CompileOptions& options);

  /// The outputs for inputs of the parameters' dtypes and of shapes that fit them. They are written to `outputs`, whose
  /// dtypes must be theirs, or to memory of their own where that has no tensor. Error for one of another shape.
  std::vector<ov::Tensor> run(std::vector<ov::Tensor> inputs, std::vector<ov::Tensor> outputs = {});

  /// The graph that was compiled.
  const std::shared_ptr<ov::Model>& model() const { return model_; }

 private:
  void check(const std::vector<ov::Tensor>& inputs) const;
  void infer(Request& request, const std::vector<ov::Tensor>& inputs, const std::vector<const void*>& addresses,
             std::vector<ov::Tensor>& outputs) const;
  void infer_in_parts(Request& request, const std::vector<ov::Tensor>& inputs, std::vector<ov::Tensor>& outputs) const;

  std::shared_ptr<ov::Model> model_;
  std::vector<size_t> rounded_;  // inputs of float64 that the graph only rounds: it takes float32
  ov::CompiledModel compiled_;
  EmptyGuard guard_;
  bool interpreted_;  // numbers that a plugin would narrow, or shapes that make something empty
  // Outputs that are inputs never reach the plugin: the CPU's leaves them unwritten and overwrites the input.
  std::map<size_t, size_t> input_of_output_;
  std::vector<size_t> computed_;      // the other outputs, in the compiled graph's order
  size_t rows_ = 0;                   // of a batch, that are computed at a time; 0: all
  std::vector<bool> is_fixed_;        // of each input: an address is all that changes, static in shape as it is
  std::optional<Requests> requests_;  // none if nothing is compiled
};

}  // namespace keravino::engine
