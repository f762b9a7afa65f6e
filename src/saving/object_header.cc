#include "saving/object_header.h"

#include <array>
#include <cstring>

namespace keravino::saving::hdf5 {
namespace {

constexpr uint64_t kType = 0x03, kLayout = 0x08, kAttribute = 0x0c, kContinuation = 0x10;  // kinds of messages
constexpr uint64_t kFilters = 0x0b, kSymbolTable = 0x11;
constexpr uint64_t kShared = 2;  // a flag: the message is elsewhere

uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

}  // namespace

std::string_view ObjectHeaders::part(std::string_view bytes, uint64_t at, uint64_t size) const {
  if (at > bytes.size() || size > bytes.size() - at) throw file_error(where_, "is damaged (an object's header)");
  return bytes.substr(at, size);
}

uint64_t ObjectHeaders::number(std::string_view bytes, uint64_t at, size_t size) const {
  uint64_t number = 0;
  std::memcpy(&number, part(bytes, at, size).data(), size);
  return number;
}

void ObjectHeaders::walk(uint64_t address, const Visit& visit) const {
  const bool is_new = part(file_, address, 4) == "OHDR";
  std::vector<std::string_view> blocks;
  uint64_t order = 0;  // bytes of a message's number in the order of creation
  if (is_new) {
    const uint64_t flags = number(file_, address + 5, 1), size_bytes = uint64_t{1} << (flags & 3);
    const uint64_t at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    order = flags & 4 ? 2 : 0;
    blocks.push_back(part(file_, at + size_bytes, number(file_, at, size_bytes)));
  } else {
    blocks.push_back(part(file_, address + 16, number(file_, address + 8, 4)));
  }
  constexpr size_t kMostBlocks = 1000;  // they may lead in a circle
  for (size_t i = 0; i < blocks.size() && i < kMostBlocks; ++i) {
    const uint64_t head = is_new ? 4 + order : 8;
    for (uint64_t at = 0; at + head <= blocks[i].size();) {
      const uint64_t kind = number(blocks[i], at, is_new ? 1 : 2), size = number(blocks[i], at + (is_new ? 1 : 2), 2);
      const uint64_t flags = number(blocks[i], at + (is_new ? 3 : 4), 1);
      const std::string_view bytes = part(blocks[i], at + head, size);
      if (visit(kind, flags, bytes)) return;
      if (kind == kContinuation) {
        const std::string_view more = part(file_, number(bytes, 0, 8), number(bytes, 8, 8));
        // A new block is signed in front, and has a checksum behind.
        blocks.push_back(is_new ? part(more, 4, std::max<size_t>(more.size(), 8) - 8) : more);
      }
      at += head + size;
    }
  }
}

bool ObjectHeaders::is_virtual(uint64_t address) const {
  bool found = false;
  walk(address, [&](uint64_t kind, uint64_t, std::string_view bytes) {
    constexpr uint64_t kVirtual = 3;
    found = kind == kLayout && number(bytes, 0, 1) >= 4 && number(bytes, 1, 1) == kVirtual;
    return found;
  });
  return found;
}

ObjectHeaders::Attribute ObjectHeaders::attribute(std::string_view bytes) const {
  const uint64_t version = number(bytes, 0, 1);
  const bool shared = version > 1 && (number(bytes, 1, 1) & 3) != 0;
  if (version < 1 || version > 3 || shared) throw file_error(where_, "has an attribute of a kind that is not read");
  uint64_t at = version == 3 ? 9 : 8;
  std::array<std::string_view, 3> parts;  // name, type, space
  for (size_t i = 0; i < parts.size(); ++i) {
    const uint64_t size = number(bytes, 2 + 2 * i, 2);
    parts[i] = part(bytes, at, size);
    at += version == 1 ? padded(size) : size;
  }
  const auto& [name, type, space] = parts;
  const uint64_t name_end = text_end(name, 0);
  check_type(type);
  const uint64_t kind = number(space, 0, 1), head = kind == 1 ? 8 : 4, rank = number(space, 1, 1);
  const bool none = kind == 2 && number(space, 3, 1) == 2;
  uint64_t size = none ? 0 : number(type, 4, 4);
  bool overflow = false;
  for (uint64_t i = 0; i < rank; ++i) overflow |= __builtin_mul_overflow(size, number(space, head + 8 * i, 8), &size);
  if (overflow) size = UINT64_MAX;
  return {name.substr(0, name_end - 1), part(bytes, at, size)};
}

/// The place behind a text that begins here, and its end. HDF5 looks for the end beyond what it has in memory.
uint64_t ObjectHeaders::text_end(std::string_view bytes, uint64_t at) const {
  const size_t end = at < bytes.size() ? bytes.find('\0', at) : std::string_view::npos;
  if (end == std::string_view::npos) throw file_error(where_, "is damaged (a name without an end)");
  return end + 1;
}

// Class and version, the length of a description or a number of names, the size; then that description, or the type of
// the names' values, the names and the values.
void ObjectHeaders::check_type(std::string_view bytes) const {
  constexpr uint64_t kBits = 4, kOpaque = 5, kNames = 8, kVariable = 9, kHead = 8, kIntegers = 12;
  const uint64_t kind = number(bytes, 0, 1) & 15, version = number(bytes, 0, 1) >> 4;
  if (kind <= kBits) return;
  if (kind == kOpaque) return void(part(bytes, kHead, number(bytes, 1, 1)));
  if (kind == kVariable) return check_type(part(bytes, kHead, bytes.size() - std::min<uint64_t>(kHead, bytes.size())));
  if (kind != kNames || (number(bytes, kHead, 1) & 15) != 0)
    throw file_error(where_, "has numbers of a kind that is not read");
  uint64_t at = kHead + kIntegers;
  for (uint64_t i = 0, count = number(bytes, 1, 2); i < count; ++i) {
    const uint64_t end = text_end(bytes, at);
    at = version < 3 ? at + padded(end - at) : end;
  }
}

// Version and count. Of each filter: number, length of its name (in version 2 only of one that is not HDF5's own),
// flags, count of parameters, name, parameters.
void ObjectHeaders::check_filters(std::string_view bytes) const {
  constexpr uint64_t kOwn = 256, kParameter = 4;
  const uint64_t version = number(bytes, 0, 1);
  uint64_t at = version == 1 ? 8 : 2;
  for (uint64_t i = 0, filters = number(bytes, 1, 1); i < filters; ++i) {
    const bool named = version == 1 || number(bytes, at, 2) >= kOwn;
    const uint64_t length = named ? number(bytes, at + 2, 2) : 0, count = number(bytes, at + (named ? 6 : 4), 2);
    at += named ? 8 : 6;
    if (length > 0) text_end(part(bytes, at, length), 0);
    at += (version == 1 ? padded(length) : length) + kParameter * (version == 1 ? count + count % 2 : count);
  }
}

// Addresses of a tree and of a heap. The heap has the size of its names, the first free place among them, and their
// address. A free place says where the next one is: HDF5 1.10 follows them, and in a circle without end.
void ObjectHeaders::check_names(std::string_view symbol_table) const {
  const uint64_t heap = number(symbol_table, 8, 8);
  if (part(file_, heap, 4) != "HEAP") throw file_error(where_, "is damaged (no heap)");
  const std::string_view names = part(file_, number(file_, heap + 24, 8), number(file_, heap + 8, 8));
  text_end(names, std::max<size_t>(names.size(), 1) - 1);  // so that each has an end, wherever it begins
  constexpr uint64_t kNone = 1, kSmallest = 16;
  uint64_t free = number(file_, heap + 16, 8);
  for (size_t i = 0; free != kNone; ++i, free = number(names, free, 8)) {
    if (i > names.size() / kSmallest) throw file_error(where_, "is damaged (the free places of a heap)");
  }
}

void ObjectHeaders::check(uint64_t address) const {
  walk(address, [&](uint64_t kind, uint64_t flags, std::string_view bytes) {
    if (flags & kShared) return false;
    if (kind == kType) check_type(bytes);
    if (kind == kFilters) check_filters(bytes);
    if (kind == kAttribute) attribute(bytes);
    if (kind == kSymbolTable) check_names(bytes);
    return false;
  });
}

std::optional<std::vector<std::string_view>> ObjectHeaders::texts(uint64_t address, std::string_view name,
                                                                  size_t count) const {
  std::optional<std::vector<std::string_view>> out;
  walk(address, [&](uint64_t kind, uint64_t flags, std::string_view bytes) {
    if (kind != kAttribute || (flags & kShared)) return false;
    const Attribute found = attribute(bytes);
    if (found.name != name) return false;
    constexpr uint64_t kReference = 16;
    if (count > found.data.size() / kReference) throw file_error(where_, "is damaged (an attribute)");
    out.emplace();
    for (size_t i = 0; i < count; ++i) out->push_back(text(part(found.data, i * kReference, kReference)));
    return true;
  });
  return out;
}

// A reference: the length of the text, the address of a heap, and the number of an object there.
std::string_view ObjectHeaders::text(std::string_view reference) const {
  const uint64_t length = number(reference, 0, 4), address = number(reference, 4, 8), wanted = number(reference, 12, 4);
  if (length == 0 || address == 0) return {};
  constexpr uint64_t kHead = 16;  // of the heap, and of each object
  if (part(file_, address, 5) != std::string_view("GCOL\1", 5)) throw file_error(where_, "is damaged (no heap)");
  const std::string_view heap = part(file_, address, number(file_, address + 8, 8));
  for (uint64_t at = kHead; at + kHead <= heap.size();) {
    const uint64_t object = number(heap, at, 2), size = number(heap, at + 8, 8);
    if (object == 0) break;  // the rest is free
    const std::string_view bytes = part(heap, at + kHead, size);
    if (object == wanted) {
      const std::string_view text = part(bytes, 0, length);
      return text.substr(0, text.find('\0'));
    }
    at += kHead + padded(size);
  }
  throw file_error(where_, "is damaged (a text is not there)");
}

}  // namespace keravino::saving::hdf5
