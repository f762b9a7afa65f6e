#include "keravino/ops/pool.h"

#include "ops/families.h"
#include "ops/spatial.h"

namespace keravino::ops {
namespace {

using Data = std::optional<std::string>;
using Ints = std::vector<int64_t>;

/// Calls `pool(x, window, strides, pads, padding)` on (N, C, spatial...).
template <class Pool>
Tensor pooled(const Tensor& inputs, const Ints& pool_size, const std::optional<Ints>& strides,
              const std::string& padding, const Data& data_format, Pool pool) {
  const size_t rank = spatial_rank(inputs);
  const bool channels_last = is_channels_last(data_format);
  const ov::Shape window = positive(pool_size, rank, "pool_size");
  const ov::Strides steps = positive(strides.value_or(pool_size), rank, "strides");
  const ov::op::PadType pads = pad_type(padding);
  const Tensor x = to_channels_first(inputs, channels_last);
  check_windows_fit(x, window, pads);
  return from_channels_first(pool(x, window, steps, ov::Shape(rank, 0), pads), channels_last);
}

template <class Pool>
Tensor adaptive(const Tensor& inputs, const Ints& output_size, const Data& data_format, Pool pool) {
  const std::vector<size_t> size = positive(output_size, spatial_rank(inputs), "output_size");
  const bool channels_last = is_channels_last(data_format);
  const Tensor x = to_channels_first(inputs, channels_last);
  return from_channels_first(pool(x, Ints(size.begin(), size.end())), channels_last);
}

}  // namespace

Tensor max_pool(Tensor inputs, Ints pool_size, std::optional<Ints> strides, std::string padding, Data data_format) {
  return pooled(to_number(inputs), pool_size, strides, padding, data_format,
                [](const Tensor& x, const auto& window, const auto& steps, const auto& none, ov::op::PadType pads) {
                  return make<v::v1::MaxPool>(x, steps, none, none, window, v::RoundingType::FLOOR, pads);
                });
}

Tensor average_pool(Tensor inputs, Ints pool_size, std::optional<Ints> strides, std::string padding, Data data_format) {
  return pooled(to_float(inputs), pool_size, strides, padding, data_format,
                [](const Tensor& x, const auto& window, const auto& steps, const auto& none, ov::op::PadType pads) {
                  return make<v::v1::AvgPool>(x, steps, none, none, window, true, v::RoundingType::FLOOR, pads);
                });
}

Tensor adaptive_average_pool(Tensor inputs, Ints output_size, Data data_format) {
  return adaptive(to_float(inputs), output_size, data_format,
                  [](const Tensor& x, const Ints& size) { return make<v::v8::AdaptiveAvgPool>(x, size); });
}

Tensor adaptive_max_pool(Tensor inputs, Ints output_size, Data data_format) {
  return adaptive(to_float(inputs), output_size, data_format, [](const Tensor& x, const Ints& size) {
    return make<v::v8::AdaptiveMaxPool>(x, size, ov::element::i32);
  });
}

namespace {
constexpr OpDef kOps[] = {
    op<&max_pool>("nn.max_pool(inputs, pool_size, strides=None, padding='valid', data_format=None)",
                  "The largest element of each window."),
    op<&average_pool>("nn.average_pool(inputs, pool_size, strides=None, padding='valid', data_format=None)",
                      "The mean of each window, without its padding."),
    op<&adaptive_average_pool>("nn.adaptive_average_pool(inputs, output_size, data_format=None)",
                               "Means of windows that divide the input into output_size parts."),
    op<&adaptive_max_pool>("nn.adaptive_max_pool(inputs, output_size, data_format=None)",
                           "Largest elements of windows that divide the input into output_size parts."),
};
}  // namespace
std::span<const OpDef> pool_ops() { return kOps; }

}  // namespace keravino::ops
