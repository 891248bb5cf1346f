// SPDX-License-Identifier: Apache-2.0
#include "sim/host/range_allocator.hpp"

#include <iterator>

namespace aie4::host {

RangeAllocator::RangeAllocator(std::uint64_t base, std::uint64_t size, Order order) : order_(order) {
  free_.emplace(base, size);
}

std::optional<std::uint64_t> RangeAllocator::allocate(std::uint64_t size, std::uint64_t alignment) {
  const std::uint64_t mask = alignment - 1;
  if (order_ == Order::BottomUp) {
    for (auto range = free_.begin(); range != free_.end(); ++range) {
      const std::uint64_t address = (range->first + mask) & ~mask;
      const std::uint64_t skipped = address - range->first;
      if (skipped <= range->second && range->second - skipped >= size) return take(range, address, size);
    }
    return std::nullopt;
  }
  for (auto range = free_.end(); range != free_.begin();) {
    --range;
    if (range->second < size) continue;
    const std::uint64_t address = (range->first + range->second - size) & ~mask;
    if (address >= range->first) return take(range, address, size);
  }
  return std::nullopt;
}

std::uint64_t RangeAllocator::take(FreeRange range, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t start = range->first;
  const std::uint64_t end = start + range->second;
  free_.erase(range);
  if (address > start) free_.emplace(start, address - start);
  if (end > address + size) free_.emplace(address + size, end - address - size);
  return address;
}

void RangeAllocator::release(std::uint64_t address, std::uint64_t size) {
  auto inserted = free_.emplace(address, size).first;
  const auto next = std::next(inserted);
  if (next != free_.end() && inserted->first + inserted->second == next->first) {
    inserted->second += next->second;
    free_.erase(next);
  }
  if (inserted == free_.begin()) return;
  const auto previous = std::prev(inserted);
  if (previous->first + previous->second == inserted->first) {
    previous->second += inserted->second;
    free_.erase(inserted);
  }
}

std::uint64_t RangeAllocator::available() const {
  std::uint64_t bytes = 0;
  for (const auto& [start, size] : free_) bytes += size;
  return bytes;
}

}  // namespace aie4::host
