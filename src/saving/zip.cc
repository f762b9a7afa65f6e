#include "saving/zip.h"

#include <cstring>

namespace keravino::saving {
namespace {

std::string message(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

bool is_safe(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos) return false;
  return ("/" + name + "/").find("/../") == std::string::npos;
}

zip_t* open_zip(const std::string& path) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (zip) return zip;
  const Buffer start = read_file(path, 4);
  if (start.size < 4 || std::memcmp(start.data.get(), "PK\3\4", 4) != 0) throw file_error(path, "is not a zip archive");
  throw file_error(path, fmt::format("the zip archive is damaged or truncated ({})", message(code)));
}

}  // namespace

ZipReader::ZipReader(const std::string& path)
    : path_(path), file_size_(file_size(path)), budget_(file_size_), zip_(open_zip(path), zip_discard) {
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(zip_.get(), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    const char* raw = zip_get_name(zip_.get(), i, ZIP_FL_ENC_RAW);
    const std::string name = raw ? raw : "";
    if (!is_safe(name)) throw file_error(path, fmt::format("entry {} has a name that is not allowed: \"{}\"", i, name));
    if (!entries_.emplace(name, i).second) throw file_error(path, fmt::format("has two entries \"{}\"", name));
  }
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names(entries_.size());
  for (const auto& [name, index] : entries_) names[index] = name;
  return names;
}

Buffer ZipReader::read(const std::string& name, uint64_t limit) {
  const std::string where = path_ + ": " + name;
  zip_stat_t entry;
  const auto index = entries_.find(name);
  if (index == entries_.end()) throw file_error(path_, "has no " + name);
  if (zip_stat_index(zip_.get(), index->second, 0, &entry) != 0) throw file_error(where, zip_strerror(zip_.get()));
  if (entry.encryption_method != ZIP_EM_NONE) throw file_error(where, "is encrypted");
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
    throw file_error(where,
                     fmt::format("compression method {} is not read, only stored and deflated", entry.comp_method));
  }
  const bool lies =
      entry.comp_size > file_size_ || (entry.comp_method == ZIP_CM_STORE && entry.size != entry.comp_size);
  if (lies) throw file_error(where, "is larger than the archive: damaged or truncated");
  if (entry.size > limit) throw file_error(where, fmt::format("has {} bytes, more than {}", entry.size, limit));
  budget_.take(entry.size, where);

  const Buffer buffer = allocate(entry.size);
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(zip_.get(), index->second, 0),
                                                                zip_fclose);
  if (!file) throw file_error(where, zip_strerror(zip_.get()));
  const zip_int64_t got = zip_fread(file.get(), buffer.data.get(), buffer.size);
  // The checksum is compared when the end is met, which takes one more read.
  char extra;
  const zip_int64_t after = got < 0 ? got : zip_fread(file.get(), &extra, 1);
  if (after < 0) throw file_error(where, fmt::format("is damaged ({})", zip_file_strerror(file.get())));
  if (static_cast<uint64_t>(got) != entry.size || after != 0) throw file_error(where, "is damaged (wrong size)");
  return buffer;
}

namespace {

void write_entries(const std::string& path, const std::string& beside, const std::vector<ZipEntry>& entries) {
  int code = 0;
  std::unique_ptr<zip_t, decltype(&zip_discard)> zip(zip_open(beside.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code),
                                                     zip_discard);
  if (!zip) throw file_error(path, fmt::format("cannot be written ({})", message(code)));
  for (const auto& [name, parts] : entries) {
    std::vector<zip_buffer_fragment_t> fragments;
    for (const auto part : parts) {
      auto* bytes = reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(part.data()));  // libzip only reads them
      fragments.push_back({bytes, part.size()});
    }
    zip_source_t* source = zip_source_buffer_fragment(zip.get(), fragments.data(), fragments.size(), 0);
    const zip_int64_t index = source ? zip_file_add(zip.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) {
      zip_source_free(source);
      throw file_error(path + ": " + name, fmt::format("cannot be written ({})", zip_strerror(zip.get())));
    }
    zip_set_file_compression(zip.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  if (zip_close(zip.get()) != 0) throw file_error(path, fmt::format("cannot be written ({})", zip_strerror(zip.get())));
  static_cast<void>(zip.release());
}

}  // namespace

void write_zip(const std::string& path, const std::vector<ZipEntry>& entries) {
  replace_file(path, [&](const std::string& beside) { write_entries(path, beside, entries); });
}

}  // namespace keravino::saving
