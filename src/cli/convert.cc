// keravino convert: a model as OpenVINO IR.
#include "keravino/convert.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/load_options.h"
#include "cli/page.h"
#include "cli/validators.h"
#include "keravino/error.h"

namespace keravino::cli {
namespace {

struct Options {
  std::string model, folder, repository, report;
  std::vector<std::string> samples;
  LoadOptions load;
  std::string max_error = "0.5%";
  ConvertOptions convert;
  bool json = false;
};

/// "0.5%" or "0.005".
double fraction(const std::string& text) {
  size_t end = 0;
  double value = -1;
  try {
    value = std::stod(text, &end);
  } catch (const std::logic_error&) {
  }
  const std::string unit = text.substr(end);
  if (!(value >= 0) || (unit != "%" && !unit.empty()))
    throw Error(fmt::format("--max-error: \"{}\" is no number or percentage", text));
  return unit.empty() ? value : value / 100;
}

struct Total {
  size_t weights = 0, before = 0, after = 0;
};

/// What the weights of each precision take, before and after.
std::map<std::string, Total> totals(const Conversion& done) {
  std::map<std::string, Total> out;
  for (const ConvertedWeight& weight : done.weights) {
    for (Total* total : {&out[weight.precision], &out["all"]}) {
      ++total->weights;
      total->before += weight.bytes_before;
      total->after += weight.bytes_after;
    }
  }
  return out;
}

void report_json(const Options& options, const Conversion& done, const std::string& path) {
  nlohmann::json weights = nlohmann::json::array();
  for (const ConvertedWeight& w : done.weights)
    weights.push_back({{"layer", w.layer},
                       {"precision", w.precision},
                       {"shape", w.shape},
                       {"bytes_before", w.bytes_before},
                       {"bytes_after", w.bytes_after}});
  nlohmann::json report = {{"path", path}, {"weights", weights}};
  if (options.convert.precision == "auto") report["error"] = done.error;
  fmt::print("{}\n", report.dump(1));
}

void report_text(const Options& options, const Conversion& done, const std::string& path) {
  const bool chosen = options.convert.precision == "auto";
  if (chosen) {
    for (const ConvertedWeight& w : done.weights)
      fmt::print("  {:<5} {} {}\n", w.precision, w.layer, fmt::join(w.shape, "x"));
  }
  for (const auto& [precision, total] : totals(done))
    fmt::print("{:<5} {:>4} weights, {:.3f} MB of {:.3f}\n", precision, total.weights,
               static_cast<double>(total.after) / 1e6, static_cast<double>(total.before) / 1e6);
  if (chosen)
    fmt::print("error {:.3g} of the largest output, at most {:.3g} was asked for\n", done.error,
               options.convert.max_error);
  fmt::print("{}\n", path);
}

void run_command(Options& options) {
  options.convert.max_error = fraction(options.max_error);
  const Model model = Model::load(options.model, options.load);
  if (options.convert.precision == "auto") {
    options.convert.samples = options.samples.empty() ? random_inputs(model, 4) : read_inputs(model, options.samples);
    if (options.samples.empty()) fmt::print(stderr, "keravino: no --samples are given; random inputs stand for them\n");
  }
  const Conversion done = convert(model, options.convert);
  const std::string path = options.repository.empty()
                               ? write_ir(done, options.folder, std::filesystem::path(options.model).stem())
                               : write_repository(done, options.folder, options.repository);
  if (!options.report.empty()) write_page(options.report, model, done, options.load);
  options.json ? report_json(options, done, path) : report_text(options, done, path);
}

}  // namespace

void add_convert(CLI::App& app) {
  auto* command = app.add_subcommand("convert", "Write a model as OpenVINO IR: standard ops, names kept.");
  auto o = std::make_shared<Options>();
  add_model(*command, o->model, o->load);
  command->add_option("-o,--output", o->folder, "The folder that gets the .xml and .bin; it is made")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--precision", o->convert.precision, "How weights are stored: f32, bf16, f16, int8, int4, auto")
      ->capture_default_str()
      ->check(CLI::IsMember({"f32", "bf16", "f16", "int8", "int4", "auto"}))
      ->type_name("");
  command->add_option("--max-error", o->max_error, "For auto: the most that an output may be off")
      ->capture_default_str()
      ->type_name("PART");
  command->add_option("--samples", o->samples, "For auto: inputs for which that holds, as for keravino run")
      ->type_name("FILE ...");
  command
      ->add_option("--static", o->convert.sizes, "Sizes of open dimensions: the batch, then the others in their order")
      ->delimiter(',')
      ->check(at_least(1))
      ->type_name("N,...");
  command->add_option("--ovms", o->repository, "Make a model repository of this name, for model servers")
      ->type_name("NAME");
  command->add_option("--report", o->report, "Write a page: each layer, what was recognised, times, sizes")
      ->type_name("FILE.html");
  command->add_flag("--json", o->json, "Print what became of each weight as JSON");
  command->footer(
      "int8 has a scale for each output channel; int4 one for each group of up to 128 inputs of a matrix, and what has "
      "no\nsuch form is int8. auto gives each weight the fewest bits with which every output stays within --max-error "
      "of its\nlargest number on the samples.\n\n"
      "Examples:\n  keravino convert model.keras -o ir\n"
      "  keravino convert model.keras -o ir --precision auto --max-error 0.5% --samples images.npz\n"
      "  keravino convert model.keras -o models --ovms classifier --static 1\n"
      "  keravino convert model.keras -o ir --precision int8 --report report.html");
  command->callback([o] { run_command(*o); });
}

}  // namespace keravino::cli
