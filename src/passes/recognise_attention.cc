// Parts of attention that OpenVINO recognises itself, in the forms that it knows.
#include "passes/layout_rule.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

/// x, if the value is (-x2, x1) of its halves x1 and x2.
std::optional<Value> turned(const Value& value) {
  const auto concat = as<v0::Concat>(value);
  if (!concat || concat->get_input_size() != 2) return {};
  const auto rank = layout::static_rank(value.get_partial_shape());
  if (!rank || layout::normalized(concat->get_axis(), *rank) != *rank - 1) return {};
  Value second = concat->input_value(0);
  if (const auto negative = as<v0::Negative>(second)) {
    second = negative->input_value(0);
  } else {
    const auto by = as<v1::Multiply>(second);
    const auto parts = by ? split_inputs(*by, [](const Value& v) { return is_number(v, -1); }) : std::nullopt;
    if (!parts) return {};
    second = parts->second;
  }
  const auto a = part_of(concat->input_value(1)), b = part_of(second);
  if (!a || !b || a->of != b->of || a->begin != 0 || a->end != b->begin) return {};
  const int64_t size = a->of.get_partial_shape()[*rank - 1].get_length();
  return b->end == size && 2 * a->end == size ? std::optional(a->of) : std::nullopt;
}

/// x cos + (-x2, x1) sin. OpenVINO 2026.4.1 (RoPEFusionGPTNEOX) wants a tensor of four axes, halves by VariadicSplit or
/// Slice, and a Concat along -1.
std::optional<Attempt> rotary(const std::shared_ptr<ov::Node>& last) {
  const auto turns = [](const Value& v) { return turned(v).has_value(); };
  const auto has_turned = [&](const Value& v) { return as<v1::Multiply>(v) && split_inputs(*v.get_node(), turns); };
  const auto sum = split_inputs(*last, has_turned);
  if (!sum) return {};
  const auto [half, sine] = *split_inputs(*sum->first.get_node(), turns);
  const Value x = *turned(half);
  const auto straight = as<v1::Multiply>(sum->second);
  const auto cosine = straight ? split_inputs(*straight, [&](const Value& v) { return v == x; }) : std::nullopt;
  if (!cosine) return {};
  for (const Value& value : {x, sine, cosine->second}) {
    if (layout::static_rank(value.get_partial_shape()) != 4) return Attempt{{}, "a tensor in it has not four axes"};
  }
  const int64_t size = x.get_partial_shape()[3].get_length();
  const auto integers = [](const std::vector<int64_t>& values, const ov::Shape& shape) {
    return v0::Constant::create(ov::element::i64, shape, values);
  };
  const auto halves = std::make_shared<v1::VariadicSplit>(x, integers({3}, {}), integers({size / 2, size / 2}, {2}));
  const auto first = std::make_shared<v0::Negative>(halves->output(1));
  const auto both = std::make_shared<v0::Concat>(ov::OutputVector{first, halves->output(0)}, -1);
  const auto sum_of = std::make_shared<v1::Add>(std::make_shared<v1::Multiply>(x, cosine->second),
                                                std::make_shared<v1::Multiply>(both, sine));
  return Attempt{{sum_of->output(0)}, ""};
}

const RecogniseRow kRows[] = {
    {"rotary embedding", "RoPE", v1::Add::get_type_info_static(), &rotary},
};

}  // namespace

std::span<const RecogniseRow> recognise_attention() { return kRows; }

}  // namespace keravino::passes
