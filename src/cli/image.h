// Images as tensors.
#pragma once

#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::cli {

/// True for a file name that ends as an image does: png, jpg, jpeg, bmp, gif, tga, ppm, pgm.
bool is_image(const std::string& file);

/// What a model takes as an image. A height or width of 0 is open: the first image's.
struct ImageShape {
  int height, width, channels;
  bool channels_first;
};

/// A batch of images, float32 from 0 to 255: (n, height, width, channels) or (n, channels, height, width). An image of
/// another size is resized (bilinear, all pixels counted when it shrinks) if the model's size is fixed, an error if it
/// is open. Colours become grey, or grey becomes colours, as the channels ask.
Tensor read_images(const std::vector<std::string>& files, ImageShape shape);

}  // namespace keravino::cli
