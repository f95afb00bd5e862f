#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <exception>

#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/isa.hpp"

namespace nb = nanobind;

namespace {

void translate_error(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const shoal::Error& error) {
    const bool parameter = error.kind() == shoal::Error::Kind::parameter;
    const nb::object type =
        nb::module_::import_("shoal.errors").attr(parameter ? "ParameterError" : "DataError");
    PyErr_SetString(type.ptr(), error.what());
  }
}

}  // namespace

NB_MODULE(_native, module) {
  nb::register_exception_translator(translate_error);
  module.def("resolve_thread_count", &shoal::resolve_thread_count, nb::arg("n_jobs"));
  for (const auto& bind : shoal::bindings::binders()) bind(module);
}
