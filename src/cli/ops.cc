// keravino ops: what the registry holds.
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "ops/registry.h"

namespace keravino::cli {
namespace {

void print_ops(bool as_json) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [name, op] : ops::registry()) {
    if (as_json) {
      list.push_back(
          {{"name", op.name}, {"module", op.module}, {"signature", op.name + op.signature}, {"doc", op.def->doc}});
    } else {
      fmt::print("{}{}\n    {}\n", name, op.signature, op.def->doc);
    }
  }
  if (as_json) fmt::print("{}\n", list.dump(1));
}

}  // namespace

void add_ops(CLI::App& app) {
  auto* command = app.add_subcommand("ops", "List the ops with their signatures.");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON: module, name, signature, doc");
  command->footer("Examples:\n  keravino ops\n  keravino ops --json | jq -r '.[].signature'");
  command->callback([json] { print_ops(*json); });
}

}  // namespace keravino::cli
