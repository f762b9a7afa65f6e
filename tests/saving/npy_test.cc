#include "saving/npy.h"

#include <cstring>

#include "saving/files.h"
#include "saving/zip.h"

namespace keravino::saving {
namespace {

template <class T>
std::vector<T> values(const NpyArray& array) {
  std::vector<T> out(array.data.size / sizeof(T));
  std::memcpy(out.data(), array.data.data.get(), array.data.size);
  return out;
}

template <class T>
NpyArray array_of(const std::string& dtype, std::vector<size_t> shape, const std::vector<T>& values) {
  NpyArray array{dtype, std::move(shape), allocate(values.size() * sizeof(T))};
  std::memcpy(array.data.data.get(), values.data(), array.data.size);
  return array;
}

std::vector<float> counted(size_t n) {
  std::vector<float> out(n);
  std::iota(out.begin(), out.end(), 0.f);
  return out;
}

NpyArray numpys(const std::string& name) { return read_npy(test_data("npy/" + name)); }

using Npy = InFolder;

TEST_F(Npy, reads_every_layout_that_numpy_writes) {
  for (const char* name : {"plain.npy", "fortran.npy", "big_endian.npy", "version2.npy", "version3.npy"}) {
    const NpyArray array = numpys(name);
    EXPECT_EQ(array.dtype, "float32") << name;
    EXPECT_EQ(array.shape, (std::vector<size_t>{2, 3, 4})) << name;
    EXPECT_EQ(values<float>(array), counted(24)) << name;
  }
}

TEST_F(Npy, reads_scalars_vectors_empty_arrays_and_bfloat16) {
  EXPECT_EQ(numpys("scalar.npy").shape, std::vector<size_t>{});
  EXPECT_EQ(values<double>(numpys("scalar.npy")), std::vector<double>{2.5});
  EXPECT_EQ(numpys("vector.npy").dtype, "int64");
  EXPECT_EQ(values<int64_t>(numpys("vector.npy")), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(numpys("empty.npy").shape, (std::vector<size_t>{0, 5}));
  EXPECT_EQ(numpys("empty.npy").data.size, 0u);
  EXPECT_EQ(numpys("bfloat16.npy").dtype, "bfloat16");
  EXPECT_EQ(values<uint16_t>(numpys("bfloat16.npy"))[1], 0x3f80);
}

TEST_F(Npy, swaps_the_halves_of_a_complex_number_each) {
  const auto got = values<double>(numpys("big_endian_fortran_complex.npy"));
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], static_cast<double>(i / 2)) << i;
}

TEST_F(Npy, texts_are_read_and_written) {
  EXPECT_EQ(numpys("text.npy").dtype, "string");
  EXPECT_EQ(numpys("text.npy").texts, std::vector<std::string>{"a"});
  const std::vector<std::string> texts = {"", "na\u00efve", "\U0001F600 a", "b"};
  write_npy("a.npy", {"string", {2, 2}, {}, texts});
  EXPECT_EQ(read_npy("a.npy").shape, (std::vector<size_t>{2, 2}));
  EXPECT_EQ(read_npy("a.npy").texts, texts);
  write_npz("a.npz", {{"none", {"string", {0}, {}, {}}}});
  EXPECT_EQ(read_npz("a.npz")[0].second.texts.size(), 0u);
}

TEST_F(Npy, npz_holds_every_dtype) {
  const NpzArrays arrays = read_npz(test_data("npy/every.npz"));
  ASSERT_EQ(arrays.size(), 14u);
  EXPECT_EQ(arrays[0].first, "bool");
  for (const auto& [name, array] : arrays) {
    EXPECT_EQ(array.dtype, name);
    EXPECT_EQ(array.shape, std::vector<size_t>{3});
  }
  EXPECT_EQ(values<uint8_t>(arrays[0].second), (std::vector<uint8_t>{0, 1, 1}));
  EXPECT_EQ(values<uint64_t>(arrays[8].second), (std::vector<uint64_t>{0, 1, 100}));
  EXPECT_EQ(values<uint16_t>(arrays[9].second), (std::vector<uint16_t>{0, 0x3c00, 0x5640}));
}

TEST_F(Npy, npz_may_be_compressed) {
  const NpzArrays arrays = read_npz(test_data("npy/compressed.npz"));
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_EQ(arrays[1].first, "arr_1");
  EXPECT_EQ(values<float>(arrays[0].second), counted(24));
  EXPECT_EQ(values<float>(arrays[1].second), counted(12));
}

TEST_F(Npy, writes_the_bytes_that_numpy_writes) {
  for (const char* name : {"plain.npy", "scalar.npy", "vector.npy", "empty.npy", "bfloat16.npy"}) {
    write_npy("mine.npy", numpys(name));
    EXPECT_EQ(contents("mine.npy"), contents(test_data(std::string("npy/") + name))) << name;
  }
}

TEST_F(Npy, npz_comes_back_as_it_was_written) {
  const NpzArrays arrays = read_npz(test_data("npy/every.npz"));
  write_npz("mine.npz", arrays);
  const NpzArrays again = read_npz("mine.npz");
  ASSERT_EQ(again.size(), arrays.size());
  for (size_t i = 0; i < arrays.size(); ++i) {
    EXPECT_EQ(again[i].first, arrays[i].first);
    EXPECT_EQ(again[i].second.dtype, arrays[i].second.dtype);
    EXPECT_EQ(values<uint8_t>(again[i].second), values<uint8_t>(arrays[i].second));
    const std::string entry = arrays[i].first + ".npy";
    EXPECT_EQ(zip_entry("mine.npz", entry), zip_entry(test_data("npy/every.npz"), entry)) << entry;
  }
}

TEST_F(Npy, leaves_nothing_behind_and_replaces_in_one_step) {
  write_npy("a.npy", array_of<float>("float32", {2}, {1, 2}));
  write_npy("a.npy", array_of<float>("float32", {1}, {3}));
  EXPECT_EQ(values<float>(read_npy("a.npy")), std::vector<float>{3});
  write_npz("a.npz", {{"x", read_npy("a.npy")}});
  const std::filesystem::directory_iterator files(".");
  EXPECT_EQ(std::distance(begin(files), end(files)), 2);
}

TEST_F(Npy, errors_of_reading) {
  const auto error = [](const std::string& bytes) {
    write("a.npy", bytes);
    return file_error_of([] { read_npy("a.npy"); });
  };
  const std::string good = contents(test_data("npy/plain.npy"));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string bytes = good;
    return bytes.replace(bytes.find(from), from.size(), to);
  };
  EXPECT_EQ(file_error_of([] { read_npy("none.npy"); }), "none.npy: no such file");
  EXPECT_EQ(error("PK\3\4 a zip file is not it"), "a.npy: is not a .npy file");
  EXPECT_EQ(error("x"), "a.npy: is not a .npy file");
  EXPECT_EQ(error(with(std::string_view("\1\0", 2), std::string_view("\4\0", 2))),
            "a.npy: has .npy version 4; wanted 1 to 3");
  for (const size_t size : {3, 6, 9, 50}) EXPECT_EQ(error(good.substr(0, size)), "a.npy: is truncated in its header");
  EXPECT_EQ(error(good.substr(0, good.size() - 1)),
            "a.npy: has 95 bytes of data; wanted 96 for float32 of shape (2, 3, 4)");
  EXPECT_EQ(error(good + "x"), "a.npy: has 97 bytes of data; wanted 96 for float32 of shape (2, 3, 4)");
  EXPECT_EQ(error(with("(2, 3, 4), }          ", "(2, 9999999999999999)}")),
            "a.npy: has 96 bytes of data; wanted 79999999999999992 for float32 of shape (2, 9999999999999999)");
  EXPECT_EQ(error(with("(2, 3, 4), }             ", "(4, 9223372036854775807)}")),
            "a.npy: has 96 bytes of data; wanted too many for float32 of shape (4, 9223372036854775807)");
  for (const char* shape : {"(2, -3, 4)", "[2, 3, 4 ]", "(2 3, 4), ", "('2', 34) "}) {
    EXPECT_EQ(error(with("(2, 3, 4), ", shape)), "a.npy: has a header that is not NumPy's") << shape;
  }
  EXPECT_EQ(error(with("'descr'", "'other'")), "a.npy: has a header that is not NumPy's");
  EXPECT_EQ(error(with("'<f4'", "'?f4'")), "a.npy: has dtype \"?f4\"; wanted numbers or text");
  EXPECT_EQ(error(with("'<f4'", "'<U0'")), "a.npy: has dtype \"<U0\"; wanted numbers or text");
  EXPECT_EQ(error(contents(test_data("npy/record.npy"))), "a.npy: is an array of records, which is not read");
  std::string long_header = good;
  long_header[9] = '\x7f';
  EXPECT_EQ(error(long_header), "a.npy: has a header of 32630 bytes, more than 10000");
}

