#include "algorithms/center_pass.hpp"
#include "algorithms/kmeans.hpp"

namespace shoal {

template <class Rows>
void assign_rows(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                 std::int32_t* labels, double* squared) {
  CenterPass<Rows>(k, rows.d, n_threads).assign(rows, centers, labels, squared, [](int) {
    return true;
  const auto& argmin = SHOAL_PICK_KERNELS(argmin_kernels);
  const auto& exact = SHOAL_PICK_KERNELS(exact_kernels);
  CenterPanel panel(Rows::center_block(argmin), k, rows.d);
  panel.pack(centers, rows.shift_data(), rows.scale);
  std::fill(labels, labels + rows.n, -1);
  const Assignment<Rows> pass{rows,   argmin,  exact,   centers, k,      panel.view(),
                              labels, nullptr, nullptr, nullptr, nullptr};
  const std::int64_t length = kMinUnit;
  const auto chunks = static_cast<std::size_t>((rows.n + length - 1) / length);
  std::vector<AssignScratch> scratch;
  for (int w = 0; w < std::max(1, n_threads); ++w)
    scratch.emplace_back(argmin, Rows::kPacked ? rows.d : 0);
  parallel_for(chunks, n_threads, [&](std::size_t chunk, int worker) {
    const std::int64_t begin = static_cast<std::int64_t>(chunk) * length;
    const std::int64_t end = std::min(rows.n, begin + length);
    pass.run(
        begin, end, scratch[static_cast<std::size_t>(worker)], [] { return true; },
        [](std::int64_t, std::int32_t, std::int32_t) {});
    for (std::int64_t row = begin; row < end; ++row) {
      squared[row] = rows.squared(exact, row, centers + labels[row] * rows.d);
    }
  });
}

#define SHOAL_INSTANTIATE(Rows) \
  template void assign_rows(const Rows&, const double*, std::int64_t, int, std::int32_t*, double*);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
