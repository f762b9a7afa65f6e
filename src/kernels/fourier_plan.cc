#include "kernels/fourier_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/processors.h"
#include "kernels/tile.h"

namespace keravino::kernels {
namespace {

/// From this length of a block on, a pass writes where its results belong; shorter ones are moved there afterwards.
constexpr size_t kLong = 8;

/// The DFT of R numbers in place, R of 2, 3, 4, 5 or 8.
template <size_t R>
[[gnu::always_inline]] inline void butterfly(double (&re)[R], double (&im)[R]) {
  if constexpr (R == 2) {
    const double a = re[0], b = im[0];
    re[0] = a + re[1], im[0] = b + im[1];
    re[1] = a - re[1], im[1] = b - im[1];
  } else if constexpr (R % 2 == 0) {
    constexpr size_t kHalf = R / 2;
    constexpr double kRoot = std::numbers::sqrt2 / 2;
    double even_re[kHalf], even_im[kHalf], odd_re[kHalf], odd_im[kHalf];
    for (size_t i = 0; i < kHalf; ++i) {
      even_re[i] = re[2 * i], even_im[i] = im[2 * i];
      odd_re[i] = re[2 * i + 1], odd_im[i] = im[2 * i + 1];
    }
    butterfly(even_re, even_im);
    butterfly(odd_re, odd_im);
    for (size_t i = 0; i < kHalf; ++i) {  // odd numbers turn by i / R
      const double a = odd_re[i], b = odd_im[i];
      const size_t eighth = 8 / R * i;
      const double x = eighth == 0 ? a : eighth == 1 ? kRoot * (a + b) : eighth == 2 ? b : kRoot * (b - a);
      const double y = eighth == 0 ? b : eighth == 1 ? kRoot * (b - a) : eighth == 2 ? -a : -kRoot * (a + b);
      re[i] = even_re[i] + x, im[i] = even_im[i] + y;
      re[i + kHalf] = even_re[i] - x, im[i + kHalf] = even_im[i] - y;
    }
  } else {
    constexpr double kCos[2][2] = {{-0.5, 0}, {0.30901699437494742410, -0.80901699437494742410}};
    constexpr double kSin[2][2] = {{0.86602540378443864676, 0}, {0.95105651629515357212, 0.58778525229247312917}};
    constexpr size_t kHalf = R / 2;
    double sum_re[kHalf], sum_im[kHalf], gap_re[kHalf], gap_im[kHalf];
    const double first_re = re[0], first_im = im[0];
    for (size_t k = 0; k < kHalf; ++k) {
      sum_re[k] = re[k + 1] + re[R - 1 - k], sum_im[k] = im[k + 1] + im[R - 1 - k];
      gap_re[k] = re[k + 1] - re[R - 1 - k], gap_im[k] = im[k + 1] - im[R - 1 - k];
      re[0] += sum_re[k], im[0] += sum_im[k];
    }
    for (size_t j = 1; j <= kHalf; ++j) {
      double a = first_re, b = first_im, c = 0, d = 0;
      for (size_t k = 1; k <= kHalf; ++k) {
        const size_t turn = j * k % R;
        const bool beyond = turn > kHalf;
        const double cosine = kCos[kHalf - 1][(beyond ? R - turn : turn) - 1];
        const double sine = (beyond ? -1 : 1) * kSin[kHalf - 1][(beyond ? R - turn : turn) - 1];
        a += cosine * sum_re[k - 1], b += cosine * sum_im[k - 1];
        c += sine * gap_im[k - 1], d -= sine * gap_re[k - 1];
      }
      re[j] = a + c, im[j] = b + d;
      re[R - j] = a - c, im[R - j] = b - d;
    }
  }
}

/// `count` butterflies of numbers `from_step` apart to results `to_step` apart, each turned by its factor; of one place
/// each, or the same for all.
template <size_t R, bool kShared>
[[gnu::always_inline]] inline void turn_all(const double* re, const double* im, size_t from_step, double* to_re,
                                            double* to_im, size_t to_step, const double* turn_re, const double* turn_im,
                                            size_t turn_step, size_t count) {
#pragma GCC ivdep
  for (size_t i = 0; i < count; ++i) {
    double x[R], y[R];
    for (size_t k = 0; k < R; ++k) x[k] = re[i + k * from_step], y[k] = im[i + k * from_step];
    butterfly<R>(x, y);
    to_re[i] = x[0], to_im[i] = y[0];
    for (size_t j = 1; j < R; ++j) {
      const size_t at = (j - 1) * turn_step + (kShared ? 0 : i);
      const double c = turn_re[at], s = turn_im[at];
      to_re[i + j * to_step] = x[j] * c - y[j] * s;
      to_im[i + j * to_step] = x[j] * s + y[j] * c;
    }
  }
}

/// Block p of each of R results, `step` apart, to where R blocks lie together; B is the length of a block if not 0.
template <size_t R, size_t B>
[[gnu::always_inline]] inline void move_blocks(const double* from, double* to, size_t step, size_t block) {
  if (B != 0) block = B;
  for (size_t p = 0; p < step / block; ++p) {
    for (size_t j = 0; j < R; ++j) {
      for (size_t i = 0; i < block; ++i) to[(p * R + j) * block + i] = from[j * step + p * block + i];
    }
  }
}

/// The blocks' butterflies, written where their results belong. B is the length of a block if not 0.
template <size_t R, size_t B>
[[gnu::always_inline]] inline void turn_blocks(const double* re, const double* im, double* to_re, double* to_im,
                                               const double* turn_re, const double* turn_im, size_t step,
                                               size_t block) {
  if (B != 0) block = B;
  const size_t blocks = step / block;
  for (size_t p = 0; p < blocks; ++p) {
    const size_t from = p * block, to = p * block * R;
    turn_all<R, true>(re + from, im + from, step, to_re + to, to_im + to, block, turn_re + p, turn_im + p, blocks,
                      block);
  }
}

/// Butterflies of 8 with blocks of one, a tile at a time: it stays near, where a whole signal would not.
[[gnu::always_inline]] inline void turn_tiles(const double* re, const double* im, double* to_re, double* to_im,
                                              const double* turn_re, const double* turn_im, size_t step) {
  for (size_t i = 0; i < step; i += kTile) {
    double tile_re[kTile * kTile], tile_im[kTile * kTile];
    turn_all<kTile, false>(re + i, im + i, step, tile_re, tile_im, kTile, turn_re + i, turn_im + i, step, kTile);
    transpose_tile(tile_re, to_re + i * kTile);
    transpose_tile(tile_im, to_im + i * kTile);
  }
}

template <size_t R>
[[gnu::always_inline]] inline void run_pass(const double* re, const double* im, double* to_re, double* to_im,
                                            double* scratch, const double* turn_re, const double* turn_im, size_t n,
                                            size_t block) {
  const size_t step = n / R;
  if (block == kLong) return turn_blocks<R, kLong>(re, im, to_re, to_im, turn_re, turn_im, step, block);
  if (block > kLong) return turn_blocks<R, 0>(re, im, to_re, to_im, turn_re, turn_im, step, block);
  if constexpr (R == kTile) {
    if (block == 1 && step % kTile == 0) return turn_tiles(re, im, to_re, to_im, turn_re, turn_im, step);
  }
  turn_all<R, false>(re, im, step, scratch, scratch + n, step, turn_re, turn_im, step, step);
  for (double* to : {to_re, to_im}) {
    switch (block) {
      case 1:
        move_blocks<R, 1>(scratch, to, step, 1);
        break;
      case 4:
        move_blocks<R, 4>(scratch, to, step, 4);
        break;
      default:
        move_blocks<R, 0>(scratch, to, step, block);
    }
    scratch += n;
  }
}

#define KERAVINO_PASS(R)                                                                                              \
  FOR_EACH_PROCESSOR void pass_##R(const double* re, const double* im, double* to_re, double* to_im, double* scratch, \
                                   const double* turn_re, const double* turn_im, size_t n, size_t block) {            \
    run_pass<R>(re, im, to_re, to_im, scratch, turn_re, turn_im, n, block);                                           \
  }
KERAVINO_PASS(2)
KERAVINO_PASS(3)
KERAVINO_PASS(4)
KERAVINO_PASS(5)
KERAVINO_PASS(8)
#undef KERAVINO_PASS

// By radix.
constexpr decltype(&pass_2) kPasses[] = {nullptr, nullptr, &pass_2, &pass_3, &pass_4,
                                         &pass_5, nullptr, nullptr, &pass_8};

}  // namespace

