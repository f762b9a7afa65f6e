// What is fuzzed: each takes bytes that nobody vouches for. It returns, whatever they are, be it after an Error; all
// else (another exception, a crash, too much time or memory) is a finding.
#pragma once

#include <string_view>

namespace keravino::fuzz {

/// A .keras file, or a legacy .h5 one.
void archive(std::string_view bytes);
/// A line that names a test model, whose weights there are, and a config.json for them.
void config(std::string_view bytes);
/// A legacy .h5 file; and one of weights, for a model in either form.
void hdf5(std::string_view bytes);
/// The index of weights in shards, x.weights.json.
void index(std::string_view bytes);
/// A .npy or .npz file.
void npy(std::string_view bytes);

}  // namespace keravino::fuzz
