#include "saving/weights_image.h"

#include "saving/hdf5.h"
#include "saving/names.h"

namespace keravino::saving {
namespace {

using hdf5::Handle;

class Writer {
 public:
  explicit Writer(const std::string& where) : where_(where) {}

  void group(hid_t file, const std::string& path, const std::vector<SavedTensor>& tensors, const std::string& name) {
    const Handle links(checked(H5Pcreate(H5P_LINK_CREATE)), H5Pclose);
    H5Pset_create_intermediate_group(links, 1);
    const std::string vars = join(path, "vars");
    const Handle group(checked(H5Gcreate2(file, vars.c_str(), links, H5P_DEFAULT, H5P_DEFAULT)), H5Gclose);
    if (!name.empty()) attribute(group, "name", name);
    for (const SavedTensor& tensor : tensors) dataset(group, tensor);
  }

  /// The identifier or status that a call returned; an error if it failed.
  template <class T>
  T checked(T result) const {
    if (result < 0) throw file_error(where_, "cannot be written (" + hdf5::reason() + ")");
    return result;
  }

 private:
  // Strings of variable length in UTF-8, as h5py writes them.
  void attribute(hid_t object, const char* key, const std::string& text) {
    const Handle type(checked(H5Tcopy(H5T_C_S1)), H5Tclose);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const Handle space(checked(H5Screate(H5S_SCALAR)), H5Sclose);
    const Handle attribute(checked(H5Acreate2(object, key, type, space, H5P_DEFAULT, H5P_DEFAULT)), H5Aclose);
    const char* pointer = text.c_str();
    checked(H5Awrite(attribute, type, static_cast<const void*>(&pointer)));
  }

  void dataset(hid_t group, const SavedTensor& tensor) {
    const Handle type(checked(type_of(tensor.dtype)), H5Tclose);
    const std::vector<hsize_t> dims(tensor.shape.begin(), tensor.shape.end());
    const Handle space(checked(dims.empty() ? H5Screate(H5S_SCALAR)
                                            : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr)),
                       H5Sclose);
    const Handle dataset(
        checked(H5Dcreate2(group, tensor.name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)), H5Dclose);
    if (tensor.bytes > 0) checked(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.data.get()));
    if (tensor.dtype == "bfloat16") attribute(dataset, "dtype", "bfloat16");
  }

  hid_t type_of(const std::string& dtype) const {
    const std::map<std::string_view, hid_t> plain = {
        {"float32", H5T_IEEE_F32LE}, {"float64", H5T_IEEE_F64LE}, {"int8", H5T_STD_I8LE},  {"int16", H5T_STD_I16LE},
        {"int32", H5T_STD_I32LE},    {"int64", H5T_STD_I64LE},    {"uint8", H5T_STD_U8LE}, {"uint16", H5T_STD_U16LE},
        {"uint32", H5T_STD_U32LE},   {"uint64", H5T_STD_U64LE}};
    if (const auto found = plain.find(dtype); found != plain.end()) return H5Tcopy(found->second);
    if (dtype == "bfloat16") return H5Tcreate(H5T_OPAQUE, 2);
    if (dtype == "bool") {
      const hid_t type = H5Tenum_create(H5T_STD_I8LE);
      constexpr int8_t kOff = 0, kOn = 1;
      H5Tenum_insert(type, "FALSE", &kOff);
      H5Tenum_insert(type, "TRUE", &kOn);
      return type;
    }
    if (dtype == "float16") {
      const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
      H5Tset_fields(type, 15, 10, 5, 0, 10);
      H5Tset_size(type, 2);
      H5Tset_ebias(type, 15);
      return type;
    }
    throw file_error(where_, fmt::format("tensors of {} cannot be written", dtype));
  }

  const std::string& where_;
};

}  // namespace

Buffer hdf5_image(const std::string& where, const std::map<std::string, std::vector<SavedTensor>>& groups,
                  const std::map<std::string, std::string>& names) {
  const hdf5::Session session;
  Writer writer(where);
  const Handle access(writer.checked(H5Pcreate(H5P_FILE_ACCESS)), H5Pclose);
  constexpr size_t kIncrement = 1 << 20;
  writer.checked(H5Pset_fapl_core(access, kIncrement, false));
  const Handle file(writer.checked(H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access)), H5Fclose);
  for (const auto& [path, tensors] : groups) {
    const auto name = names.find(path);
    writer.group(file, path, tensors, name == names.end() ? "" : name->second);
  }
  writer.checked(H5Fflush(file, H5F_SCOPE_GLOBAL));
  const Buffer image = allocate(static_cast<size_t>(writer.checked(H5Fget_file_image(file, nullptr, 0))));
  writer.checked(H5Fget_file_image(file, image.data.get(), image.size));
  return image;
}

}  // namespace keravino::saving
