#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/thread_pool.hpp"
#include "tests/check.hpp"

namespace shoal::tests {
namespace {

// Each chunk must run once, on a worker below n_threads.
bool runs_each_chunk_once(std::size_t n_chunks, int n_threads) {
  std::vector<std::atomic<int>> times(n_chunks);
  std::atomic<bool> in_range{true};
  parallel_for(n_chunks, n_threads, [&](std::size_t chunk, int worker) {
    times[chunk].fetch_add(1);
    if (worker < 0 || worker >= n_threads) in_range = false;
  });
  for (const auto& t : times) {
    if (t.load() != 1) return false;
  }
  return in_range;
}

SHOAL_TEST(pool_runs_each_chunk_once) {
  for (const int n_threads : {1, 2, 7, 40}) {
    for (const std::size_t n_chunks : {0, 1, 2, 3, 100, 5000}) {
      CHECK(runs_each_chunk_once(n_chunks, n_threads));
    }
  }
}

SHOAL_TEST(pool_many_short_loops) {
  int failed = 0;
  for (int i = 0; i < 3000; ++i) failed += !runs_each_chunk_once(4, 3);
  CHECK_EQUAL(failed, 0);
}

SHOAL_TEST(pool_one_worker_at_a_time_per_number) {
  std::vector<std::atomic<int>> busy(7);
  std::atomic<bool> shared{false};
  parallel_for(2000, 7, [&](std::size_t, int worker) {
    auto& mine = busy[static_cast<std::size_t>(worker)];
    if (mine.fetch_add(1) != 0) shared = true;
    mine.fetch_sub(1);
  });
  CHECK(!shared);
}

SHOAL_TEST(pool_nested_loops_run_on_the_caller_alone) {
  std::atomic<int> sum{0};
  std::atomic<bool> alone{true};
  parallel_for(16, 4, [&](std::size_t, int) {
    const auto here = std::this_thread::get_id();
    parallel_for(10, 4, [&](std::size_t chunk, int worker) {
      if (worker != 0 || std::this_thread::get_id() != here) alone = false;
      sum += static_cast<int>(chunk);
    });
  });
  CHECK_EQUAL(sum.load(), 16 * 45);
  CHECK(alone);
}

SHOAL_TEST(pool_sixteen_callers_at_once) {
  std::atomic<int> failed{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 16; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) failed += !runs_each_chunk_once(20, 3);
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK_EQUAL(failed.load(), 0);
}

// The thread sanitizer cannot follow threads that start in a child of a process with threads.
#ifndef __SANITIZE_THREAD__

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

SHOAL_TEST(pool_works_in_forked_children) {
  CHECK(runs_each_chunk_once(100, 4));
  std::vector<pid_t> children;
  for (int c = 0; c < 8; ++c) {
    const pid_t child = fork();
    if (child == 0) _exit(runs_each_chunk_once(100, 4) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) CHECK_EQUAL(exit_code_of(child), 0);
  CHECK(runs_each_chunk_once(100, 4));
}

SHOAL_TEST(pool_survives_a_fork_while_it_works) {
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) runs_each_chunk_once(50, 3);
  });
  for (int c = 0; c < 5; ++c) {
    const pid_t child = fork();
    if (child == 0) {
      std::atomic<int> n{0};
      parallel_for(30, 3, [&](std::size_t, int) { ++n; });
      _exit(n == 30 ? 0 : 1);
    }
    CHECK_EQUAL(exit_code_of(child), 0);
  }
  stop = true;
  busy.join();
}

#endif

SHOAL_TEST(thread_counts) {
  const char* const kept = std::getenv("SHOAL_NUM_THREADS");
  const std::string before = kept == nullptr ? "" : kept;
  CHECK_EQUAL(resolve_thread_count(7), 7);
  CHECK_EQUAL(resolve_thread_count(100000), kMaxThreads);
  CHECK_EQUAL(resolve_thread_count(-1), usable_processors());
  CHECK_EQUAL(resolve_thread_count(-1000), 1);
  setenv("SHOAL_NUM_THREADS", "3", 1);
  CHECK_EQUAL(resolve_thread_count(0), 3);
  for (const char* wrong : {"0", "-2", "two", "2.5"}) {
    setenv("SHOAL_NUM_THREADS", wrong, 1);
    CHECK_THROWS(resolve_thread_count(0), Error);
  }
  unsetenv("SHOAL_NUM_THREADS");
  CHECK_EQUAL(resolve_thread_count(0), usable_processors());
  if (kept != nullptr) setenv("SHOAL_NUM_THREADS", before.c_str(), 1);
}

SHOAL_TEST(ticker_stops_all_workers) {
  int asked = 0;
  const KeepGoing stop = [&](double fraction) {
    CHECK(fraction >= 0 && fraction <= 1.0);
    ++asked;
    return false;
  };
  Ticker ticker(stop, 1e9);
  while (ticker.tick(0, 0)) {
  }
  CHECK_EQUAL(asked, 1);
  CHECK(ticker.stopped());
  CHECK(!ticker.tick(3, 1));
}

}  // namespace
}  // namespace shoal::tests
