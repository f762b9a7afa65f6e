// What is written is read back the same.
#include "saving/archive.h"
#include "saving/files.h"
#include "saving/json.h"

namespace keravino::saving {
namespace {

void expect_same(const WeightStore& got, const WeightStore& wanted) {
  ASSERT_EQ(got.groups().size(), wanted.groups().size());
  for (const auto& [group, tensors] : wanted.groups()) {
    ASSERT_TRUE(got.has(group)) << group;
    ASSERT_EQ(got.vars(group).size(), tensors.size()) << group;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const SavedTensor &a = got.vars(group)[i], &b = tensors[i];
      EXPECT_EQ(a.name, b.name) << group;
      EXPECT_EQ(a.dtype, b.dtype) << group;
      EXPECT_EQ(a.shape, b.shape) << group;
      ASSERT_EQ(a.bytes, b.bytes) << group;
      EXPECT_EQ(std::memcmp(a.data.get(), b.data.get(), a.bytes), 0) << group;
    }
  }
}

class WrittenArchive : public InFolder, public testing::WithParamInterface<const char*> {};

TEST_P(WrittenArchive, is_as_it_was_read) {
  Archive archive = open_archive(test_data(GetParam() + std::string(".keras")));
  const Buffer note = allocate(3);
  std::memcpy(note.data.get(), "abc", 3);
  archive.others.emplace_back("assets/note.txt", note);
  write_archive("m.keras", archive);
  const Archive again = open_archive("m.keras");
  EXPECT_EQ(json_text(again.config), json_text(archive.config));
  EXPECT_EQ(again.metadata, archive.metadata);
  expect_same(again.weights, archive.weights);
  ASSERT_EQ(again.others.size(), 1u);
  EXPECT_EQ(again.others[0].first, "assets/note.txt");
  EXPECT_EQ(zip_entry("m.keras", "assets/note.txt"), "abc");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator("."), {}), 1);
}

INSTANTIATE_TEST_SUITE_P(Files, WrittenArchive,
                         testing::Values("cnn", "functional", "bfloat16", "mixed", "wrappers", "shared_deep"));

using WrittenWeights = InFolder;

TEST_F(WrittenWeights, of_every_dtype_and_shape) {
  WeightStore store;
  std::vector<SavedTensor> tensors;
  const std::pair<const char*, size_t> kinds[] = {
      {"bool", 1},   {"int8", 1},   {"int16", 2},   {"int32", 4},    {"int64", 8},   {"uint8", 1},  {"uint16", 2},
      {"uint32", 4}, {"uint64", 8}, {"float16", 2}, {"bfloat16", 2}, {"float32", 4}, {"float64", 8}};
  for (const auto& [dtype, size] : kinds) {
    for (const std::vector<size_t>& shape : {std::vector<size_t>{}, {0, 3}, {2, 3}}) {
      size_t bytes = size;
      for (const size_t dim : shape) bytes *= dim;
      const Buffer buffer = allocate(bytes);
      for (size_t i = 0; i < bytes; ++i) buffer.data.get()[i] = static_cast<std::byte>(i % 2);
      tensors.push_back({"", dtype, shape, buffer.data, bytes});
    }
  }
  store.set("a/b", tensors);  // more than ten: "10" comes after "2"
  store.set("", {});
  const Buffer image = store.image();
  Budget budget(image.size);
  const WeightStore again("image", image, budget);
  expect_same(again, store);
}

TEST_F(WrittenWeights, of_an_unknown_dtype) {
  WeightStore store;
  store.set("a", {{"", "string", {}, nullptr, 0}});
  EXPECT_EQ(file_error_of([&] { store.image(); }), ": tensors of string cannot be written");
}

using ReplacedFile = InFolder;

TEST_F(ReplacedFile, stays_if_writing_fails) {
  write("f", "old");
  EXPECT_EQ(error_of([] {
              replace_file("f", [](const std::string& beside) {
                write(beside, "half");
                throw Error("no more");
              });
            }),
            "no more");
  EXPECT_EQ(contents("f"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator("."), {}), 1);
  replace_file("f", [](const std::string& beside) { write(beside, "new"); });
  EXPECT_EQ(contents("f"), "new");
  EXPECT_EQ(file_error_of([] { write_file("no/f", {}); }), "no/f: cannot be written: No such file or directory");
}

TEST(JsonText, writes_what_is_not_finite_as_python_does) {
  const std::string text = R"({"a":[NaN,Infinity,-Infinity,"Infinity",1.5,null],"b":"\"NaN\""})";
  EXPECT_EQ(json_text(parse_json_object("f", text)), text);
}

}  // namespace
}  // namespace keravino::saving
