// SPDX-License-Identifier: Apache-2.0
// Hands out address ranges: physical memory, IOVAs, MMIO windows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace aie4::host {

/// First fit over a map of free ranges, so that the same calls give the same addresses everywhere.
class RangeAllocator {
 public:
  enum class Order : std::uint8_t { BottomUp, TopDown };

  /// Manages `size` bytes from `base`.
  RangeAllocator(std::uint64_t base, std::uint64_t size, Order order);

  /// A free range of `size` bytes whose address is a multiple of `alignment` (a power of two), or nothing.
  [[nodiscard]] std::optional<std::uint64_t> allocate(std::uint64_t size, std::uint64_t alignment);
  /// Gives back exactly what `allocate` returned.
  void release(std::uint64_t address, std::uint64_t size);

  /// Bytes that are not handed out.
  [[nodiscard]] std::uint64_t available() const;

 private:
  using FreeRange = std::map<std::uint64_t, std::uint64_t>::iterator;
  std::uint64_t take(FreeRange range, std::uint64_t address, std::uint64_t size);

  Order order_;
  std::map<std::uint64_t, std::uint64_t> free_;  ///< Start to size; neighbours are always joined.
};

}  // namespace aie4::host
