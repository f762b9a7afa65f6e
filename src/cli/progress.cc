#include "cli/progress.h"

#include <unistd.h>

namespace keravino::cli {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::at(size_t done, const std::string& text) {
  static const bool terminal = isatty(STDERR_FILENO) == 1;
  if (!terminal || seconds_since(drawn_) < (shown_ ? 0.1 : 1.0)) return;
  drawn_ = std::chrono::steady_clock::now();
  shown_ = true;
  constexpr size_t kWidth = 40;
  const size_t filled = kWidth * done / total_;
  fmt::print(stderr, "\r[{:=<{}}{:<{}}] {}/{}{}\033[K", "", filled, "", kWidth - filled, done, total_, text);
}

}  // namespace keravino::cli