FourierPlan::FourierPlan(size_t n) : n_(n) {
  size_t rest = std::max<size_t>(n, 1);
  for (const size_t prime : {2u, 3u, 5u}) {
    while (rest % prime == 0) rest /= prime;
  }
  if (rest == 1)
    make_passes();
  else
    make_chirp();
}

void FourierPlan::make_passes() {
  size_t left = n_, block = 1;
  while (left > 1) {
    size_t radix = 2;
    for (const size_t r : {8u, 4u, 5u, 3u, 2u}) {
      if (left % r != 0) continue;
      radix = r;
      break;
    }
    const size_t blocks = left / radix, each = block >= kLong ? 1 : block;
    Pass& pass = passes_.emplace_back(Pass{radix, block, {}, {}});
    for (size_t j = 1; j < radix; ++j) {
      for (size_t p = 0; p < blocks; ++p) {
        const double angle = -2 * std::numbers::pi * static_cast<double>(p * j % left) / static_cast<double>(left);
        pass.re.insert(pass.re.end(), each, std::cos(angle));
        pass.im.insert(pass.im.end(), each, std::sin(angle));
      }
    }
    block *= radix;
    left = blocks;
  }
  work_.resize(4 * n_);
}

void FourierPlan::make_chirp() {
  size_t size = 1;
  while (size < 2 * n_) size *= 2;
  convolution_.emplace_back(size);
  chirp_re_.resize(n_), chirp_im_.resize(n_);
  filter_re_.resize(size), filter_im_.resize(size);
  std::vector<double> re(size), im(size);
  for (size_t k = 0; k < n_; ++k) {
    const size_t turn = k * k % (2 * n_);  // of half a turn / n: small, so that the angle is right
    const double angle = std::numbers::pi * static_cast<double>(turn) / static_cast<double>(n_);
    chirp_re_[k] = re[k] = re[(size - k) % size] = std::cos(angle);
    chirp_im_[k] = -(im[k] = im[(size - k) % size] = std::sin(angle));
  }
  convolution_[0].run(re.data(), im.data(), filter_re_.data(), filter_im_.data());
}

