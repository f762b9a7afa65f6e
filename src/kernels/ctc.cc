#include "kernels/ctc.h"

#include "keravino/error.h"

namespace keravino::kernels {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

/// log(e^a + e^b).
double log_add(double a, double b) {
  const double most = std::max(a, b);
  return most == kNever ? kNever : most + std::log1p(std::exp(std::min(a, b) - most));
}

/// Integers of a small tensor; a compiled graph may have narrowed their type.
std::vector<int64_t> integers(const ov::Tensor& tensor) { return ov::op::v0::Constant(tensor).cast_vector<int64_t>(); }

/// The logarithms of the softmax of the logits of one batch, row by row.
class Probabilities {
 public:
  Probabilities(const ov::Tensor& logits, size_t batch) {
    const size_t size = logits.get_shape()[1] * logits.get_shape()[2];
    classes_ = logits.get_shape()[2];
    logs_.resize(size);
    if (logits.get_element_type() == ov::element::f64) {
      std::copy_n(logits.data<const double>() + batch * size, size, logs_.begin());
    } else {
      std::copy_n(logits.data<const float>() + batch * size, size, logs_.begin());
    }
    for (size_t row = 0; row + classes_ <= size && classes_ > 0; row += classes_) {
      double* x = logs_.data() + row;
      double sum = kNever;
      const double most = *std::max_element(x, x + classes_);
      double exponentials = 0;
      for (size_t c = 0; c < classes_; ++c) exponentials += std::exp(x[c] - most);
      sum = most + std::log(exponentials);
      for (size_t c = 0; c < classes_; ++c) x[c] -= sum;
    }
  }
  double operator()(size_t time, int64_t label) const { return logs_[time * classes_ + static_cast<size_t>(label)]; }
  int64_t classes() const { return static_cast<int64_t>(classes_); }

 private:
  size_t classes_ = 0;
  std::vector<double> logs_;
};

/// One element's labels within the first `time` rows, read by paths through the states blank, label, blank, ...
struct Reading {
  Probabilities logs;
  std::vector<int64_t> labels;
  size_t time;
  int64_t blank;

  size_t states() const { return 2 * labels.size() + 1; }
  int64_t label(size_t state) const { return state % 2 == 0 ? blank : labels[state / 2]; }
  /// Whether a path may go to a label from the one before, with no blank between.
  bool skips(size_t state) const { return state > 1 && state % 2 == 1 && label(state) != label(state - 2); }

  /// For each time the log probabilities of having come to each state.
  std::vector<std::vector<double>> arrivals() const {
    std::vector<std::vector<double>> alpha(time, std::vector<double>(states(), kNever));
    for (size_t t = 0; t < time; ++t) {
      for (size_t s = 0; s < states(); ++s) {
        double sum = t == 0 ? (s < 2 ? 0 : kNever) : alpha[t - 1][s];
        if (t > 0 && s > 0) sum = log_add(sum, alpha[t - 1][s - 1]);
        if (t > 0 && skips(s)) sum = log_add(sum, alpha[t - 1][s - 2]);
        alpha[t][s] = sum + logs(t, label(s));
      }
    }
    return alpha;
  }

  /// And of getting from each state to the end.
  std::vector<std::vector<double>> departures() const {
    std::vector<std::vector<double>> beta(time, std::vector<double>(states(), kNever));
    for (size_t t = time; t-- > 0;) {
      const auto next = [&](size_t s) { return beta[t + 1][s] + logs(t + 1, label(s)); };
      for (size_t s = 0; s < states(); ++s) {
        if (t + 1 == time) {
          beta[t][s] = s + 2 >= states() ? 0 : kNever;
          continue;
        }
        double sum = next(s);
        if (s + 1 < states()) sum = log_add(sum, next(s + 1));
        if (s + 2 < states() && skips(s + 2)) sum = log_add(sum, next(s + 2));
        beta[t][s] = sum;
      }
    }
    return beta;
  }

