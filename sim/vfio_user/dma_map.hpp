// SPDX-License-Identifier: Apache-2.0
// Which addresses of the device lead to which bytes of the client's files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

#include "models/common/dma.hpp"
#include "sim/vfio_user/guest_file.hpp"
#include "sim/vfio_user/protocol.hpp"

namespace aie4::vfio_user {

/// Disjoint address intervals, each with a place in a file or none. All bounds are inclusive (`last`), so that an
/// interval may end at 2^64 - 1.
class WindowTable {
 public:
  struct Window {
    std::uint64_t last = 0;
    std::shared_ptr<GuestFile> file;  ///< Null: the client gave no descriptor; no direct access.
    std::uint64_t offset = 0;         ///< In the file, of the first byte of the window.
    bool readable = false;
    bool writable = false;
  };

  WindowTable() = default;
  WindowTable(const WindowTable&) = delete;
  WindowTable& operator=(const WindowTable&) = delete;

  /// False if the window overlaps another; nothing changes then.
  bool insert(std::uint64_t first, Window window);
  /// Removes [first, last]; windows that are only partly inside are cut, or split in two.
  void remove(std::uint64_t first, std::uint64_t last);
  /// Whether `remove` would leave both ends of one window, and so one window more than before.
  [[nodiscard]] bool splits(std::uint64_t first, std::uint64_t last) const;
  void clear();
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

  /// Ok if every byte of [first, last] can be read (or written); otherwise what stands against it.
  [[nodiscard]] DmaStatus check(std::uint64_t first, std::uint64_t last, bool write) const;
  /// True if a window without descriptor is what stands in the way.
  [[nodiscard]] bool meets_window_without_file(std::uint64_t first, std::uint64_t last) const;
  /// Calls `piece(file, offset in file, offset in the range, bytes)` for each window in ascending order. The range
  /// has passed `check`. Stops at, and returns, the first false.
  template <typename Piece>
  bool visit(std::uint64_t first, std::uint64_t last, Piece&& piece) const;

 private:
  using Windows = std::map<std::uint64_t, Window>;
  /// The window that holds `address`, or end. The last one found is tried first: accesses come in runs.
  [[nodiscard]] Windows::const_iterator find(std::uint64_t address) const;

  Windows windows_;
  mutable Windows::const_iterator last_found_ = windows_.end();
};

template <typename Piece>
bool WindowTable::visit(std::uint64_t first, std::uint64_t last, Piece&& piece) const {
  std::uint64_t address = first;
  for (auto at = find(first); at != windows_.end(); ++at) {
    const std::uint64_t stop = at->second.last < last ? at->second.last : last;
    const std::uint64_t offset = at->second.offset + (address - at->first);
    if (!piece(*at->second.file, offset, static_cast<std::size_t>(address - first),
               static_cast<std::size_t>(stop - address + 1))) {
      return false;
    }
    if (stop == last) return true;
    address = stop + 1;
  }
  return true;
}

/// The DMA map of one client.
///
/// Two address spaces. The function's own follows DMA_MAP and DMA_UNMAP. Guest-physical space holds what was mapped
/// before the first reset: until then no guest has run and no IOMMU translates, so these are the RAM blocks at their
/// physical addresses. They stay, because a guest with an IOMMU unmaps all of them, and firmware addresses that it
/// passes through registers remain physical (host-interface, 2.4).
class DmaMap {
 public:
  /// More than is advertised: QEMU does not count the maps of a virtual IOMMU.
  static constexpr std::size_t kMaxWindows = 131072;
  static constexpr std::size_t kMaxPhysicalWindows = 256;

  /// 0 or a positive errno. Takes `descriptor` in any case; it may be empty.
  int map(const DmaMapRequest& request, UniqueFd descriptor);
  int unmap(const DmaUnmapRequest& request);
  /// From the first reset on, guest-physical space no longer follows the maps.
  void freeze_guest_physical() { physical_frozen_ = true; }
  void clear();

  /// As a whole or not at all (for a file that another process truncates meanwhile: as far as can be seen before).
  DmaStatus read(std::uint64_t address, std::span<std::byte> data, DmaSpace space) const;
  DmaStatus write(std::uint64_t address, std::span<const std::byte> data, DmaSpace space) const;
  /// Why an access was refused: the address is known, but the client gave no descriptor for it.
  [[nodiscard]] bool lacks_descriptor(std::uint64_t address, std::uint64_t size, DmaSpace space) const;

  [[nodiscard]] std::size_t size() const { return function_.size(); }

 private:
  [[nodiscard]] const WindowTable& table(DmaSpace space) const {
    return space == DmaSpace::GuestPhysical ? physical_ : function_;
  }
  [[nodiscard]] static DmaStatus prepare(const WindowTable& table, std::uint64_t address, std::uint64_t size,
                                         bool write);

  GuestFiles files_;
  WindowTable function_;
  WindowTable physical_;
  bool physical_frozen_ = false;
};

}  // namespace aie4::vfio_user
