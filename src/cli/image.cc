#include "cli/image.h"

#include <cctype>
#include <climits>

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
namespace {

struct Picture {
  int height, width;
  std::vector<float> pixels;  // (height, width, channels), 0 to 255
};

Picture read_picture(const std::string& file, int channels) {
  const saving::Buffer bytes = saving::read_file(file);
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data.get());
  const int size = static_cast<int>(std::min<size_t>(bytes.size, INT_MAX));
  int width = 0, height = 0, own_channels = 0;
  const auto unreadable = [&] {
    return saving::file_error(file, fmt::format("is no image that can be read ({})", stbi_failure_reason()));
  };
  if (!stbi_info_from_memory(data, size, &width, &height, &own_channels)) throw unreadable();
  const size_t values = static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(channels);
  saving::Budget(bytes.size).take(values, file);
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> image(
      stbi_load_from_memory(data, size, &width, &height, &own_channels, channels), &stbi_image_free);
  if (!image) throw unreadable();
  return {height, width, {image.get(), image.get() + values}};
}

std::vector<float> resized(const std::string& file, const Picture& picture, const ImageShape& shape) {
  if (picture.height == shape.height && picture.width == shape.width) return picture.pixels;
  std::vector<float> pixels(static_cast<size_t>(shape.height) * static_cast<size_t>(shape.width) *
                            static_cast<size_t>(shape.channels));
  if (!stbir_resize_float_generic(picture.pixels.data(), picture.width, picture.height, 0, pixels.data(), shape.width,
                                  shape.height, 0, shape.channels, STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                  STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr)) {
    throw saving::file_error(file, fmt::format("cannot be resized to {} x {}", shape.height, shape.width));
  }
  return pixels;
}

}  // namespace

bool is_image(const std::string& file) {
  std::string end = file.substr(std::min(file.size(), file.find_last_of('.') + 1));
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* known : {"png", "jpg", "jpeg", "bmp", "gif", "tga", "ppm", "pgm"}) {
    if (end == known) return true;
  }
  return false;
}

Tensor read_images(const std::vector<std::string>& files, ImageShape shape) {
  std::vector<Picture> pictures;
  for (const std::string& file : files) pictures.push_back(read_picture(file, shape.channels));
  const ImageShape asked = shape;
  if (shape.height == 0) shape.height = pictures[0].height;
  if (shape.width == 0) shape.width = pictures[0].width;
  const auto h = static_cast<size_t>(shape.height), w = static_cast<size_t>(shape.width),
             c = static_cast<size_t>(shape.channels);
  const size_t n = pictures.size();
  ov::Tensor batch(ov::element::f32, shape.channels_first ? ov::Shape{n, c, h, w} : ov::Shape{n, h, w, c});
  float* to = batch.data<float>();
  for (size_t at = 0; at < n; ++at, to += h * w * c) {
    const Picture& picture = pictures[at];
    if ((asked.height == 0 && picture.height != shape.height) || (asked.width == 0 && picture.width != shape.width)) {
      throw saving::file_error(files[at], fmt::format("is {} x {}; wanted {} x {} as the first image, since the model "
                                                      "takes any size",
                                                      picture.height, picture.width, shape.height, shape.width));
    }
    const std::vector<float> pixels = resized(files[at], picture, shape);
    for (size_t i = 0; i < pixels.size(); ++i) to[shape.channels_first ? (i % c) * h * w + i / c : i] = pixels[i];
  }
  return Tensor(batch);
}

}  // namespace keravino::cli
