// SPDX-License-Identifier: Apache-2.0
// A queue that keeps its memory. std::deque takes and gives back a block every few elements that pass.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace aie4 {

/// First in, first out. T has a default, with which a place is filled whose element has left. Indices and `front` of an
/// empty ring are the caller's mistake, as with the containers of the library.
template <class T>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& front() { return places_[begin_]; }
  [[nodiscard]] const T& front() const { return places_[begin_]; }
  /// From the front on.
  [[nodiscard]] const T& operator[](std::size_t index) const { return places_[place(index)]; }

  void push_back(T element) {
    if (size_ == places_.size()) grow();
    places_[place(size_)] = std::move(element);
    ++size_;
  }
  void pop_front() {
    places_[begin_] = T{};
    begin_ = place(1);
    --size_;
  }
  void clear() {
    while (!empty()) pop_front();
  }

 private:
  static constexpr std::size_t kFirst = 4;

  /// The number of places is a power of two.
  [[nodiscard]] std::size_t place(std::size_t index) const { return (begin_ + index) & (places_.size() - 1); }
  void grow() {
    std::vector<T> more(places_.empty() ? kFirst : 2 * places_.size());
    for (std::size_t i = 0; i < size_; ++i) more[i] = std::move(places_[place(i)]);
    places_ = std::move(more);
    begin_ = 0;
  }

  std::vector<T> places_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace aie4
