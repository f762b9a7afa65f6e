#include "kernels/threefry.h"

#include <gtest/gtest.h>

namespace keravino::kernels {
namespace {

// The known answers that the authors of Threefry publish with their own implementation (Random123).
TEST(Threefry, KnownAnswers) {
  EXPECT_EQ(threefry({0, 0}, {0, 0}), (Key{0x6b200159, 0x99ba4efe}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(threefry({kOnes, kOnes}, {kOnes, kOnes}), (Key{0x1cb996fc, 0xbb002be7}));
  EXPECT_EQ(threefry({0x13198a2e, 0x03707344}, {0x243f6a88, 0x85a308d3}), (Key{0xc4923a9c, 0x483df7a0}));
}

TEST(Threefry, ABatchHoldsTheBitsOfItsElements) {
  for (const uint64_t first : {uint64_t{0}, uint64_t{kRandomBatch}, uint64_t{7} << 32}) {
    std::array<uint32_t, kRandomBatch> words;
    std::array<uint64_t, kRandomBatch> pairs;
    random_bits(Key{1, 2}, first, words.data());
    random_bits(Key{1, 2}, first, pairs.data());
    for (size_t i = 0; i < kRandomBatch; ++i) {
      EXPECT_EQ(words[i], random_bits<uint32_t>(Key{1, 2}, first + i));
      EXPECT_EQ(pairs[i], random_bits<uint64_t>(Key{1, 2}, first + i));
    }
  }
}

TEST(Stream, EachElementHasItsOwn) {
  Stream first({1, 2}, 0), second({1, 2}, 1), again({1, 2}, 0);
  for (int i = 0; i < 10; ++i) {
    const double u = first.uniform();
    EXPECT_NE(u, second.uniform());
    EXPECT_EQ(u, again.uniform());
  }
}

}  // namespace
}  // namespace keravino::kernels
