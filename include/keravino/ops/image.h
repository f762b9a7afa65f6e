// keras.ops.image: images are (H, W, C) or (N, H, W, C), with "channels_first" (C, H, W) or (N, C, H, W).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// Images of another size (height, width), by nearest, bilinear, bicubic, lanczos3 or lanczos5 interpolation; float
/// results are cast back to the images' dtype. `antialias` widens the filter where images shrink. With
/// crop_to_aspect_ratio the middle is cut out first, with pad_to_aspect_ratio fill_value is put around, so that shapes
/// are not distorted.
Tensor resize(Tensor images, std::vector<int64_t> size, std::string interpolation = "bilinear", bool antialias = false,
              bool crop_to_aspect_ratio = false, bool pad_to_aspect_ratio = false, std::string fill_mode = "constant",
              double fill_value = 0, std::optional<std::string> data_format = std::nullopt);
/// One channel of brightness, 0.2989 R + 0.5870 G + 0.1140 B.
Tensor rgb_to_grayscale(Tensor images, std::optional<std::string> data_format);
/// Hue, saturation and value in [0, 1] of float images in [0, 1], and back.
Tensor rgb_to_hsv(Tensor images, std::optional<std::string> data_format);
Tensor hsv_to_rgb(Tensor images, std::optional<std::string> data_format);

}  // namespace keravino::ops
