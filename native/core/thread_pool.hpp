// A small pool of threads shared by the whole process. Safe after fork and from many threads.
#pragma once

#include <cstddef>
#include <type_traits>

namespace shoal {

namespace detail {
using ChunkBody = void (*)(void* context, std::size_t chunk, int worker);
void run_chunks(std::size_t n_chunks, int n_threads, ChunkBody body, void* context);
}  // namespace detail

// Runs body(chunk, worker) for each chunk in [0, n_chunks) on at most n_threads threads, the caller
// among them; returns when all are done. Chunks are handed out one at a time; worker < n_threads,
// and worker 0 is the caller. The body must not throw. Nested calls run on the caller alone.
template <class Body>
void parallel_for(std::size_t n_chunks, int n_threads, Body&& body) {
  if (n_chunks <= 1 || n_threads <= 1) {
    for (std::size_t chunk = 0; chunk < n_chunks; ++chunk) body(chunk, 0);
    return;
  }
  using Plain = std::remove_reference_t<Body>;
  detail::run_chunks(
      n_chunks, n_threads,
      [](void* context, std::size_t chunk, int worker) {
        (*static_cast<Plain*>(context))(chunk, worker);
      },
      const_cast<std::remove_const_t<Plain>*>(&body));
}

inline constexpr int kMaxThreads = 256;

// n_jobs > 0 as given, at most kMaxThreads. 0: SHOAL_NUM_THREADS, else the processors this process
// may use. Below 0: counted back from those processors, -1 being all of them.
int resolve_thread_count(int n_jobs);

// The processors this process may use: its affinity mask and its control group's quota.
int usable_processors();

}  // namespace shoal
