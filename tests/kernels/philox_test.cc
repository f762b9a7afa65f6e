#include "kernels/philox.h"

#include <gtest/gtest.h>

namespace keravino::kernels {
namespace {

// The known answers that the authors of Philox publish with their own implementation (Random123).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Stream, EachElementHasItsOwn) {
  Stream first({1, 2}, 0);
  Stream second({1, 2}, 1);
  Stream again({1, 2}, 0);
  for (int i = 0; i < 10; ++i) {
    const uint64_t bits = first.bits64();
    EXPECT_NE(bits, second.bits64());
    EXPECT_EQ(bits, again.bits64());
  }
}

}  // namespace
}  // namespace keravino::kernels
