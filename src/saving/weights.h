// The tensors of a weights file (model.weights.h5), by the HDF5 group that Keras keeps them in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "saving/file.h"

namespace keravino::saving {

/// One saved variable. The bytes are little-endian, in C order, aligned for the dtype.
struct SavedTensor {
  std::string name;   // "0", "1" ... in the order of the layer's variables
  std::string dtype;  // as Keras writes it: "float32", "bfloat16", "int8", "bool" ...
  std::vector<size_t> shape;
  std::shared_ptr<const std::byte> data;  // mostly a window into the file's bytes, which it keeps alive
  size_t bytes = 0;
};

/// The tensors of a layer in a legacy file, nested layers included: those that are trained, then the others.
struct LayerTensors {
  std::string layer;
  std::vector<SavedTensor> tensors;
};

/// All tensors of a weights file. Opened in full: later look-ups cannot meet a damaged file.
class WeightStore {
 public:
  WeightStore() = default;
  /// Without weights; `where` starts the errors.
  explicit WeightStore(std::string where) : where_(std::move(where)) {}
  /// Reads an HDF5 file that is in memory. `where` starts every error: "model.keras: model.weights.h5".
  /// Errors: not HDF5, damaged, links out of the file, data kept elsewhere, dtypes that Keras does not write, a shape
  /// with nothing behind it.
  WeightStore(std::string where, const Buffer& image, Budget& budget);

  /// The file, as errors name it.
  const std::string& where() const { return where_; }
  /// Whether the object has a group, be it without variables: `has("layers/conv2d")`.
  bool has(const std::string& group) const { return groups_.contains(group); }
  /// The variables of one object, in order; empty for a layer without any. No such group: Error(Kind::file).
  const std::vector<SavedTensor>& vars(const std::string& group) const;
  /// What a file in the legacy form has, by layer: it does not say which group a tensor is for. Empty for other files.
  const std::vector<LayerTensors>& layers() const { return layers_; }
  /// Puts tensors in the place of a group's own, or makes the group; they are named "0", "1" ... in this order.
  void set(const std::string& group, std::vector<SavedTensor> tensors);
  /// Takes what another store has, such as a further shard of the same weights.
  void add(WeightStore other);
  /// The bytes of an HDF5 file with all groups, as Keras lays it out: each has its tensors in "vars".
  Buffer image() const;
  /// Every group by its path; the model itself is "".
  const std::map<std::string, std::vector<SavedTensor>>& groups() const { return groups_; }

 private:
  std::string where_;
  std::map<std::string, std::vector<SavedTensor>> groups_;
  std::vector<LayerTensors> layers_;
  std::map<std::string, std::string> names_;  // what Keras calls the object of a group: "name" of its "vars"
};

/// Reads a weights file that Keras's `model.save_weights` wrote: "x.weights.h5", or "x.weights.json" with its shards
/// beside it; or an .h5 file in the legacy form. Errors (Kind::file): as for one file in memory; shards that are
/// missing or are elsewhere.
WeightStore open_weights(const std::string& path);

}  // namespace keravino::saving
