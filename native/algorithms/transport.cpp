#include "algorithms/transport.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kRowsAtOnce = 1024;
constexpr int kAskEvery = 64;  // paths between two questions whether to go on

}  // namespace

Transport::Transport(std::int64_t n, std::int64_t k, std::int64_t low, std::int64_t high)
    : n_(n),
      k_(k),
      low_(low),
      high_(high),
      prices_(static_cast<std::size_t>(k + 1), 0),
      held_(static_cast<std::size_t>(k)),
      passed_(static_cast<std::size_t>(k)),
      excess_(static_cast<std::size_t>(k + 1)),
      distance_(static_cast<std::size_t>(k + 1)),
      before_(static_cast<std::size_t>(k + 1)),
      done_(static_cast<std::size_t>(k + 1)) {}

// Prices differ by no more than the costs along a path over all nodes.
std::int64_t Transport::max_cost() const { return (std::int64_t{1} << 60) / (k_ + 2); }

void Transport::solve(const std::int64_t* costs, int n_threads,
                      const std::function<bool()>& keep_going, std::int32_t* labels) {
  take_cheapest(costs, n_threads, labels);
  std::int64_t left = balance();
  if (left > 0) sort_by_cluster(labels);
  for (int paths = 1; left > 0; --left, ++paths) {
    if (paths % kAskEvery == 0 && keep_going && !keep_going()) throw Interrupted();
    find_path(costs, labels, left);
    send(costs, labels);
  }
  const std::int64_t outside = prices_.back();
  for (auto& price : prices_) price -= outside;
}

// Every row to the cluster of least cost and price, the first of equals.
void Transport::take_cheapest(const std::int64_t* costs, int n_threads, std::int32_t* labels) {
  parallel_for(static_cast<std::size_t>((n_ + kRowsAtOnce - 1) / kRowsAtOnce), n_threads,
               [&](std::size_t chunk, int) {
                 const std::int64_t begin = static_cast<std::int64_t>(chunk) * kRowsAtOnce;
                 for (std::int64_t i = begin; i < std::min(n_, begin + kRowsAtOnce); ++i) {
                   const std::int64_t* cost = costs + i * k_;
                   std::int64_t least = kFar;
                   for (std::int64_t c = 0; c < k_; ++c) {
                     const std::int64_t total = cost[c] + prices_[static_cast<std::size_t>(c)];
                     if (total >= least) continue;
                     least = total;
                     labels[i] = static_cast<std::int32_t>(c);
                   }
                 }
               });
  std::fill(held_.begin(), held_.end(), 0);
  for (std::int64_t i = 0; i < n_; ++i) ++held_[static_cast<std::size_t>(labels[i])];
}

// What the clusters pass on at these prices: as much as they may where the price is high, as little
// where it is low. Returns how many rows are too many somewhere.
std::int64_t Transport::balance() {
  std::int64_t outside = -n_, left = 0;
  for (std::size_t c = 0; c < held_.size(); ++c) {
    const std::int64_t price = prices_[c];
    passed_[c] = price > 0 ? high_ : price < 0 ? low_ : std::clamp(held_[c], low_, high_);
    excess_[c] = held_[c] - passed_[c];
    outside += passed_[c];
    left += std::max<std::int64_t>(0, excess_[c]);
  }
  excess_.back() = outside;
  return left + std::max<std::int64_t>(0, outside);
}

void Transport::sort_by_cluster(const std::int32_t* labels) {
  starts_.assign(static_cast<std::size_t>(k_ + 1), 0);
  std::partial_sum(held_.begin(), held_.end(), starts_.begin() + 1);
  rows_.resize(static_cast<std::size_t>(n_));
  std::vector<std::int64_t> next(starts_.begin(), starts_.end() - 1);
  for (std::int64_t i = 0; i < n_; ++i) {
    rows_[static_cast<std::size_t>(next[static_cast<std::size_t>(labels[i])]++)] =
        static_cast<std::int32_t>(i);
  }
  arrived_.assign(static_cast<std::size_t>(k_), {});
  listed_.assign(static_cast<std::size_t>(k_), false);
  moves_.resize(static_cast<std::size_t>(k_ * k_));
}

