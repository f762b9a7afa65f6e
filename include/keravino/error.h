// The one error form of keravino: where, what, got, wanted.
#pragma once

#include <stdexcept>
#include <string>

namespace keravino {

/// Every error that keravino raises on purpose. `what()` reads "[where] what" for an op and "where: what" for a file.
/// The kind decides the Python exception: ValueError, TypeError, IndexError, NotImplementedError, OSError,
/// RuntimeError, MemoryError.
class Error : public std::runtime_error {
 public:
  enum class Kind { value, type, index, unsupported, file, runtime, memory };

  Error(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  /// A wrong value: the common case.
  explicit Error(const std::string& message) : Error(Kind::value, message) {}

  Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace keravino
