// Images moved, warped and filtered. Images are (H, W, C) or (N, H, W, C), or (C, H, W) with data_format
// "channels_first".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The input at fractional coordinates (one row for each axis); order 0 takes the nearest element, 1 mixes neighbours.
/// fill_mode is "constant", "nearest", "wrap", "mirror" or "reflect".
Tensor map_coordinates(Tensor inputs, Tensor coordinates, int64_t order, std::string fill_mode = "constant",
                       double fill_value = 0);
/// Images under (x, y) -> (a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1), given as 8 numbers for each image.
Tensor affine_transform(Tensor images, Tensor transform, std::string interpolation = "bilinear",
                        std::string fill_mode = "constant", double fill_value = 0,
                        std::optional<std::string> data_format = std::nullopt);
/// Images under the perspective that takes four start points to four end points.
Tensor perspective_transform(Tensor images, Tensor start_points, Tensor end_points,
                             std::string interpolation = "bilinear", double fill_value = 0,
                             std::optional<std::string> data_format = std::nullopt);
/// The eight numbers of the perspective that takes end points to start points; points are (N, 4, 2) or (4, 2).
Tensor compute_homography_matrix(Tensor start_points, Tensor end_points);
/// Images blurred by a Gaussian of this deviation, cut to kernel_size.
Tensor gaussian_blur(Tensor images, std::vector<int64_t> kernel_size = {3, 3}, std::vector<double> sigma = {1, 1},
                     std::optional<std::string> data_format = std::nullopt);
/// Images distorted by smooth random shifts of up to `alpha` pixels.
Tensor elastic_transform(Tensor images, double alpha = 20, double sigma = 5, std::string interpolation = "bilinear",
                         std::string fill_mode = "reflect", double fill_value = 0, Tensor seed = {},
                         std::optional<std::string> data_format = std::nullopt);
/// Axes resampled: place x of the result shows place (x - translation) / scale of the image.
Tensor scale_and_translate(Tensor images, std::vector<int64_t> output_shape, Tensor scale, Tensor translation,
                           std::vector<int64_t> spatial_dims, std::string method, bool antialias = true);
/// Sobel's gradients of each channel, vertical and horizontal, as a new last axis.
Tensor sobel_edges(Tensor images, std::optional<std::string> data_format = std::nullopt);

}  // namespace keravino::ops
