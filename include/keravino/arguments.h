// Arguments of ops that are neither tensors nor plain numbers: axes, shapes, sections, paddings, keys.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "keravino/tensor.h"

namespace keravino::ops {

/// The axes of a reduction; nothing stands for all of them.
using Axes = std::optional<std::vector<int64_t>>;

/// A dimension: a number, or a scalar tensor of a graph being traced.
using Dim = std::variant<int64_t, Tensor>;

/// A shape as Keras passes it: numbers (-1 or None: to be inferred), scalar tensors, or one vector tensor.
struct Dims {
  Dims() = default;
  Dims(std::initializer_list<Dim> sizes) : dims(sizes) {}
  Dims(std::vector<Dim> sizes) : dims(std::move(sizes)) {}                       // NOLINT
  Dims(const std::vector<int64_t>& sizes) : dims(sizes.begin(), sizes.end()) {}  // NOLINT

  std::vector<Dim> dims;
  Tensor vector;  // set if the shape came as one tensor of unknown length or values
  /// The dimensions, when all are numbers.
  std::optional<std::vector<int64_t>> numbers() const;
  /// The shape as an int64 vector, whatever its parts.
  Tensor tensor() const;
};

/// How `split` cuts: into `count` parts, or before each of the indices `at`.
struct Sections {
  Sections(int64_t parts) : count(parts) {}                           // NOLINT(google-explicit-constructor)
  Sections(std::vector<int64_t> indices) : at(std::move(indices)) {}  // NOLINT(google-explicit-constructor)

  int64_t count = 0;
  std::vector<int64_t> at;
};

/// Padding before and after, for each axis; one pair holds for all axes.
struct PadWidth {
  std::vector<std::pair<int64_t, int64_t>> pairs;
};

/// One part of a key such as x[1, ..., None, 2:-1, indices, mask].
struct Index {
  struct Range {
    std::optional<Dim> start, stop, step;
  };
  struct Ellipsis {};
  struct NewAxis {};
  /// A whole number (a scalar tensor too), a range, an integer tensor or a boolean mask.
  std::variant<Tensor, Range, Ellipsis, NewAxis> part;
};
using Key = std::vector<Index>;

}  // namespace keravino::ops
