// Einstein's summation: subscripts are read here, pairs of factors are contracted one after the other.
#include "keravino/ops/matmul.h"
#include "ops/contract.h"
#include "ops/families.h"

namespace keravino::ops {
namespace {

constexpr int kEllipsis = 256;  // labels from here on stand for the axes of "...", counted from the last one

using Labels = std::vector<int>;

/// The labels of one term; `dots` axes stand for its "...".
Labels read_term(std::string_view term, int64_t dots) {
  Labels labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (std::isalpha(static_cast<unsigned char>(term[i]))) {
      labels.push_back(term[i]);
    } else if (term.substr(i, 3) == "...") {
      for (int64_t k = dots; k-- > 0;) labels.push_back(kEllipsis + static_cast<int>(k));
      i += 2;
    } else {
      throw Error(fmt::format("subscripts hold letters, commas, \"...\" and one \"->\", got \"{}\"", term));
    }
  }
  return labels;
}

std::vector<std::string> split_terms(const std::string& text) {
  std::vector<std::string> terms(1);
  for (char c : text) {
    if (c == ',')
      terms.emplace_back();
    else
      terms.back() += c;
  }
  return terms;
}

/// A label that stands twice in one term: only the diagonal takes part.
Labeled take_diagonals(Labeled a) {
  for (size_t i = 0; i < a.labels.size(); ++i) {
    for (size_t k = i + 1; k < a.labels.size(); ++k) {
      if (a.labels[i] != a.labels[k]) continue;
      const int label = a.labels[i];
      a.x = diagonal(a.x, 0, static_cast<int64_t>(i), static_cast<int64_t>(k));
      a.labels.erase(a.labels.begin() + static_cast<std::ptrdiff_t>(k));
      a.labels.erase(a.labels.begin() + static_cast<std::ptrdiff_t>(i));
      a.labels.push_back(label);
      return take_diagonals(std::move(a));
    }
  }
  return a;
}

struct Parsed {
  std::vector<Labeled> factors;
  Labels result;
};

/// The result that is meant without "->": "..." and then the letters that occur once, in order.
Labels implicit_result(const std::vector<Labeled>& factors, int64_t dots) {
  std::map<int, int> counts;
  for (const Labeled& factor : factors) {
    for (int label : factor.labels) ++counts[label];
  }
  Labels result = read_term("...", dots);
  for (const auto& [label, count] : counts) {
    if (count == 1 && label < kEllipsis) result.push_back(label);
  }
  return result;
}

Parsed parse(std::string subscripts, const std::vector<Tensor>& operands) {
  std::erase(subscripts, ' ');
  const size_t arrow = subscripts.find("->");
  const std::vector<std::string> terms = split_terms(subscripts.substr(0, arrow));
  if (terms.size() != operands.size()) {
    throw Error(fmt::format("{} terms in the subscripts for {} operands", terms.size(), operands.size()));
  }
  Parsed out;
  int64_t most_dots = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto letters = static_cast<int64_t>(read_term(terms[i], 0).size());
    const bool has_dots = terms[i].find("...") != std::string::npos;
    const int64_t dots = operands[i].rank() - letters;
    if (dots < 0 || (dots > 0 && !has_dots)) {
      throw Error(
          fmt::format("term \"{}\" does not fit operand {} of shape {}", terms[i], i, to_string(operands[i].shape())));
    }
    most_dots = std::max(most_dots, has_dots ? dots : 0);
    out.factors.push_back({operands[i], read_term(terms[i], dots)});
  }
  if (arrow == std::string::npos) {
    out.result = implicit_result(out.factors, most_dots);
    return out;
  }
  const std::string target = subscripts.substr(arrow + 2);
  out.result = read_term(target, most_dots);
  std::map<int, int> counts;
  for (int label : out.result) {
    const bool given =
        std::any_of(out.factors.begin(), out.factors.end(), [&](const Labeled& f) { return f.has(label); });
    if (!given || ++counts[label] > 1) {
      throw Error(fmt::format("the result \"{}\" must name letters of the operands, each once", target));
    }
  }
  return out;
}

/// Error where a letter stands for two sizes, neither of which is one.
void check_sizes(const std::vector<Labeled>& factors) {
  std::map<int, int64_t> sizes;
  for (const Labeled& factor : factors) {
    for (size_t i = 0; i < factor.labels.size(); ++i) {
      const auto size = known(dim(factor.x, static_cast<int64_t>(i)));
      if (!size || *size == 1) continue;
      const auto [entry, is_new] = sizes.emplace(factor.labels[i], *size);
      if (is_new || entry->second == *size) continue;
      const std::string label =
          factor.labels[i] < kEllipsis ? std::string(1, static_cast<char>(factor.labels[i])) : "...";
      throw Error(fmt::format("\"{}\" stands for sizes {} and {}", label, entry->second, *size));
    }
  }
}

}  // namespace

Tensor einsum(std::string subscripts, std::vector<Tensor> operands) {
  if (operands.empty()) throw Error("at least one operand is needed");
  const bool int8 =
      std::all_of(operands.begin(), operands.end(), [](const Tensor& x) { return x.dtype() == DType::int8; });
  const DType dtype = int8 ? DType::int32 : common_dtype(operands);
  for (Tensor& operand : operands) operand = as(operand, dtype);
  auto [factors, result] = parse(std::move(subscripts), operands);
  check_sizes(factors);
  for (Labeled& factor : factors) factor = take_diagonals(std::move(factor));
  Labeled done = factors[0];
  for (size_t i = 1; i < factors.size(); ++i) {
    Labels keep = result;  // and what the factors still to come need
    for (size_t k = i + 1; k < factors.size(); ++k)
      keep.insert(keep.end(), factors[k].labels.begin(), factors[k].labels.end());
    std::vector<int> unique;
    for (int label : keep) {
      if (std::find(unique.begin(), unique.end(), label) == unique.end()) unique.push_back(label);
    }
    done = contract(std::move(done), factors[i], unique);
  }
  return ordered(sum_out(std::move(done), result), result).x;
}

namespace {
constexpr OpDef kOps[] = {
    op<&einsum>("numpy.einsum(subscripts, *operands, **kwargs)", "Einstein's summation."),
};
}  // namespace
std::span<const OpDef> einsum_ops() { return kOps; }

}  // namespace keravino::ops
