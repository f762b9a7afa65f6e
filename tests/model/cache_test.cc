// LoadOptions::cache_dir, and options that no device can take.
#include "model/keras_files.h"
#include "saving/archive.h"

namespace keravino {
namespace {

using saving::test_data;
namespace fs = std::filesystem;
using Cache = saving::InFolder;

size_t files_in(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::vector<float> answer(const std::string& path, LoadOptions options) {
  options.cache_dir = "cache/of/models";
  return floats(Model::load(path, options).predict(reference("cnn", "x"))[0]);
}

TEST_F(Cache, HoldsWhatIsCompiledAndGivesTheSameNumbers) {
  const std::vector<float> wanted = floats(Model::load(test_data("cnn.keras")).predict(reference("cnn", "x"))[0]);
  EXPECT_EQ(answer(test_data("cnn.keras"), {}), wanted);
  const size_t files = files_in("cache/of/models");
  EXPECT_GE(files, 1u);
  EXPECT_EQ(answer(test_data("cnn.keras"), {}), wanted);
  EXPECT_EQ(files_in("cache/of/models"), files);  // nothing was compiled anew
}

TEST_F(Cache, KnowsOtherWeights) {
  saving::Archive archive = saving::open_archive(test_data("cnn.keras"));
  const std::vector<float> before = answer(archive.path, {});
  std::vector<saving::SavedTensor> weights = archive.weights.vars("layers/conv2d");
  const saving::Buffer kernel = saving::allocate(weights.at(0).bytes);
  std::memcpy(kernel.data.get(), weights[0].data.get(), kernel.size);
  reinterpret_cast<float*>(kernel.data.get())[50] += 1;  // one number in the middle of one weight
  weights[0].data = kernel.data;
  archive.weights.set("layers/conv2d", weights);
  saving::write_archive("other.keras", archive);
  const std::vector<float> other = floats(Model::load("other.keras").predict(reference("cnn", "x"))[0]);
  EXPECT_NE(other, before);
  EXPECT_EQ(answer("other.keras", {}), other);
  EXPECT_EQ(answer(test_data("cnn.keras"), {}), before);
}

TEST_F(Cache, KnowsOtherOptions) {
  const auto wanted = [](const LoadOptions& options) {
    return floats(Model::load(test_data("cnn.keras"), options).predict(reference("cnn", "x"))[0]);
  };
  const std::vector<LoadOptions> all = {
      {.precision = "bf16"}, {}, {.hint = "throughput", .streams = 2}, {.threads = 1}};
  for (int pass = 0; pass < 2; ++pass) {
    for (const LoadOptions& options : all) EXPECT_EQ(answer(test_data("cnn.keras"), options), wanted(options));
  }
}

TEST_F(Cache, DamagedFilesAreMadeAnew) {
  const std::vector<float> wanted = answer(test_data("cnn.keras"), {});
  for (const auto& file : fs::directory_iterator("cache/of/models")) saving::write(file.path(), "what is this");
  EXPECT_EQ(answer(test_data("cnn.keras"), {}), wanted);
  EXPECT_EQ(answer(test_data("cnn.keras"), {}), wanted);
}

TEST_F(Cache, MustBeAFolder) {
  saving::write("taken", "a file");
  EXPECT_EQ(error_of([] { Model::load(test_data("cnn.keras"), {.cache_dir = "taken/in"}); }),
            "taken/in: cannot be made: Not a directory");
}

TEST(Options, AreCheckedWhenTheModelIsLoaded) {
  const auto load = [](const LoadOptions& options) {
    return error_of([&] { Model::load(test_data("cnn.keras"), options); });
  };
  EXPECT_EQ(load({.precision = "f8"}), "unknown precision \"f8\"; wanted f32, bf16 or f16");
  EXPECT_EQ(load({.threads = -1}), "threads must be 0 or more, got -1");
  EXPECT_EQ(load({.hint = "speed"}), "unknown hint \"speed\"; wanted latency or throughput");
  EXPECT_EQ(load({.streams = -2}), "streams must be 0 or more, got -2");
  for (const char* device : {"TPU", "GPU.7", "AUTO:CPU,XPU", "", "cpu"}) {
    const std::string error = load({.device = device});
    EXPECT_TRUE(error.starts_with("device \"") && error.find("\" is not present. Present: CPU") != error.npos)
        << device << ": " << error;
  }
}

}  // namespace
}  // namespace keravino
