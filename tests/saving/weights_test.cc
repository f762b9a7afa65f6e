#include "saving/weights.h"

#include <hdf5.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <functional>
#include <thread>

#include "saving/archive.h"
#include "saving/files.h"
#include "saving/npy.h"

namespace keravino::saving {
namespace {

std::string bytes_of(const SavedTensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.data.get()), tensor.bytes};
}

// Every weight of a file against what h5py read from it (bfloat16 by its bits).
void expect_all_weights(const std::string& name, size_t wanted) {
  const Archive archive = open_archive(test_data(name + ".keras"));
  size_t compared = 0;
  for (const auto& [path, array] : read_npz(test_data(name + ".npz"))) {
    const size_t cut = path.find("vars/");
    if (cut == path.npos) continue;  // an input or output
    const auto& vars = archive.weights.vars(path.substr(0, cut == 0 ? 0 : cut - 1));
    const size_t index = std::stoul(path.substr(cut + 5));
    ASSERT_LT(index, vars.size()) << path;
    const SavedTensor& tensor = vars[index];
    EXPECT_EQ(tensor.dtype == "bfloat16" ? "uint16" : tensor.dtype, array.dtype) << path;
    EXPECT_EQ(tensor.shape, array.shape) << path;
    EXPECT_EQ(bytes_of(tensor), std::string(reinterpret_cast<const char*>(array.data.data.get()), array.data.size))
        << path;
    ++compared;
  }
  EXPECT_EQ(compared, wanted);
  size_t held = 0;
  for (const auto& [group, vars] : archive.weights.groups()) held += vars.size();
  EXPECT_EQ(held, wanted);
}

TEST(Weights, are_those_that_h5py_reads) {
  expect_all_weights("cnn", 11);
  expect_all_weights("functional", 8);
  expect_all_weights("shared_deep", 6);
  expect_all_weights("wrappers", 42);
  expect_all_weights("mixed", 11);
}

TEST(Weights, know_their_dtypes) {
  const Archive archive = open_archive(test_data("mixed.keras"));
  const auto dtypes = [&](const std::string& group) {
    std::string out;
    for (const auto& tensor : archive.weights.vars(group)) out += tensor.dtype + " ";
    return out;
  };
  EXPECT_EQ(dtypes("layers/dense"), "bfloat16 bfloat16 ");
  EXPECT_EQ(dtypes("layers/dense_1"), "float16 float16 ");
  EXPECT_EQ(dtypes("layers/dense_2"), "float32 float32 ");
  EXPECT_EQ(dtypes("layers/dense_3"), "float64 float64 ");
  EXPECT_EQ(dtypes("layers/dense_4"), "int8 float32 float32 ");
}

TEST(Weights, outlive_the_archive) {
  SavedTensor kernel;
  {
    const Archive archive = open_archive(test_data("cnn.keras"));
    kernel = archive.weights.vars("layers/conv2d")[0];
  }
  EXPECT_EQ(bytes_of(kernel), bytes_of(open_archive(test_data("cnn.keras")).weights.vars("layers/conv2d")[0]));
}

TEST(Weights, of_a_group_that_is_not_there) {
  const Archive archive = open_archive(test_data("shared_deep.keras"));
  EXPECT_TRUE(archive.weights.has("layers/dense"));
  EXPECT_FALSE(archive.weights.has("layers/desne"));
  EXPECT_EQ(file_error_of([&] { archive.weights.vars("layers/desne"); }),
            archive.path + ": model.weights.h5: has no weights for \"layers/desne\"; did you mean \"layers/dense\"?");
  EXPECT_EQ(file_error_of([&] { archive.weights.vars("somewhere/else/altogether"); }),
            archive.path + ": model.weights.h5: has no weights for \"somewhere/else/altogether\"");
}

TEST(Weights, may_be_read_from_several_threads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 5; ++n)
        EXPECT_EQ(open_archive(test_data("cnn.keras")).weights.vars("layers/dense").size(), 2u);
    });
  }
}

// Files as HDF5 itself writes them, to be read from "w.h5".
class WeightsFile : public InFolder {
 protected:
  using Fill = std::function<void(hid_t file)>;

