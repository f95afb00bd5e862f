#include <nanobind/nanobind.h>

#include <string>

#include "bindings/registry.hpp"
#include "core/thread_pool.hpp"
#include "kernels/isa.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

nb::str name_of(Isa isa) {
  const std::string_view name = isa_name(isa);
  return nb::str(name.data(), name.size());
}

nb::dict info() {
  nb::list available;
  for (const Isa isa : available_isas()) available.append(name_of(isa));
  nb::dict facts;
  facts["isa"] = name_of(active_isa());
  facts["available_isas"] = available;
  facts["n_threads"] = resolve_thread_count(0);
  return facts;
}

}  // namespace

SHOAL_BIND(m) { m.def("info", &info); }

}  // namespace shoal::bindings
