// What lies in the header of an HDF5 object, read without HDF5: 1.10 trusts the lengths of texts that it finds there,
// and writes over its memory where they lie.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "saving/file.h"

namespace keravino::saving::hdf5 {

/// The headers and heaps of a file in memory whose offsets and lengths have 8 bytes. Errors start with `where`.
class ObjectHeaders {
 public:
  /// What is given must outlive it.
  ObjectHeaders(const std::string& where, const Buffer& image)
      : where_(where), file_(reinterpret_cast<const char*>(image.data.get()), image.size) {}

  /// True if the object at this address is a dataset that is put together of others.
  bool is_virtual(uint64_t address) const;
  /// Error for attributes that say they are longer than they are, for names without an end, for types that no weight
  /// has, and for a group whose names are not in the file.
  void check(uint64_t address) const;
  /// The texts of variable length in an attribute of the object; views into the file. Nothing if the attribute is not
  /// in the header itself, where HDF5 keeps few and small ones.
  std::optional<std::vector<std::string_view>> texts(uint64_t address, std::string_view name, size_t count) const;

 private:
  struct Attribute {
    std::string_view name, data;
  };
  Attribute attribute(std::string_view bytes) const;
  void check_names(std::string_view symbol_table) const;
  void check_type(std::string_view bytes) const;
  void check_filters(std::string_view bytes) const;
  uint64_t text_end(std::string_view bytes, uint64_t at) const;
  /// A message's kind, its flags and its bytes. The visitor stops the walk by true.
  using Visit = std::function<bool(uint64_t kind, uint64_t flags, std::string_view bytes)>;
  void walk(uint64_t address, const Visit& visit) const;
  std::string_view text(std::string_view reference) const;
  std::string_view part(std::string_view bytes, uint64_t at, uint64_t size) const;
  uint64_t number(std::string_view bytes, uint64_t at, size_t size) const;

  const std::string& where_;
  std::string_view file_;
};

}  // namespace keravino::saving::hdf5
