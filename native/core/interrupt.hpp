// How a long computation reports progress and learns that it should stop.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace shoal {

// Gets the fraction done, returns whether to go on. Never throws. Called on the caller's thread.
using KeepGoing = std::function<bool(double)>;

// Shared by the workers of one parallel_for: worker 0, which is the caller, asks now and then.
class Ticker {
 public:
  Ticker(const KeepGoing& keep_going, double total) : keep_going_(keep_going), total_(total) {}

  // False when the work should stop. `amount` is what has been done since the last call.
  bool tick(int worker, double amount) {
    const double done = done_.fetch_add(amount, std::memory_order_relaxed) + amount;
    if (worker == 0 && keep_going_) {
      const auto now = std::chrono::steady_clock::now();
      if (now - last_ >= std::chrono::milliseconds(50)) {
        last_ = now;
        if (!keep_going_(total_ > 0 ? done / total_ : 1.0)) stop_.store(true);
      }
    }
    return !stop_.load(std::memory_order_relaxed);
  }

  bool stopped() const { return stop_.load(); }

 private:
  const KeepGoing& keep_going_;
  const double total_;
  std::atomic<double> done_{0};
  std::atomic<bool> stop_{false};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace shoal
