#include "kernels/isa.hpp"

#include <atomic>
#include <cstdlib>
#include <string>

#include "core/error.hpp"

namespace shoal {
namespace {

std::string names_of(const std::vector<Isa>& levels) {
  std::string names;
  for (const Isa level : levels) {
    if (!names.empty()) names += ", ";
    names += isa_name(level);
  }
  return names;
}

Isa choose() {
  const std::vector<Isa> levels = available_isas();
  const char* wanted = std::getenv("SHOAL_ISA");
  if (wanted == nullptr || *wanted == '\0') return levels.back();
  for (const Isa level : levels) {
    if (isa_name(level) == wanted) return level;
  }
  throw Error(Error::Kind::parameter, "SHOAL_ISA must be one of " + names_of(levels) +
                                          " on this processor; got '" + wanted +
                                          "'. Unset it to use the fastest.");
}

std::atomic<int> chosen_level{-1};

}  // namespace

std::vector<Isa> available_isas() {
  std::vector<Isa> levels{Isa::baseline};
#ifdef SHOAL_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2")) {
    levels.push_back(Isa::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      levels.push_back(Isa::avx512);
    }
  }
#endif
  return levels;
}

Isa active_isa() {
  const int level = chosen_level.load(std::memory_order_relaxed);
  if (level >= 0) return static_cast<Isa>(level);
  const Isa chosen = choose();
  chosen_level.store(static_cast<int>(chosen), std::memory_order_relaxed);
  return chosen;
}

void set_active_isa(Isa isa) {
  chosen_level.store(static_cast<int>(isa), std::memory_order_relaxed);
}

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    default:
      return "baseline";
  }
}

}  // namespace shoal
