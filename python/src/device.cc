// Devices, for Python.
#include "engine/device.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <openvino/openvino.hpp>
#include <utility>

#include "functions.h"

namespace nb = nanobind;

namespace keravino::python {

void add_device(nb::module_& module) {
  module.def(
      "devices", [] { return engine::core().get_available_devices(); }, "OpenVINO's names of the devices present.");
  module.def(
      "device", [] { return engine::default_options().device; }, "The device of this thread's graphs.");
  module.def(
      "set_device",
      [](const std::string& name) {
        engine::check_device(name);
        return std::exchange(engine::default_options().device, name);
      },
      nb::arg("name"), "The device of this thread's graphs from now on; returns the one before.");
  module.def(
      "device_has",
      [](const std::string& device, const std::string& capability) {
        const auto all = engine::core().get_property(device, ov::device::capabilities);
        return std::find(all.begin(), all.end(), capability) != all.end();
      },
      nb::arg("device"), nb::arg("capability"),
      "Whether a device names a capability of OpenVINO's: FP16, BF16, INT8 ...");
  module.def(
      "set_threads", [](int threads) { engine::default_options().threads = threads; }, nb::arg("threads"),
      "Threads of this thread's eager graphs; 0 leaves it to the device.");
}

}  // namespace keravino::python
