// Images as tensors.
#pragma once

#include <string>

#include "keravino/tensor.h"

namespace keravino::cli {

/// True for a file name that ends as an image does: png, jpg, jpeg, bmp, gif, tga, ppm, pgm.
bool is_image(const std::string& file);

/// A batch of images at one size, float32 from 0 to 255; (n, height, width, channels) or (n, channels, height, width).
Tensor read_images(const std::vector<std::string>& files, int height, int width, int channels, bool channels_first);

}  // namespace keravino::cli
