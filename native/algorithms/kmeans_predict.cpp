#include "algorithms/center_pass.hpp"
#include "algorithms/kmeans.hpp"

namespace shoal {

template <class Rows>
void assign_rows(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                 std::int32_t* labels, double* squared) {
  CenterPass<Rows>(k, rows.d, n_threads).assign(rows, centers, labels, squared, [](int) {
    return true;
  });
}

#define SHOAL_INSTANTIATE(Rows) \
  template void assign_rows(const Rows&, const double*, std::int64_t, int, std::int32_t*, double*);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