  double log_likelihood(const std::vector<std::vector<double>>& alpha) const {
    if (time == 0) return labels.empty() ? 0 : kNever;
    const std::vector<double>& last = alpha.back();
    return states() > 1 ? log_add(last[states() - 1], last[states() - 2]) : last[0];
  }
};

size_t checked_length(int64_t length, size_t limit, const char* what) {
  if (length < 0 || static_cast<size_t>(length) > limit) {
    throw Error(fmt::format("{} is {}, wanted 0 to {}", what, length, limit));
  }
  return static_cast<size_t>(length);
}

/// The better of two prefixes of one score comes first: the one with the smaller label where they part, or the longer.
struct Before {
  bool operator()(const std::vector<int64_t>& a, const std::vector<int64_t>& b) const {
    const auto [i, j] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return i != a.end() && (j == b.end() || *i < *j);
  }
};

/// How likely a prefix is when the last time was one of its labels, and when it was blank.
struct Score {
  double label = kNever, blank = kNever;
  double total() const { return log_add(label, blank); }
};

using Prefix = std::pair<std::vector<int64_t>, Score>;

/// The `count` likeliest.
std::vector<Prefix> best_of(std::vector<Prefix> prefixes, size_t count) {
  std::stable_sort(prefixes.begin(), prefixes.end(),
                   [](const Prefix& a, const Prefix& b) { return a.second.total() > b.second.total(); });
  if (prefixes.size() > count) prefixes.resize(count);
  return prefixes;
}

std::vector<Prefix> search(const Probabilities& logs, size_t time, size_t width, int64_t blank) {
  std::vector<Prefix> beams{{{}, {kNever, 0}}};
  for (size_t t = 0; t < time; ++t) {
    std::map<std::vector<int64_t>, Score, Before> next;
    for (const auto& [prefix, score] : beams) {
      for (int64_t c = 0; c < logs.classes(); ++c) {
        const double p = logs(t, c);
        if (c == blank) {
          double& to = next[prefix].blank;
          to = log_add(to, score.total() + p);
          continue;
        }
        const bool repeats = !prefix.empty() && prefix.back() == c;
        if (repeats) {
          double& to = next[prefix].label;
          to = log_add(to, score.label + p);
        }
        std::vector<int64_t> longer = prefix;
        longer.push_back(c);
        double& to = next[longer].label;
        to = log_add(to, (repeats ? score.blank : score.total()) + p);
      }
    }
    beams = best_of({next.begin(), next.end()}, width);
  }
  return beams;
}

void set_number(ov::Tensor& tensor, size_t i, double number) {
  if (tensor.get_element_type() == ov::element::f64) {
    tensor.data<double>()[i] = number;
  } else {
    tensor.data<float>()[i] = static_cast<float>(number);
  }
}

double number(const ov::Tensor& tensor, size_t i) {
  return tensor.get_element_type() == ov::element::f64 ? tensor.data<const double>()[i]
                                                       : static_cast<double>(tensor.data<const float>()[i]);
}

bool is_float(const ov::Tensor& x) {
  return x.get_element_type() == ov::element::f32 || x.get_element_type() == ov::element::f64;
}

/// That of one element of CtcLoss's inputs.
Reading reading_of(const ov::TensorVector& inputs, size_t i, int64_t blank) {
  const ov::Shape& shape = inputs[0].get_shape();
  if (blank >= static_cast<int64_t>(shape[2]))
    throw Error(fmt::format("blank {} is none of the {} classes", blank, shape[2]));
  const std::vector<int64_t> labels = integers(inputs[1]);
  const size_t size = inputs[1].get_shape()[1];
  const size_t count = checked_length(integers(inputs[2]).at(i), size, "a target's length");
  const size_t time = checked_length(integers(inputs[3]).at(i), shape[1], "an output's length");
  const auto first = labels.begin() + static_cast<std::ptrdiff_t>(i * size);
  Reading reading{Probabilities(inputs[0], i), {first, first + static_cast<std::ptrdiff_t>(count)}, time, blank};
  for (const int64_t label : reading.labels) {
    if (label < 0 || label >= reading.logs.classes())
      throw Error(fmt::format("label {} is none of the {} classes", label, reading.logs.classes()));
  }
  return reading;
}

}  // namespace

CtcLoss::CtcLoss(const ov::OutputVector& inputs, int64_t blank) : Op(inputs), blank_(blank) {
  constructor_validate_and_infer_types();
}

void CtcLoss::validate_and_infer_types() {
  const ov::PartialShape& logits = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, get_input_size() == 4 && logits.rank() == 3, "logits (N, T, C) wanted, got ", logits);
  set_output_type(0, get_input_element_type(0), {logits[0]});
}

std::shared_ptr<ov::Node> CtcLoss::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CtcLoss>(inputs, blank_);
}

bool CtcLoss::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("blank", blank_);
  return true;
}

