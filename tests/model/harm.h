// Changes that somebody who means harm would make to a config.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace keravino {

/// Numbers from a seed, the same on every machine: the distributions of the standard library are not.
class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  size_t below(size_t end) { return engine_() % end; }

 private:
  std::mt19937 engine_;
};

/// Every place in a config, itself the first.
inline std::vector<nlohmann::json*> places(nlohmann::json& config) {
  std::vector<nlohmann::json*> out{&config};
  for (size_t i = 0; i < out.size(); ++i) {
    if (!out[i]->is_structured()) continue;
    for (nlohmann::json& item : *out[i]) out.push_back(&item);
  }
  return out;
}

inline nlohmann::json& any_place(nlohmann::json& config, Draw& draw) {
  const std::vector<nlohmann::json*> all = places(config);
  return *all[draw.below(all.size())];
}

inline const std::vector<nlohmann::json>& harmful() {
  using nlohmann::json;
  static const std::vector<json> values = {nullptr,
                                           true,
                                           -1,
                                           0,
                                           2,
                                           1'000'000'000'000,
                                           INT64_MIN,
                                           INT64_MAX,
                                           UINT64_MAX,
                                           INT32_MAX,
                                           1e308,
                                           std::numeric_limits<double>::quiet_NaN(),
                                           -std::numeric_limits<double>::infinity(),
                                           "",
                                           "relu",
                                           json::array(),
                                           json::object(),
                                           json::array({1'000'000'000, 1'000'000'000}),
                                           json::array({-7, 0}),
                                           json(std::vector<int>(70, 1)),
                                           json::array({"c1", 0, 0})};
  return values;
}

/// Changes one to three places of a config: another value, that of another place, or nothing at all.
inline void harm(nlohmann::json& config, Draw& draw) {
  for (size_t changes = 1 + draw.below(3); changes > 0; --changes) {
    nlohmann::json& place = any_place(config, draw);
    const size_t how = draw.below(4);
    if (how == 0) {
      const nlohmann::json other = any_place(config, draw);
      place = other;
    } else if (how == 1 && place.is_structured() && !place.empty()) {
      auto item = place.begin();
      std::advance(item, static_cast<std::ptrdiff_t>(draw.below(place.size())));
      place.erase(item);
    } else {
      place = harmful()[draw.below(harmful().size())];
    }
  }
}

}  // namespace keravino