TEST_F(Npy, errors_of_npz) {
  make_zip("a.npz", {{"x.txt", "hello"}});
  EXPECT_EQ(file_error_of([] { read_npz("a.npz"); }), "a.npz: x.txt: is not a .npy file");
  make_zip("a.npz", {{"x.npy", "hello"}});
  EXPECT_EQ(file_error_of([] { read_npz("a.npz"); }), "a.npz: x.npy: is not a .npy file");
}

TEST_F(Npy, texts_of_one_byte_take_more_than_that) {
  const std::string header = "{'descr': '|S1', 'fortran_order': False, 'shape': (20000000,), }";
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes.append({static_cast<char>(header.size()), '\0'}).append(header).append(20'000'000, 'a');
  make_zip("a.npz", {{"x.npy", bytes}}, ZIP_CM_DEFLATE);
  EXPECT_EQ(file_error_of([] { read_npz("a.npz"); }).substr(0, 36), "a.npz: x.npy: asks for 660000000 byt");
}

TEST_F(Npy, errors_of_writing) {
  const auto error = [](const std::string& path, const NpyArray& array) {
    return file_error_of([&] { write_npy(path, array); });
  };
  const NpyArray good = array_of<float>("float32", {2}, {1, 2});
  EXPECT_EQ(error("none/a.npy", good), "none/a.npy: cannot be written: No such file or directory");
  EXPECT_EQ(error("a.npy", array_of<float>("flaot32", {2}, {1, 2})),
            "a.npy: cannot hold dtype \"flaot32\"; did you mean \"float32\"?");
  EXPECT_EQ(error("a.npy", array_of<float>("float32", {3}, {1, 2})),
            "a.npy: cannot hold 8 bytes as float32 of shape (3)");
  EXPECT_EQ(file_error_of([&] {
              write_npz("none/a.npz", {{"x", good}});
            }),
            "none/a.npz: cannot be written (Failure to create temporary file: No such file or directory)");
  EXPECT_EQ(file_error_of([&] {
              write_npz("a.npz", {{"x", good}, {"x", good}});
            }),
            "a.npz: x.npy: cannot be written (File already exists)");
  EXPECT_FALSE(std::filesystem::exists("a.npz"));
}

}  // namespace
}  // namespace keravino::saving
