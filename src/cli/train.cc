// keravino train: fits a model to data from files.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/load_options.h"
#include "cli/progress.h"
#include "cli/validators.h"
#include "saving/file.h"

namespace keravino::cli {
namespace {

struct Options {
  std::string model, output, weights;
  std::vector<std::string> inputs, labels;
  double learning_rate = 0;
  bool in_order = false, json = false;
  LoadOptions load;
  FitOptions fit;
};

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, Ctrl-C asks for an end; a second one ends the process at once.
class Interruption {
 public:
  Interruption() {
    const auto note = [](int signal) {
      interrupted = 1;
      std::signal(signal, SIG_DFL);
    };
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, note);
  }
  ~Interruption() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
};

constexpr int kInterrupted = 130;  // the status that shells give a command ended by Ctrl-C

std::string logs_text(const Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs) text += fmt::format("  {} {:.4g}", name, value);
  return text;
}

/// Mistakes in the output's name are told before the work is done.
void check_output(const std::string& path) {
  const std::filesystem::path file(path);
  if (file.extension() != ".keras") throw saving::file_error(path, "unknown kind of output; wanted .keras");
  if (std::filesystem::is_directory(file)) throw saving::file_error(path, "is a directory, not a file");
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path()))
    throw saving::file_error(path, fmt::format("there is no folder \"{}\"", file.parent_path().string()));
}

FitData read_data(const Model& model, const Options& options) {
  FitData data{read_inputs(model, options.inputs), {}, {}};
  for (const std::string& file : options.labels) data.labels.push_back(read_label_tensor(file));
  if (!options.weights.empty()) data.sample_weight = read_label_tensor(options.weights);
  return data;
}

void report_json(const Options& options, const History& history, double seconds) {
  nlohmann::json epochs = nlohmann::json::array();
  for (const Logs& logs : history.epochs) epochs.push_back(std::map<std::string, double>(logs.begin(), logs.end()));
  const nlohmann::json report = {{"epochs", epochs}, {"output", options.output}, {"seconds", seconds}};
  fmt::print("{}\n", report.dump());
}

/// Trains, and prints a line for each epoch unless a report in JSON is asked for.
History fit(Model& model, const FitData& data, const Options& options) {
  FitOptions fit = options.fit;
  auto bar = std::make_unique<Progress>(1);
  auto start = std::chrono::steady_clock::now();
  fit.on_batch = [&](const FitProgress& at) {
    if (at.batch == 1) bar = std::make_unique<Progress>(at.batches);
    bar->at(at.batch, logs_text(at.logs));
    return interrupted == 0;
  };
  fit.on_epoch = [&](const FitProgress& at) {
    bar.reset();
    if (!options.json) {
      fmt::print("epoch {}/{}{}  {:.1f} s\n", at.epoch, at.epochs, logs_text(at.logs), seconds_since(start));
      std::fflush(stdout);
    }
    start = std::chrono::steady_clock::now();
    return interrupted == 0;
  };
  return model.fit(data, fit);
}

void train(const Options& options) {
  check_output(options.output);
  const Interruption interruption;
  const auto start = std::chrono::steady_clock::now();
  Model model = Model::load(options.model, options.load);
  const History history = fit(model, read_data(model, options), options);
  const size_t whole = history.epochs.size();
  if (whole > 0) model.save(options.output);
  if (options.json && whole > 0) report_json(options, history, seconds_since(start));
  if (whole < static_cast<size_t>(options.fit.epochs)) {
    const std::string kept = whole > 0 ? fmt::format("{} has the model after epoch {}", options.output, whole)
                                       : "no epoch was complete, nothing is written";
    fmt::print(stderr, "keravino: interrupted; {}\n", kept);
    throw CLI::RuntimeError(kInterrupted);
  }
  if (!options.json) fmt::print("{}: written after {:.1f} s\n", options.output, seconds_since(start));
}

constexpr const char* kFooter =
    "Optimizer, loss and metrics are those that the model was compiled with in Keras, unless they are given here by\n"
    "Keras's names. The whole state of the optimizer is in the output: Keras, or this command, goes on from there.\n"
    "Optimizers: all of Keras but Muon and MultiOptimizer. Ctrl-C keeps the last whole epoch.\n\n"
    "Examples:\n"
    "  keravino train model.keras --input x.npy --labels y.npy --epochs 5 --output tuned.keras\n"
    "  keravino train model.keras --input x.npz --labels y.npy --validation-split 0.1 --learning-rate 1e-4 "
    "--output tuned.keras\n"
    "  keravino train bare.keras --input x.npy --labels y.npy --optimizer adam --loss mse --metrics mae "
    "--output tuned.keras";

}  // namespace

void add_train(CLI::App& app) {
  auto* command = app.add_subcommand("train", "Train a model on data from files and write it as a .keras file.");
  auto o = std::make_shared<Options>();
  add_model(*command, o->model, o->load);
  command->add_option("--input", o->inputs, "FILE or NAME=FILE: .npy, .npz with arrays named as the inputs, or images")
      ->required()
      ->type_name("FILE ...");
  command->add_option("--labels", o->labels, "A .npy or .npz for each output: classes, one-hot rows or values")
      ->required()
      ->type_name("FILE ...");
  command->add_option("--output", o->output, "The .keras file to write; it may be the model itself")
      ->required()
      ->type_name("FILE");
  command->add_option("--sample-weight", o->weights, "How much each sample counts, in a .npy or .npz")
      ->type_name("FILE");
  command->add_option("--epochs", o->fit.epochs, "Times to go through the data")
      ->capture_default_str()
      ->check(at_least(1));
  command->add_option("--batch-size", o->fit.batch_size, "Samples in one step")
      ->capture_default_str()
      ->check(at_least(1));
  command
      ->add_option("--validation-split", o->fit.validation_split,
                   "Share at the end of the data to validate with, from 0 to less than 1")
      ->capture_default_str()
      ->type_name("NUMBER");
  auto* rate = command->add_option("--learning-rate", o->learning_rate, "Instead of the optimizer's own")
                   ->type_name("NUMBER")
                   ->check(CLI::NonNegativeNumber);
  command->add_option("--optimizer", o->fit.optimizer, "A name of Keras (adam), or JSON as in its config files")
      ->type_name("NAME");
  command->add_option("--loss", o->fit.loss, "A name of Keras: mse, sparse_categorical_crossentropy ...")
      ->type_name("NAME");
  command->add_option("--metrics", o->fit.metrics, "Names of Keras: accuracy, mae ...")->type_name("NAME ...");
  command->add_option("--seed", o->fit.seed, "Of the order of the samples, and of dropout without a seed of its own")
      ->capture_default_str();
  command->add_flag("--no-shuffle", o->in_order, "Take the samples in their order");
  add_load_options(*command, o->load);
  command->add_flag("--json", o->json, "Print loss and metrics of all epochs as JSON");
  command->footer(kFooter);
  command->callback([o, rate] {
    if (*rate) o->fit.learning_rate = o->learning_rate;
    o->fit.shuffle = !o->in_order;
    train(*o);
  });
}

}  // namespace keravino::cli
