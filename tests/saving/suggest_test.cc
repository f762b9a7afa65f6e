#include "saving/suggest.h"

#include <gtest/gtest.h>

#include <ranges>

namespace keravino {

const std::vector<std::string> kNames = {"elu", "relu", "relu6", "selu", "leaky_relu", "softmax", "softplus"};

TEST(DidYouMean, finds_one_wrong_letter) {
  EXPECT_EQ(did_you_mean("rellu", kNames), "; did you mean \"relu\"?");
  EXPECT_EQ(did_you_mean("sofmtax", kNames), "; did you mean \"softmax\"?");
  EXPECT_EQ(did_you_mean("relu7", kNames), "; did you mean \"relu\"?");
}

TEST(DidYouMean, ignores_case_and_underscores) {
  EXPECT_EQ(did_you_mean("LeakyReLU", kNames), "; did you mean \"leaky_relu\"?");
  EXPECT_EQ(did_you_mean("SoftPlus", kNames), "; did you mean \"softplus\"?");
}

TEST(DidYouMean, is_silent_when_nothing_is_near) {
  EXPECT_EQ(did_you_mean("mish", kNames), "");
  EXPECT_EQ(did_you_mean("x", kNames), "");
  EXPECT_EQ(did_you_mean("", kNames), "");
  EXPECT_EQ(did_you_mean("relu", std::vector<std::string>{}), "");
  EXPECT_EQ(did_you_mean(std::string(1000, 'a'), std::vector<std::string>{std::string(1000, 'a')}), "");
}

TEST(DidYouMean, takes_any_range_of_strings) {
  const std::map<std::string, int> table = {{"Conv2D", 1}, {"Conv3D", 2}};
  EXPECT_EQ(did_you_mean("conv2d", std::views::keys(table)), "; did you mean \"Conv2D\"?");
  const char* literals[] = {"same", "valid"};
  EXPECT_EQ(did_you_mean("sam", literals), "; did you mean \"same\"?");
}

}  // namespace keravino
