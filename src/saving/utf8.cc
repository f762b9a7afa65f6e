#include "saving/utf8.h"

#include <bit>
#include <cstdint>

namespace keravino::saving {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_letter(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

/// The letter at the start of a text and its length in bytes; length 0 if there is none.
std::pair<char32_t, size_t> first_letter(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto length = static_cast<size_t>(std::countl_one(byte(0)));
  if (length == 0) return {byte(0), 1};
  if (length == 1 || length > 4 || length > text.size()) return {0, 0};
  char32_t letter = byte(0) & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    letter = letter << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return is_letter(letter) && letter >= kLeast[length] ? std::pair{letter, length} : std::pair{char32_t{0}, size_t{0}};
}

}  // namespace

std::u32string utf8_decoded(std::string_view text) {
  std::u32string letters;
  while (!text.empty()) {
    const auto [letter, length] = first_letter(text);
    letters += length == 0 ? kReplacement : letter;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return letters;
}

void utf8_append(std::string& text, char32_t letter) {
  if (!is_letter(letter)) letter = kReplacement;
  if (letter < 0x80) {
    text += static_cast<char>(letter);
    return;
  }
  const int more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
  text += static_cast<char>((0xFF00u >> (more + 1) & 0xFF) | letter >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (letter >> (6 * i) & 0x3F));
}

}  // namespace keravino::saving
