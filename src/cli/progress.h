// How far a command is, on a terminal.
#pragma once

#include <chrono>
#include <string>

namespace keravino::cli {

double seconds_since(std::chrono::steady_clock::time_point start);

/// A bar on stderr, if that is a terminal and the run takes more than a second.
class Progress {
 public:
  explicit Progress(size_t total) : total_(total) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Draws the bar with a text behind it, ten times a second at most.
  void at(size_t done, const std::string& text = "");

 private:
  size_t total_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now();
};

}  // namespace keravino::cli