bool CtcLoss::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  if (!is_float(inputs[0])) return false;
  const ov::Shape& shape = inputs[0].get_shape();
  outputs[0].set_shape({shape[0]});
  for (size_t i = 0; i < shape[0]; ++i) {
    const Reading reading = reading_of(inputs, i, blank_);
    set_number(outputs[0], i, -reading.log_likelihood(reading.arrivals()));
  }
  return true;
}

CtcGradient::CtcGradient(const ov::OutputVector& inputs, int64_t blank) : Op(inputs), blank_(blank) {
  constructor_validate_and_infer_types();
}

void CtcGradient::validate_and_infer_types() {
  set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
}

std::shared_ptr<ov::Node> CtcGradient::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CtcGradient>(inputs, blank_);
}

bool CtcGradient::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("blank", blank_);
  return true;
}

/// By the paths' probabilities (Graves et al., 2006, equation 16): of each logit its softmax, less how likely its label
/// is there, given all labels.
bool CtcGradient::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  if (!is_float(inputs[0])) return false;
  const ov::Shape& shape = inputs[0].get_shape();
  outputs[0].set_shape(shape);
  const size_t size = shape[1] * shape[2];
  for (size_t i = 0; i < shape[0]; ++i) {
    const Reading reading = reading_of(inputs, i, blank_);
    const auto alpha = reading.arrivals(), beta = reading.departures();
    const double all = reading.log_likelihood(alpha);
    std::vector<double> found(size, 0);
    for (size_t t = 0; t < reading.time && all != kNever; ++t) {
      double* row = found.data() + t * shape[2];
      for (size_t c = 0; c < shape[2]; ++c) row[c] = std::exp(reading.logs(t, static_cast<int64_t>(c)));
      for (size_t s = 0; s < reading.states(); ++s) row[reading.label(s)] -= std::exp(alpha[t][s] + beta[t][s] - all);
    }
    const double g = number(inputs[4], i);
    for (size_t k = 0; k < size; ++k) set_number(outputs[0], i * size + k, found[k] == 0 ? 0 : g * found[k]);
  }
  return true;
}

CtcBeamSearch::CtcBeamSearch(const ov::OutputVector& inputs, int64_t width, int64_t paths, int64_t blank)
    : Op(inputs), width_(width), paths_(paths), blank_(blank) {
  constructor_validate_and_infer_types();
}

void CtcBeamSearch::validate_and_infer_types() {
  const ov::PartialShape& logits = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, get_input_size() == 2 && logits.rank() == 3, "logits (N, T, C) wanted, got ", logits);
  set_output_type(0, ov::element::i32, {paths_, logits[0], logits[1]});
  set_output_type(1, get_input_element_type(0), {logits[0], paths_});
}

std::shared_ptr<ov::Node> CtcBeamSearch::clone_with_new_inputs(const ov::OutputVector& inputs) const {
  return std::make_shared<CtcBeamSearch>(inputs, width_, paths_, blank_);
}

bool CtcBeamSearch::visit_attributes(ov::AttributeVisitor& visitor) {
  visitor.on_attribute("width", width_);
  visitor.on_attribute("paths", paths_);
  visitor.on_attribute("blank", blank_);
  return true;
}

bool CtcBeamSearch::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
  if (!is_float(inputs[0])) return false;
  const ov::Shape& shape = inputs[0].get_shape();
  const auto paths = static_cast<size_t>(paths_);
  outputs[0].set_shape({paths, shape[0], shape[1]});
  outputs[1].set_shape({shape[0], paths});
  int32_t* labels = outputs[0].data<int32_t>();
  std::fill_n(labels, outputs[0].get_size(), -1);
  const std::vector<int64_t> lengths = integers(inputs[1]);
  for (size_t i = 0; i < shape[0]; ++i) {
    const size_t time = checked_length(lengths.at(i), shape[1], "a sequence's length");
    const auto beams = best_of(search(Probabilities(inputs[0], i), time, static_cast<size_t>(width_), blank_), paths);
    for (size_t k = 0; k < paths; ++k) {
      set_number(outputs[1], i * paths + k, k < beams.size() ? beams[k].second.total() : kNever);
      if (k >= beams.size()) continue;
      int32_t* to = labels + (k * shape[0] + i) * shape[1];
      for (const int64_t label : beams[k].first) *to++ = static_cast<int32_t>(label);
    }
  }
  return true;
}

}  // namespace keravino::kernels
