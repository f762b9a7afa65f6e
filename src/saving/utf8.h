// UTF-8: what texts are in files and in tensors of strings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keravino::saving {

/// The letters of a text, one after the other; each byte that is not UTF-8 is U+FFFD.
std::u32string utf8_decoded(std::string_view text);

/// Puts a letter at the end of a text; U+FFFD for a number that is none.
void utf8_append(std::string& text, char32_t letter);

}  // namespace keravino::saving
