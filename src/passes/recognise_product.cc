// Products with weights of 8 or 4 bits, as a quantised Dense has them: a scale behind the product moves into the
// weights.
#include "passes/layout_rule.h"
#include "passes/recognise_rule.h"

namespace keravino::passes {
namespace {

using namespace ov::op;

/// The constant matrix of int8 or int4 that is behind a Convert, or nothing.
std::shared_ptr<v0::Constant> small_matrix(const Value& value) {
  const auto convert = as<v0::Convert>(value);
  const auto matrix = convert ? as<v0::Constant>(convert->input_value(0)) : nullptr;
  if (!matrix || matrix->get_shape().size() != 2) return nullptr;
  const auto& type = matrix->get_element_type();
  return type == ov::element::i8 || type == ov::element::i4 ? matrix : nullptr;
}

/// True for a constant with a number for each of `size` columns.
bool is_row(const Value& value, size_t size) {
  const auto constant = as<v0::Constant>(value);
  return constant && ov::shape_size(constant->get_shape()) == size && !constant->get_shape().empty() &&
         constant->get_shape().back() == size;
}

/// x W / s = x (W (1 / s)), with the outputs' axis first: the CPU plugin multiplies with such weights as they are
/// stored.
std::optional<Attempt> scaled_product(const std::shared_ptr<ov::Node>& last) {
  const auto product = as<v0::MatMul>(last->input_value(0));
  const auto matrix = product ? small_matrix(product->input_value(1)) : nullptr;
  if (!matrix) return {};
  const bool has_out_first = product->get_transpose_b();
  const size_t columns = matrix->get_shape()[has_out_first ? 0 : 1];
  const Value scale = last->input_value(1);
  const auto type = last->get_output_element_type(0);
  if (!is_row(scale, columns)) return Attempt{{}, "the divisor is no number for each column of the weights"};
  if (product->output(0).get_target_inputs().size() != 1) return Attempt{{}, "another node uses the product"};
  const auto constant = [](const std::vector<int64_t>& numbers) {
    return v0::Constant::create(ov::element::i64, {numbers.size()}, numbers);
  };
  const Value rows =
      layout::relayout(matrix, matrix->get_output_partial_shape(0), {0, 1},
                       has_out_first ? layout::Layout{0, 1} : layout::Layout{1, 0}, matrix->get_friendly_name());
  const auto one = v0::Constant::create(type, {}, {1});
  const Value column = layout::folded(std::make_shared<v1::Reshape>(
      layout::folded(std::make_shared<v1::Divide>(one, scale)), constant({static_cast<int64_t>(columns), 1}), false));
  const auto weights = std::make_shared<v1::Multiply>(std::make_shared<v0::Convert>(rows, type), column);
  const auto made = std::make_shared<v0::MatMul>(product->input_value(0), weights, product->get_transpose_a(), true);
  return Attempt{{made->output(0)}, ""};
}

/// x W with W = ((Convert(u4) - zero) * scale) in groups: nothing to change but how plugins take x.
std::optional<Attempt> grouped_product(const std::shared_ptr<ov::Node>& last) {
  const auto whole = as<v1::Reshape>(last->input_value(1));
  const auto scaled = whole ? as<v1::Multiply>(whole->input_value(0)) : nullptr;
  const auto centred = scaled ? as<v1::Subtract>(scaled->input_value(0)) : nullptr;
  const auto stored = centred ? as<v0::Convert>(centred->input_value(0)) : nullptr;
  if (!stored || stored->get_input_element_type(0) != ov::element::u4) return {};
  return Attempt{last->clone_with_new_inputs(last->input_values())->outputs(), ""};
}

const RecogniseRow kRows[] = {
    {"product with int4 in groups", "MatMul", v0::MatMul::get_type_info_static(), &grouped_product, true},
    {"product with scaled integers", "MatMul", v1::Divide::get_type_info_static(), &scaled_product, true},
};

}  // namespace

std::span<const RecogniseRow> recognise_products() { return kRows; }

}  // namespace keravino::passes
