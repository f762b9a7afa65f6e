#include "saving/dataset.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "saving/chunks.h"
#include "saving/names.h"

namespace keravino::saving::hdf5 {
namespace {

static_assert(std::endian::native == std::endian::little, "weights are taken from the file as they are");

constexpr size_t kMostObjects = 200'000;
constexpr size_t kMostLetters = size_t{1} << 24;  // in the names of one group

struct FloatFormat {
  const char* dtype;
  size_t size, sign, exponent_at, exponent_bits, mantissa_at, mantissa_bits, bias;
};
constexpr FloatFormat kFloats[] = {{"float16", 2, 15, 10, 5, 0, 10, 15},
                                   {"bfloat16", 2, 15, 7, 8, 0, 7, 127},
                                   {"float32", 4, 31, 23, 8, 0, 23, 127},
                                   {"float64", 8, 63, 52, 11, 0, 52, 1023}};

std::string float_name(hid_t type) {
  size_t sign, exponent_at, exponent_bits, mantissa_at, mantissa_bits;
  H5Tget_fields(type, &sign, &exponent_at, &exponent_bits, &mantissa_at, &mantissa_bits);
  const std::array got = {H5Tget_size(type), sign,          exponent_at,       exponent_bits,
                          mantissa_at,       mantissa_bits, H5Tget_ebias(type)};
  for (const auto& f : kFloats) {
    if (got == std::array{f.size, f.sign, f.exponent_at, f.exponent_bits, f.mantissa_at, f.mantissa_bits, f.bias})
      return f.dtype;
  }
  return "";
}

std::string integer_name(hid_t type) {
  const size_t bits = 8 * H5Tget_size(type);
  if (bits > 64 || !std::has_single_bit(bits) || H5Tget_precision(type) != bits) return "";
  return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
}

// h5py's bool: one byte, FALSE or TRUE.
bool is_bool(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  signed char off = 1, on = 0;
  return H5Tenum_valueof(type, "FALSE", &off) >= 0 && H5Tenum_valueof(type, "TRUE", &on) >= 0 && off == 0 && on == 1;
}

std::string text_up_to_zero(const char* text, size_t most) { return {text, strnlen(text, most)}; }

}  // namespace

Error Contents::error(const std::string& path, const std::string& what) const {
  return file_error(fmt::format("{}: /{}", where_, path), what);
}

std::vector<std::string> Contents::members(hid_t group, const std::string& path) {
  struct Found {
    std::vector<std::string> names;
    std::string not_hard;
    size_t room, letters = 0;
  } found{{}, "", kMostObjects - objects_};
  const auto visit = [](hid_t, const char* name, const H5L_info_t* link, void* data) -> herr_t {
    auto& out = *static_cast<Found*>(data);
    if (link->type != H5L_TYPE_HARD) out.not_hard = name;
    // Many names may be one and the same text in the file, and as many as these are not read.
    if (link->type != H5L_TYPE_HARD || out.names.size() == out.room || out.letters > kMostLetters) return 1;
    out.letters += out.names.emplace_back(name).size();
    return 0;
  };
  const herr_t stopped = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, visit, &found);
  if (stopped < 0) throw error(path, "is damaged (" + reason() + ")");
  if (!found.not_hard.empty())
    throw error(join(path, found.not_hard), "is a soft or external link, which is not followed");
  if (stopped > 0 && found.letters > kMostLetters) throw error(path, "has names of too many letters");
  if (stopped > 0) throw error(path, fmt::format("the file has more than {} objects", kMostObjects));
  return std::move(found.names);
}

Handle Contents::open(hid_t group, const std::string& name, const std::string& path) {
  const std::string here = join(path, name);
  for (size_t end = name.find('/');; end = name.find('/', end + 1)) {
    const std::string part = name.substr(0, end);
    H5L_info_t link;
    if (part.empty() || part.back() == '/' || H5Lexists(group, part.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(group, part.c_str(), &link, H5P_DEFAULT) < 0)
      throw error(here, "is not there");
    if (link.type != H5L_TYPE_HARD) throw error(join(path, part), "is a soft or external link, which is not followed");
    headers_.check(link.u.address);
    if (end != name.npos) continue;
    // Told before HDF5 opens it, which reads heaps that may have no end.
    if (headers_.is_virtual(link.u.address)) throw error(here, "is a virtual dataset, which is not read");
    break;
  }
  // Counted here, where each is met: hard links may give one object many names, and a long way to it.
  budget_.take(here.size(), fmt::format("{}: /{}", where_, path));
  if (++objects_ > kMostObjects) throw error(here, fmt::format("the file has more than {} objects", kMostObjects));
  Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
  if (object < 0) throw error(here, "is damaged (" + reason() + ")");
  return object;
}

std::vector<std::string> Contents::texts(hid_t object, const std::string& name, const std::string& path) {
  if (H5Aexists(object, name.c_str()) <= 0) return {};
  const auto wrong = [&](const std::string& what) { return error(path, fmt::format("attribute {} {}", name, what)); };
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (attribute < 0) throw wrong("is damaged (" + reason() + ")");
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count == 0) return {};  // h5py gives an empty list numbers for a dtype
  if (count < 0 || H5Tget_class(type) != H5T_STRING) throw wrong("is no text");
  if (H5Tis_variable_str(type) > 0) {
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) throw wrong("is damaged (" + reason() + ")");
    const auto found = headers_.texts(info.addr, name, static_cast<size_t>(count));
    if (!found) throw wrong("is kept in a way that is not read");
    std::vector<std::string> out;
    for (const std::string_view text : *found) {  // many may be one and the same text in the file
      budget_.take(sizeof(std::string) + text.size(), fmt::format("{}: /{}", where_, path));
      out.emplace_back(text);
    }
    return out;
  }
  const size_t each = H5Tget_size(type);
  size_t bytes = 0;
  if (each == 0 || __builtin_mul_overflow(each, static_cast<size_t>(count), &bytes) || bytes > image_.size)
    throw wrong("is larger than the file");
  budget_.take(bytes, fmt::format("{}: /{}", where_, path));
  std::vector<char> room(bytes);
  if (H5Aread(attribute, type, room.data()) < 0) throw wrong("is damaged (" + reason() + ")");
  std::vector<std::string> out;
  for (size_t at = 0; at < bytes; at += each) out.push_back(text_up_to_zero(room.data() + at, each));
  return out;
}

