// "did you mean": the nearest known name, for every error about an unknown one.
#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace keravino {

/// `; did you mean "relu"?` with the candidate nearest to `name`, or an empty string when none is near.
/// Case and underscores are not counted, so that "LeakyReLU" leads to "leaky_relu".
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

/// The same for any range of strings: `did_you_mean(name, std::views::keys(table))`.
template <class Range>
std::string did_you_mean(std::string_view name, const Range& candidates) {
  return did_you_mean(name, std::vector<std::string_view>(std::begin(candidates), std::end(candidates)));
}

}  // namespace keravino
