// Zip archives: reading those that nobody vouches for, and writing.
#pragma once

#include <zip.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "saving/file.h"

namespace keravino::saving {

/// A zip archive open for reading. All entry names are checked at once: none absolute, with "..", or twice.
class ZipReader {
 public:
  /// Errors: no such file, a directory, an empty file, not a zip archive, a damaged one.
  explicit ZipReader(const std::string& path);

  const std::string& path() const { return path_; }
  bool has(const std::string& name) const { return entries_.contains(name); }
  /// The names of the entries, in the archive's order.
  std::vector<std::string> names() const;
  /// One entry, unpacked and its checksum compared; at most `limit` bytes.
  Buffer read(const std::string& name, uint64_t limit = UINT64_MAX);
  /// What this file may still ask for.
  Budget& budget() { return budget_; }

 private:
  std::string path_;
  uint64_t file_size_;
  Budget budget_;
  std::unique_ptr<zip_t, decltype(&zip_discard)> zip_;
  std::unordered_map<std::string, zip_uint64_t> entries_;
};

/// A file to put in an archive; its bytes may be in several parts.
struct ZipEntry {
  std::string name;
  std::vector<std::span<const std::byte>> parts;
};

/// Writes an archive of entries that are stored, not compressed; in place complete or not at all.
void write_zip(const std::string& path, const std::vector<ZipEntry>& entries);

}  // namespace keravino::saving
