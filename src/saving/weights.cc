#include "saving/weights.h"

#include <array>
#include <bit>
#include <ranges>

#include "saving/hdf5.h"
#include "saving/names.h"
#include "saving/suggest.h"
#include "saving/weights_image.h"

namespace keravino::saving {
namespace {

using hdf5::Handle;

static_assert(std::endian::native == std::endian::little, "weights are taken from the file as they are");

constexpr int kDeepest = 64;
constexpr size_t kMostObjects = 200'000;

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

// An attribute that is one string of variable length, as h5py writes them; empty if there is none.
std::string text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return "";
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  if (H5Tis_variable_str(type) <= 0 || H5Sget_simple_extent_npoints(space) != 1) return "";
  char* text = nullptr;
  if (H5Aread(attribute, type, static_cast<void*>(&text)) < 0 || !text) return "";
  std::string copy = text;
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void*>(&text));
  return copy;
}

// Keras keeps a bfloat16 variable as two opaque bytes, and says what they are in an attribute of the dataset.
bool says_bfloat16(hid_t dataset) { return text_attribute(dataset, "dtype") == "bfloat16"; }

std::string dtype_name(hid_t type, hid_t dataset) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return float_name(type);
    case H5T_INTEGER:
      return integer_name(type);
    case H5T_ENUM:
      return is_bool(type) ? "bool" : "";
    case H5T_OPAQUE:
      return H5Tget_size(type) == 2 && says_bfloat16(dataset) ? "bfloat16" : "";
    default:
      return "";
  }
}

// The number in a dataset's name, for the order "2" before "10"; other names come after, by the alphabet.
std::pair<size_t, std::string> order_of(const SavedTensor& tensor) {
  const bool number = tensor.name.size() < 10 && tensor.name.find_first_not_of("0123456789") == std::string::npos;
  return {number ? std::stoul(tensor.name) : SIZE_MAX, tensor.name};
}

class Reader {
 public:
  Reader(const std::string& where, const Buffer& image, Budget& budget)
      : where_(where), image_(image), budget_(budget) {}

  void group(hid_t group, const std::string& path, int depth) {
    if (depth > kDeepest) throw error(path, fmt::format("groups are nested deeper than {}", kDeepest));
    for (const std::string& name : members(group, path)) {
      const std::string child_path = join(path, name);
      const Handle child(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
      if (child < 0) throw error(child_path, "is damaged (" + hdf5::reason() + ")");
      if (H5Iget_type(child) != H5I_GROUP) continue;  // Keras looks for datasets in "vars" only
      if (name == "vars")
        variables(child, path);
      else
        this->group(child, child_path, depth + 1);
    }
  }

  std::map<std::string, std::vector<SavedTensor>> groups;
  std::map<std::string, std::string> names;

 private:
  Error error(const std::string& path, const std::string& what) const {
    return file_error(fmt::format("{}: /{}", where_, path), what);
  }

  // The names in a group. Only hard links are followed: others lead out of the file, or in circles.
  std::vector<std::string> members(hid_t group, const std::string& path) {
    struct Found {
      std::vector<std::string> names;
      std::string not_hard;
      size_t room;
    } found{{}, "", kMostObjects - objects_};
    const auto visit = [](hid_t, const char* name, const H5L_info_t* link, void* data) -> herr_t {
      auto& out = *static_cast<Found*>(data);
      if (link->type != H5L_TYPE_HARD) out.not_hard = name;
      if (link->type != H5L_TYPE_HARD || out.names.size() == out.room) return 1;
      out.names.emplace_back(name);
      return 0;
    };
    const herr_t stopped = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, visit, &found);
    if (stopped < 0) throw error(path, "is damaged (" + hdf5::reason() + ")");
    if (!found.not_hard.empty())
      throw error(join(path, found.not_hard), "is a soft or external link, which is not followed");
    if (stopped > 0) throw error(path, fmt::format("the file has more than {} objects", kMostObjects));
    objects_ += found.names.size();
    return std::move(found.names);
  }

