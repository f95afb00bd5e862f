// Progress and interruption seen from Python.
#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <optional>

#include "core/interrupt.hpp"

namespace shoal::bindings {

// Lets signals in and calls `callback(fraction)`, both under the interpreter's lock. What they
// raise is kept until the native code has returned and rethrow() is called.
class PythonProgress {
 public:
  explicit PythonProgress(std::optional<nanobind::callable> callback)
      : callback_(std::move(callback)) {}

  KeepGoing asker() {
    return [this](double fraction) { return ask(fraction); };
  }

  void rethrow() const {
    if (raised_) std::rethrow_exception(raised_);
  }

 private:
  bool ask(double fraction) {
    nanobind::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
      if (callback_) (*callback_)(fraction);
      return true;
    } catch (...) {
      raised_ = std::current_exception();
      return false;
    }
  }

  std::optional<nanobind::callable> callback_;
  std::exception_ptr raised_;
};

}  // namespace shoal::bindings
