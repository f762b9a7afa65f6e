#include "saving/names.h"

#include <set>

#include "saving/archive.h"
#include "saving/files.h"

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

std::unordered_map<std::string, std::string> groups_of(const nlohmann::json& model) {
  Budget budget(0);
  return weight_groups(model, budget);
}

// The group of each layer, by pointer; and every group that holds variables must be reached.
void expect_groups(const std::string& file, const std::map<std::string, std::string>& wanted,
                   std::set<std::string> made_by_layers = {}) {
  const Archive archive = open_archive(test_data(file));
  const auto groups = groups_of(archive.config);
  for (const auto& [pointer, group] : wanted) {
    ASSERT_TRUE(groups.contains(pointer)) << pointer;
    EXPECT_EQ(groups.at(pointer), group) << pointer;
  }
  std::set<std::string> reached = std::move(made_by_layers);
  for (const auto& [pointer, group] : groups) reached.insert(group);
  for (const auto& [group, tensors] : archive.weights.groups()) {
    EXPECT_TRUE(tensors.empty() || group.starts_with("optimizer") || reached.contains(group)) << group;
  }
}

TEST(WeightGroups, sequential) {
  expect_groups("cnn.keras", {{"", ""},
                              {"/config/layers/1", "layers/conv2d"},
                              {"/config/layers/2", "layers/batch_normalization"},
                              {"/config/layers/3", "layers/conv2d_1"},
                              {"/config/layers/7", "layers/dense"}});
  EXPECT_FALSE(groups_of(open_archive(test_data("cnn.keras")).config).contains("/config/layers/0"));
}

TEST(WeightGroups, functional_with_a_nested_model_and_ops) {
  expect_groups("functional.keras", {{"/config/layers/0", "layers/input_layer"},
                                     {"/config/layers/1", "layers/input_layer_1"},
                                     {"/config/layers/2", "layers/dense"},
                                     {"/config/layers/3", "layers/functional"},
                                     {"/config/layers/3/config/layers/1", "layers/functional/layers/dense"},
                                     {"/config/layers/3/config/layers/2", "layers/functional/layers/dense_1"},
                                     {"/config/layers/6", "layers/add"},  // the op Add at 4 does not count
                                     {"/config/layers/10", "layers/dense_1"}});
  EXPECT_FALSE(groups_of(open_archive(test_data("functional.keras")).config).contains("/config/layers/4"));
}

TEST(WeightGroups, layer_shared_with_a_nested_model_is_saved_once) {
  expect_groups("shared_deep.keras", {{"/config/layers/1", "layers/dense"},
                                      {"/config/layers/2/config/layers/1", "layers/dense"},
                                      {"/config/layers/2/config/layers/2", "layers/sequential/layers/dense_1"},
                                      {"/config/layers/3", "layers/dense_1"}});
}

TEST(WeightGroups, layers_inside_layers) {
  const std::string mha = "layers/multi_head_attention/", gqa = "layers/grouped_query_attention/_";
  expect_groups("wrappers.keras",
                {{"/config/layers/1/config/layer", "layers/bidirectional/forward_layer"},
                 {"/config/layers/1/config/backward_layer", "layers/bidirectional/backward_layer"},
                 {"/config/layers/2/config/layer", "layers/time_distributed/layer"},
                 {"/config/layers/2/config/layer/config/layers/1", "layers/time_distributed/layer/layers/dense"},
                 {"/config/layers/2/config/layer/config/layers/3", "layers/time_distributed/layer/layers/dense_1"},
                 {"/config/layers/4", "layers/grouped_query_attention"},
                 {"/config/layers/5/config/cell", "layers/rnn/cell"},
                 {"/config/layers/5/config/cell/config/cells/0", "layers/rnn/cell/cells/lstm_cell"},
                 {"/config/layers/5/config/cell/config/cells/1", "layers/rnn/cell/cells/gru_cell"},
                 {"/config/layers/5/config/cell/config/cells/2", "layers/rnn/cell/cells/lstm_cell_1"},
                 {"/config/layers/6/config/layer", "layers/spectral_normalization/layer"}},
                {"layers/bidirectional/forward_layer/cell", "layers/bidirectional/backward_layer/cell",
                 "layers/gru/cell", mha + "query_dense", mha + "key_dense", mha + "value_dense", mha + "output_dense",
                 gqa + "query_dense", gqa + "key_dense", gqa + "value_dense", gqa + "output_dense"});
}

TEST(WeightGroups, of_something_else_is_empty) {
  EXPECT_TRUE(groups_of(nlohmann::json::parse(R"({"class_name": 3, "config": []})")).empty());
  EXPECT_TRUE(groups_of(nlohmann::json::parse("[]")).empty());
}

TEST(WeightGroups, longer_than_the_config) {
  const nlohmann::json leaf = {{"class_name", "A"}, {"config", nlohmann::json::object()}};
  nlohmann::json object = {{"class_name", "A"}, {"config", {{"layers", std::vector<nlohmann::json>(10'000, leaf)}}}};
  for (int depth = 0; depth < 10; ++depth)
    object = {{"class_name", "A"}, {"config", {{std::string(5'000, 'k'), object}}}};
  EXPECT_NE(file_error_of([&] { groups_of(object); }).find("more than a file of this size may"), std::string::npos);
}

}  // namespace keravino::saving
