#include "cli/commands.h"
#include "keravino/error.h"

namespace {

/// One line, whatever a library put into its message.
std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// What is wrong with the command line. A word that nobody knows comes before what is missing.
std::string mistake(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  const auto commands = app.get_subcommands();
  const std::string help = commands.empty() ? "keravino --help" : "keravino " + commands[0]->get_name() + " --help";
  const auto say = [&](const std::string& what) { return what + "; see " + help; };
  if (unknown.empty()) return say(one_line(error.what()));
  if (unknown[0].starts_with('-')) return say(fmt::format("unknown option \"{}\"", unknown[0]));
  if (commands.empty()) return say(fmt::format("unknown command \"{}\"", unknown[0]));
  return say(fmt::format("unexpected argument \"{}\"", unknown[0]));
}

constexpr const char* kExamples = R"(Examples:
  keravino run digits.keras --input images.npy --labels labels.npy
  keravino run mobilenet.keras --input cat.jpg dog.png --output scores.json
  keravino run model.keras --input left=a.npy right=b.npy --output y.npz --batch 8 --precision bf16
  keravino train model.keras --input x.npy --labels y.npy --epochs 5 --output tuned.keras
  keravino inspect model.keras
  keravino convert model.keras -o ir --precision int8
  keravino verify model.keras --against ir/model.xml
  keravino bench model.keras --batch 8 --hint throughput
  keravino ops --json

Mistakes in the use of the command end it with status 2, faults of its own with 1.)";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Keras 3 models on OpenVINO, without Python.", "keravino"};
  app.set_version_flag("--version", "keravino " KERAVINO_VERSION);
  app.require_subcommand(1);
  app.footer(kExamples);
  keravino::cli::add_run(app);
  keravino::cli::add_inspect(app);
  keravino::cli::add_convert(app);
  keravino::cli::add_verify(app);
  keravino::cli::add_bench(app);
  keravino::cli::add_train(app);
  keravino::cli::add_ops(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::RuntimeError& ended) {  // it has said why
    return ended.get_exit_code();
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "keravino: {}\n", mistake(app, error));
    return 2;
  } catch (const keravino::Error& error) {
    fmt::print(stderr, "keravino: {}\n", one_line(error.what()));
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "keravino: internal error: {}\n", one_line(error.what()));
    return 1;
  }
}
