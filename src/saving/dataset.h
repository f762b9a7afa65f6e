// What is read out of an HDF5 file that nobody vouches for: tensors, texts, and the way to them.
#pragma once

#include <string>
#include <vector>

#include "saving/hdf5.h"
#include "saving/object_header.h"
#include "saving/weights.h"

namespace keravino::saving::hdf5 {

/// Reads objects of one file in memory; all that they ask for comes out of one budget. Every error says where in the
/// file it is: `model.h5: /model_weights/dense: what`.
class Contents {
 public:
  /// What is given must outlive the reader.
  Contents(const std::string& where, const Buffer& image, Budget& budget)
      : where_(where), image_(image), budget_(budget), headers_(where, image) {}

  /// The names in a group. Only hard links are followed: others lead out of the file, or in circles.
  std::vector<std::string> members(hid_t group, const std::string& path);
  /// The object at "a/b/c" below a group, by hard links; `path` is the group's own.
  Handle open(hid_t group, const std::string& name, const std::string& path);
  /// A dataset as a tensor. Errors: data that is kept elsewhere or takes other code to unpack, a dtype that Keras does
  /// not save, a shape with nothing behind it.
  SavedTensor tensor(hid_t dataset, const std::string& name, const std::string& path);
  /// The strings of an attribute, one or a list; none if there is no such attribute.
  std::vector<std::string> texts(hid_t object, const std::string& name, const std::string& path);

  Error error(const std::string& path, const std::string& what) const;

 private:
  H5D_layout_t check_layout(hid_t dataset, const std::string& path) const;
  std::vector<size_t> shape_of(hid_t dataset, const std::string& path) const;
  std::shared_ptr<const std::byte> window(hid_t dataset, hid_t type, H5D_layout_t layout, size_t bytes) const;
  std::shared_ptr<const std::byte> copy(hid_t dataset, hid_t type, const SavedTensor& tensor, const std::string& path);
  std::string dtype_name(hid_t type, hid_t dataset, const std::string& path);

  const std::string& where_;
  const Buffer& image_;
  Budget& budget_;
  ObjectHeaders headers_;
  size_t objects_ = 0;
};

}  // namespace keravino::saving::hdf5
