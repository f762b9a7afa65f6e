#include "layers/einsum_dense.h"

#include "layers/activation.h"
#include "layers/models.h"
#include "layers/quantized.h"
#include "ops/shapes.h"

namespace keravino::layers {
namespace {

/// "...ab,bc->...ac" against the shape of an input and what the config says of the output's.
class Equation {
 public:
  Equation(const Layer& layer, const Tensor& x)
      : layer_(layer), text_(layer.get<std::string>("equation")), in_shape_(x.shape()) {
    std::erase(text_, ' ');
    std::string text = text_;
    left_ = text.starts_with("...");
    std::erase(text, '.');
    const size_t comma = text.find(','), arrow = text.find("->");
    if (comma == text.npos || arrow == text.npos || comma > arrow) throw wrong();
    in_ = text.substr(0, comma);
    kernel_ = text.substr(comma + 1, arrow - comma - 1);
    out_ = text.substr(arrow + 2);
    constexpr size_t kLongest = 64;
    if (in_.size() > in_shape_.size() || kernel_.size() > kLongest || out_.size() > kLongest) throw wrong();
    elided_ = in_shape_.size() - in_.size();

    const json& config = layer.value("output_shape");
    const ov::PartialShape rest = partial_shape(layer, config.is_array() ? config : json::array({config}));
    // The elided axes stand after the batch, which is the first of them, or at the end.
    const auto axes = in_shape_.begin();
    const auto elided = static_cast<std::ptrdiff_t>(elided_);
    out_shape_.push_back(in_shape_[0]);
    if (left_ && elided > 1) out_shape_.insert(out_shape_.end(), axes + 1, axes + elided);
    out_shape_.insert(out_shape_.end(), rest.begin(), rest.end());
    if (!left_) out_shape_.insert(out_shape_.end(), in_shape_.end() - elided, in_shape_.end());
  }

  std::vector<int64_t> kernel_shape() const {
    std::vector<int64_t> shape;
    for (const char label : kernel_) shape.push_back(size(label));
    return shape;
  }

  /// From the first axis that has a bias to the last of the output.
  std::vector<int64_t> bias_shape(const std::string& axes) const {
    const size_t first = out_.find_first_of(axes);
    if (first == out_.npos) throw layer_.error(fmt::format("\"bias_axes\" is \"{}\", none of \"{}\"", axes, text_));
    std::vector<int64_t> shape;
    for (const char label : out_.substr(first)) shape.push_back(axes.find(label) == axes.npos ? 1 : size(label));
    if (!left_) shape.insert(shape.end(), elided_, 1);
    return shape;
  }

  /// That of the output, with 1 where the kernel has no axis.
  std::vector<int64_t> scale_shape() const {
    std::vector<int64_t> shape;
    for (const char label : out_) shape.push_back(kernel_.find(label) == kernel_.npos ? 1 : size(label));
    shape.insert(left_ ? shape.begin() : shape.end(), elided_, 1);
    return shape;
  }

  /// The axes of the input that are summed over.
  std::vector<int64_t> summed_axes() const {
    std::vector<int64_t> axes;
    for (size_t i = 0; i < in_.size(); ++i) {
      if (out_.find(in_[i]) == out_.npos) axes.push_back(static_cast<int64_t>(i + (left_ ? elided_ : 0)));
    }
    return axes;
  }

  /// The elements of the kernel that are summed over.
  int64_t rows() const {
    std::vector<int64_t> summed;
    for (const char label : kernel_) summed.push_back(out_.find(label) == out_.npos ? size(label) : 1);
    return layer_.product(summed);
  }

  const std::string& text() const { return text_; }

  /// The kernel's axes, those that are summed over first, if the equation is a product of matrices: the input's last
  /// axes are the ones that are summed over, the output's last ones the kernel's others. Else nothing.
  std::vector<int64_t> matrix_order() const {
    const std::string kept = labels_in(in_, out_), summed = labels_in(in_, kernel_), others = labels_in(out_, kernel_);
    if ((!left_ && elided_ > 0) || in_ != kept + summed || out_ != kept + others ||
        kernel_.size() != summed.size() + others.size())
      return {};
    std::vector<int64_t> order;
    for (const char label : summed + others) order.push_back(static_cast<int64_t>(kernel_.find(label)));
    return order;
  }

  /// What the layer computes with that matrix, in the output's shape.
  Tensor matrix_product(const Operands& of) const {
    const std::string others = labels_in(out_, kernel_);
    const int64_t kept = of.x.rank() - static_cast<int64_t>(in_.size() - (out_.size() - others.size()));
    std::vector<ops::Dim> rows, shape;
    for (int64_t i = 0; i < kept; ++i) rows.push_back(ops::dim(of.x, i));
    shape = rows;
    rows.emplace_back(int64_t{-1});
    for (const char label : others) shape.emplace_back(size(label));
    Operands flat = of;
    if (kept + 1 != of.x.rank()) flat.x = ops::reshape(of.x, rows);
    flat.bias = {};
    const Tensor y = ops::reshape(layers::matrix_product(flat), shape);
    return of.bias ? ops::add(y, of.bias) : y;
  }

 private:
  static std::string labels_in(const std::string& labels, const std::string& those) {
    std::string found;
    std::ranges::copy_if(labels, std::back_inserter(found),
                         [&](char label) { return those.find(label) != those.npos; });
    return found;
  }

  Error wrong() const {
    return layer_.error(fmt::format("\"equation\" is \"{}\", which does not fit an input of shape {}", text_,
                                    ops::to_string(in_shape_)));
  }

  int64_t size(char label) const {
    const size_t skipped = left_ ? elided_ : 0;
    for (const auto& [labels, shape] :
         {std::pair<const std::string&, const ov::PartialShape&>{in_, in_shape_}, {out_, out_shape_}}) {
      const size_t at = labels.find(label);
      if (at != labels.npos && at + skipped < shape.size() && shape[at + skipped].is_static())
        return shape[at + skipped].get_length();
    }
    throw layer_.error(fmt::format("the size of \"{}\" in \"{}\" is not known", label, text_));
  }

  const Layer& layer_;
  std::string text_, in_, kernel_, out_;
  bool left_;  // the ellipsis is on the left
  size_t elided_;
  ov::PartialShape in_shape_, out_shape_;
};

}  // namespace

Tensor einsum_dense(Layer& layer, const Tensor& x) {
  const Equation equation(layer, x);
  std::optional<std::vector<int64_t>> bias;
  if (layer.has("bias_axes")) bias = equation.bias_shape(layer.get<std::string>("bias_axes"));
  const Operands of = operands(layer, x,
                               {equation.kernel_shape(), bias, equation.scale_shape(), equation.summed_axes(),
                                equation.rows(), equation.matrix_order()});
  const Tensor y =
      of.is_matrix ? equation.matrix_product(of) : scaled(of, ops::einsum(equation.text(), {of.x, of.kernel}));
  return activate(layer, y);
}

}  // namespace keravino::layers
