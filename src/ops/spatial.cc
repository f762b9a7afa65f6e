#include "ops/spatial.h"

#include "keravino/config.h"

namespace keravino::ops {

bool is_channels_last(const std::optional<std::string>& data_format) {
  const std::string format = data_format.value_or(image_data_format());
  if (format == "channels_last") return true;
  if (format == "channels_first") return false;
  throw Error(fmt::format("unknown data_format \"{}\"; wanted channels_first or channels_last", format));
}

Tensor permute(const Tensor& x, const std::vector<int64_t>& order) { return make<v::v1::Transpose>(x, order); }

Tensor reshape_to(const Tensor& x, const std::vector<int64_t>& shape) { return make<v::v1::Reshape>(x, shape, true); }

Tensor to_channels_first(const Tensor& x, bool channels_last) {
  if (!channels_last) return x;
  std::vector<int64_t> order{0, x.rank() - 1};
  for (int64_t axis = 1; axis < x.rank() - 1; ++axis) order.push_back(axis);
  return permute(x, order);
}

Tensor from_channels_first(const Tensor& x, bool channels_last) {
  if (!channels_last) return x;
  std::vector<int64_t> order{0};
  for (int64_t axis = 2; axis < x.rank(); ++axis) order.push_back(axis);
  order.push_back(1);
  return permute(x, order);
}

size_t spatial_rank(const Tensor& x) {
  const int64_t rank = x.rank();
  if (rank < 3 || rank > 5) throw Error(fmt::format("the inputs must have 3, 4 or 5 dimensions, got {}", rank));
  return static_cast<size_t>(rank - 2);
}

std::vector<size_t> positive(const std::vector<int64_t>& values, size_t count, std::string_view name) {
  if (values.size() != 1 && values.size() != count) {
    throw Error(fmt::format("{} must be one number or {}, got {}", name, count, values.size()));
  }
  std::vector<size_t> out;
  for (size_t i = 0; i < count; ++i) {
    const int64_t value = values[values.size() == 1 ? 0 : i];
    if (value < 1) throw Error(fmt::format("{} must be positive, got {}", name, value));
    out.push_back(static_cast<size_t>(value));
  }
  return out;
}

ov::op::PadType pad_type(const std::string& padding) {
  std::string lower;
  for (const char c : padding) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "valid") return ov::op::PadType::VALID;
  if (lower == "same") return ov::op::PadType::SAME_UPPER;
  throw Error(fmt::format("unknown padding \"{}\"; wanted valid or same", padding));
}

void check_windows_fit(const Tensor& x, const std::vector<size_t>& extent, ov::op::PadType padding) {
  if (padding != ov::op::PadType::VALID) return;
  for (size_t i = 0; i < extent.size(); ++i) {
    const ov::Dimension& dim = x.shape()[i + 2];
    if (dim.is_dynamic() || dim.get_length() >= static_cast<int64_t>(extent[i])) continue;
    throw Error(fmt::format("the output would be empty: a window of {} does not fit into a dimension of {}", extent[i],
                            dim.get_length()));
  }
}

}  // namespace keravino::ops