  static void make(const Fill& fill) {
    const hid_t file = H5Fcreate("w.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fill(file);
    H5Fclose(file);
  }
  static WeightStore store(const Fill& fill) {
    make(fill);
    return open_weights("w.h5");
  }
  static std::string error(const Fill& fill) {
    return file_error_of([&] { store(fill); });
  }

  // A dataset in a group "d/vars"; `values` may be null, `configure` sets its creation properties.
  static void dataset(hid_t file, const char* name, hid_t type, std::vector<hsize_t> shape, const void* values,
                      const std::function<void(hid_t)>& configure = {}, hid_t memory_type = -1) {
    const hid_t links = H5Pcreate(H5P_LINK_CREATE), plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    if (configure) configure(plist);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(file, (std::string("d/vars/") + name).c_str(), type, space, links, plist, H5P_DEFAULT);
    ASSERT_GE(set, 0);
    const bool written =
        !values || H5Dwrite(set, memory_type < 0 ? type : memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    EXPECT_TRUE(written);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plist);
    H5Pclose(links);
  }
};

constexpr std::array<float, 4> kFour = {1, 2, 3, 4};

std::vector<float> floats(const SavedTensor& tensor) {
  std::vector<float> out(tensor.bytes / sizeof(float));
  std::memcpy(out.data(), tensor.data.get(), tensor.bytes);
  return out;
}

TEST_F(WeightsFile, order_is_by_number) {
  const auto vars = store([](hid_t file) {
                      for (const char* name : {"10", "2", "b", "0", "a"})
                        dataset(file, name, H5T_IEEE_F32LE, {4}, kFour.data());
                    }).vars("d");
  std::string names;
  for (const auto& tensor : vars) names += tensor.name + " ";
  EXPECT_EQ(names, "0 2 10 a b ");
}

TEST_F(WeightsFile, other_layouts_and_byte_orders) {
  const std::vector<float> wanted(kFour.begin(), kFour.end());
  const auto store_ = store([](hid_t file) {
    dataset(file, "0", H5T_IEEE_F32BE, {2, 2}, kFour.data(), {}, H5T_NATIVE_FLOAT);
    dataset(file, "1", H5T_IEEE_F32LE, {4}, kFour.data(), [](hid_t plist) { H5Pset_layout(plist, H5D_COMPACT); });
    dataset(file, "2", H5T_IEEE_F32LE, {4}, kFour.data(), [](hid_t plist) {
      constexpr hsize_t kChunk = 3;
      H5Pset_chunk(plist, 1, &kChunk);
      H5Pset_shuffle(plist);
      H5Pset_deflate(plist, 6);
      H5Pset_fletcher32(plist);
    });
    dataset(file, "3", H5T_IEEE_F32LE, {2, 0}, nullptr);
  });
  const auto& vars = store_.vars("d");
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(floats(vars[i]), wanted) << i;
  EXPECT_EQ(vars[0].shape, (std::vector<size_t>{2, 2}));
  EXPECT_EQ(vars[3].shape, (std::vector<size_t>{2, 0}));
  EXPECT_EQ(vars[3].bytes, 0u);
}

TEST_F(WeightsFile, layers_of_keras_2_13) {
  const auto weights = store([](hid_t file) {
    dataset(file, "0", H5T_IEEE_F32LE, {4}, kFour.data());
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    H5Lmove(file, "d", file, "_layer_checkpoint_dependencies/model/_layer_checkpoint_dependencies/d", links,
            H5P_DEFAULT);
    H5Pclose(links);
  });
  EXPECT_TRUE(weights.has("layers/model/layers/d"));
}

TEST_F(WeightsFile, not_hdf5_or_truncated) {
  write("w.h5", "no HDF5 in here");
  EXPECT_EQ(file_error_of([] { open_weights("w.h5"); }), "w.h5: is not an HDF5 file");
  write("w.h5", std::string("\x89HDF\r\n\x1a\nand then nothing", 24));
  EXPECT_EQ(file_error_of([] { open_weights("w.h5"); }),
            "w.h5: is damaged or truncated (bad superblock version number)");
  const std::string whole = zip_entry(test_data("cnn.keras"), "model.weights.h5");
  write("w.h5", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(
      file_error_of([] { open_weights("w.h5"); }),
      fmt::format("w.h5: is damaged or truncated (truncated file: eof = {}, sblock->base_addr = 0, stored_eof = {})",
                  whole.size() / 2, whole.size()));
}

TEST_F(WeightsFile, shapes_with_nothing_behind_them) {
  EXPECT_EQ(error([](hid_t file) { dataset(file, "0", H5T_IEEE_F32LE, {1'000'000'000'000}, nullptr); }),
            "w.h5: /d/vars/0: declares shape (1000000000000), 4000000000000 bytes, but stores 0");
  const auto chunked = [](hid_t plist) {
    constexpr hsize_t kChunk[] = {1000, 1000};
    H5Pset_chunk(plist, 2, kChunk);
  };
  const std::string text = error([&](hid_t file) {
    dataset(file, "0", H5T_IEEE_F32LE, {1'000'000, 1'000}, nullptr, chunked);
  });
  EXPECT_EQ(text,
            "w.h5: /d/vars/0: asks for 4000000000 bytes, more than a file of this size may (268435441 of 268435456 are "
            "left)");
  constexpr hsize_t kHuge = hsize_t{1} << 40;
  EXPECT_EQ(error([&](hid_t file) {
              dataset(file, "0", H5T_IEEE_F32LE, {kHuge, kHuge}, nullptr, chunked);
            }),
            "w.h5: /d/vars/0: declares shape (1099511627776, 1099511627776), more bytes than there are numbers for");
  const auto several = [&](hid_t file) {
    for (const char* name : {"0", "1", "2"}) dataset(file, name, H5T_IEEE_F32LE, {25'000, 1'000}, nullptr, chunked);
  };
  EXPECT_EQ(
      error(several),
      "w.h5: /d/vars/2: asks for 100000000 bytes, more than a file of this size may (60384225 of 268435456 are left)");
}

TEST_F(WeightsFile, chunks_that_unpack_to_more_than_they_are) {
  const auto deflated = [](hid_t plist) {
    constexpr hsize_t kChunk = 4;
    H5Pset_chunk(plist, 1, &kChunk);
    H5Pset_deflate(plist, 9);
  };
  // A chunk of 16 bytes that is a megabyte of zeros.
  std::vector<Bytef> zeros(1 << 20), packed(1 << 12);
  uLongf size = packed.size();
  ASSERT_EQ(compress(packed.data(), &size, zeros.data(), zeros.size()), Z_OK);
  EXPECT_EQ(error([&](hid_t file) {
              dataset(file, "0", H5T_IEEE_F32LE, {4}, nullptr, deflated);
              const hid_t set = H5Dopen2(file, "d/vars/0", H5P_DEFAULT);
              constexpr hsize_t kFirst = 0;
              EXPECT_GE(H5Dwrite_chunk(set, H5P_DEFAULT, 0, &kFirst, size, packed.data()), 0);
              H5Dclose(set);
            }),
            "w.h5: /d/vars/0: has a chunk of more than its 16 bytes");
  const auto tiny = [](hid_t plist) {
    constexpr hsize_t kChunk = 1;
    H5Pset_chunk(plist, 1, &kChunk);
  };
  EXPECT_NE(error([&](hid_t file) {
              dataset(file, "0", H5T_STD_I8LE, {10'000'000}, nullptr, tiny);
            }).find("w.h5: /d/vars/0: asks for 10240000001 bytes"),
            std::string::npos);
}

TEST_F(WeightsFile, heaps_of_texts_without_an_end) {
  make([](hid_t file) {
    dataset(file, "0", H5T_IEEE_F32LE, {4}, kFour.data());
    const hid_t text = H5Tcopy(H5T_C_S1), one = H5Screate(H5S_SCALAR);
    H5Tset_size(text, H5T_VARIABLE);
    const hid_t group = H5Gopen2(file, "d/vars", H5P_DEFAULT);
    const hid_t name = H5Acreate2(group, "name", text, one, H5P_DEFAULT, H5P_DEFAULT);
    const char* value = "dense";
    EXPECT_GE(H5Awrite(name, text, static_cast<const void*>(&value)), 0);
    H5Aclose(name);
    H5Gclose(group);
    H5Sclose(one);
    H5Tclose(text);
  });
  EXPECT_TRUE(open_weights("w.h5").has("d"));
  const std::string good = contents("w.h5");
  const size_t object = good.find("GCOL") + 16;
  for (const char byte : {'\0', '\xff'}) {
    std::string bad = good;
    write("w.h5", bad.replace(object, 16, 16, byte));
    EXPECT_EQ(file_error_of([] { open_weights("w.h5"); }),
              byte ? "w.h5: is damaged (an object's header)" : "w.h5: is damaged (a text is not there)");
  }
  // The attribute's type, whose size is behind its class.
  std::string bad = good;
  write("w.h5", bad.replace(good.find(std::string_view("\x19\1\0\0\x10\0\0\0", 8)) + 4, 4, "\xff\xff\xff\x7f"));
  EXPECT_EQ(file_error_of([] { open_weights("w.h5"); }), "w.h5: is damaged (an object's header)");
}

TEST_F(WeightsFile, ways_longer_than_the_file) {
  const std::string name(60'000, 'n');
  EXPECT_NE(error([&](hid_t file) {
              hid_t group = H5Gopen2(file, "/", H5P_DEFAULT);
              for (int depth = 0; depth < 60; ++depth) {
                const hid_t next = H5Gcreate2(group, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
                H5Lcreate_hard(group, name.c_str(), group, "again", H5P_DEFAULT, H5P_DEFAULT);
                H5Gclose(group);
                group = next;
              }
              H5Gclose(group);
            }).find("more than a file of this size may"),
            std::string::npos);
}

TEST_F(WeightsFile, data_that_is_elsewhere_or_needs_foreign_code) {
  write("secret", std::string(16, 's'));
  const auto external = [](hid_t plist) { H5Pset_external(plist, "secret", 0, 16); };
  EXPECT_EQ(error([&](hid_t file) { dataset(file, "0", H5T_IEEE_F32LE, {4}, nullptr, external); }),
            "w.h5: /d/vars/0: keeps its data in another file, which is not read");
  const auto virtual_ = [](hid_t plist) {
    constexpr hsize_t kFourItems = 4;
    const hid_t space = H5Screate_simple(1, &kFourItems, nullptr);
    H5Pset_virtual(plist, space, "secret", "d", space);
    H5Sclose(space);
  };
  EXPECT_EQ(error([&](hid_t file) { dataset(file, "0", H5T_IEEE_F32LE, {4}, nullptr, virtual_); }),
            "w.h5: /d/vars/0: is a virtual dataset, which is not read");
  const auto nbit = [](hid_t plist) {
    constexpr hsize_t kChunk = 4;
    H5Pset_chunk(plist, 1, &kChunk);
    H5Pset_nbit(plist);
  };
  EXPECT_EQ(error([&](hid_t file) { dataset(file, "0", H5T_IEEE_F32LE, {4}, kFour.data(), nbit); }),
            "w.h5: /d/vars/0: HDF5 filter 5 is not read, only deflate, shuffle and fletcher32");
}

TEST_F(WeightsFile, links_and_circles) {
  EXPECT_EQ(error([](hid_t file) { H5Lcreate_external("secret", "/", file, "out", H5P_DEFAULT, H5P_DEFAULT); }),
            "w.h5: /out: is a soft or external link, which is not followed");
  EXPECT_EQ(error([](hid_t file) { H5Lcreate_soft("/", file, "round", H5P_DEFAULT, H5P_DEFAULT); }),
            "w.h5: /round: is a soft or external link, which is not followed");
  std::string path;
  for (int i = 0; i < 65; ++i) path += i == 0 ? "again" : "/again";
  EXPECT_EQ(error([](hid_t file) { H5Lcreate_hard(file, "/", file, "again", H5P_DEFAULT, H5P_DEFAULT); }),
            "w.h5: /" + path + ": groups are nested deeper than 64");
  // Two links to the next group at each level: 2^60 paths in a small file.
  const auto doubling = [](hid_t file) {
    hid_t group = H5Gopen2(file, "/", H5P_DEFAULT);
    for (int i = 0; i < 60; ++i) {
      const hid_t next = H5Gcreate2(group, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_hard(group, "a", group, "b", H5P_DEFAULT, H5P_DEFAULT);
      H5Gclose(group);
      group = next;
    }
    H5Gclose(group);
  };
  EXPECT_TRUE(error(doubling).ends_with(": the file has more than 200000 objects"));
}

TEST_F(WeightsFile, dtypes_that_keras_does_not_save) {
  const std::string wanted = "w.h5: /d/vars/0: its dtype is none that Keras saves";
  const hid_t text = H5Tcopy(H5T_C_S1), opaque = H5Tcreate(H5T_OPAQUE, 2), odd = H5Tcopy(H5T_STD_I32LE);
  H5Tset_precision(odd, 7);
  for (const hid_t type : {text, opaque, odd, H5T_NATIVE_LDOUBLE, H5T_UNIX_D32LE}) {
    EXPECT_EQ(error([&](hid_t file) { dataset(file, "0", type, {4}, nullptr); }), wanted);
  }
  for (const hid_t type : {text, opaque, odd}) H5Tclose(type);
  EXPECT_EQ(error([](hid_t file) { dataset(file, "0/deeper", H5T_IEEE_F32LE, {4}, kFour.data()); }),
            "w.h5: /d/vars/0: is not a dataset");
}

TEST_F(WeightsFile, null_shape) {
  EXPECT_EQ(error([](hid_t file) {
              dataset(file, "0", H5T_IEEE_F32LE, {4}, kFour.data());
              const hid_t space = H5Screate(H5S_NULL);
              H5Dclose(H5Dcreate2(file, "d/vars/1", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
              H5Sclose(space);
            }),
            "w.h5: /d/vars/1: has no shape");
}

}  // namespace
}  // namespace keravino::saving
