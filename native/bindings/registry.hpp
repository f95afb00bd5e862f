// Each bind_*.cpp adds itself to the module: SHOAL_BIND(module) { module.def(...); }
#pragma once

#include <nanobind/nanobind.h>

#include <vector>

namespace shoal::bindings {

using Binder = void (*)(nanobind::module_&);

inline std::vector<Binder>& binders() {
  static std::vector<Binder> list;
  return list;
}

struct Registrar {
  explicit Registrar(Binder binder) { binders().push_back(binder); }
};

}  // namespace shoal::bindings

#define SHOAL_BIND(module_name)                                              \
  static void bind_functions(nanobind::module_& module_name);                \
  static const ::shoal::bindings::Registrar registrar_for_(&bind_functions); \
  static void bind_functions(nanobind::module_& module_name)