std::string Contents::dtype_name(hid_t type, hid_t dataset, const std::string& path) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return float_name(type);
    case H5T_INTEGER:
      return integer_name(type);
    case H5T_ENUM:
      return is_bool(type) ? "bool" : "";
    case H5T_OPAQUE:  // Keras keeps bfloat16 as two opaque bytes, and says so in an attribute
      return H5Tget_size(type) == 2 && texts(dataset, "dtype", path) == std::vector<std::string>{"bfloat16"}
                 ? "bfloat16"
                 : "";
    default:
      return "";
  }
}

// Refuses data that is not in this file, or that takes code which is not HDF5's own to unpack.
H5D_layout_t Contents::check_layout(hid_t dataset, const std::string& path) const {
  const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(plist);
  if (layout == H5D_VIRTUAL) throw error(path, "is a virtual dataset, which is not read");
  if (layout == H5D_LAYOUT_ERROR) throw error(path, "is damaged (" + reason() + ")");
  if (H5Pget_external_count(plist) != 0) throw error(path, "keeps its data in another file, which is not read");
  for (int i = 0; i < H5Pget_nfilters(plist); ++i) {
    size_t no_values = 0;
    unsigned flags = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(plist, static_cast<unsigned>(i), &flags, &no_values, nullptr, 0, nullptr, nullptr);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      throw error(path, fmt::format("HDF5 filter {} is not read, only deflate, shuffle and fletcher32", filter));
    }
  }
  return layout;
}

std::vector<size_t> Contents::shape_of(hid_t dataset, const std::string& path) const {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  if (kind != H5S_SCALAR && kind != H5S_SIMPLE) throw error(path, "has no shape");
  hsize_t dims[H5S_MAX_RANK];
  const int rank = H5Sget_simple_extent_dims(space, dims, nullptr);
  if (rank < 0) throw error(path, "is damaged (" + reason() + ")");
  return {dims, dims + rank};
}

SavedTensor Contents::tensor(hid_t dataset, const std::string& name, const std::string& path) {
  if (H5Iget_type(dataset) != H5I_DATASET) throw error(path, "is not a dataset");
  SavedTensor out;
  out.name = name;
  out.shape = shape_of(dataset, path);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  out.dtype = dtype_name(type, dataset, path);
  if (out.dtype.empty()) throw error(path, "its dtype is none that Keras saves");
  const H5D_layout_t layout = check_layout(dataset, path);

  const bool empty = std::ranges::find(out.shape, 0u) != out.shape.end();
  out.bytes = empty ? 0 : H5Tget_size(type);
  bool overflow = false;
  for (const size_t d : out.shape) overflow |= __builtin_mul_overflow(out.bytes, d, &out.bytes);
  const std::string claim = fmt::format("declares shape ({})", fmt::join(out.shape, ", "));
  if (overflow) throw error(path, claim + ", more bytes than there are numbers for");
  const hsize_t stored = H5Dget_storage_size(dataset);
  if (layout != H5D_CHUNKED && stored != out.bytes) {
    throw error(path, fmt::format("{}, {} bytes, but stores {}", claim, out.bytes, stored));
  }
  out.data = window(dataset, type, layout, out.bytes);
  if (!out.data) out.data = copy(dataset, type, out, path);
  return out;
}

// Numbers that lie in the file as they are wanted are not copied.
std::shared_ptr<const std::byte> Contents::window(hid_t dataset, hid_t type, H5D_layout_t layout, size_t bytes) const {
  const size_t item = H5Tget_size(type);
  if (layout != H5D_CONTIGUOUS || bytes == 0 || (item > 1 && H5Tget_order(type) == H5T_ORDER_BE)) return nullptr;
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF || offset > image_.size || bytes > image_.size - offset) return nullptr;
  if ((reinterpret_cast<uintptr_t>(image_.data.get()) + offset) % item != 0) return nullptr;
  return {image_.data, image_.data.get() + offset};
}

std::shared_ptr<const std::byte> Contents::copy(hid_t dataset, hid_t type, const SavedTensor& tensor,
                                                const std::string& path) {
  const size_t bytes = tensor.bytes;
  const std::string here = fmt::format("{}: /{}", where_, path);
  budget_.take(bytes, here);
  if (bytes > 0) check_chunks(dataset, tensor.shape, H5Tget_size(type), budget_, here);
  const Buffer buffer = allocate(bytes);
  const Handle memory(H5Tcopy(type), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_FLOAT || kind == H5T_INTEGER) H5Tset_order(memory, H5T_ORDER_LE);
  if (bytes > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data.get()) < 0) {
    throw error(path, "is damaged (" + reason() + ")");
  }
  return buffer.data;
}

}  // namespace keravino::saving::hdf5
