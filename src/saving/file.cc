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

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }

  bool is_open() const { return number_ >= 0; }
  bool sync() { return fsync(number_) == 0; }

  bool write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return true;
  }

 private:
  int number_;
};

// The name a file has until it is complete; removed unless it was renamed.
struct TemporaryName {
  explicit TemporaryName(const std::string& path) {
    static std::atomic<unsigned> count = 0;
    name = fmt::format("{}.{}-{}.tmp", path, getpid(), count++);
  }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() {
    if (!name.empty()) unlink(name.c_str());
  }
  std::string name;
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

void make_folder(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) throw file_error(path, "cannot be made: " + failed.message());
}

void replace_file(const std::string& path, const std::function<void(const std::string& beside)>& write) {
  TemporaryName beside(path);
  write(beside.name);
  Descriptor file(beside.name, O_RDONLY);
  if (!file.is_open() || !file.sync() || rename(beside.name.c_str(), path.c_str()) != 0)
    throw system_error(path, "cannot be written");
  beside.name.clear();
  // The new name itself is on the disk once the folder is; where folders cannot be synchronised it comes later.
  const std::string folder = fs::path(path).parent_path();
  Descriptor directory(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (directory.is_open()) directory.sync();
}

void write_file(const std::string& path, std::initializer_list<std::span<const std::byte>> parts) {
  replace_file(path, [&](const std::string& beside) {
    Descriptor file(beside, O_WRONLY | O_CREAT | O_EXCL);
    const auto write = [&](std::span<const std::byte> part) { return file.write(part); };
    if (!file.is_open() || !std::ranges::all_of(parts, write)) throw system_error(path, "cannot be written");
  });
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
