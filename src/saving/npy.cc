#include "saving/npy.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "saving/suggest.h"
#include "saving/utf8.h"
#include "saving/zip.h"

namespace keravino::saving {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kLongestHeader = 10'000;  // NumPy's own limit
constexpr size_t kMostDimensions = 64;     // NumPy's own limit

struct Dtype {
  std::string_view name, code;
  size_t size;
  size_t word;  // what a byte order applies to: half of a complex number
};
constexpr Dtype kDtypes[] = {{"bool", "b1", 1, 1},    {"int8", "i1", 1, 1},      {"int16", "i2", 2, 2},
                             {"int32", "i4", 4, 4},   {"int64", "i8", 8, 8},     {"uint8", "u1", 1, 1},
                             {"uint16", "u2", 2, 2},  {"uint32", "u4", 4, 4},    {"uint64", "u8", 8, 8},
                             {"float16", "f2", 2, 2}, {"bfloat16", "V2", 2, 2},  {"float32", "f4", 4, 4},
                             {"float64", "f8", 8, 8}, {"complex64", "c8", 8, 4}, {"complex128", "c16", 16, 8}};

// The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class Header {
 public:
  Header(const std::string& where, std::string_view text) : where_(where), rest_(text) {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr")
        descr = quoted();
      else if (key == "fortran_order")
        fortran_order = boolean();
      else if (key == "shape")
        shape = tuple();
      else
        throw bad();
      if (!accept(',')) expect('}', /*take=*/false);
    }
    if (descr.empty()) throw bad();
  }

  std::string descr;
  bool fortran_order = false;
  std::vector<size_t> shape;

 private:
  Error bad() const { return file_error(where_, "has a header that is not NumPy's"); }

  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }
  bool accept(char c) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c, bool take = true) {
    const std::string_view before = rest_;
    if (!accept(c)) throw bad();
    if (!take) rest_ = before;
  }
  std::string quoted() {
    if (accept('[')) throw file_error(where_, "is an array of records, which is not read");
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const size_t end = rest_.find(quote);
    if (end == rest_.npos) throw bad();
    const std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    skip_spaces();
    const bool value = rest_.starts_with("True");
    if (!value && !rest_.starts_with("False")) throw bad();
    rest_.remove_prefix(value ? 4 : 5);
    return value;
  }
  std::vector<size_t> tuple() {
    std::vector<size_t> values;
    expect('(');
    while (!accept(')')) {
      size_t value = 0;
      const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (failed != std::errc() || values.size() == kMostDimensions) throw bad();
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      values.push_back(value);
      if (!accept(',')) expect(')', /*take=*/false);
    }
    return values;
  }

  const std::string& where_;
  std::string_view rest_;
};

Dtype dtype_of(const std::string& where, const std::string& descr) {
  const std::string_view code = std::string_view(descr).substr(std::min<size_t>(1, descr.size()));
  if (code.starts_with('U') || code.starts_with('S')) {  // texts of so many letters or bytes
    const size_t word = code[0] == 'U' ? 4 : 1;
    uint32_t length = 0;
    const auto [end, failed] = std::from_chars(code.data() + 1, code.data() + code.size(), length);
    if (failed == std::errc() && end == code.data() + code.size() && length > 0)
      return {"string", code, length * word, word};
  }
  const auto found = std::ranges::find(kDtypes, code, &Dtype::code);
  const bool order_known = descr.find_first_of("<>|=") == 0;
  if (found == std::end(kDtypes) || !order_known) {
    throw file_error(where, fmt::format("has dtype \"{}\"; wanted numbers or text", descr));
  }
  return *found;
}

// The number of bytes of an array, or nothing if there is no such number.
std::optional<size_t> byte_size(const std::vector<size_t>& shape, size_t item) {
  if (std::ranges::find(shape, 0u) != shape.end()) return 0;
  for (const size_t d : shape) {
    if (__builtin_mul_overflow(item, d, &item)) return {};
  }
  return item;
}

void swap_bytes(Buffer& data, size_t word) {
  for (size_t i = 0; i < data.size; i += word) std::reverse(data.data.get() + i, data.data.get() + i + word);
}

// Texts fill their places with zeros.
std::vector<std::string> texts_of(const Buffer& data, size_t count, const Dtype& dtype) {
  std::vector<std::string> texts(count);
  const auto* at = reinterpret_cast<const char*>(data.data.get());
  for (std::string& text : texts) {
    const std::string_view bytes(at, dtype.size);
    for (size_t i = 0; i < dtype.size; i += dtype.word) {
      char32_t letter = 0;
      std::memcpy(&letter, bytes.data() + i, dtype.word);
      if (dtype.word == 1)
        text += static_cast<char>(letter);
      else
        utf8_append(text, letter);
    }
    text.erase(text.find_last_not_of('\0') + 1);
    at += dtype.size;
  }
  return texts;
}