// Lists, for every other cluster, the `most` rows that are cheapest to move there: no more can
// leave, because a path visits a cluster once. Done when a path first comes by: most never do.
void Transport::list_moves(const std::int64_t* costs, const std::int32_t* labels, std::int64_t from,
                           std::int64_t most) {
  const auto a = static_cast<std::size_t>(from);
  std::vector<std::int32_t> members = std::move(arrived_[a]);
  members.insert(members.end(), rows_.begin() + starts_[a], rows_.begin() + starts_[a + 1]);
  std::erase_if(members, [&](std::int32_t row) { return labels[row] != from; });
  const auto enough = static_cast<std::size_t>(most);
  const auto keep_cheapest = [&](Moves& listed) {
    std::nth_element(listed.begin(), listed.begin() + (most - 1), listed.end());
    listed.resize(enough);
  };
  for (std::int64_t to = 0; to < k_; ++to) moves(from, to).clear();
  limits_.assign(static_cast<std::size_t>(k_), kFar);
  for (const std::int32_t row : members) {
    const std::int64_t* const cost = costs + row * k_;
    for (std::int64_t to = 0; to < k_; ++to) {
      const std::int64_t price = cost[to] - cost[from];
      std::int64_t& limit = limits_[static_cast<std::size_t>(to)];
      if (price > limit || to == from) continue;
      Moves& listed = moves(from, to);
      listed.push_back({price, row});
      if (listed.size() < 2 * enough) continue;
      keep_cheapest(listed);
      limit = listed.back().price;
    }
  }
  for (std::int64_t to = 0; to < k_; ++to) {
    Moves& listed = moves(from, to);
    if (listed.size() > enough) keep_cheapest(listed);
    std::make_heap(listed.begin(), listed.end(), std::greater<>());
  }
  listed_[a] = true;
}

// Shortest distances, at the current prices, from the nodes that hold too much to the nearest that
// holds too little (Dijkstra's algorithm); brings the prices up to date.
void Transport::find_path(const std::int64_t* costs, const std::int32_t* labels,
                          std::int64_t left) {
  const auto outside = static_cast<std::size_t>(k_);
  for (std::size_t v = 0; v <= outside; ++v) {
    distance_[v] = excess_[v] > 0 ? 0 : kFar;
    before_[v] = -1;
    done_[v] = false;
  }
  const auto reach = [&](std::size_t from, std::size_t to, std::int64_t length) {
    const std::int64_t total = distance_[from] + length + prices_[to] - prices_[from];
    if (total >= distance_[to]) return;
    distance_[to] = total;
    before_[to] = static_cast<std::int64_t>(from);
  };
  for (;;) {
    std::size_t u = outside + 1;
    for (std::size_t v = 0; v <= outside; ++v) {
      if (!done_[v] && distance_[v] < kFar && (u > outside || distance_[v] < distance_[u])) u = v;
    }
    done_[u] = true;
    if (excess_[u] < 0) {
      target_ = static_cast<std::int64_t>(u);
      break;
    }
    if (u < outside && !listed_[u]) list_moves(costs, labels, static_cast<std::int64_t>(u), left);
    for (std::size_t v = 0; v <= outside; ++v) {
      if (done_[v]) continue;
      if (u == outside) {
        if (passed_[v] > low_) reach(u, v, 0);
      } else if (v == outside) {
        if (passed_[u] < high_) reach(u, v, 0);
      } else {
        Moves& listed = moves(static_cast<std::int64_t>(u), static_cast<std::int64_t>(v));
        // Rows that have left since are still listed.
        while (!listed.empty() && labels[listed.front().row] != static_cast<std::int32_t>(u)) {
          std::pop_heap(listed.begin(), listed.end(), std::greater<>());
          listed.pop_back();
        }
        if (!listed.empty()) reach(u, v, listed.front().price);
      }
    }
  }
  const std::int64_t end = distance_[static_cast<std::size_t>(target_)];
  for (std::size_t v = 0; v <= outside; ++v) {
    if (done_[v]) prices_[v] += end - distance_[v];
  }
}

// Moves one row along each edge of the path that was found, the last edge first: a row that comes
// to a cluster must not be the one that leaves it.
void Transport::send(const std::int64_t* costs, std::int32_t* labels) {
  ++excess_[static_cast<std::size_t>(target_)];
  std::int64_t to = target_;
  for (std::int64_t from; (from = before_[static_cast<std::size_t>(to)]) >= 0; to = from) {
    if (from == k_) {
      --passed_[static_cast<std::size_t>(to)];
    } else if (to == k_) {
      ++passed_[static_cast<std::size_t>(from)];
    } else {
      Moves& listed = moves(from, to);
      const std::int32_t row = listed.front().row;
      std::pop_heap(listed.begin(), listed.end(), std::greater<>());
      listed.pop_back();
      labels[row] = static_cast<std::int32_t>(to);
      offer(costs, row, to);
    }
  }
  --excess_[static_cast<std::size_t>(to)];
}

// Lists what it costs to move a row that has come to a cluster on to the others.
void Transport::offer(const std::int64_t* costs, std::int32_t row, std::int64_t from) {
  if (!listed_[static_cast<std::size_t>(from)]) {
    arrived_[static_cast<std::size_t>(from)].push_back(row);
    return;
  }
  const std::int64_t* cost = costs + row * k_;
  for (std::int64_t to = 0; to < k_; ++to) {
    if (to == from) continue;
    Moves& listed = moves(from, to);
    listed.push_back({cost[to] - cost[from], row});
    std::push_heap(listed.begin(), listed.end(), std::greater<>());
  }
}

}  // namespace shoal
