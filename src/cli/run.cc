// keravino run: a model's outputs for inputs from files.
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/load_options.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/validators.h"
#include "model/checks.h"
#include "ops/make.h"

namespace keravino::cli {
namespace {

struct Options {
  std::string model, labels, output;
  std::vector<std::string> inputs;
  LoadOptions load;
  int64_t batch = 32, repeat = 1;
  bool json = false;
};

bool has_open_batch(const TensorInfo& input) { return input.shape.size() > 0 && input.shape[0].is_dynamic(); }

/// Rows [begin, end) of an input, without a copy.
Tensor rows(const ov::Tensor& whole, size_t begin, size_t end) {
  ov::Coordinate from(whole.get_shape().size(), 0), to(whole.get_shape());
  from[0] = begin;
  to[0] = end;
  return Tensor(ov::Tensor(whole, from, to));
}

/// Outputs of batches, joined along the first axis.
Tensor joined(const std::vector<Tensor>& parts) {
  if (parts.size() == 1) return parts[0];
  ov::Shape shape = parts[0].numbers().get_shape();
  if (shape.empty()) throw Error("an output has no batch dimension; give --batch as large as the input");
  shape[0] = 0;
  for (const Tensor& part : parts) shape[0] += part.numbers().get_shape()[0];
  ov::Tensor whole(parts[0].numbers().get_element_type(), shape);
  ov::Coordinate from(shape.size(), 0), to(shape);
  to[0] = 0;
  for (const Tensor& part : parts) {
    const ov::Tensor numbers = part.numbers();
    from[0] = to[0];
    to[0] += numbers.get_shape()[0];
    numbers.copy_to(ov::Tensor(whole, from, to));
  }
  return Tensor(whole);
}

struct Result {
  std::vector<Tensor> outputs;
  size_t rows = 0, batch = 0;
  double load = 0, compile = 0, first = 0, steady = 0, total = 0;
  std::optional<double> accuracy;
};

double accuracy(const Tensor& output, const std::vector<int64_t>& labels) {
  const Tensor scores = ops::cast(output, DType::float32);
  const ov::Tensor numbers = scores.numbers();
  const ov::Shape shape = numbers.get_shape();
  if (shape.size() != 2 || shape[0] != labels.size()) {
    throw Error(fmt::format("accuracy needs one row of class scores for each of the {} labels; the output is {}",
                            labels.size(), ops::to_string(ov::PartialShape(shape))));
  }
  if (labels.empty()) throw Error("accuracy needs a label; there are none");
  size_t right = 0;
  for (size_t row = 0; row < shape[0]; ++row) {
    const float* values = numbers.data<const float>() + row * shape[1];
    // A single column is the probability of class 1.
    const int64_t predicted = shape[1] == 1 ? values[0] > 0.5F : std::max_element(values, values + shape[1]) - values;
    right += predicted == labels[row];
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

Result run(const Model& model, const std::vector<Tensor>& given, const Options& options) {
  using Clock = std::chrono::steady_clock;
  Result result;
  const std::vector<TensorInfo>& declared = model.inputs();
  const std::vector<ov::Tensor> inputs = checked_inputs(declared, given);
  // A model whose batch is fixed takes its inputs as they are.
  const auto open = std::ranges::find_if(declared, has_open_batch);
  const bool fixed = open == declared.end();
  const ov::Shape first = inputs[fixed ? 0 : static_cast<size_t>(open - declared.begin())].get_shape();
  result.rows = first.empty() ? 1 : first[0];
  result.batch = fixed ? result.rows : std::min(result.rows, static_cast<size_t>(options.batch));
  if (result.rows == 0) {
    result.outputs = model.predict(given);
    return result;
  }
  auto start = Clock::now();
  model.compile(static_cast<int64_t>(result.batch));
  result.compile = seconds_since(start);

  const auto batch_at = [&](size_t begin) {
    const size_t end = std::min(begin + result.batch, result.rows);
    std::vector<Tensor> batch;
    for (size_t i = 0; i < inputs.size(); ++i)
      batch.push_back(has_open_batch(declared[i]) ? rows(inputs[i], begin, end) : Tensor(inputs[i]));
    return batch;
  };
  std::vector<std::vector<Tensor>> parts(model.outputs().size());
  Progress progress(result.rows);
  const auto all = Clock::now();
  for (size_t begin = 0; begin < result.rows; begin += result.batch) {
    start = Clock::now();
    const std::vector<Tensor> outputs = model.predict(batch_at(begin));
    if (begin == 0) result.first = seconds_since(start);
    for (size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(outputs[i]);
    progress.at(std::min(begin + result.batch, result.rows));
  }
  result.total = seconds_since(all);
  for (const auto& part : parts) result.outputs.push_back(joined(part));

  std::vector<double> times;
  const std::vector<Tensor> again = batch_at(0);
  for (int64_t i = 0; i < options.repeat; ++i) {
    start = Clock::now();
    model.predict(again);
    times.push_back(seconds_since(start));
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  result.steady = times[times.size() / 2];
  return result;
}

void report_json(const Model& model, const Options& options, const Result& result) {
  nlohmann::json report = {{"model", model.name()},
                           {"device", options.load.device},
                           {"precision", model.precision()},
                           {"rows", result.rows},
                           {"batch", result.batch},
                           {"load_seconds", result.load},
                           {"compile_seconds", result.compile},
                           {"first_seconds", result.first},
                           {"steady_seconds", result.steady},
                           {"outputs", nlohmann::json::object()}};
  if (result.accuracy) report["accuracy"] = *result.accuracy;
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    const Tensor& output = result.outputs[i];
    report["outputs"][model.outputs()[i].name] = {{"shape", output.numbers().get_shape()},
                                                  {"dtype", name(output.dtype())}};
  }
  fmt::print("{}\n", report.dump());
}

void report_text(std::FILE* to, const Model& model, const Options& options, const Result& result) {
  if (result.accuracy) fmt::print(to, "accuracy   {:.4f} ({} rows)\n", *result.accuracy, result.rows);
  fmt::print(to, "precision  {} on {}\n", model.precision(), options.load.device);
  fmt::print(to, "load       {:.3f} s, compile {:.3f} s, first batch {:.3f} s\n", result.load, result.compile,
             result.first);
  if (result.rows == 0) return;
  fmt::print(to, "time       {:.3f} ms per row in batches of {}\n",
             1e3 * result.steady / static_cast<double>(result.batch), result.batch);
}

void run_command(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  const Model model = Model::load(options.model, options.load);
  const double load = seconds_since(start);
  // Mistakes are told before the work is done.
  if (!options.output.empty()) check_output(options.output, model.outputs());
  const std::vector<Tensor> inputs = read_inputs(model, options.inputs);
  const std::vector<int64_t> labels = options.labels.empty() ? std::vector<int64_t>{} : read_labels(options.labels);
  Result result = run(model, inputs, options);
  result.load = load;
  if (!options.labels.empty()) result.accuracy = accuracy(result.outputs[0], labels);
  if (!options.output.empty()) write_outputs(options.output, model.outputs(), result.outputs);
  if (options.json) return report_json(model, options, result);
  // What was asked for goes to stdout: the outputs, if they go nowhere else, or the report.
  const bool print_outputs = options.output.empty() && options.labels.empty();
  if (print_outputs) fmt::print("{}", outputs_text(model.outputs(), result.outputs));
  report_text(print_outputs ? stderr : stdout, model, options, result);
}

}  // namespace

void add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Compute a model's outputs for inputs from files.");
  auto o = std::make_shared<Options>();
  add_model(*command, o->model, o->load);
  command
      ->add_option("--input", o->inputs,
                   "FILE or NAME=FILE: .npy, .npz or .json with arrays named as the inputs, .txt, or images")
      ->required()
      ->type_name("FILE ...");
  command->add_option("--labels", o->labels, "Class numbers in a .npy or .npz: print the accuracy")->type_name("FILE");
  command->add_option("--output", o->output, "Where the outputs go: .npy, .npz, .json or .txt; stdout if not given")
      ->type_name("FILE");
  command->add_option("--batch", o->batch, "Rows in one batch")->capture_default_str()->check(at_least(1));
  add_load_options(*command, o->load);
  add_precision(*command, o->load);
  command->add_option("--repeat", o->repeat, "Times the first batch is run again to time it")
      ->capture_default_str()
      ->check(at_least(1));
  command->add_flag("--json", o->json, "Print times, precision and accuracy as JSON");
  command->footer(
      "Images (png, jpg, bmp, gif, tga, ppm, pgm) become one batch of values from 0 to 255. One of another size than "
      "the\n"
      "model's is resized to it, bilinear and without keeping its proportions; colour and grey are turned into what "
      "the\n"
      "model takes. A model of any size takes images of one size as they are.\n"
      "The lines of a .txt are the rows of an input of strings.\n\n"
      "Examples:\n  keravino run digits.keras --input images.npy --labels labels.npy\n"
      "  keravino run mobilenet.keras --input cat.jpg dog.png --output scores.json\n"
      "  keravino run pairs.keras --input left=a.npy right=b.npy --output y.npz --precision bf16");
  command->callback([o] { run_command(*o); });
}

}  // namespace keravino::cli
