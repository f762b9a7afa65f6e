// Convolutions with 3 x 3 windows in a quarter of the multiplications, and their gradients. Only for builds with
// oneDNN.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "kernels/onednn.h"
#include "kernels/winograd_tiles.h"

namespace keravino::kernels::winograd {

/// The sizes of a convolution of channels-last images, with stride 1.
struct Geometry {
  size_t images;
  std::array<size_t, 2> in, out;      // rows and columns
  std::array<std::ptrdiff_t, 2> pad;  // before the first row and column; what lies outside is 0
  size_t inputs, outputs;             // channels, kVector or more

  size_t rows() const { return tiles_along(out[0]); }
  size_t columns() const { return tiles_along(out[1]); }
  size_t tiles() const { return images * rows() * columns(); }
};

/// Whether it is fast here: on a CPU with AVX2.
bool is_fast();

/// Weights as products take them, which several threads may use at once.
class PackedWeights {
 public:
  PackedWeights(size_t inputs, size_t outputs);

  /// Each output's weights are times its `scale`.
  void set(const Weights<const float>& weights, const std::vector<double>& scale);

  /// m[p] (tiles, outputs) = v[p] (tiles, inputs) times the weights of each point p.
  void multiply(size_t tiles, float* v, float* m) const;

 private:
  struct Products {
    dnnl::matmul::primitive_desc desc;
    dnnl::matmul primitive;
  };
  const Products& products_of(size_t tiles) const;

  size_t inputs_, outputs_;
  dnnl::memory packed_;
  mutable std::mutex mutex_;
  mutable std::map<size_t, Products> products_;
};

/// y = min(max(x * weights + bias, low), high).
void convolve(const Geometry& geometry, const float* x, const PackedWeights& weights, const float* bias, float low,
              float high, float* y);

/// The gradient of the weights of x and that of y.
void weights_gradient(const Geometry& geometry, const float* x, const float* dy, const Weights<float>& dweights);

}  // namespace keravino::kernels::winograd
