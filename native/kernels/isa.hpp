// Which instruction set the kernels use: the best one the processor has, or SHOAL_ISA.
#pragma once

#include <string_view>
#include <vector>

namespace shoal {

enum class Isa { baseline, avx2, avx512 };

// Levels this build carries and this processor runs, lowest first.
std::vector<Isa> available_isas();

// The level in use. Throws shoal::Error when SHOAL_ISA names an unknown or unavailable level.
Isa active_isa();

// Forces a level for the rest of the process; for tests.
void set_active_isa(Isa isa);

std::string_view isa_name(Isa isa);

#if defined(__x86_64__) || defined(_M_X64)
#define SHOAL_X86 1
#endif

// Declares the tables one kernel file defines, one per level.
#ifdef SHOAL_X86
#define SHOAL_DECLARE_KERNELS(Table, name) \
  namespace baseline {                     \
  extern const Table name;                 \
  }                                        \
  namespace avx2 {                         \
  extern const Table name;                 \
  }                                        \
  namespace avx512 {                       \
  extern const Table name;                 \
  }
#define SHOAL_PICK_KERNELS(name)                                         \
  (::shoal::active_isa() == ::shoal::Isa::avx512 ? ::shoal::avx512::name \
   : ::shoal::active_isa() == ::shoal::Isa::avx2 ? ::shoal::avx2::name   \
                                                 : ::shoal::baseline::name)
#else
#define SHOAL_DECLARE_KERNELS(Table, name) \
  namespace baseline {                     \
  extern const Table name;                 \
  }
#define SHOAL_PICK_KERNELS(name) (::shoal::baseline::name)
#endif

}  // namespace shoal
