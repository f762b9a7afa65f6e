// The discrete Fourier transform of one signal, whose real and imaginary parts lie apart.
#pragma once

#include <cstddef>
#include <vector>

namespace keravino::kernels {

/// X[j] = sum of x[k] e^(-2 pi i j k / n), for one n and any signals. A length with a prime factor above 5 goes
/// Bluestein's way: j k = (j^2 + k^2 - (j - k)^2) / 2 makes it a convolution of a length that is a power of two.
class FourierPlan {
 public:
  explicit FourierPlan(size_t n);

  /// Transforms `re` and `im` of n numbers each into `to_re` and `to_im`, which are other memory.
  void run(const double* re, const double* im, double* to_re, double* to_im);

 private:
  /// One of Stockham's passes: n / radix butterflies, whose results lie in blocks of `block` numbers.
  struct Pass {
    size_t radix, block;
    std::vector<double> re, im;  // factors: of each place and output, or of each block and output if blocks are long
  };

  void make_passes();
  void make_chirp();
  void run_chirp(const double* re, const double* im, double* to_re, double* to_im);

  size_t n_;
  std::vector<Pass> passes_;
  std::vector<double> work_;
  std::vector<double> chirp_re_, chirp_im_, filter_re_, filter_im_;  // Bluestein's
  std::vector<FourierPlan> convolution_;                             // its plan, if there is one
};

}  // namespace keravino::kernels
