// Keras models as OpenVINO IR: standard ops, names kept, weights in as few bits as asked for.
#pragma once

#include <functional>
#include <openvino/core/model.hpp>
#include <string>
#include <vector>

#include "keravino/model.h"
#include "keravino/recognised.h"

namespace keravino {

struct ConvertOptions {
  /// How weights are stored: f32, bf16, f16, int8 (a scale for each output channel), int4 (for each group of up to 128
  /// inputs of a matrix; what has no such form is int8), or auto: the fewest bytes that keep `max_error`.
  std::string precision = "f32";
  /// Sizes of the open dimensions, the batch first, then the others as they come in the inputs; empty: they stay open.
  std::vector<int64_t> sizes;
  /// For auto: how far an output may be off on `samples`, as a part of its largest number.
  double max_error = 0.005;
  std::vector<Tensor> samples;  ///< for auto: inputs in the order of the model's
};

/// A weight of the converted model; `layer` is the path of the layer that uses it.
struct ConvertedWeight {
  std::string layer, precision;
  ov::Shape shape;
  size_t bytes_before = 0, bytes_after = 0;
};

struct Conversion {
  std::shared_ptr<ov::Model> graph;
  std::vector<Recognised> recognised;    // what the passes made of layers and ops written out
  std::vector<ConvertedWeight> weights;  // the large ones, which are compressed
  double error = 0;                      // for auto: measured on the samples
};

/// The model as a graph of standard ops. Errors: an unknown precision, too many sizes, auto without samples, a layer
/// that became an op of our own.
Conversion convert(const Model& model, const ConvertOptions& options = {});

/// Writes FOLDER/NAME.xml and FOLDER/NAME.bin, each complete or not at all; makes the folder. Returns the .xml's path.
std::string write_ir(const Conversion& conversion, const std::string& folder, const std::string& name);

/// Writes FOLDER/NAME/1/model.xml and .bin, and the config.pbtxt that Triton wants: a model repository for OpenVINO
/// Model Server, Triton and KServe. Returns the .xml's path.
std::string write_repository(const Conversion& conversion, const std::string& folder, const std::string& name);

}  // namespace keravino
