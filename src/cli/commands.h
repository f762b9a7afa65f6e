// The commands of `keravino`. Each adds its options to the application and leaves what it does in a callback.
#pragma once

#include <CLI/CLI.hpp>

namespace keravino::cli {

void add_bench(CLI::App& app);
void add_convert(CLI::App& app);
void add_inspect(CLI::App& app);
void add_ops(CLI::App& app);
void add_run(CLI::App& app);
void add_train(CLI::App& app);
void add_verify(CLI::App& app);

}  // namespace keravino::cli
