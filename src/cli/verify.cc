// keravino verify: whether a model gives the same numbers in another form.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/load_options.h"
#include "cli/validators.h"
#include "keravino/error.h"
#include "model/compare.h"

namespace keravino::cli {
namespace {

struct Options {
  std::string model, against;
  std::vector<std::string> inputs;
  LoadOptions load;
  double max_error = 1e-4;
  int batch = 2;
  bool layers = false, json = false;
};

std::vector<Difference> differences(const Options& options, const Model& model) {
  const std::string end = std::filesystem::path(options.against).extension();
  // A reference file may have the inputs that it is for.
  const bool own = options.inputs.empty() && end == ".npz";
  const std::vector<Tensor> inputs = own                      ? read_inputs(model, {options.against})
                                     : options.inputs.empty() ? random_inputs(model, options.batch)
                                                              : read_inputs(model, options.inputs);
  if (options.against.empty()) return compare_interpreted(model, inputs, options.layers);
  if (end == ".xml") return compare_ir(model, options.against, inputs, options.layers);
  if (options.layers) throw Error("--layers needs a graph to compare with: none or an .xml");
  if (end == ".npz") return compare_outputs(model, inputs, read_outputs(model, options.against));
  if (end == ".keras") return compare_outputs(model, inputs, Model::load(options.against).predict(inputs));
  throw Error(fmt::format("--against {}: unknown kind of file; wanted .xml, .npz or .keras", options.against));
}

void run_command(const Options& options) {
  const Model model = Model::load(options.model, options.load);
  const std::vector<Difference> found = differences(options, model);
  double worst = 0;
  nlohmann::json rows = nlohmann::json::array();
  for (const Difference& d : found) {
    worst = std::max(worst, d.relative);
    rows.push_back({{"name", d.name}, {"layer", d.is_layer}, {"difference", d.relative}, {"largest", d.largest}});
  }
  const bool agrees = worst <= options.max_error;
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"differences", rows}, {"worst", worst}, {"agrees", agrees}}.dump(1));
  } else {
    for (const Difference& d : found)
      fmt::print("{:<7} {:<40} {:.2e} of {:.4g}\n", d.is_layer ? "layer" : "output", d.name, d.relative, d.largest);
    fmt::print("{}: the largest difference is {:.2e} of the largest number, at most {:.2e} is wanted\n",
               agrees ? "agrees" : "DIFFERS", worst, options.max_error);
  }
  if (!agrees) throw CLI::RuntimeError(1);
}

}  // namespace

void add_verify(CLI::App& app) {
  auto* command = app.add_subcommand("verify", "Compare a model's numbers with those of another form of it.");
  auto o = std::make_shared<Options>();
  add_model(*command, o->model, o->load);
  command
      ->add_option("--against", o->against,
                   "An OpenVINO .xml, a .keras, or a .npz with the outputs by name (and the inputs); "
                   "if not given, the graph node by node on OpenVINO's reference code")
      ->type_name("FILE");
  command->add_option("--input", o->inputs, "As for keravino run; random numbers if not given")->type_name("FILE ...");
  command->add_option("--batch", o->batch, "Rows of random inputs")->capture_default_str()->check(at_least(1));
  command->add_option("--max-error", o->max_error, "The largest difference that agrees, beside the largest number")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->type_name("NUMBER");
  command->add_flag("--layers", o->layers, "Compare what each layer gives, too");
  command->add_flag("--json", o->json, "As JSON");
  command->footer(
      "The status is 1 if an output or a layer differs by more.\n\n"
      "Examples:\n  keravino verify model.keras --layers\n"
      "  keravino verify model.keras --against ir/model.xml --max-error 0.01\n"
      "  keravino verify model.keras --against reference.npz");
  command->callback([o] { run_command(*o); });
}

}  // namespace keravino::cli
