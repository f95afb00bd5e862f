// The distance from a cluster to the union of two others, by G. N. Lance and W. T. Williams 1967
// (doi:10.1093/comjnl/9.4.373), with the operations in the order of SciPy's.
#pragma once

namespace shoal {

enum class Linkage { single, complete, average, weighted, ward, centroid, median };
inline constexpr int kLinkages = 7;

// What is known of the two clusters that are joined. Forced inline: kernel files of every level
// include this.
struct Union {
  double distance, size_x, size_y;

  double size() const { return size_x + size_y; }
};

template <Linkage linkage>
[[gnu::always_inline]] static inline double distance_to_union(double x, double y, Union u,
                                                              double size) {
  if constexpr (linkage == Linkage::single) return y < x ? y : x;
  if constexpr (linkage == Linkage::complete) return x < y ? y : x;
  if constexpr (linkage == Linkage::average) {
    return (u.size_x * x + u.size_y * y) / (u.size_x + u.size_y);
  }
  if constexpr (linkage == Linkage::weighted) return 0.5 * (x + y);
  if constexpr (linkage == Linkage::ward) {
    const double share = 1.0 / (u.size_x + u.size_y + size);
    const double squared = (size + u.size_x) * share * x * x + (size + u.size_y) * share * y * y -
                           size * share * u.distance * u.distance;
    return __builtin_sqrt(squared > 0 ? squared : 0.0);
  }
  if constexpr (linkage == Linkage::centroid) {
    const double size_xy = u.size_x + u.size_y;
    const double squared = (((u.size_x * x * x) + (u.size_y * y * y)) -
                            (u.size_x * u.size_y * u.distance * u.distance) / size_xy) /
                           size_xy;
    return __builtin_sqrt(squared > 0 ? squared : 0.0);
  }
  if constexpr (linkage == Linkage::median) {
    const double squared = 0.5 * (x * x + y * y) - 0.25 * u.distance * u.distance;
    return __builtin_sqrt(squared > 0 ? squared : 0.0);
  }
}

}  // namespace shoal
