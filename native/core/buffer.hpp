// An array that is not set to anything first: large ones are then touched by the threads that fill
// them, and only once.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

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

 private:
  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
};

}  // namespace shoal
