// Functions of text as nodes. Numbers count as the decimal text of their integer part, as in Keras.
#pragma once

#include <array>
#include <openvino/op/op.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace keravino::kernels {

/// What a Text node computes: one output of strings or of i32, from inputs of strings or numbers.
struct TextFunction {
  virtual ~TextFunction() = default;
  virtual ov::element::Type type() const { return ov::element::i32; }
  /// That of the first input, unless said otherwise.
  virtual ov::PartialShape shape(const ov::PartialShape& input) const { return input; }
  virtual void compute(const ov::TensorVector& inputs, ov::Tensor& output) const = 0;
};

/// A function on its inputs. Runs on the CPU alone.
class Text : public ov::op::Op {
 public:
  OPENVINO_OP("Text", "keravino");

  Text() = default;
  Text(const ov::OutputVector& inputs, std::shared_ptr<const TextFunction> function);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
  /// The function's address: nodes that share a function on the same inputs are merged.
  bool visit_attributes(ov::AttributeVisitor& visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

 private:
  std::shared_ptr<const TextFunction> function_;
};

/// The number of each text in a table; `other` of what is not there, or an Error if there is no `other`.
struct NumberOfText : TextFunction {
  std::unordered_map<std::string, int32_t> table;
  std::optional<int32_t> other;
  void compute(const ov::TensorVector& inputs, ov::Tensor& output) const override;
};

/// The text of each number in a list; `other` of numbers beyond it.
struct TextOfNumber : TextFunction {
  std::vector<std::string> list;
  int64_t first = 0;  // the number of the list's first text
  std::string other;
  std::optional<std::string> zero;  // the text of 0
  ov::element::Type type() const override { return ov::element::string; }
  void compute(const ov::TensorVector& inputs, ov::Tensor& output) const override;
};

/// One of `bins` for each text: its fingerprint, with a key its SipHash, or the integer that it is, modulo their
/// number.
struct HashOfText : TextFunction {
  uint64_t bins = 1;
  bool remainder = false;
  std::optional<std::array<uint64_t, 2>> key;
  void compute(const ov::TensorVector& inputs, ov::Tensor& output) const override;
};

/// One of `bins` for each combination of the inputs' elements, as TensorFlow's `sparse.cross_hashed` has it.
struct HashOfCross : TextFunction {
  uint64_t bins = 1;
  void compute(const ov::TensorVector& inputs, ov::Tensor& output) const override;
};

/// Each text (batch) or (batch, 1) in parts, (batch, parts); without a split the last axis holds the parts already.
/// Then their n-grams, if `ngrams` says which. Rows that are shorter than the longest are filled with "".
struct PartsOfText : TextFunction {
  enum class Split { none, whitespace, character };
  bool lower = false, strip_punctuation = false;
  Split split = Split::none;
  std::vector<int64_t> ngrams;
  std::optional<int64_t> length;  // of every row, cut or filled
  bool never_empty = false;       // at least one part, be it ""
  ov::element::Type type() const override { return ov::element::string; }
  ov::PartialShape shape(const ov::PartialShape& input) const override;
  void compute(const ov::TensorVector& inputs, ov::Tensor& output) const override;
};

}  // namespace keravino::kernels
