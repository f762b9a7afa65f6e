#include "saving/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>

namespace keravino::saving {
namespace {

namespace fs = std::filesystem;
constexpr std::align_val_t kAlignment{64};

Error system_error(const std::string& path, const char* what) {
  return file_error(path, fmt::format("{}: {}", what, std::strerror(errno)));
}

// The name a file has until it is complete; removed unless the rename succeeded.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) {
    static std::atomic<unsigned> count = 0;
    name_ = fmt::format("{}.{}-{}.tmp", path, getpid(), count++);
    descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!name_.empty()) unlink(name_.c_str());
  }

  bool is_open() const { return descriptor_ >= 0; }

  bool write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return true;
  }

  bool rename_to(const std::string& path) {
    if (fsync(descriptor_) != 0) return false;
    if (rename(name_.c_str(), path.c_str()) != 0) return false;
    name_.clear();
    return true;
  }

 private:
  std::string name_;
  int descriptor_ = -1;
};

}  // namespace

Buffer allocate(size_t size) {
  auto* data = static_cast<std::byte*>(::operator new(std::max<size_t>(size, 1), kAlignment));
  return {{data, [](std::byte* p) { ::operator delete(p, kAlignment); }}, size};
}

uint64_t file_size(const std::string& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found) throw file_error(path, "no such file");
  if (failed) throw file_error(path, "cannot be read: " + failed.message());
  if (status.type() == fs::file_type::directory) throw file_error(path, "is a directory, not a file");
  if (status.type() != fs::file_type::regular) throw file_error(path, "is not a regular file");
  const uint64_t size = fs::file_size(path, failed);
  if (failed) throw file_error(path, "cannot be read: " + failed.message());
  if (size == 0) throw file_error(path, "is empty");
  return size;
}

Buffer read_file(const std::string& path, uint64_t most) {
  const Buffer buffer = allocate(std::min(file_size(path), most));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw system_error(path, "cannot be read");
  if (!file.read(reinterpret_cast<char*>(buffer.data.get()), static_cast<std::streamsize>(buffer.size))) {
    throw file_error(path, "changed while it was read");
  }
  return buffer;
}

void write_file(const std::string& path, std::initializer_list<std::span<const std::byte>> parts) {
  TemporaryFile file(path);
  const auto write = [&](std::span<const std::byte> part) { return file.write(part); };
  if (!file.is_open() || !std::ranges::all_of(parts, write) || !file.rename_to(path)) {
    throw system_error(path, "cannot be written");
  }
}

Budget::Budget(uint64_t file_size) {
  constexpr uint64_t kFloor = uint64_t{256} << 20, kExpansion = 100;
  limit_ = std::max(kFloor, file_size > UINT64_MAX / kExpansion ? UINT64_MAX : kExpansion * file_size);
}

void Budget::take(uint64_t bytes, const std::string& what) {
  if (bytes > limit_ - taken_) {
    throw file_error(what, fmt::format("asks for {} bytes, more than a file of this size may ({} of {} are left)",
                                       bytes, limit_ - taken_, limit_));
  }
  taken_ += bytes;
}

}  // namespace keravino::saving
