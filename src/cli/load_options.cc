#include "cli/load_options.h"

#include "cli/validators.h"

namespace keravino::cli {

void add_model(CLI::App& command, std::string& path, LoadOptions& load) {
  command.add_option("model", path, "A .keras file, or a legacy .h5")->required()->type_name("FILE");
  command
      .add_option("--weights", load.weights,
                  "A .weights.h5, .weights.json or legacy .h5 to take instead of the model's own")
      ->type_name("FILE");
}

void add_load_options(CLI::App& command, LoadOptions& load) {
  command.add_option("--device", load.device, "OpenVINO's name: CPU, GPU, NPU, AUTO ...")
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--threads", load.threads, "Threads; 0 leaves it to the device")
      ->capture_default_str()
      ->check(at_least(0));
  command.add_option("--cache-dir", load.cache_dir, "Keep what OpenVINO compiles there for the next time")
      ->type_name("FOLDER");
}

void add_precision(CLI::App& command, LoadOptions& load) {
  command.add_option("--precision", load.precision, "What the model's dtype policy says, f32 if it says nothing")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}))
      ->type_name("");
}

}  // namespace keravino::cli
