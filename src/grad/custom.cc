// Derivatives that were given with the op.
#include "grad/rule.h"
#include "ops/custom_gradient.h"

namespace keravino::grad {

Table custom_rules() {
  return {row<ops::CustomGradient>([](const Step& s) {
    const auto& op = static_cast<const ops::CustomGradient&>(s.node);
    const auto count = static_cast<std::ptrdiff_t>(s.out.size());
    const std::vector<Tensor> xs(s.in.begin() + count, s.in.end());
    const std::vector<bool> wanted(s.wanted.begin() + count, s.wanted.end());
    std::vector<Tensor> result(s.out.size());  // none for what the ys were made of: the given derivative stands for it
    for (const Tensor& g : op.vjp()(xs, s.out, s.g, wanted)) result.push_back(g);
    if (result.size() > s.in.size()) {
      throw Error(fmt::format("[grad] a custom gradient gave {} gradients for {} arguments",
                              result.size() - s.out.size(), xs.size()));
    }
    return result;
  })};
}

}  // namespace keravino::grad
