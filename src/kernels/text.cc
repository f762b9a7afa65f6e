#include "kernels/text.h"

#include "engine/evaluate.h"
#include "keravino/error.h"
#include "kernels/hash.h"
#include "saving/utf8.h"

namespace keravino::kernels {
namespace {

std::vector<int64_t> integers(const ov::Tensor& tensor) { return ov::op::v0::Constant(tensor).cast_vector<int64_t>(); }

/// Calls `use` with each element's place and text.
template <class Use>
void each_text(const ov::Tensor& tensor, Use use) {
  if (tensor.get_element_type() == ov::element::string) {
    const auto* texts = tensor.data<const std::string>();
    for (size_t i = 0; i < tensor.get_size(); ++i) use(i, texts[i]);
  } else if (tensor.get_element_type() == ov::element::u64) {
    const auto* numbers = tensor.data<const uint64_t>();
    for (size_t i = 0; i < tensor.get_size(); ++i) use(i, std::to_string(numbers[i]));
  } else {
    const std::vector<int64_t> numbers = integers(tensor);
    for (size_t i = 0; i < numbers.size(); ++i) use(i, std::to_string(numbers[i]));
  }
}

using Parts = std::vector<std::string>;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

Parts words(const std::string& text) {
  Parts parts;
  for (auto end = text.begin(); end != text.end();) {
    const auto begin = std::find_if_not(end, text.end(), is_space);
    end = std::find_if(begin, text.end(), is_space);
    if (begin != end) parts.emplace_back(begin, end);
  }
  return parts;
}

Parts letters(const std::string& text) {
  Parts parts;
  for (const char32_t letter : saving::utf8_decoded(text)) saving::utf8_append(parts.emplace_back(), letter);
  return parts;
}

Parts joined(const Parts& parts, const std::vector<int64_t>& widths) {
  Parts out;
  for (const int64_t width : widths) {
    for (auto begin = parts.begin(); parts.end() - begin >= width; ++begin)
      out.push_back(fmt::format("{}", fmt::join(begin, begin + width, " ")));
  }
  return out;
}

}  // namespace

Text::Text(const ov::OutputVector& inputs, std::shared_ptr<const TextFunction> function)
    : Op(inputs), function_(std::move(function)) {
  constructor_validate_and_infer_types();
}

void Text::validate_and_infer_types() {
  set_output_type(0, function_->type(), function_->shape(get_input_partial_shape(0)));
}

std::shared_ptr<ov::Node> Text::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<Text>(inputs, function_);
}

bool Text::visit_attributes(ov::AttributeVisitor& visitor) {
  auto address = static_cast<int64_t>(reinterpret_cast<intptr_t>(function_.get()));
  visitor.on_attribute("function", address);
  return true;
}

bool Text::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  const ov::PartialShape shape = function_->shape(ov::PartialShape(inputs[0].get_shape()));
  if (shape.is_static()) outputs[0].set_shape(shape.to_shape());
  function_->compute(inputs, outputs[0]);
  return true;
}

void NumberOfText::compute(const ov::TensorVector& inputs, ov::Tensor& output) const {
  auto* numbers = output.data<int32_t>();
  each_text(inputs[0], [&](size_t i, const std::string& text) {
    const auto found = table.find(text);
    if (found == table.end() && !other)
      throw Error(fmt::format("\"{}\" is not in the vocabulary, and num_oov_indices is 0", text));
    numbers[i] = found == table.end() ? *other : found->second;
  });
}

void TextOfNumber::compute(const ov::TensorVector& inputs, ov::Tensor& output) const {
  auto* texts = output.data<std::string>();
  for (const int64_t number : integers(inputs[0])) {
    const bool listed = number >= first && number - first < std::ssize(list);
    *texts++ = number == 0 && zero ? *zero : listed ? list[static_cast<size_t>(number - first)] : other;
  }
}

void HashOfText::compute(const ov::TensorVector& inputs, ov::Tensor& output) const {
  auto* numbers = output.data<int32_t>();
  if (remainder) {
    for (const int64_t number : integers(inputs[0])) {
      const int64_t rest = number % static_cast<int64_t>(bins);
      *numbers++ = static_cast<int32_t>(rest < 0 ? rest + static_cast<int64_t>(bins) : rest);
    }
    return;
  }
  each_text(inputs[0], [&](size_t i, const std::string& text) {
    numbers[i] = static_cast<int32_t>((key ? siphash(text, *key) : fingerprint(text)) % bins);
  });
}

void HashOfCross::compute(const ov::TensorVector& inputs, ov::Tensor& output) const {
  constexpr uint64_t kStart = 0xDECAFCAFFE;  // TensorFlow's default key
  std::vector<uint64_t> hashes(output.get_size(), kStart);
  for (const ov::Tensor& input : inputs) {
    if (input.get_element_type() == ov::element::string) {
      each_text(input, [&](size_t i, const std::string& text) {
        hashes.at(i) = joined_fingerprints(hashes[i], fingerprint(text));
      });
    } else {  // an integer is its own fingerprint
      const std::vector<int64_t> numbers = integers(input);
      for (size_t i = 0; i < numbers.size(); ++i)
        hashes.at(i) = joined_fingerprints(hashes[i], static_cast<uint64_t>(numbers[i]));
    }
  }
  std::ranges::transform(hashes, output.data<int32_t>(),
                         [&](uint64_t hash) { return static_cast<int32_t>(hash % bins); });
}

ov::PartialShape PartsOfText::shape(const ov::PartialShape& input) const {
  if (input.rank().is_dynamic()) return ov::PartialShape::dynamic();
  std::vector<ov::Dimension> dims(input.begin(), input.end());
  const bool keeps = split == Split::none && ngrams.empty();
  const ov::Dimension own = keeps ? dims.back() : ov::Dimension(never_empty ? 1 : 0, -1);
  if (split == Split::none || dims.size() == 2) dims.pop_back();
  dims.push_back(length ? ov::Dimension(*length) : own);
  return dims;
}

void PartsOfText::compute(const ov::TensorVector& inputs, ov::Tensor& output) const {
  ov::Shape shape = inputs[0].get_shape();
  if (split != Split::none && shape.size() == 2 && shape[1] != 1)
    throw Error(fmt::format("expected one text in a row, got {}", shape[1]));
  const size_t in_row = split == Split::none ? shape.back() : 1;
  if (split == Split::none || shape.size() == 2) shape.pop_back();
  std::vector<Parts> rows(ov::shape_size(shape));
  each_text(inputs[0], [&](size_t i, std::string text) {
    if (lower)
      std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (strip_punctuation) std::erase_if(text, is_punctuation);
    Parts& row = rows[i / in_row];
    if (split == Split::none) row.push_back(std::move(text));
    if (split == Split::whitespace) row = words(text);
    if (split == Split::character) row = letters(text);
  });
  size_t longest = never_empty ? 1 : 0;
  for (Parts& row : rows) {
    if (!ngrams.empty()) row = joined(row, ngrams);
    longest = std::max(longest, row.size());
  }
  if (length) longest = static_cast<size_t>(*length);
  shape.push_back(longest);
  output.set_shape(shape);
  auto* texts = output.data<std::string>();
  for (Parts& row : rows) {
    row.resize(longest);
    texts = std::ranges::move(row, texts).out;
  }
}

}  // namespace keravino::kernels
