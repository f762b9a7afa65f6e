// A report as one HTML file that needs nothing else.
#pragma once

#include "model/report.h"

namespace keravino::cli {

/// The page; every text in it that comes from a model's file is escaped.
std::string page(const Model& model, const Report& report, const Conversion& conversion);

}  // namespace keravino::cli
