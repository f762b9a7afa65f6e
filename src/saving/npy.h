// NumPy's files: .npy holds one array, .npz is a zip archive of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "saving/file.h"

namespace keravino::saving {

/// An array in C order and little-endian, whatever the file had. The dtype is NumPy's name: bool, int8 ... uint64,
/// float16, float32, float64, complex64, complex128, and bfloat16, which ml_dtypes saves as two bytes without a type
/// (V2). Or it is "string", and the texts are in UTF-8.
struct NpyArray {
  std::string dtype;
  std::vector<size_t> shape;
  Buffer data;
  std::vector<std::string> texts = {};
};

/// Arrays by name, in the file's order.
using NpzArrays = std::vector<std::pair<std::string, NpyArray>>;

/// Reads a .npy file of format version 1, 2 or 3, of either byte order, C or Fortran order.
/// Errors (Kind::file): wrong magic, truncated, a dtype that is neither a number nor text (objects, records).
NpyArray read_npy(const std::string& path);

/// Reads a .npz file, stored or compressed. An entry that is no .npy is an error.
NpzArrays read_npz(const std::string& path);

/// Writes a file that numpy.load reads; in place complete or not at all.
void write_npy(const std::string& path, const NpyArray& array);
void write_npz(const std::string& path, const NpzArrays& arrays);

}  // namespace keravino::saving
