// An array that is not set to anything first: large ones are then touched by the threads that fill
// them, and only once.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#if defined(__linux__)
#include <sys/mman.h>

#include <cstdint>
#endif

namespace shoal {

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      : data_(std::make_unique_for_overwrite<T[]>(size)), size_(size) {}

  T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> view() const { return {data_.get(), size_}; }

  // Gives the memory away; it is deleted with delete[].
  T* release() {
    size_ = 0;
    return data_.release();
  }

  // Asks for large pages, before the first touch: a matrix of gigabytes is mapped, and walked down
  // a column, in a fraction of the time.
  void prefer_large_pages() const {
#if defined(__linux__)
    constexpr std::uintptr_t kPage = std::uintptr_t{1} << 21;
    const auto begin = reinterpret_cast<std::uintptr_t>(data_.get());
    const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage;
    const std::uintptr_t end = (begin + size_ * sizeof(T)) / kPage * kPage;
    if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
#endif
  }

 private:
  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
};

}  // namespace shoal
