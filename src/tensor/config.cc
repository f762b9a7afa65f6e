#include "keravino/config.h"

#include <atomic>

#include "keravino/error.h"

namespace keravino {
namespace {

std::atomic<double> g_epsilon = 1e-7;
std::atomic<bool> g_channels_last = true;

}  // namespace

double epsilon() { return g_epsilon.load(std::memory_order_relaxed); }
void set_epsilon(double value) { g_epsilon.store(value, std::memory_order_relaxed); }

std::string image_data_format() { return g_channels_last ? "channels_last" : "channels_first"; }
void set_image_data_format(const std::string& data_format) {
  if (data_format != "channels_last" && data_format != "channels_first") {
    throw Error(fmt::format("unknown data_format \"{}\"; wanted channels_first or channels_last", data_format));
  }
  g_channels_last = data_format == "channels_last";
}

}  // namespace keravino
