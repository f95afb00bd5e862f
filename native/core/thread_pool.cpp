#include "core/thread_pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace shoal {
namespace {

// Long enough to catch the next loop of an iterative fit, short enough not to matter.
constexpr int kSpins = 400;

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

struct Job {
  detail::ChunkBody body;
  void* context;
  std::size_t n_chunks;
  int max_helpers;

  std::atomic<std::size_t> next{0};
  std::atomic<int> active{0};  // helpers inside the body; changed under the pool's mutex
  int joined = 0;              // the rest is read and written under the pool's mutex
  bool waiting = false;
  Job* before = nullptr;
  Job* after = nullptr;
  bool open = true;

  void work(int worker) {
    for (;;) {
      const std::size_t chunk = next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= n_chunks) return;
      body(context, chunk, worker);
    }
  }
};

thread_local bool inside_loop = false;

// Threads inherit the mask of their maker; signals belong to the threads of the program.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

class Pool {
 public:
  void run(Job& job) {
    open(job);
    inside_loop = true;
    job.work(0);
    inside_loop = false;
    close(job);
  }

 private:
  void open(Job& job) {
    int to_wake = 0;
    {
      const std::lock_guard lock(mutex_);
      grow(job.max_helpers);
      job.before = last_;
      (last_ ? last_->after : first_) = &job;
      last_ = &job;
      n_open_.fetch_add(1, std::memory_order_release);
      to_wake = std::min(job.max_helpers, sleeping_);
    }
    for (; to_wake > 0; --to_wake) work_cv_.notify_one();
  }

  void close(Job& job) {
    std::unique_lock lock(mutex_);
    if (job.open) unlink(job);
    if (job.active.load(std::memory_order_acquire) == 0) return;
    lock.unlock();
    for (int spin = 0; spin < kSpins; ++spin) {
      if (job.active.load(std::memory_order_acquire) == 0) return;
      pause_briefly();
    }
    lock.lock();
    job.waiting = true;
    done_cv_.wait(lock, [&] { return job.active.load(std::memory_order_acquire) == 0; });
  }

  void unlink(Job& job) {
    (job.before ? job.before->after : first_) = job.after;
    (job.after ? job.after->before : last_) = job.before;
    job.open = false;
    n_open_.fetch_sub(1, std::memory_order_relaxed);
  }

  // Fewer helpers than asked for is no failure: the caller works too.
  void grow(int wanted) {
    if (n_threads_ >= wanted) return;
    const SignalsBlocked blocked;
    while (n_threads_ < wanted) {
      try {
        std::thread([this] { serve(); }).detach();
      } catch (const std::system_error&) {
        return;
      }
      ++n_threads_;
    }
  }

  void serve() {
    inside_loop = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      if (first_ == nullptr) {
        lock.unlock();
        for (int spin = 0; spin < kSpins && n_open_.load(std::memory_order_acquire) == 0; ++spin) {
          pause_briefly();
        }
        lock.lock();
        ++sleeping_;
        work_cv_.wait(lock, [this] { return first_ != nullptr; });
        --sleeping_;
      }
      help(*first_, lock);
    }
  }

  void help(Job& job, std::unique_lock<std::mutex>& lock) {
    const int worker = ++job.joined;
    if (worker == job.max_helpers) unlink(job);
    job.active.fetch_add(1, std::memory_order_relaxed);
    lock.unlock();
    job.work(worker);
    lock.lock();
    // All chunks are handed out: keep later helpers from joining for nothing.
    if (job.open) unlink(job);
    // The caller may leave, and the job with it, as soon as `active` reaches zero.
    const bool wake = job.waiting;
    if (job.active.fetch_sub(1, std::memory_order_acq_rel) == 1 && wake) done_cv_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable work_cv_;
  std::condition_variable done_cv_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  std::atomic<int> n_open_{0};
  int sleeping_ = 0;
  int n_threads_ = 0;
};

// Never destroyed: its threads sleep until the process ends. A forked child has none of them, so
// it starts over and leaves the parent's pool, whose locks may be held, untouched.
std::atomic<Pool*> the_pool{nullptr};

Pool& pool() {
  Pool* current = the_pool.load(std::memory_order_acquire);
  if (current != nullptr) return *current;
  static const int registered = pthread_atfork(nullptr, nullptr, [] {
    the_pool.store(nullptr, std::memory_order_release);
    inside_loop = false;
  });
  static_cast<void>(registered);
  Pool* fresh = new Pool;
  if (the_pool.compare_exchange_strong(current, fresh, std::memory_order_acq_rel)) return *fresh;
  delete fresh;
  return *current;
}

}  // namespace

void detail::run_chunks(std::size_t n_chunks, int n_threads, ChunkBody body, void* context) {
  if (inside_loop) {
    for (std::size_t chunk = 0; chunk < n_chunks; ++chunk) body(context, chunk, 0);
    return;
  }
  const std::size_t useful = std::min<std::size_t>(n_chunks, std::min(n_threads, kMaxThreads));
  Job job{body, context, n_chunks, static_cast<int>(useful) - 1};
  pool().run(job);
}

}  // namespace shoal
