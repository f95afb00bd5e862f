#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "core/thread_pool.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace shoal {
namespace {

int affinity_count() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

constexpr double kNoQuota = std::numeric_limits<double>::infinity();

// "200000 100000" in cpu.max (version 2); two files of one number each in version 1.
double quota_in(const std::string& folder) {
  double quota = 0, period = 0;
  std::string word;
  if (std::ifstream both(folder + "/cpu.max"); both >> word >> period) {
    if (word == "max") return kNoQuota;
    quota = std::strtod(word.c_str(), nullptr);
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : kNoQuota;
}

// A limit may stand at any level between this group and the root.
double quota_up_from(const std::string& root, std::string path) {
  double quota = quota_in(root);
  while (!path.empty() && path != "/") {
    quota = std::min(quota, quota_in(root + path));
    path.erase(path.find_last_of('/'));
  }
  return quota;
}

double group_quota() {
  double quota = kNoQuota;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (path.empty() || path.front() != '/') continue;
    if (controllers.empty()) {
      quota = std::min(quota, quota_up_from("/sys/fs/cgroup", path));
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      quota = std::min(quota, quota_up_from("/sys/fs/cgroup/cpu", path));
    }
  }
  return quota;
}

int requested_by_environment() {
  const char* text = std::getenv("SHOAL_NUM_THREADS");
  if (text == nullptr || *text == '\0') return 0;
  char* end = nullptr;
  const long count = std::strtol(text, &end, 10);
  if (*end != '\0' || count < 1) {
    throw Error(Error::Kind::parameter,
                "SHOAL_NUM_THREADS must be a whole number of at least 1; got '" +
                    std::string(text) + "'. Unset it to use every processor.");
  }
  return static_cast<int>(std::min<long>(count, kMaxThreads));
}

}  // namespace

int usable_processors() {
  static const double quota = group_quota();
  const double allowed = std::max(1.0, std::ceil(quota));
  return static_cast<int>(std::min<double>(std::min(affinity_count(), kMaxThreads), allowed));
}

int resolve_thread_count(int n_jobs) {
  if (n_jobs > 0) return std::min(n_jobs, kMaxThreads);
  if (n_jobs < 0) return std::max(1, usable_processors() + 1 + n_jobs);
  const int requested = requested_by_environment();
  return requested > 0 ? requested : usable_processors();
}

}  // namespace shoal
