#include "saving/utf8.h"

#include <gtest/gtest.h>

namespace keravino::saving {
namespace {

std::string encoded(const std::u32string& letters) {
  std::string text;
  for (const char32_t letter : letters) utf8_append(text, letter);
  return text;
}

TEST(Utf8, EveryLengthGoesThereAndBack) {
  const std::u32string letters = U"\x01\x7f\u0080\u07ff\u0800\uffff\U00010000\U0010ffff";
  EXPECT_EQ(encoded(letters), "\x01\x7f\u0080\u07ff\u0800\uffff\U00010000\U0010ffff");
  EXPECT_EQ(utf8_decoded(encoded(letters)), letters);
}

TEST(Utf8, WhatIsNoLetterIsReplaced) {
  for (const char* text : {"\x80", "\xc3", "\xff", "\xf8"}) EXPECT_EQ(utf8_decoded(text), U"\ufffd") << text;
  EXPECT_EQ(utf8_decoded("a\xc3(b"), U"a\ufffd(b");
  EXPECT_EQ(utf8_decoded("\xc0\xaf").size(), 2u);          // "/" in two bytes
  EXPECT_EQ(utf8_decoded("\xed\xa0\x80").size(), 3u);      // half of a pair of UTF-16
  EXPECT_EQ(utf8_decoded("\xf4\x90\x80\x80").size(), 4u);  // beyond the last letter
  EXPECT_EQ(encoded({char32_t{0xd800}, char32_t{0x110000}}), "\ufffd\ufffd");
}

}  // namespace
}  // namespace keravino::saving
