// A report as one HTML file that needs nothing else.
#pragma once

#include "model/report.h"

namespace keravino::cli {

/// Writes what a report says of the graph of a conversion; every text in it that comes from a model's file is escaped.
/// The file is complete or not there.
void write_page(const std::string& path, const Model& model, const Conversion& conversion, const LoadOptions& options);

}  // namespace keravino::cli
