#include "saving/archive.h"

#include "saving/files.h"

namespace keravino::saving {
namespace {

std::string error_of(const std::string& path) {
  return file_error_of([&] { open_archive(path); });
}

const Entries kGood = {{"metadata.json", R"({"keras_version": "3.15.1"})"},
                       {"config.json", R"({"class_name": "Sequential", "config": {}})"},
                       {"model.weights.h5", zip_entry(test_data("cnn.keras"), "model.weights.h5")}};

// A good archive with one entry replaced, or left out.
Entries with(const std::string& name, const std::string& bytes) {
  Entries entries = kGood;
  for (auto& entry : entries) {
    if (entry.first == name) entry.second = bytes;
  }
  return entries;
}
Entries without(const std::string& name) {
  Entries entries = kGood;
  std::erase_if(entries, [&](const auto& entry) { return entry.first == name; });
  return entries;
}

using ReadArchive = InFolder;
using BadArchive = InFolder;

TEST_F(ReadArchive, holds_what_keras_saved) {
  const Archive archive = open_archive(test_data("cnn.keras"));
  EXPECT_EQ(archive.path, test_data("cnn.keras"));
  EXPECT_EQ(archive.config["class_name"], "Sequential");
  EXPECT_EQ(archive.config["config"]["layers"][1]["config"]["name"], "c1");
  EXPECT_EQ(archive.metadata["keras_version"], "3.15.1");
  EXPECT_EQ(archive.weights.vars("layers/conv2d").size(), 2u);
}

TEST_F(ReadArchive, may_be_deflated) {
  make_zip("good.keras", kGood, ZIP_CM_DEFLATE);
  EXPECT_EQ(open_archive("good.keras").weights.vars("layers/conv2d").size(), 2u);
}

TEST_F(ReadArchive, keeps_infinities_of_python_json) {
  const Archive archive = open_archive(test_data("functional.keras"));
  EXPECT_EQ(archive.config["config"]["layers"][9]["inbound_nodes"][0]["args"][2], -INFINITY);
}

TEST_F(ReadArchive, weights_alone_are_read_too) {
  write("m.weights.h5", kGood[2].second);
  EXPECT_EQ(open_weights("m.weights.h5").vars("layers/dense").size(), 2u);
  EXPECT_EQ(file_error_of([] { open_weights("none.weights.h5"); }), "none.weights.h5: no such file");
}

TEST_F(BadArchive, no_file_or_no_archive) {
  EXPECT_EQ(error_of("m.keras"), "m.keras: no such file");
  std::filesystem::create_directory("d.keras");
  EXPECT_EQ(error_of("d.keras"), "d.keras: is a directory, not a file");
  write("e.keras", "");
  EXPECT_EQ(error_of("e.keras"), "e.keras: is empty");
  write("x", "x");
  EXPECT_EQ(error_of("x"), "x: is not a zip archive");
  write("t.keras", "This is no archive at all, but long enough to be looked at.");
  EXPECT_EQ(error_of("t.keras"), "t.keras: is not a zip archive");
}

TEST_F(BadArchive, truncated_or_damaged) {
  const std::string whole = contents(test_data("cnn.keras"));
  for (const size_t part : {whole.size() - 1, whole.size() / 2, size_t{30}}) {
    write("t.keras", whole.substr(0, part));
    EXPECT_EQ(error_of("t.keras"), "t.keras: the zip archive is damaged or truncated (Not a zip archive)");
  }
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 1;
  write("f.keras", flipped);
  EXPECT_EQ(error_of("f.keras"), "f.keras: model.weights.h5: is damaged (CRC error)");
}

TEST_F(BadArchive, weights_alone) {
  write("m.h5", kGood[2].second);
  EXPECT_EQ(error_of("m.h5"),
            "m.h5: holds weights and no model (it has no model_config); give it with --weights to the .keras or .h5 "
            "file of its model");
}

TEST_F(BadArchive, entry_missing) {
  make_zip("m.keras", without("config.json"));
  EXPECT_EQ(error_of("m.keras"), "m.keras: has no config.json");
  make_zip("m.keras", without("metadata.json"));
  EXPECT_EQ(error_of("m.keras"), "m.keras: has no metadata.json");
  Entries entries = without("model.weights.h5");
  make_zip("m.keras", entries);
  EXPECT_EQ(error_of("m.keras"), "m.keras: has no model.weights.h5");
  entries.emplace_back("model.weights.npz", "");
  make_zip("m.keras", entries);
  EXPECT_EQ(error_of("m.keras"),
            "m.keras: has its weights in model.weights.npz, which is not read; wanted model.weights.h5");
}

TEST_F(BadArchive, entry_names) {
  for (const char* name : {"/etc/passwd", "a/../../b", "..", "a\\b"}) {
    make_zip("m.keras", {{name, "x"}});
    EXPECT_EQ(error_of("m.keras"), fmt::format("m.keras: entry 0 has a name that is not allowed: \"{}\"", name));
  }
  make_zip("m.keras", {{"config.json", "x"}, {"config.jsoN", "x"}});
  std::string twice = contents("m.keras");
  for (size_t at; (at = twice.find("jsoN")) != twice.npos;) twice[at + 3] = 'n';
  write("m.keras", twice);
  EXPECT_EQ(error_of("m.keras"), "m.keras: has two entries \"config.json\"");
}

TEST_F(BadArchive, config_is_not_what_it_should_be) {
  const auto config = [](const std::string& text) {
    make_zip("m.keras", with("config.json", text));
    return error_of("m.keras");
  };
  EXPECT_EQ(
      config("{\"a\": }"),
      "m.keras: config.json: not JSON: parse error at line 1, column 7: syntax error while parsing value - unexpected "
      "'}'; expected '[', '{', or a literal");
  EXPECT_EQ(
      config(""),
      "m.keras: config.json: not JSON: parse error at line 1, column 1: syntax error while parsing value - unexpected "
      "end of input; expected '[', '{', or a literal");
  EXPECT_EQ(config(std::string(1000, '[')), "m.keras: config.json: is nested deeper than 256");
  EXPECT_EQ(config("[1]"), "m.keras: config.json: wanted a JSON object, got array");
  EXPECT_EQ(config("{}"), "m.keras: config.json: has no \"class_name\"");
  EXPECT_EQ(config(R"({"class_name": "Sequential"})"), "m.keras: config.json: has no \"config\"");
  EXPECT_EQ(config(std::string((64 << 20) + 1, ' ')), "m.keras: config.json: has 67108865 bytes, more than 67108864");
}

TEST_F(BadArchive, metadata_is_not_what_it_should_be) {
  for (const char* text : {"{}", R"({"keras_version": 3})"}) {
    make_zip("m.keras", with("metadata.json", text));
    EXPECT_EQ(error_of("m.keras"), "m.keras: metadata.json: has no keras_version");
  }
}

TEST_F(BadArchive, zip_bomb) {
  make_zip("m.keras", with("model.weights.h5", std::string(300 << 20, '\0')), ZIP_CM_DEFLATE);
  constexpr std::string_view kWanted =
      "m.keras: model.weights.h5: asks for 314572800 bytes, more than a file of this size may (";
  EXPECT_EQ(error_of("m.keras").substr(0, kWanted.size()), kWanted);
}

TEST_F(BadArchive, a_size_that_lies) {
  make_zip("m.keras", with("model.weights.h5", "12345678"));
  std::string bytes = contents("m.keras");
  // The central directory's record of the last entry: sizes at 20 and 24.
  const size_t record = bytes.rfind("PK\1\2");
  bytes[record + 27] = '\x7f';
  write("m.keras", bytes);
  EXPECT_EQ(error_of("m.keras"), "m.keras: model.weights.h5: is larger than the archive: damaged or truncated");
  bytes[record + 10] = ZIP_CM_BZIP2;
  write("m.keras", bytes);
  EXPECT_EQ(error_of("m.keras"),
            "m.keras: model.weights.h5: compression method 12 is not read, only stored and deflated");
}

}  // namespace
}  // namespace keravino::saving
