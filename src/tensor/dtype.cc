#include <array>
#include <atomic>

#include "keravino/error.h"
#include "keravino/tensor.h"

namespace keravino {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  ov::element::Type_t type;
  std::initializer_list<DType> next;  // the dtypes just above it on the lattice
};

using enum DType;
using ov::element::Type_t;

const std::array<Row, kNumDTypes> kRows = {{
    {boolean, "bool", Type_t::boolean, {python_int}},
    {uint8, "uint8", Type_t::u8, {int16, uint16}},
    {uint16, "uint16", Type_t::u16, {int32, uint32}},
    {uint32, "uint32", Type_t::u32, {int64, uint64}},
    {uint64, "uint64", Type_t::u64, {python_float}},
    {int8, "int8", Type_t::i8, {int16}},
    {int16, "int16", Type_t::i16, {int32}},
    {int32, "int32", Type_t::i32, {int64}},
    {int64, "int64", Type_t::i64, {python_float}},
    {bfloat16, "bfloat16", Type_t::bf16, {float32}},
    {float16, "float16", Type_t::f16, {float32}},
    {float32, "float32", Type_t::f32, {float64, complex64}},
    {float64, "float64", Type_t::f64, {complex128}},
    {python_int, "int", Type_t::i32, {uint8, int8, complex64}},
    {python_float, "float", Type_t::f32, {bfloat16, float16}},
    {complex64, "complex64", Type_t::dynamic, {complex128}},
    {complex128, "complex128", Type_t::dynamic, {}},
    {float8_e4m3fn, "float8_e4m3fn", Type_t::f8e4m3, {}},
    {float8_e5m2, "float8_e5m2", Type_t::f8e5m2, {}},
    {string, "string", Type_t::string, {}},
}};

using Mask = uint32_t;
constexpr Mask bit(DType dtype) { return Mask{1} << static_cast<int>(dtype); }

/// For each dtype the set of dtypes at or above it.
std::array<Mask, kNumDTypes> upper_bounds() {
  std::array<Mask, kNumDTypes> bounds{};
  for (const Row& row : kRows) bounds[static_cast<size_t>(row.dtype)] = bit(row.dtype);
  for (bool grew = true; grew;) {
    grew = false;
    for (const Row& row : kRows) {
      Mask& mask = bounds[static_cast<size_t>(row.dtype)];
      const Mask old = mask;
      for (DType above : row.next) mask |= bounds[static_cast<size_t>(above)];
      grew = grew || mask != old;
    }
  }
  return bounds;
}

std::string names(const std::vector<DType>& dtypes) {
  std::string text;
  for (DType dtype : dtypes) text += fmt::format("{}{}", text.empty() ? "" : ", ", name(dtype));
  return text;
}

DType least_upper_bound(const std::vector<DType>& dtypes) {
  static const auto kBounds = upper_bounds();
  Mask given = 0;
  Mask common = ~Mask{0};
  for (DType dtype : dtypes) {
    given |= bit(dtype);
    common &= kBounds[static_cast<size_t>(dtype)];
  }
  Mask least = common & given;
  for (int i = 0; least == 0 && i < kNumDTypes; ++i) {
    const Mask one = Mask{1} << i;
    if ((common & one) != 0 && (common & ~kBounds[static_cast<size_t>(i)]) == 0) least = one;
  }
  if (least == 0) {
    throw Error(
        fmt::format("no implicit promotion between the dtypes ({}); cast them to the dtype you want", names(dtypes)));
  }
  return static_cast<DType>(__builtin_ctz(least));
}

DType resolve_weak(DType dtype) {
  const bool wide = floatx() == float64;
  const bool half = floatx() == float16 || floatx() == bfloat16;
  if (dtype == python_int) return wide ? int64 : half ? int16 : int32;
  if (dtype == python_float) return wide ? float64 : half ? float16 : float32;
  return dtype;
}

DType narrow(DType dtype) {
  switch (dtype) {
    case int64:
      return int32;
    case uint64:
      return uint32;
    case float64:
      return float32;
    case complex128:
      return complex64;
    default:
      return dtype;
  }
}

std::atomic<DType> g_floatx = float32;

}  // namespace

DType floatx() { return g_floatx.load(std::memory_order_relaxed); }
void set_floatx(DType dtype) { g_floatx.store(dtype, std::memory_order_relaxed); }

std::string_view name(DType dtype) { return kRows[static_cast<size_t>(dtype)].name; }

DType dtype_from_name(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name && row.dtype != python_int && row.dtype != python_float) return row.dtype;
  }
  throw Error(fmt::format("unknown dtype \"{}\"", name));
}

ov::element::Type element_type(DType dtype) {
  const Type_t type = kRows[static_cast<size_t>(dtype)].type;
  if (type == Type_t::dynamic) {
    throw Error(Error::Kind::unsupported, fmt::format("dtype {} has no OpenVINO element type", name(dtype)));
  }
  return type;
}

DType dtype_of(const ov::element::Type& type) {
  for (const Row& row : kRows) {
    if (type == row.type) return row.dtype;
  }
  throw Error(Error::Kind::unsupported,
              fmt::format("OpenVINO element type {} is no Keras dtype", type.get_type_name()));
}

bool is_float(DType dtype) {
  return dtype == bfloat16 || dtype == float16 || dtype == float32 || dtype == float64 || dtype == python_float;
}
bool is_complex(DType dtype) { return dtype == complex64 || dtype == complex128; }
DType part_dtype(DType complex_dtype) { return complex_dtype == complex128 ? float64 : float32; }
bool is_integer(DType dtype) { return (dtype >= uint8 && dtype <= int64) || dtype == python_int; }

DType result_type(const std::vector<DType>& dtypes) { return narrow(wide_result_type(dtypes)); }

DType wide_result_type(const std::vector<DType>& dtypes) {
  if (dtypes.empty()) return floatx();
  for (DType dtype : dtypes) {
    if (dtype == float8_e4m3fn || dtype == float8_e5m2) {
      throw Error(fmt::format("float8 has no implicit promotion; cast it first. Received: dtypes=({})", names(dtypes)));
    }
  }
  DType first = dtypes.front();
  const bool same = std::all_of(dtypes.begin(), dtypes.end(), [&](DType d) { return d == first; });
  if (!same) first = least_upper_bound(dtypes);
  return resolve_weak(first);
}

}  // namespace keravino
