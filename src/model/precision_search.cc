#include "model/precision_search.h"

#include "keravino/error.h"
#include "model/checks.h"
#include "model/compare.h"

namespace keravino {
namespace {

using passes::Storage;
using Storages = std::vector<Storage>;

/// Outputs of a graph with compressed weights, compared with those of the graph as it is.
class Judge {
 public:
  Judge(const ov::Model& graph, std::vector<ov::Tensor> samples) : graph_(graph), samples_(std::move(samples)) {
    wanted_ = run_plain(graph.clone(), samples_);
  }

  double error(const Storages& storages) {
    const auto copy = graph_.clone();
    const auto weights = passes::find_weights(*copy);
    for (size_t i = 0; i < weights.size(); ++i) passes::compress(weights[i], storages[i]);
    double worst = 0;
    const auto got = run_plain(copy, samples_);
    for (size_t i = 0; i < got.size(); ++i) worst = std::max(worst, difference("", got[i], wanted_[i]).relative);
    return worst;
  }

 private:
  const ov::Model& graph_;
  std::vector<ov::Tensor> samples_, wanted_;
};

/// The storages with the first `count` weights of an order at `more` bits or what they had, if that was more.
Storages raised(Storages storages, const std::vector<passes::Weight>& weights, const std::vector<size_t>& order,
                size_t count, Storage more) {
  for (size_t i = 0; i < count; ++i) {
    Storage& storage = storages[order[i]];
    storage = std::min(storage, passes::possible(weights[order[i]], more));
  }
  return storages;
}

}  // namespace

std::pair<Storages, double> search_storages(const ov::Model& graph, const std::vector<passes::Weight>& weights,
                                            const Model& model, const ConvertOptions& options) {
  if (options.samples.empty()) throw Error("[convert] precision auto needs samples, for which it keeps the outputs");
  Judge judge(graph, checked_inputs(model.inputs(), options.samples, "convert"));
  const Storages exact(weights.size(), Storage::f32);
  Storages chosen = exact;
  for (size_t i = 0; i < weights.size(); ++i) chosen[i] = passes::possible(weights[i], Storage::int4);
  double error = judge.error(chosen);
  if (error <= options.max_error) return {chosen, error};

  std::vector<double> alone(weights.size());  // the error by this weight, for each byte of it
  for (size_t i = 0; i < weights.size(); ++i) {
    Storages one = exact;
    one[i] = chosen[i];
    alone[i] = judge.error(one) / static_cast<double>(weights[i].constant->get_byte_size());
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](size_t i) { return alone[i]; });
  for (const Storage more : {Storage::int8, Storage::f16, Storage::f32}) {
    // The fewest weights that must have more bits; all of them if that is not enough, and then still more bits.
    size_t low = 0, high = order.size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (judge.error(raised(chosen, weights, order, middle, more)) <= options.max_error) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    chosen = raised(chosen, weights, order, low, more);
    error = judge.error(chosen);
    if (error <= options.max_error) break;
  }
  return {chosen, error};
}

}  // namespace keravino
