// Changes configs as JSON: bytes changed at random mostly make what is no JSON, and never get to a layer.
#include <cstring>
#include <string_view>

#include "model/harm.h"
#include "saving/json.h"

extern "C" size_t LLVMFuzzerMutate(unsigned char* data, size_t size, size_t most);

namespace {

using keravino::Draw;
using nlohmann::json;

/// The line that names the model, and the config after it.
struct Input {
  Input(const unsigned char* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const size_t end = bytes.find('\n');
    line = bytes.substr(0, end == bytes.npos ? 0 : end + 1);
    config = json::parse(bytes.substr(line.size()), nullptr, /*allow_exceptions=*/false);
  }

  std::string_view line;
  json config;
};

size_t written(std::string_view line, const json& config, unsigned char* out, size_t most) {
  const std::string text = config.dump(-1, ' ', false, json::error_handler_t::replace);
  if (line.size() + text.size() > most) return 0;
  const std::string name(line);  // which may lie in `out`
  std::memcpy(out, name.data(), name.size());
  std::memcpy(out + name.size(), text.data(), text.size());
  return name.size() + text.size();
}

/// One text or number of the config, as libFuzzer changes it: it knows what the code compares with.
void mutate(json& place) {
  std::string text = place.is_string() ? place.get<std::string>() : place.dump();
  const size_t size = text.size();
  text.resize(size + 16);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<unsigned char*>(text.data()), size, text.size()));
  const json number = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (place.is_string())
    place = text;
  else if (!number.is_discarded())
    place = number;
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(unsigned char* data, size_t size, size_t most, unsigned seed) {
  Draw draw(seed);
  Input input(data, size);
  const size_t how = draw.below(8);
  if (input.config.is_discarded() || how == 0) {
    const size_t start = input.line.size();
    return start + LLVMFuzzerMutate(data + start, size - start, most - start);
  }
  if (how < 4) {
    keravino::harm(input.config, draw);
  } else {
    json* place = &keravino::any_place(input.config, draw);
    for (int tries = 0; place->is_structured() && tries < 8; ++tries) place = &keravino::any_place(input.config, draw);
    if (!place->is_structured()) mutate(*place);
  }
  const size_t made = written(input.line, input.config, data, most);
  return made > 0 ? made : size;
}

/// Puts a part of one config into another.
extern "C" size_t LLVMFuzzerCustomCrossOver(const unsigned char* one, size_t one_size, const unsigned char* two,
                                            size_t two_size, unsigned char* out, size_t most, unsigned seed) {
  Draw draw(seed);
  Input into(one, one_size), from(two, two_size);
  if (into.config.is_discarded() || from.config.is_discarded()) return 0;
  keravino::any_place(into.config, draw) = keravino::any_place(from.config, draw);
  return written(into.line, into.config, out, most);
}
