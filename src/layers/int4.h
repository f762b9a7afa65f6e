// Matrices of 4-bit integers as Keras packs them.
#pragma once

#include "keravino/tensor.h"

namespace keravino::layers {

/// A matrix (rows, columns) of products that sum over one of its axes. The numbers of a group of the summed axis share
/// a scale and a zero point: they stand for (number - zero) * scale. Without groups they stand for number / scale.
struct Int4Matrix {
  Tensor packed;  // int8, (rows, half the columns): two numbers in each, the first in its low half
  int64_t rows, columns;
  int64_t summed;      // the axis: 0 or 1
  int64_t group = -1;  // how many of that axis, or -1 for no groups; the last group may have fewer
  Tensor scale;     // one for each of the other axis; with groups as the matrix, with the groups in place of `summed`
  Tensor zero;      // with groups, as `scale`
  Tensor group_of;  // with groups, int32: that of each of the summed axis, all from 0 to their number
};

/// What the numbers stand for, (rows, columns), in the scale's dtype.
Tensor floats(const Int4Matrix& matrix);

/// The same of the rows at the indices of a matrix whose products sum over its columns: indices' shape + (columns,).
Tensor rows_of(const Int4Matrix& matrix, const Tensor& indices);

/// x times the matrix, summed over the last axis of x; without groups to be divided by the scale still. Where the
/// numbers are known and the groups whole they stay 4 bits in the graph, as OpenVINO's plugins multiply with them.
Tensor product(const Tensor& x, const Int4Matrix& matrix);

}  // namespace keravino::layers
