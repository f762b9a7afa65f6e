#include "kernels/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace keravino::kernels {
namespace {

constexpr uint64_t kModulo = uint64_t{1} << 62;

/// TensorFlow 2.21's `to_hash_bucket_fast` and `to_hash_bucket_strong(key=[3, 2**40])` with 2**62 buckets.
struct Vector {
  size_t size;
  uint64_t fingerprint, siphash;
};
constexpr Vector kVectors[] = {
    {0, 1936946117179621455, 1964467164604125177},   {1, 2485280756015789850, 2614566468262553230},
    {3, 4237981211716197537, 2049447187977981631},   {4, 47122395416497407, 164392742477341601},
    {7, 4427331158000553380, 4214875449566255966},   {8, 1878791150451284974, 1907406796753241305},
    {16, 236125997812503749, 2114048810557614654},   {17, 1868511869052581368, 3095029812984612433},
    {32, 1565579114856891171, 2096816438395357317},  {33, 4038155380426552012, 1977566578885087175},
    {64, 2772538689968405586, 4153738805256375623},  {65, 2188500701702726000, 1847517047119958204},
    {127, 2114216745286137671, 1665377588788034387}, {128, 4138368380133435321, 1239730422073091350},
    {129, 3023774478279643646, 217306160893440070},  {1000, 1228748254611467120, 1888816231285221860}};

TEST(Hash, AgreesWithTensorFlow) {
  for (const Vector& vector : kVectors) {
    std::string text;
    for (size_t i = 0; i < vector.size; ++i) text += static_cast<char>(33 + (i * 7 + vector.size) % 90);
    EXPECT_EQ(fingerprint(text) % kModulo, vector.fingerprint) << vector.size;
    EXPECT_EQ(siphash(text, {3, uint64_t{1} << 40}) % kModulo, vector.siphash) << vector.size;
  }
}

TEST(Hash, SipHashOfItsPaper) {
  std::string text;
  for (char c = 0; c < 15; ++c) text += c;
  EXPECT_EQ(siphash(text, {0x0706050403020100, 0x0f0e0d0c0b0a0908}), 0xa129ca6149be45e5);
}

/// `tf.sparse.cross_hashed([["a"], ["bc"]], [[1], [-2]])` with 2**30 buckets.
TEST(Hash, CrossAgreesWithTensorFlow) {
  const auto cross = [](std::string_view text, int64_t number) {
    const uint64_t first = joined_fingerprints(0xDECAFCAFFE, fingerprint(text));
    return joined_fingerprints(first, static_cast<uint64_t>(number)) % (uint64_t{1} << 30);
  };
  EXPECT_EQ(cross("a", 1), 107422205u);
  EXPECT_EQ(cross("bc", -2), 120196288u);
}

}  // namespace
}  // namespace keravino::kernels
