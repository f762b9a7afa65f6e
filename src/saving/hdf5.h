// The HDF5 C API, made safe to use: one user at a time, handles that close themselves, errors as text.
#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

#include "saving/file.h"

namespace keravino::saving::hdf5 {

/// Held around every use of HDF5, which is not thread-safe. Meanwhile HDF5 prints nothing and loads no filter plugin.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// An HDF5 identifier with the function that closes it. Negative: the call that made it failed.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// HDF5's own words for the call that has just failed.
std::string reason();

/// Opens a file that is in memory, without a copy. The buffer must outlive the handle. `where` starts the error.
Handle open_image(const std::string& where, const Buffer& image);

}  // namespace keravino::saving::hdf5