// Fortran order to C order: the last axis of the result is the one with the largest stride in the source.
Buffer transposed(const Buffer& source, const std::vector<size_t>& shape, size_t item) {
  Buffer out = allocate(source.size);
  std::vector<size_t> stride(shape.size(), item), index(shape.size(), 0);
  for (size_t axis = 1; axis < shape.size(); ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  size_t from = 0;
  for (size_t to = 0; to < out.size; to += item) {
    std::memcpy(out.data.get() + to, source.data.get() + from, item);
    for (size_t axis = shape.size(); axis-- > 0;) {
      from += stride[axis];
      if (++index[axis] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

NpyArray parse(const std::string& where, const Buffer& file, Budget& budget) {
  const std::string_view text(reinterpret_cast<const char*>(file.data.get()), file.size);
  if (!text.starts_with(kMagic.substr(0, std::min(text.size(), kMagic.size())))) {
    throw file_error(where, "is not a .npy file");
  }
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(text[i])}; };
  const size_t version = text.size() > kMagic.size() ? byte(kMagic.size()) : 1;
  if (version < 1 || version > 3) throw file_error(where, fmt::format("has .npy version {}; wanted 1 to 3", version));
  const size_t start = version == 1 ? 10 : 12;
  if (text.size() < start) throw file_error(where, "is truncated in its header");
  size_t length = 0;
  for (size_t i = start; i-- > 8;) length = length << 8 | byte(i);
  if (length > kLongestHeader)
    throw file_error(where, fmt::format("has a header of {} bytes, more than {}", length, kLongestHeader));
  if (text.size() - start < length) throw file_error(where, "is truncated in its header");

  Header header(where, text.substr(start, length));
  const Dtype dtype = dtype_of(where, header.descr);
  const std::optional<size_t> bytes = byte_size(header.shape, dtype.size);
  const size_t got = text.size() - start - length;
  if (bytes != got) {
    throw file_error(
        where, fmt::format("has {} bytes of data; wanted {} for {} of shape ({})", got,
                           bytes ? std::to_string(*bytes) : "too many", dtype.name, fmt::join(header.shape, ", ")));
  }
  const Buffer data{{file.data, file.data.get() + start + length}, got};
  NpyArray array{std::string(dtype.name), std::move(header.shape), data, {}};
  if ((start + length) % dtype.word != 0) {  // NumPy aligns its data, others need not
    budget.take(got, where);
    array.data = allocate(got);
    std::memcpy(array.data.data.get(), data.data.get(), got);
  }
  if (header.fortran_order && array.shape.size() > 1) {
    budget.take(got, where);
    array.data = transposed(array.data, array.shape, dtype.size);
  }
  if (header.descr[0] == '>') swap_bytes(array.data, dtype.word);
  if (array.dtype == "string" && dtype.size > 0) {
    budget.take(got / dtype.size * sizeof(std::string) + got, where);  // a text of one byte takes many times that
    array.texts = texts_of(array.data, got / dtype.size, dtype);
    array.data = {};
  }
  return array;
}

// Texts as NumPy has them: letters of four bytes, as many for each as the longest has.
NpyArray padded_texts(const NpyArray& array, size_t& longest) {
  std::vector<std::u32string> texts;
  for (const std::string& text : array.texts)
    longest = std::max(longest, texts.emplace_back(utf8_decoded(text)).size());
  NpyArray out{"string", array.shape, allocate(texts.size() * longest * sizeof(char32_t)), {}};
  std::byte* to = out.data.data.get();
  std::memset(to, 0, out.data.size);
  for (const std::u32string& text : texts) {
    std::memcpy(to, text.data(), text.size() * sizeof(char32_t));
    to += longest * sizeof(char32_t);
  }
  return out;
}

struct Saved {
  std::string header;
  Buffer data;
};

Saved saved(const std::string& path, const NpyArray& given) {
  const bool is_text = given.dtype == "string";
  size_t letters = 1;
  const NpyArray array = is_text ? padded_texts(given, letters) : given;
  const auto known = std::ranges::find(kDtypes, array.dtype, &Dtype::name);
  const std::string text_code = fmt::format("U{}", letters);
  if (!is_text && known == std::end(kDtypes)) {
    std::vector<std::string_view> names;
    for (const Dtype& each : kDtypes) names.push_back(each.name);
    throw file_error(path, fmt::format("cannot hold dtype \"{}\"{}", array.dtype, did_you_mean(array.dtype, names)));
  }
  const Dtype dtype = is_text ? Dtype{"string", text_code, letters * sizeof(char32_t), sizeof(char32_t)} : *known;
  if (byte_size(array.shape, dtype.size) != array.data.size) {
    throw file_error(path, fmt::format("cannot hold {} bytes as {} of shape ({})", array.data.size, array.dtype,
                                       fmt::join(array.shape, ", ")));
  }
  const char order = dtype.word == 1 ? '|' : '<';
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}", order, dtype.code,
                                 fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  // The data starts at a multiple of 64; a newline ends the header.
  constexpr size_t kStart = 10, kAlign = 64;
  text.append((kAlign - (kStart + text.size() + 1) % kAlign) % kAlign, ' ');
  text += '\n';
  const std::string sizes = {1, 0, static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  return {std::string(kMagic) + sizes + text, array.data};
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace

NpyArray read_npy(const std::string& path) {
  const Buffer file = read_file(path);
  Budget budget(file.size);
  return parse(path, file, budget);
}

NpzArrays read_npz(const std::string& path) {
  ZipReader zip(path);
  NpzArrays arrays;
  for (const std::string& entry : zip.names()) {
    if (!entry.ends_with(".npy")) throw file_error(path + ": " + entry, "is not a .npy file");
    arrays.emplace_back(entry.substr(0, entry.size() - 4), parse(path + ": " + entry, zip.read(entry), zip.budget()));
  }
  return arrays;
}

void write_npy(const std::string& path, const NpyArray& array) {
  const Saved file = saved(path, array);
  write_file(path, {bytes_of(file.header), file.data.bytes()});
}

void write_npz(const std::string& path, const NpzArrays& arrays) {
  std::vector<Saved> files;
  for (const auto& [name, array] : arrays) files.push_back(saved(path + ": " + name, array));
  std::vector<ZipEntry> entries;
  for (size_t i = 0; i < arrays.size(); ++i)
    entries.push_back({arrays[i].first + ".npy", {bytes_of(files[i].header), files[i].data.bytes()}});
  write_zip(path, entries);
}

}  // namespace keravino::saving
