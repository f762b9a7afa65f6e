#include "layers/operation.h"

#include "ops/registry.h"
#include "saving/files.h"

namespace keravino::layers {
namespace {

/// What tests/data/make_models.py read in Keras's own source.
json keras_operations() { return json::parse(saving::contents(saving::test_data("operations.json"))); }

TEST(Operation, ClassesAreNamedAsTheirFunctions) {
  const json operations = keras_operations();
  ASSERT_GT(operations.size(), 300u);
  for (const auto& [name, operation] : operations.items()) {
    const std::string wanted = operation["function"];
    const size_t dot = name.rfind('.');
    if (wanted.empty()) continue;  // composed of several
    EXPECT_EQ(operation_function(name.substr(0, dot), name.substr(dot + 1)), wanted) << name;
  }
}

TEST(Operation, ConfigsFitTheParametersOfOps) {
  size_t checked = 0;
  const json operations = keras_operations();
  for (const auto& [name, operation] : operations.items()) {
    const size_t dot = name.rfind('.');
    const auto op = ops::registry().find(operation_function(name.substr(0, dot), name.substr(dot + 1)));
    if (op == ops::registry().end()) continue;
    ++checked;
    for (const std::string key : operation["config"]) {
      const auto& params = op->second.params;
      EXPECT_TRUE(std::any_of(params.begin(), params.end(), [&](const auto& p) { return p.name == key; }))
          << name << " has " << key << ", " << op->first << op->second.signature << " has not";
    }
  }
  EXPECT_GT(checked, 100u);
}

/// A call has no names of parameters: what it gives is for those that the config leaves, in the op's order.
TEST(Operation, CallsFillWhatTheConfigLeaves) {
  size_t within = 0;
  const json operations = keras_operations();
  for (const auto& [name, operation] : operations.items()) {
    const size_t dot = name.rfind('.');
    const auto op = ops::registry().find(operation_function(name.substr(0, dot), name.substr(dot + 1)));
    if (op == ops::registry().end()) continue;
    json config;
    for (const std::string key : operation["config"]) config[key] = nullptr;
    const auto left = call_parameters(op->second, config);
    const json& call = operation["call"];
    ASSERT_LE(call.size(), left.size()) << name;
    for (size_t i = 0; i < call.size(); ++i) {
      // The first is always the tensor, by one name or another: "x", "inputs".
      EXPECT_TRUE(i == 0 || left[i]->name == call[i]) << name << " " << left[i]->name;
      within += left[i] != &op->second.params[i];
    }
  }
  EXPECT_GT(within, 4u);  // and some stand behind what the config holds
}

}  // namespace
}  // namespace keravino::layers
