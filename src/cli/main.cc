#include "cli/commands.h"
#include "keravino/error.h"

namespace {

/// One line, whatever a library put into its message.
std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

constexpr const char* kExamples = R"(
Examples:
  keravino run digits.keras --input images.npy --labels labels.npy
  keravino run mobilenet.keras --input cat.jpg dog.png --output scores.json
  keravino run model.keras --input left=a.npy right=b.npy --output y.npz --batch 8 --precision bf16
  keravino inspect model.keras
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
  keravino::cli::add_ops(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "keravino: {}; see keravino --help\n", one_line(error.what()));
    return 2;
  } catch (const keravino::Error& error) {
    fmt::print(stderr, "keravino: {}\n", one_line(error.what()));
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "keravino: internal error: {}\n", one_line(error.what()));
    return 1;
  }
}
