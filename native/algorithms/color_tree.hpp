// A tree over weighted points in 3 or 4 dimensions that finds the nearest of k centres for all of
// them at once: whole boxes that lie nearer to one centre than to any other are handed over by
// their sums (Kanungo et al. 2002, doi:10.1109/TPAMI.2002.1017616; Pelleg and Moore 1999).
#pragma once

#include <cstdint>
#include <vector>

namespace shoal {

inline constexpr int kMostCenters = 512;

template <int D>
class ColorTree {
 public:
  // Points in the order of their ascending keys, whose common leading bits mark boxes. `largest`
  // bounds the absolute value of a coordinate. The arrays must outlive the tree.
  ColorTree(const float* points, const double* weights, const std::uint32_t* keys, std::int64_t n,
            double largest, int n_threads);

  // Weighted sums (k x D) and weights (k) of the points nearest to each of k <= kMostCenters
  // centres, and their labels unless null (k <= 256): exactly those of a search by fp64 differences
  // over all centres, ties to the lowest index.
  void assign(const double* centers, int k, int n_threads, double* sums, double* weights,
              std::uint8_t* labels) const;

 private:
  struct Node {
    float low[D], high[D];
    double sum[D];
    double weight;
    std::int32_t begin, end;
    std::int32_t right;  // 0: a leaf; the left child comes next
  };
  struct Pass;

  void build(std::vector<Node>& nodes, std::int64_t begin, std::int64_t end) const;
  std::int64_t middle(std::int64_t begin, std::int64_t end) const;
  void visit(const std::vector<Node>& nodes, std::int32_t at, const std::uint16_t* from, int count,
             const Pass& pass) const;
  void visit_leaf(const Node& node, const std::uint16_t* kept, int count, const Pass& pass) const;

  const float* points_;
  const double* weights_;
  const std::uint32_t* keys_;
  double margin_;
  std::vector<std::vector<Node>> blocks_;  // each a tree of its own, in point order
};

extern template class ColorTree<3>;
extern template class ColorTree<4>;

}  // namespace shoal
