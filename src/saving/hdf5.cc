#include "saving/hdf5.h"

#include <cstring>

#include "saving/object_header.h"

namespace keravino::saving::hdf5 {
namespace {

std::mutex& mutex() {
  static std::mutex one;
  return one;
}

// HDF5 wants an allocator for the image it is given: this one hands out the caller's bytes and frees nothing.
void* image_malloc(size_t, H5FD_file_image_op_t, void* image) { return image; }
void* image_memcpy(void* to, const void*, size_t, H5FD_file_image_op_t, void*) { return to; }
void* image_realloc(void*, size_t, H5FD_file_image_op_t, void*) { return nullptr; }  // only writing would ask for it
herr_t image_free(void*, H5FD_file_image_op_t, void*) { return 0; }
void* image_copy(void* image) { return image; }
herr_t image_release(void*) { return 0; }

}  // namespace

Session::Session() : lock_(mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLget_loading_state(&plugins_);
  H5PLset_loading_state(0);
}

Session::~Session() {
  H5PLset_loading_state(plugins_);
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
}

std::string reason() {
  std::string text = "no reason given";
  // Upward: from the function that noticed to the one that was called. The first entry says what is wrong.
  const auto first = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
    if (entry->desc) *static_cast<std::string*>(out) = entry->desc;
    return 1;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &text);
  return text;
}

Handle open_image(const std::string& where, const Buffer& image) {
  // Headers are looked at before HDF5, which would make room for whatever size is there. They have offsets and lengths
  // of 8 bytes, as HDF5 writes them if it is not told otherwise.
  constexpr size_t kShortest = 96, kVersionAt = 8;
  const std::byte* start = image.data.get();
  const bool whole = image.size >= kShortest, is_new = whole && start[kVersionAt] >= std::byte{2};
  const std::byte* sizes = start + (is_new ? 9 : 13);
  const bool plain = whole && sizes[0] == std::byte{8} && sizes[1] == std::byte{8};
  if (plain) {
    uint64_t root = 0;
    std::memcpy(&root, start + (is_new ? 36 : start[kVersionAt] == std::byte{1} ? 68 : 64), sizeof(root));
    ObjectHeaders(where, image).check(root);
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5FD_file_image_callbacks_t callbacks = {image_malloc, image_memcpy,  image_realloc,   image_free,
                                           image_copy,   image_release, image.data.get()};
  constexpr size_t kIncrement = 1 << 16;  // for growing files, of which there are none here
  const bool ready = H5Pset_fapl_core(access, kIncrement, false) >= 0 &&
                     H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
                     H5Pset_file_image(access, image.data.get(), image.size) >= 0;
  Handle file(ready ? H5Fopen("weights", H5F_ACC_RDONLY, access) : -1, H5Fclose);
  // Asked for at once: the next call to HDF5, be it the end of `access`, forgets the reason.
  if (file < 0) throw file_error(where, "is damaged or truncated (" + reason() + ")");
  if (!plain) throw file_error(where, "is damaged, or has offsets that are not of 8 bytes");
  return file;
}

}  // namespace keravino::saving::hdf5
