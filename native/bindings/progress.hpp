// Progress and interruption seen from Python.
#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "core/error.hpp"
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

// Runs work(keep_going) without the interpreter's lock; raises what the callback raised.
template <class Work>
auto watched(const std::optional<nanobind::callable>& callback, Work&& work) {
  PythonProgress progress(callback);
  try {
    const nanobind::gil_scoped_release unlocked;
    return work(progress.asker());
  } catch (const Interrupted&) {
    progress.rethrow();
    throw;
  }
}

// Signals and the Python callback, seen from a fit that runs without the interpreter's lock.
class Watch {
 public:
  explicit Watch(nanobind::object callback) : callback_(std::move(callback)) {}

  std::function<bool(int, int)> watcher() {
    return [this](int run, int iteration) { return ask(run, iteration); };
  }
  void rethrow() const {
    if (raised_) std::rethrow_exception(raised_);
  }

  // Runs `call` under the lock; false when it raised, which rethrow() then raises again.
  template <class Call>
  bool guard(Call&& call) {
    nanobind::gil_scoped_acquire lock;
    try {
      call();
      return true;
    } catch (...) {
      raised_ = std::current_exception();
      return false;
    }
  }

 private:
  bool ask(int run, int iteration) {
    return guard([&] {
      if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
      const bool news = run != run_ || iteration != iteration_;
      if (news && !callback_.is_none()) callback_(run, iteration);
      run_ = run;
      iteration_ = iteration;
    });
  }

  nanobind::object callback_;
  int run_ = -1, iteration_ = -1;
  std::exception_ptr raised_;
};

template <class Work>
auto without_lock(Watch& watch, Work&& work) {
  try {
    nanobind::gil_scoped_release release;
    return work();
  } catch (const Interrupted&) {
    watch.rethrow();
    throw;
  }
}

}  // namespace shoal::bindings
