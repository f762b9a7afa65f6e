#include "cli/validators.h"

#include <charconv>

namespace keravino::cli {

CLI::Validator at_least(int least) {
  const std::string wanted = fmt::format("a whole number from {} on", least);
  const auto check = [least, wanted](const std::string& text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = failed == std::errc() && end == text.data() + text.size() && value >= least;
    return good ? "" : fmt::format("\"{}\" is not {}", text, wanted);
  };
  return {check, "", ""};
}

}  // namespace keravino::cli
