// Tables of numbers that ops make while they build a graph. In a graph from a file their lengths are the file's.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace keravino::ops {

/// While it lives, this thread's ops tell `before` how many bytes a table will take; it may throw.
class TableWatch {
 public:
  explicit TableWatch(std::function<void(int64_t bytes)> before);
  TableWatch(const TableWatch&) = delete;
  TableWatch& operator=(const TableWatch&) = delete;
  ~TableWatch();

  static void tell(int64_t count);

 private:
  std::function<void(int64_t bytes)> before_;
  const TableWatch* outer_;
};

/// Room for a table of so many numbers.
template <class T>
std::vector<T> table(int64_t count) {
  TableWatch::tell(count);
  return std::vector<T>(static_cast<size_t>(count));
}

}  // namespace keravino::ops
