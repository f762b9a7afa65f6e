// Layers of words and categories: hashes, look-ups in vocabularies, and texts in parts.
#include <charconv>

#include "kernels/text.h"
#include "layers/families.h"
#include "layers/features.h"

namespace keravino::layers {
namespace {

Tensor computed(const std::vector<Tensor>& inputs, std::shared_ptr<const kernels::TextFunction> function) {
  return ops::make<kernels::Text>(inputs, std::move(function));
}

/// A number of bins, for hashes that are int32.
uint64_t bins_of(const Layer& layer, const char* key) {
  const int64_t bins = layer.get<int64_t>(key);
  if (bins >= 1 && bins <= INT32_MAX) return static_cast<uint64_t>(bins);
  throw layer.error(fmt::format("\"{}\" is {}, wanted a number from 1 to {}", key, bins, INT32_MAX));
}

/// A token in a config: a string, or an integer as text. Nothing where there is none.
std::optional<std::string> token(const Layer& layer, std::string_view key) {
  if (!layer.has(key)) return {};
  const json& value = layer.value(key);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  throw layer.error(fmt::format("\"{}\" is {}, wanted a string or an integer", key, value.dump()));
}

Tensor hashed(const Layer& layer, const Tensor& x, uint64_t bins, bool by_remainder = false) {
  kernels::HashOfText hash;
  hash.bins = bins;
  hash.remainder = by_remainder;
  if (layer.has("salt")) {
    const std::vector<uint64_t> salt = layer.get<std::vector<uint64_t>>("salt");
    if (salt.empty() || salt.size() > 2) throw layer.error("\"salt\" has neither one number nor two");
    hash.key = {salt.front(), salt.back()};
  }
  return computed({x}, std::make_shared<kernels::HashOfText>(hash));
}

Tensor hashing(Layer& layer, const Tensor& x) {
  const uint64_t bins = bins_of(layer, "num_bins");
  const auto mask = token(layer, "mask_value");
  if (mask && is_float(x.dtype()))
    throw layer.error("\"mask_value\" among floats is not supported", Error::Kind::unsupported);
  Tensor numbers = hashed(layer, x, mask && bins > 1 ? bins - 1 : bins);
  if (mask && bins > 1) {  // the first bin is for the mask
    kernels::NumberOfText masked;
    masked.table = {{*mask, 0}};
    masked.other = 1;
    numbers = (numbers + 1) * computed({x}, std::make_shared<kernels::NumberOfText>(masked));
  }
  return encoded(layer, output_mode(layer), numbers, static_cast<int64_t>(bins), layer.compute_dtype());
}

Tensor hashed_crossing(Layer& layer, const Tensors& inputs) {
  if (inputs.size() < 2) throw layer.error(fmt::format("is called with {} tensors, wanted 2 or more", inputs.size()));
  const ov::PartialShape& shape = inputs[0].shape();
  for (const Tensor& x : inputs) {
    if (x.rank() > 2 || (x.rank() == 2 && x.shape()[1] != 1) || !x.shape().compatible(shape))
      throw layer.error(
          fmt::format("expected inputs of one shape, (batch,) or (batch, 1), got {}", ops::to_string(x.shape())));
    if (is_float(x.dtype())) throw layer.error(fmt::format("expected strings or integers, got {}", name(x.dtype())));
  }
  kernels::HashOfCross cross;
  cross.bins = bins_of(layer, "num_bins");
  return encoded(layer, output_mode(layer), computed(inputs, std::make_shared<kernels::HashOfCross>(cross)),
                 static_cast<int64_t>(cross.bins), layer.compute_dtype());
}

/// What a look-up layer knows: its tokens, numbered after those that stand for a mask and for unknown tokens.
struct Vocabulary {
  Vocabulary(const Layer& layer, std::optional<std::string> mask_token, const std::optional<std::string>& unknown,
             int64_t unknown_count)
      : mask(std::move(mask_token)), unknowns(unknown_count) {
    numbers = layer.get_or<std::string>("output_mode", "int") == "int";
    if (unknowns < 0 || unknowns > 1 << 20) throw layer.error("\"num_oov_indices\" is out of range");
    tokens = listed(layer);
    // A list may begin with the special tokens.
    const auto is_special = [&](int64_t i) {
      return tokens[static_cast<size_t>(i)] == (i < first_unknown() ? mask : unknown);
    };
    if (std::ssize(tokens) >= first_token() &&
        std::ranges::all_of(std::views::iota(int64_t{0}, first_token()), is_special))
      tokens.erase(tokens.begin(), tokens.begin() + first_token());
    if (tokens.size() > INT32_MAX / 2) throw layer.error("its vocabulary is too large");
  }

