// Rows to clusters that hold at least `low` and at most `high` rows each, at the least total cost:
// a transportation problem with few sinks.
//
// Rows start at the cluster that is cheapest at the current prices; rows that are too many or too
// few somewhere then move along shortest paths over the clusters (successive shortest paths with
// potentials: Ahuja, Magnanti, Orlin, Network flows, 1993, section 9.7). Only the cheapest row to
// move matters between two clusters, so a path is found among k nodes, whatever the number of rows.
// Costs are integers: no rounding, and so an optimum and the same one everywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace shoal {

class Transport {
 public:
  // Needs k low <= n <= k high.
  Transport(std::int64_t n, std::int64_t k, std::int64_t low, std::int64_t high);

  // Labels of least total cost for `costs` (n x k, each of 0 to max_cost()). The prices of the last
  // call are where the next one starts: little has to move when the costs are similar. Calls
  // keep_going now and then; false throws Interrupted.
  void solve(const std::int64_t* costs, int n_threads, const std::function<bool()>& keep_going,
             std::int32_t* labels);

  std::int64_t max_cost() const;

 private:
  struct Move {
    std::int64_t price;  // what it costs to move the row
    std::int32_t row;
    friend bool operator<(const Move& a, const Move& b) {
      return a.price != b.price ? a.price < b.price : a.row < b.row;
    }
    friend bool operator>(const Move& a, const Move& b) { return b < a; }
  };
  using Moves = std::vector<Move>;

  void take_cheapest(const std::int64_t* costs, int n_threads, std::int32_t* labels);
  std::int64_t balance();
  void sort_by_cluster(const std::int32_t* labels);
  void list_moves(const std::int64_t* costs, const std::int32_t* labels, std::int64_t from,
                  std::int64_t most);
  void find_path(const std::int64_t* costs, const std::int32_t* labels, std::int64_t left);
  void send(const std::int64_t* costs, std::int32_t* labels);
  void offer(const std::int64_t* costs, std::int32_t row, std::int64_t from);
  Moves& moves(std::int64_t from, std::int64_t to) {
    return moves_[static_cast<std::size_t>(from * k_ + to)];
  }

  std::int64_t n_, k_, low_, high_;
  std::vector<std::int64_t> prices_;  // by cluster, and that of the outside, which stays 0
  std::vector<std::int64_t> held_;    // rows of each cluster
  std::vector<std::int64_t> passed_;  // rows each cluster passes on to the outside: low to high
  std::vector<std::int64_t> excess_;  // by node, the outside being the last: what is too many
  std::vector<std::int32_t> rows_;    // cluster after cluster, as they were before any path
  std::vector<std::int64_t> starts_;  // where the rows of each cluster begin, and the end
  std::vector<std::vector<std::int32_t>> arrived_;  // rows that came to each cluster since
  std::vector<bool> listed_;                        // clusters whose moves are listed
  std::vector<std::int64_t> limits_;  // by cluster, while moves are listed: no dearer ones count
  std::vector<Moves> moves_;          // by pair of clusters: heaps, the cheapest on top
  std::vector<std::int64_t> distance_;
  std::vector<std::int64_t> before_;  // the node before each on its shortest path, or -1
  std::vector<bool> done_;
  std::int64_t target_ = 0;
};

}  // namespace shoal
