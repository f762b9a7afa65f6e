#include "cli/image.h"

#include <cctype>

#include "keravino/error.h"
#include "saving/file.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

namespace keravino::cli {

bool is_image(const std::string& file) {
  std::string end = file.substr(std::min(file.size(), file.find_last_of('.') + 1));
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* known : {"png", "jpg", "jpeg", "bmp", "gif", "tga", "ppm", "pgm"}) {
    if (end == known) return true;
  }
  return false;
}

Tensor read_images(const std::vector<std::string>& files, int height, int width, int channels, bool channels_first) {
  const auto h = static_cast<size_t>(height), w = static_cast<size_t>(width), c = static_cast<size_t>(channels);
  ov::Tensor batch(ov::element::f32,
                   channels_first ? ov::Shape{files.size(), c, h, w} : ov::Shape{files.size(), h, w, c});
  float* to = batch.data<float>();
  std::vector<float> pixels(h * w * c);
  for (const std::string& file : files) {
    const saving::Buffer bytes = saving::read_file(file);
    int file_width = 0, file_height = 0, file_channels = 0;
    const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> image(
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data.get()), static_cast<int>(bytes.size),
                              &file_width, &file_height, &file_channels, channels),
        &stbi_image_free);
    if (!image) throw saving::file_error(file, std::string("is no image that can be read: ") + stbi_failure_reason());
    std::vector<float> source(static_cast<size_t>(file_width) * static_cast<size_t>(file_height) * c);
    std::copy_n(image.get(), source.size(), source.begin());
    if (file_width == width && file_height == height) {
      pixels = source;
    } else if (!stbir_resize_float_generic(source.data(), file_width, file_height, 0, pixels.data(), width, height, 0,
                                           channels, STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                           STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr)) {
      throw saving::file_error(file, fmt::format("cannot be resized to {} x {}", height, width));
    }
    for (size_t i = 0; i < pixels.size(); ++i) to[channels_first ? (i % c) * h * w + i / c : i] = pixels[i];
    to += pixels.size();
  }
  return Tensor(batch);
}

}  // namespace keravino::cli
