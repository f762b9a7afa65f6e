#include "saving/chunks.h"

#include <zlib.h>

#include <array>

namespace keravino::saving::hdf5 {
namespace {

/// The number of bytes that a deflated text has, or one that is greater than `limit`.
size_t inflated_size(const Buffer& text, size_t limit) {
  std::array<Bytef, 1 << 14> part;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(text.data.get());
  stream.avail_in = static_cast<uInt>(text.size);
  size_t size = 0;
  for (int status = Z_OK; status == Z_OK && size <= limit;) {
    stream.next_out = part.data();
    stream.avail_out = part.size();
    status = inflate(&stream, Z_NO_FLUSH);
    size += part.size() - stream.avail_out;
  }
  inflateEnd(&stream);
  return size;
}

/// The place of deflate among a dataset's filters, as a bit of a chunk's mask; 0 if it has none.
uint32_t deflate_bit(hid_t plist, const std::string& where) {
  uint32_t bit = 0;
  for (int i = 0; i < H5Pget_nfilters(plist); ++i) {
    size_t no_values = 0;
    unsigned flags = 0;
    if (H5Pget_filter2(plist, static_cast<unsigned>(i), &flags, &no_values, nullptr, 0, nullptr, nullptr) !=
        H5Z_FILTER_DEFLATE)
      continue;
    if (bit != 0) throw file_error(where, "is deflated more than once");
    bit = uint32_t{1} << i;
  }
  return bit;
}

}  // namespace

void check_chunks(hid_t dataset, const std::vector<size_t>& shape, size_t item, Budget& budget,
                  const std::string& where) {
  const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(plist) != H5D_CHUNKED) return;
  std::array<hsize_t, H5S_MAX_RANK> chunk{}, at{};
  const int rank = H5Pget_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
  if (rank < 0 || static_cast<size_t>(rank) != shape.size()) throw file_error(where, "is damaged (chunks)");
  size_t count = 1, size = item;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (chunk[i] == 0 || __builtin_mul_overflow(size, chunk[i], &size)) throw file_error(where, "is damaged (chunks)");
    count *= (shape[i] - 1) / chunk[i] + 1;  // at most the elements, of which there are fewer than 2^64
  }
  constexpr size_t kRecord = 1024;  // what HDF5 keeps of each
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, kRecord, &bytes) || __builtin_add_overflow(bytes, size, &bytes)) bytes = SIZE_MAX;
  budget.take(bytes, where);
  const uint32_t deflate = deflate_bit(plist, where);
  for (size_t i = 0; deflate != 0 && i < count; ++i) {
    size_t rest = i;
    for (size_t axis = shape.size(); axis-- > 0;) {
      const size_t along = (shape[axis] - 1) / chunk[axis] + 1;
      at[axis] = rest % along * chunk[axis];
      rest /= along;
    }
    hsize_t stored = 0;
    uint32_t skipped = 0;
    if (H5Dget_chunk_storage_size(dataset, at.data(), &stored) < 0 || stored == 0) continue;  // never written
    budget.take(stored, where);
    const Buffer text = allocate(stored);
    if (H5Dread_chunk(dataset, H5P_DEFAULT, at.data(), &skipped, text.data.get()) < 0)
      throw file_error(where, "is damaged (" + reason() + ")");
    constexpr size_t kChecksum = 4;
    if ((skipped & deflate) == 0 && inflated_size(text, size + kChecksum) > size + kChecksum)
      throw file_error(where, fmt::format("has a chunk of more than its {} bytes", size));
  }
}

}  // namespace keravino::saving::hdf5
