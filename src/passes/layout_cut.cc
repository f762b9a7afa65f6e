#include "passes/layout_cut.h"

#include <limits>
#include <queue>
#include <set>

namespace keravino::passes::layout {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// Maximum flow by Dinic's algorithm. Vertices on the source's side of the cut are in the first state.
class Flow {
 public:
  explicit Flow(size_t vertices) : edges_(vertices + 2), source_(vertices), sink_(vertices + 1) {}

  size_t add_vertex() {
    edges_.emplace_back();
    return edges_.size() - 1;
  }
  // Paid when `from` is in the first state and `to` in the second.
  void add_edge(size_t from, size_t to, double capacity) {
    if (capacity <= 0) return;
    edges_[from].push_back({to, edges_[to].size(), capacity});
    edges_[to].push_back({from, edges_[from].size() - 1, 0});
  }
  void pay_if_first(size_t vertex, double cost) { add_edge(vertex, sink_, cost); }
  void pay_if_second(size_t vertex, double cost) { add_edge(source_, vertex, cost); }

  // For each vertex: is it in the second state? The first state's side is the smallest that is optimal.
  std::vector<bool> solve() {
    while (find_levels()) {
      next_.assign(edges_.size(), 0);
      while (push(source_, kInfinite) > 0) {
      }
    }
    std::vector<bool> second(edges_.size());
    for (size_t v = 0; v < second.size(); ++v) second[v] = level_[v] < 0;
    return second;
  }

 private:
  struct Edge {
    size_t to, reverse;
    double capacity;
  };

  bool find_levels() {
    level_.assign(edges_.size(), -1);
    level_[source_] = 0;
    std::queue<size_t> queue({source_});
    for (; !queue.empty(); queue.pop()) {
      for (const auto& e : edges_[queue.front()]) {
        if (e.capacity <= 0 || level_[e.to] >= 0) continue;
        level_[e.to] = level_[queue.front()] + 1;
        queue.push(e.to);
      }
    }
    return level_[sink_] >= 0;
  }

  double push(size_t vertex, double flow) {
    if (vertex == sink_) return flow;
    for (size_t& i = next_[vertex]; i < edges_[vertex].size(); ++i) {
      auto& e = edges_[vertex][i];
      if (e.capacity <= 0 || level_[e.to] != level_[vertex] + 1) continue;
      const double pushed = push(e.to, std::min(flow, e.capacity));
      if (pushed <= 0) continue;
      e.capacity -= pushed;
      edges_[e.to][e.reverse].capacity += pushed;
      return pushed;
    }
    return 0;
  }

  std::vector<std::vector<Edge>> edges_;
  std::vector<int> level_;
  std::vector<size_t> next_;
  size_t source_, sink_;
};

// The cost of one layout of one tensor. An extra vertex says "this layout is needed", so that it is paid once.
void add_layout(Flow& flow, const Tensor& tensor, const Layout& layout) {
  const double cost[2] = {tensor.cost(tensor.have[0], layout), tensor.cost(tensor.have[1], layout)};
  std::vector<size_t> in_second, in_first;
  for (const auto& ask : tensor.asks) {
    const bool first = ask.need[0] == layout, second = ask.need[1] == layout;
    if (first && second) {
      flow.pay_if_first(tensor.op, cost[0]);
      flow.pay_if_second(tensor.op, cost[1]);
      return;
    }
    if (second) in_second.push_back(ask.op);
    if (first) in_first.push_back(ask.op);
  }
  if (!in_second.empty() && (cost[0] > 0 || cost[1] > 0)) {
    const auto needed = flow.add_vertex();  // in the second state if any of these consumers is
    for (size_t op : in_second) flow.add_edge(needed, op, kInfinite);
    flow.pay_if_second(needed, cost[1]);
    flow.add_edge(tensor.op, needed, cost[0] - cost[1]);
  }
  if (!in_first.empty() && (cost[0] > 0 || cost[1] > 0)) {
    const auto unneeded = flow.add_vertex();  // in the first state if any of these consumers is
    for (size_t op : in_first) flow.add_edge(op, unneeded, kInfinite);
    flow.pay_if_first(unneeded, cost[0]);
    flow.add_edge(unneeded, tensor.op, cost[1] - cost[0]);
  }
}

}  // namespace

double price(const Choice& choice, const std::vector<bool>& second) {
  double total = 0;
  for (size_t op = 0; op < choice.ops; ++op) total += choice.own[op][second[op]];
  for (const auto& tensor : choice.tensors) {
    std::set<Layout> needed;
    for (const auto& ask : tensor.asks) needed.insert(ask.need[second[ask.op]]);
    for (const auto& layout : needed) total += tensor.cost(tensor.have[second[tensor.op]], layout);
  }
  return total;
}

std::vector<bool> cheapest(const Choice& choice) {
  Flow flow(choice.ops);
  for (size_t op = 0; op < choice.ops; ++op) {
    flow.pay_if_first(op, choice.own[op][0]);
    flow.pay_if_second(op, choice.own[op][1]);
  }
  for (const auto& tensor : choice.tensors) {
    std::set<Layout> layouts;
    for (const auto& ask : tensor.asks) layouts.insert({ask.need[0], ask.need[1]});
    for (const auto& layout : layouts) {
      if (!layout.empty()) add_layout(flow, tensor, layout);
    }
  }
  auto second = flow.solve();
  second.resize(choice.ops);
  return second;
}

}  // namespace keravino::passes::layout
