// The way into a target, for libFuzzer.
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  keravino::fuzz::KERAVINO_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
