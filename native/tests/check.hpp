// The least a test needs: cases that register themselves, and checks that name the place.
#pragma once

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "kernels/isa.hpp"

namespace shoal::tests {

struct Case {
  const char* name;
  void (*run)();
};

inline std::vector<Case>& cases() {
  static std::vector<Case> list;
  return list;
}

inline int failures = 0;

inline void report(const char* file, int line, const std::string& what) {
  std::printf("%s:%d: %s\n", file, line, what.c_str());
  ++failures;
}

struct Registered {
  Registered(const char* name, void (*run)()) { cases().push_back({name, run}); }
};

// Every level this processor runs, one after the other.
inline void at_every_level(const std::function<void()>& run) {
  const Isa before = active_isa();
  for (const Isa level : available_isas()) {
    set_active_isa(level);
    run();
  }
  set_active_isa(before);
}

inline constexpr int kDimensions[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 784};

}  // namespace shoal::tests

#define SHOAL_TEST(name)                                                  \
  static void name();                                                     \
  static const ::shoal::tests::Registered registered_##name(#name, name); \
  static void name()

#define CHECK(condition)                                                                    \
  do {                                                                                      \
    if (!(condition)) ::shoal::tests::report(__FILE__, __LINE__, "must hold: " #condition); \
  } while (false)

#define CHECK_EQUAL(got, wanted)                                                         \
  do {                                                                                   \
    const auto got_ = (got);                                                             \
    const auto wanted_ = (wanted);                                                       \
    if (!(got_ == wanted_)) {                                                            \
      ::shoal::tests::report(                                                            \
          __FILE__, __LINE__,                                                            \
          #got " must be " + std::to_string(wanted_) + "; got " + std::to_string(got_)); \
    }                                                                                    \
  } while (false)

#define CHECK_NEAR(got, wanted, tolerance)                                               \
  do {                                                                                   \
    const double got_ = (got);                                                           \
    const double wanted_ = (wanted);                                                     \
    if (!(std::abs(got_ - wanted_) <= (tolerance))) {                                    \
      ::shoal::tests::report(                                                            \
          __FILE__, __LINE__,                                                            \
          #got " must be " + std::to_string(wanted_) + "; got " + std::to_string(got_)); \
    }                                                                                    \
  } while (false)

#define CHECK_THROWS(expression, Type)                                                          \
  do {                                                                                          \
    bool thrown_ = false;                                                                       \
    try {                                                                                       \
      expression;                                                                               \
    } catch (const Type&) {                                                                     \
      thrown_ = true;                                                                           \
    }                                                                                           \
    if (!thrown_) ::shoal::tests::report(__FILE__, __LINE__, #expression " must throw " #Type); \
  } while (false)
