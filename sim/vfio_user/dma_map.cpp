// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/dma_map.hpp"

#include <cerrno>
#include <iterator>
#include <utility>

namespace aie4::vfio_user {

// --- WindowTable
// ------------------------------------------------------------------------------------------------------

WindowTable::Windows::const_iterator WindowTable::find(std::uint64_t address) const {
  if (last_found_ != windows_.end() && last_found_->first <= address && address <= last_found_->second.last) {
    return last_found_;
  }
  auto at = windows_.upper_bound(address);
  if (at == windows_.begin()) return windows_.end();
  --at;
  if (address > at->second.last) return windows_.end();
  last_found_ = at;
  return at;
}

bool WindowTable::insert(std::uint64_t first, Window window) {
  const auto next = windows_.lower_bound(first);
  if (next != windows_.end() && next->first <= window.last) return false;
  if (next != windows_.begin() && std::prev(next)->second.last >= first) return false;
  windows_.emplace_hint(next, first, std::move(window));
  return true;
}

bool WindowTable::splits(std::uint64_t first, std::uint64_t last) const {
  const auto at = find(first);
  return at != windows_.end() && at->first < first && at->second.last > last;
}

void WindowTable::remove(std::uint64_t first, std::uint64_t last) {
  last_found_ = windows_.end();
  auto at = windows_.lower_bound(first);
  if (at != windows_.begin()) {
    const auto before = std::prev(at);
    if (before->second.last >= first) {
      if (before->second.last > last) {
        Window rest = before->second;
        rest.offset += last + 1 - before->first;
        windows_.emplace_hint(at, last + 1, std::move(rest));
        before->second.last = first - 1;
        return;
      }
      before->second.last = first - 1;
    }
  }
  while (at != windows_.end() && at->first <= last) {
    if (at->second.last > last) {
      Window rest = std::move(at->second);
      rest.offset += last + 1 - at->first;
      at = windows_.erase(at);
      windows_.emplace_hint(at, last + 1, std::move(rest));
      return;
    }
    at = windows_.erase(at);
  }
}

void WindowTable::clear() {
  windows_.clear();
  last_found_ = windows_.end();
}

DmaStatus WindowTable::check(std::uint64_t first, std::uint64_t last, bool write) const {
  std::uint64_t address = first;
  DmaStatus status = DmaStatus::Ok;
  for (auto at = find(first);; ++at) {
    if (at == windows_.end() || at->first > address || at->second.file == nullptr) return DmaStatus::NotMapped;
    if (!at->second.readable && !at->second.writable) return DmaStatus::NotMapped;
    if (write && !at->second.writable) status = DmaStatus::ReadOnly;
    if (!write && !at->second.readable) return DmaStatus::NotMapped;
    if (at->second.last >= last) return status;
    address = at->second.last + 1;
  }
}

bool WindowTable::meets_window_without_file(std::uint64_t first, std::uint64_t last) const {
  std::uint64_t address = first;
  for (auto at = find(first); at != windows_.end() && at->first <= address; ++at) {
    if (at->second.file == nullptr) return true;
    if (at->second.last >= last) return false;
    address = at->second.last + 1;
  }
  return false;
}

// --- DmaMap
// -----------------------------------------------------------------------------------------------------------

int DmaMap::map(const DmaMapRequest& request, UniqueFd descriptor) {
  const std::uint64_t last = request.address + request.size - 1;
  if (request.size == 0 || last < request.address) return EINVAL;
  if ((request.flags & ~(kDmaRead | kDmaWrite)) != 0) return EINVAL;
  if (function_.size() >= kMaxWindows) return ENOSPC;

  WindowTable::Window window;
  window.last = last;
  window.offset = request.offset;
  window.readable = (request.flags & kDmaRead) != 0;
  window.writable = (request.flags & kDmaWrite) != 0;
  if (descriptor) {
    const std::uint64_t end = request.offset + request.size;
    if (end < request.offset) return EINVAL;
    GuestFiles::Found found = files_.find(std::move(descriptor), end, window.writable);
    if (found.error != 0) return found.error;
    window.file = std::move(found.file);
  }
  if (!function_.insert(request.address, window)) return EEXIST;
  if (!physical_frozen_ && window.file != nullptr) {
    // Maps made again at other places before the first reset replace what was known of these addresses.
    physical_.remove(request.address, last);
    if (physical_.size() < kMaxPhysicalWindows) physical_.insert(request.address, std::move(window));
  }
  return 0;
}

int DmaMap::unmap(const DmaUnmapRequest& request) {
  if ((request.flags & ~(kUnmapDirtyBitmap | kUnmapAll)) != 0) return EINVAL;
  if ((request.flags & kUnmapAll) != 0) {
    if ((request.flags & kUnmapDirtyBitmap) != 0 || request.address != 0 || request.size != 0) return EINVAL;
    function_.clear();
    return 0;
  }
  if ((request.flags & kUnmapDirtyBitmap) != 0) return ENOTSUP;
  const std::uint64_t last = request.address + request.size - 1;
  if (request.size == 0 || last < request.address) return EINVAL;
  // A split adds a window: the limit holds here too.
  if (function_.size() >= kMaxWindows && function_.splits(request.address, last)) return ENOSPC;
  // A range without any map is a success: a guest with an IOMMU begins with dozens of these.
  function_.remove(request.address, last);
  return 0;
}

void DmaMap::clear() {
  function_.clear();
  physical_.clear();
  physical_frozen_ = false;
}

DmaStatus DmaMap::prepare(const WindowTable& table, std::uint64_t address, std::uint64_t size, bool write) {
  const std::uint64_t last = address + size - 1;
  if (last < address) return DmaStatus::NotMapped;
  const DmaStatus status = table.check(address, last, write);
  if (status != DmaStatus::Ok) return status;
  const bool there =
      table.visit(address, last, [](const GuestFile& file, std::uint64_t offset, std::size_t, std::size_t bytes) {
        return file.holds(offset, bytes);
      });
  return there ? DmaStatus::Ok : DmaStatus::NotMapped;
}

DmaStatus DmaMap::read(std::uint64_t address, std::span<std::byte> data, DmaSpace space) const {
  if (data.empty()) return DmaStatus::Ok;
  const WindowTable& windows = table(space);
  const DmaStatus status = prepare(windows, address, data.size(), false);
  if (status != DmaStatus::Ok) return status;
  const bool done = windows.visit(address, address + data.size() - 1,
                                  [data](const GuestFile& file, std::uint64_t offset, std::size_t at,
                                         std::size_t bytes) { return file.read(offset, data.subspan(at, bytes)); });
  return done ? DmaStatus::Ok : DmaStatus::NotMapped;
}

DmaStatus DmaMap::write(std::uint64_t address, std::span<const std::byte> data, DmaSpace space) const {
  if (data.empty()) return DmaStatus::Ok;
  const WindowTable& windows = table(space);
  const DmaStatus status = prepare(windows, address, data.size(), true);
  if (status != DmaStatus::Ok) return status;
  const bool done = windows.visit(address, address + data.size() - 1,
                                  [data](const GuestFile& file, std::uint64_t offset, std::size_t at,
                                         std::size_t bytes) { return file.write(offset, data.subspan(at, bytes)); });
  return done ? DmaStatus::Ok : DmaStatus::NotMapped;
}

bool DmaMap::lacks_descriptor(std::uint64_t address, std::uint64_t size, DmaSpace space) const {
  if (size == 0) return false;
  const std::uint64_t last = address + size - 1;
  return last >= address && table(space).meets_window_without_file(address, last);
}

}  // namespace aie4::vfio_user
