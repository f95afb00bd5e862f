#include <cstdio>
#include <cstring>

#include "tests/check.hpp"

// Runs every case, or those whose name contains the argument.
int main(int argc, char** argv) {
  int n_run = 0;
  for (const auto& [name, run] : shoal::tests::cases()) {
    if (argc > 1 && std::strstr(name, argv[1]) == nullptr) continue;
    const int before = shoal::tests::failures;
    run();
    std::printf("%s %s\n", shoal::tests::failures == before ? "ok    " : "FAILED", name);
    std::fflush(stdout);
    ++n_run;
  }
  std::printf("%d cases, %d failed checks\n", n_run, shoal::tests::failures);
  return n_run == 0 || shoal::tests::failures != 0;
}