void FourierPlan::run_chirp(const double* re, const double* im, double* to_re, double* to_im) {
  const size_t size = filter_re_.size();
  std::vector<double> a(size), b(size), c(size), d(size);
  for (size_t k = 0; k < n_; ++k) {
    a[k] = re[k] * chirp_re_[k] - im[k] * chirp_im_[k];
    b[k] = re[k] * chirp_im_[k] + im[k] * chirp_re_[k];
  }
  convolution_[0].run(a.data(), b.data(), c.data(), d.data());
  // The inverse transform is the forward one with real and imaginary parts swapped, before and after.
  for (size_t k = 0; k < size; ++k) {
    const double x = c[k], y = d[k];
    c[k] = x * filter_re_[k] - y * filter_im_[k];
    d[k] = x * filter_im_[k] + y * filter_re_[k];
  }
  convolution_[0].run(d.data(), c.data(), b.data(), a.data());
  const double scale = 1 / static_cast<double>(size);
  for (size_t k = 0; k < n_; ++k) {
    to_re[k] = (a[k] * chirp_re_[k] - b[k] * chirp_im_[k]) * scale;
    to_im[k] = (a[k] * chirp_im_[k] + b[k] * chirp_re_[k]) * scale;
  }
}

void FourierPlan::run(const double* re, const double* im, double* to_re, double* to_im) {
  if (!convolution_.empty()) return run_chirp(re, im, to_re, to_im);
  if (passes_.empty()) {
    std::copy_n(re, n_, to_re);
    std::copy_n(im, n_, to_im);
  }
  // The last pass writes the result, so the one before it writes to the other place.
  double *scratch = work_.data() + 2 * n_, *other_re = work_.data(), *other_im = work_.data() + n_;
  if (passes_.size() % 2 == 0) std::swap(to_re, other_re), std::swap(to_im, other_im);
  for (const Pass& pass : passes_) {
    kPasses[pass.radix](re, im, to_re, to_im, scratch, pass.re.data(), pass.im.data(), n_, pass.block);
    re = to_re, im = to_im;
    std::swap(to_re, other_re), std::swap(to_im, other_im);
  }
}

}  // namespace keravino::kernels
