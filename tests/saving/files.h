// Files for tests: a folder that goes away, archives made on the spot.
#pragma once

#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "errors.h"

namespace keravino::saving {

/// A test with a folder of its own; file names in errors are relative to it.
class InFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "keravino-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

 private:
  std::filesystem::path before_ = std::filesystem::current_path(), folder_;
};

inline std::string test_data(const std::string& name) { return KERAVINO_TEST_DATA "/" + name; }

inline std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

using Entries = std::vector<std::pair<std::string, std::string>>;

inline void make_zip(const std::string& path, const Entries& entries, zip_int32_t method = ZIP_CM_STORE) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  for (const auto& [name, bytes] : entries) {
    const auto index = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), method, 0);
  }
  ASSERT_EQ(zip_close(zip), 0) << path;
}

/// One entry of an archive, read without the code under test.
inline std::string zip_entry(const std::string& path, const std::string& name) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  zip_stat_t stat;
  if (!zip || zip_stat(zip, name.c_str(), 0, &stat) != 0) return "";
  std::string bytes(stat.size, '\0');
  zip_file_t* file = zip_fopen(zip, name.c_str(), 0);
  zip_fread(file, bytes.data(), bytes.size());
  zip_fclose(file);
  zip_discard(zip);
  return bytes;
}

}  // namespace keravino::saving
