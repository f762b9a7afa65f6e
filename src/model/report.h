// What became of each layer of a model, and how long it takes on a device.
#pragma once

#include "keravino/convert.h"

namespace keravino {

/// A layer, or what lies between layers.
struct LayerReport {
  LayerInfo info;
  std::map<std::string, size_t> ops;  // OpenVINO's, of the graph
  std::vector<std::string> runs_as;   // the device's nodes, with what else they compute
  double milliseconds = 0;
};

struct RecognisedReport {
  Recognised form;
  std::string layer, by;
};

struct Report {
  std::vector<LayerReport> layers;
  std::vector<RecognisedReport> recognised;
  double milliseconds = 0;  // of a whole run
  std::string device, precision;
  std::string unmeasured;  // why there are no times; empty: there are
};

/// How many nodes of which OpenVINO type each layer became, by the layer's name; constants, inputs and results do not
/// count.
std::map<std::string, std::map<std::string, size_t>> ops_by_layer(const ov::Model& graph);

/// The graph of a conversion, compiled and run as any program of OpenVINO's does it, on random numbers: one row where
/// the batch is open. Times are medians of several runs.
Report report(const Model& model, const Conversion& conversion, const LoadOptions& options);

}  // namespace keravino