  int64_t first_unknown() const { return mask && numbers ? 1 : 0; }
  int64_t first_token() const { return first_unknown() + unknowns; }
  int64_t size() const { return first_token() + std::ssize(tokens); }

  std::optional<std::string> mask;
  int64_t unknowns;
  bool numbers;  // the layer gives the tokens' numbers
  std::vector<std::string> tokens;

 private:
  static std::vector<std::string> listed(const Layer& layer) {
    std::vector<std::string> tokens;
    if (layer.has("vocabulary")) {
      const json& list = layer.value("vocabulary");
      if (list.is_string())
        throw layer.error(fmt::format("\"vocabulary\" names the file {}, and files outside of the model's are not read",
                                      list.dump()));
      if (!list.is_array()) throw layer.error("\"vocabulary\" is no list");
      for (const json& item : list) {
        if (!item.is_string() && !item.is_number_integer())
          throw layer.error(fmt::format("\"vocabulary\" holds {}, wanted strings or integers", item.dump()));
        tokens.push_back(item.is_string() ? item.get<std::string>() : item.dump());
      }
      return tokens;
    }
    std::string_view text = layer.asset("vocabulary.txt");
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      tokens.emplace_back(line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return tokens;
  }
};

/// The numbers of tokens; of masked ones 0, or more than all others where numbers are not what the layer gives.
Tensor looked_up(const Layer& layer, const Tensor& x, const Vocabulary& vocabulary) {
  constexpr int32_t kUnknown = -1;
  kernels::NumberOfText lookup;
  auto next = static_cast<int32_t>(vocabulary.first_token());
  for (const std::string& token : vocabulary.tokens) {
    if (!lookup.table.emplace(token, next++).second)
      throw layer.error(fmt::format("its vocabulary has \"{}\" twice", token));
  }
  if (vocabulary.mask) lookup.table[*vocabulary.mask] = vocabulary.numbers ? 0 : INT32_MAX;
  if (vocabulary.unknowns == 1) lookup.other = static_cast<int32_t>(vocabulary.first_unknown());
  if (vocabulary.unknowns > 1) lookup.other = kUnknown;
  const Tensor numbers = computed({x}, std::make_shared<kernels::NumberOfText>(lookup));
  if (vocabulary.unknowns <= 1) return numbers;
  const bool by_remainder =
      x.dtype() != DType::string && layer.get_or<std::string>("oov_method", "floormod") == "floormod";
  const Tensor bin = hashed(layer, x, static_cast<uint64_t>(vocabulary.unknowns), by_remainder);
  return ops::where(numbers == kUnknown, bin + vocabulary.first_unknown(), numbers);
}

/// Numbers of tokens in the layer's output mode.
Tensor in_mode(Layer& layer, const Tensor& numbers, const Vocabulary& vocabulary) {
  const std::string mode = layer.choice("output_mode", {"int", "one_hot", "multi_hot", "count", "tf_idf"});
  const bool padded = layer.get_or("pad_to_max_tokens", false);
  const int64_t depth = padded ? layer.get<int64_t>("max_tokens") : vocabulary.size();
  if (mode != "tf_idf") return encoded(layer, mode, numbers, depth, DType::int64);
  return encoded(layer, "count", numbers, depth, DType::float32) * layer.statistic("idf_weights", {depth});
}

Tensor string_texts(const Vocabulary& vocabulary, const Tensor& x, const std::string& unknown) {
  kernels::TextOfNumber texts;
  texts.list = vocabulary.tokens;
  texts.first = vocabulary.first_token();
  texts.zero = vocabulary.mask;
  texts.other = unknown;
  return computed({x}, std::make_shared<kernels::TextOfNumber>(texts));
}

Tensor string_lookup(Layer& layer, const Tensor& x) {
  const auto unknown = token(layer, "oov_token");
  const Vocabulary vocabulary(layer, token(layer, "mask_token"), unknown, layer.get_or<int64_t>("num_oov_indices", 1));
  if (layer.get_or("invert", false)) return string_texts(vocabulary, x, unknown.value_or(""));
  if (x.dtype() != DType::string) throw layer.error(fmt::format("expected strings, got {}", name(x.dtype())));
  return in_mode(layer, looked_up(layer, x, vocabulary), vocabulary);
}

int64_t integer_of(const Layer& layer, const std::string& text) {
  int64_t integer = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (failed == std::errc() && end == text.data() + text.size()) return integer;
  throw layer.error(fmt::format("its vocabulary has \"{}\", wanted integers", text));
}

/// The integer of each number; what is none of the vocabulary's gets `unknown`, the last one.
Tensor integers_of(const Layer& layer, std::vector<int64_t> integers, const Tensor& x) {
  if (std::ranges::any_of(integers, [](int64_t n) { return n != static_cast<int32_t>(n); }))
    throw layer.error("its vocabulary has integers beyond 32 bits, which the CPU plugin would narrow",
                      Error::Kind::unsupported);
  const int64_t last = std::ssize(integers) - 1;
  const Tensor known = ops::logical_and(x >= 0, x < last);
  return ops::take(Tensor(constant(integers)), ops::where(known, ops::cast(x, DType::int32), last), 0);
}

Tensor integer_lookup(Layer& layer, const Tensor& x) {
  if (x.dtype() == DType::string) throw layer.error("expected integers, got strings");
  const auto mask = token(layer, "mask_token"), unknown = token(layer, "oov_token");
  Vocabulary vocabulary(layer, mask, unknown, layer.get_or<int64_t>("num_oov_indices", 1));
  std::vector<int64_t> integers;
  for (std::string& each : vocabulary.tokens) each = std::to_string(integers.emplace_back(integer_of(layer, each)));
  if (!layer.get_or("invert", false)) return in_mode(layer, looked_up(layer, x, vocabulary), vocabulary);
  const int64_t other = integer_of(layer, unknown.value_or("-1"));
  layer.take_memory(vocabulary.unknowns, 4 * sizeof(int64_t));
  integers.insert(integers.begin(), static_cast<size_t>(vocabulary.unknowns), other);
  if (mask) integers.insert(integers.begin(), integer_of(layer, *mask));
  integers.push_back(other);
  return integers_of(layer, integers, x);
}

/// A choice, or "" for null; a Python function cannot be run.
std::string choice_or_none(const Layer& layer, const char* key, std::vector<std::string_view> choices) {
  if (!layer.has(key)) return "";
  if (!layer.value(key).is_string())
    throw layer.error(fmt::format("\"{}\" is a Python function, which cannot be run here", key),
                      Error::Kind::unsupported);
  return layer.choice(key, std::move(choices));
}

Tensor text_vectorization(Layer& layer, const Tensor& x) {
  if (x.dtype() != DType::string) throw layer.error(fmt::format("expected strings, got {}", name(x.dtype())));
  if (layer.get_or("ragged", false)) throw layer.error("ragged=true is not supported", Error::Kind::unsupported);
  const Vocabulary vocabulary(layer, "", "[UNK]", 1);
  kernels::PartsOfText parts;
  const std::string standard =
      choice_or_none(layer, "standardize", {"lower_and_strip_punctuation", "lower", "strip_punctuation"});
  parts.lower = standard.starts_with("lower");
  parts.strip_punctuation = standard.ends_with("strip_punctuation");
  const std::string split = choice_or_none(layer, "split", {"whitespace", "character"});
  using enum kernels::PartsOfText::Split;
  parts.split = split.empty() ? none : split == "character" ? character : whitespace;
  if (x.rank() != 2 && (parts.split == none || x.rank() != 1))
    throw layer.error(fmt::format("expected texts of shape (batch, 1), got {}", ops::to_string(x.shape())));
  if (layer.has("ngrams")) {
    parts.ngrams = layer.get<std::vector<int64_t>>("ngrams");
    if (layer.value("ngrams").is_number()) {  // n: all up to n
      parts.ngrams.resize(static_cast<size_t>(std::clamp<int64_t>(parts.ngrams[0], 0, 1000)));
      std::iota(parts.ngrams.begin(), parts.ngrams.end(), 1);
    }
    if (std::ranges::any_of(parts.ngrams, [](int64_t n) { return n < 1; })) throw layer.error("\"ngrams\" has a 0");
  }
  parts.never_empty = !vocabulary.numbers;
  if (vocabulary.numbers && layer.has("output_sequence_length"))
    parts.length = layer.get<int64_t>("output_sequence_length");
  const Tensor tokens = computed({x}, std::make_shared<kernels::PartsOfText>(parts));
  return in_mode(layer, looked_up(layer, tokens, vocabulary), vocabulary);
}

constexpr Row kRows[] = {
    row<&hashed_crossing>("HashedCrossing"),       row<&hashing>("Hashing"),
    row<&integer_lookup>("IntegerLookup"),         row<&string_lookup>("StringLookup"),
    row<&text_vectorization>("TextVectorization"),
};

}  // namespace

std::span<const Row> lookup_layers() { return kRows; }

}  // namespace keravino::layers