  void variables(hid_t group, std::string path) {
    const std::string vars = join(path, "vars");
    // Keras 2.13 wrote this name where all others write "layers".
    constexpr std::string_view kOld = "_layer_checkpoint_dependencies";
    while (path.find(kOld) != path.npos) path.replace(path.find(kOld), kOld.size(), "layers");
    auto& tensors = groups[path];
    if (std::string name = text_attribute(group, "name"); !name.empty()) names[path] = std::move(name);
    for (const std::string& name : members(group, vars)) {
      const std::string here = join(vars, name);
      const Handle dataset(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
      if (dataset < 0) throw error(here, "is damaged (" + hdf5::reason() + ")");
      if (H5Iget_type(dataset) != H5I_DATASET) throw error(here, "is not a dataset");
      tensors.push_back(tensor(dataset, name, here));
    }
    std::ranges::sort(tensors, {}, order_of);
  }

  // Refuses data that is not in this file, or that takes code which is not HDF5's own to unpack.
  H5D_layout_t check_layout(hid_t dataset, const std::string& path) const {
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    const H5D_layout_t layout = H5Pget_layout(plist);
    if (layout == H5D_VIRTUAL) throw error(path, "is a virtual dataset, which is not read");
    if (layout == H5D_LAYOUT_ERROR) throw error(path, "is damaged (" + hdf5::reason() + ")");
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

  std::vector<size_t> shape_of(hid_t dataset, const std::string& path) const {
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const H5S_class_t kind = H5Sget_simple_extent_type(space);
    if (kind != H5S_SCALAR && kind != H5S_SIMPLE) throw error(path, "has no shape");
    hsize_t dims[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, dims, nullptr);
    if (rank < 0) throw error(path, "is damaged (" + hdf5::reason() + ")");
    return {dims, dims + rank};
  }

  SavedTensor tensor(hid_t dataset, const std::string& name, const std::string& path) {
    SavedTensor out;
    out.name = name;
    out.shape = shape_of(dataset, path);
    const Handle type(H5Dget_type(dataset), H5Tclose);
    out.dtype = dtype_name(type, dataset);
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
    if (!out.data) out.data = copy(dataset, type, out.bytes, path);
    return out;
  }

  // Numbers that lie in the file as they are wanted are not copied.
  std::shared_ptr<const std::byte> window(hid_t dataset, hid_t type, H5D_layout_t layout, size_t bytes) const {
    const size_t item = H5Tget_size(type);
    if (layout != H5D_CONTIGUOUS || bytes == 0 || (item > 1 && H5Tget_order(type) == H5T_ORDER_BE)) return nullptr;
    const haddr_t offset = H5Dget_offset(dataset);
    if (offset == HADDR_UNDEF || offset > image_.size || bytes > image_.size - offset) return nullptr;
    if ((reinterpret_cast<uintptr_t>(image_.data.get()) + offset) % item != 0) return nullptr;
    return {image_.data, image_.data.get() + offset};
  }

  std::shared_ptr<const std::byte> copy(hid_t dataset, hid_t type, size_t bytes, const std::string& path) {
    budget_.take(bytes, fmt::format("{}: /{}", where_, path));
    const Buffer buffer = allocate(bytes);
    const Handle memory(H5Tcopy(type), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type);
    if (kind == H5T_FLOAT || kind == H5T_INTEGER) H5Tset_order(memory, H5T_ORDER_LE);
    if (bytes > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data.get()) < 0) {
      throw error(path, "is damaged (" + hdf5::reason() + ")");
    }
    return buffer.data;
  }

  const std::string& where_;
  const Buffer& image_;
  Budget& budget_;
  size_t objects_ = 0;
};

}  // namespace

WeightStore::WeightStore(std::string where, const Buffer& image, Budget& budget) : where_(std::move(where)) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  const std::string_view start(reinterpret_cast<const char*>(image.data.get()),
                               std::min(image.size, kSignature.size()));
  if (start != kSignature) throw file_error(where_, "is not an HDF5 file");
  const hdf5::Session session;
  const Handle file = hdf5::open_image(where_, image);
  const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  if (root < 0) throw file_error(where_, "is damaged (" + hdf5::reason() + ")");
  Reader reader(where_, image, budget);
  reader.group(root, "", 0);
  groups_ = std::move(reader.groups);
  names_ = std::move(reader.names);
}

void WeightStore::set(const std::string& group, std::vector<SavedTensor> tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) tensors[i].name = std::to_string(i);
  groups_[group] = std::move(tensors);
}

void WeightStore::add(WeightStore other) {
  for (auto& [group, tensors] : other.groups_) {
    auto& own = groups_[group];
    own.insert(own.end(), std::make_move_iterator(tensors.begin()), std::make_move_iterator(tensors.end()));
    std::ranges::sort(own, {}, order_of);
  }
  names_.merge(other.names_);
}

Buffer WeightStore::image() const { return hdf5_image(where_, groups_, names_); }

const std::vector<SavedTensor>& WeightStore::vars(const std::string& group) const {
  const auto found = groups_.find(group);
  if (found != groups_.end()) return found->second;
  throw file_error(where_,
                   fmt::format("has no weights for \"{}\"{}", group, did_you_mean(group, std::views::keys(groups_))));
}

}  // namespace keravino::saving
