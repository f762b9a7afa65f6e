// Files as bytes: what every reader and writer here starts from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "keravino/error.h"

namespace keravino::saving {

/// An error about a file: `file: what`.
inline Error file_error(const std::string& file, const std::string& what) {
  return Error(Error::Kind::file, file + ": " + what);
}

/// Bytes with shared ownership, aligned for every dtype and for vector loads.
struct Buffer {
  std::shared_ptr<std::byte> data;
  size_t size = 0;

  std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

/// Room for `size` bytes, not initialised.
Buffer allocate(size_t size);

/// The size of a regular file that is not empty; an Error(Kind::file) says what else is there.
uint64_t file_size(const std::string& path);

/// A whole file, or its first `most` bytes.
Buffer read_file(const std::string& path, uint64_t most = UINT64_MAX);

/// Makes a folder and those above it, where they are not there.
void make_folder(const std::string& path);

/// Puts a file in place complete or not at all: `write` makes it under the name it is given, beside `path`; then it is
/// synchronised to the disk and renamed. Errors of `write` leave nothing behind.
void replace_file(const std::string& path, const std::function<void(const std::string& beside)>& write);

/// Puts a file in place complete or not at all: the parts are written beside `path`, then that file is renamed.
void write_file(const std::string& path, std::initializer_list<std::span<const std::byte>> parts);

/// How much memory a file may ask for: 256 MiB, or a hundred times its own size. This stops "bombs": a few bytes that
/// unpack to terabytes, or a declared shape with nothing behind it. Everything read out of one file shares one budget.
class Budget {
 public:
  explicit Budget(uint64_t file_size);
  /// Accounts for an allocation before it is made; `what` is the error's "where", as in "model.keras: config.json".
  void take(uint64_t bytes, const std::string& what);

 private:
  uint64_t limit_;
  uint64_t taken_ = 0;
};

}  // namespace keravino::saving
