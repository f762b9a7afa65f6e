#include "saving/names.h"

#include <gtest/gtest.h>

#include <fstream>

namespace keravino::saving {

TEST(SnakeCase, agrees_with_keras_on_every_layer_class) {
  std::ifstream file(KERAVINO_TEST_DATA "/class_names.json");
  const auto names = nlohmann::json::parse(file);
  EXPECT_GT(names.size(), 140u);
  for (const auto& [class_name, group] : names.items()) EXPECT_EQ(ContainerNames().next(class_name), group);
}

TEST(SnakeCase, follows_keras_on_odd_names) {
  EXPECT_EQ(snake_case("MyLayerV2"), "my_layer_v2");
  EXPECT_EQ(snake_case("HTTPServerABC"), "http_server_abc");
  EXPECT_EQ(snake_case("already_snake"), "already_snake");
  EXPECT_EQ(snake_case("<lambda>"), "lambda");
  EXPECT_EQ(snake_case("A"), "a");
  EXPECT_EQ(snake_case(""), "");
}

TEST(ContainerNames, counts_by_name) {
  ContainerNames names;
  EXPECT_EQ(names.next("Conv2D"), "conv2d");
  EXPECT_EQ(names.next("Dense"), "dense");
  EXPECT_EQ(names.next("Conv2D"), "conv2d_1");
  EXPECT_EQ(names.next("container"), "container");
  EXPECT_EQ(names.next("Conv2D"), "conv2d_2");
}

}  // namespace keravino::saving
