// SPDX-License-Identifier: Apache-2.0
#include "sim/host/memory.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <utility>

namespace aie4::host {
namespace {

// AMD v2 tables and most others hand out IOVAs below 2^47, downwards (host-interface, 7.1). The top page stays free, as
// in Linux.
constexpr std::uint64_t kIovaBase = 0x1000'0000;
constexpr std::uint64_t kIovaEnd = (std::uint64_t{1} << 47) - kPageSize;

/// A buffer from which on pages of the computer are large ones.
constexpr std::uint64_t kLarge = std::uint64_t{8} << 20U;

constexpr std::uint64_t round_up(std::uint64_t size) {
  return (size + kPageSize - 1) & ~(kPageSize - 1);
}

/// Calls `visit(page number, offset in page, offset in data, bytes)` for each page that a range touches.
template <class Visit>
void for_each_page(std::uint64_t address, std::size_t size, Visit visit) {
  std::size_t done = 0;
  while (done < size) {
    const std::uint64_t at = address + done;
    const auto inside = static_cast<std::size_t>(at % kPageSize);
    const std::size_t bytes = std::min<std::size_t>(size - done, kPageSize - inside);
    visit(at / kPageSize, inside, done, bytes);
    done += bytes;
  }
}

bool wraps(std::uint64_t address, std::size_t size) {
  return size > 0 && address > std::numeric_limits<std::uint64_t>::max() - (size - 1);
}

}  // namespace

HostMemory::Reservation::Reservation(std::uint64_t size) : size_(size) {
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(data);
}

HostMemory::Reservation::~Reservation() {
  munmap(data_, size_);
}

void HostMemory::Reservation::expect(std::uint64_t offset, std::uint64_t size) const {
  // Each first touch of a small page costs as much as moving it. A computer without large ones goes on as it is.
  static_cast<void>(madvise(data_ + offset, size, MADV_HUGEPAGE));
}

void HostMemory::Reservation::drop(std::uint64_t offset, std::uint64_t size) const {
  if (madvise(data_ + offset, size, MADV_DONTNEED) != 0) std::memset(data_ + offset, 0, size);
}

HostMemory::HostMemory(std::uint64_t base, std::uint64_t size)
    : base_(base),
      size_(size),
      free_(base, size, RangeAllocator::Order::BottomUp),
      memory_(round_up(size)),
      written_(round_up(size) / kPageSize) {}

bool HostMemory::contains(std::uint64_t address, std::uint64_t size) const {
  return address >= base_ && size <= size_ && address - base_ <= size_ - size;
}

std::uint64_t HostMemory::checked(std::uint64_t address, std::uint64_t size) const {
  if (!contains(address, size)) throw std::out_of_range(fmt::format("no host memory at {:#x}", address));
  return address - base_;
}

void HostMemory::read(std::uint64_t address, std::span<std::byte> data) const {
  const std::uint64_t offset = checked(address, data.size());
  if (!data.empty()) std::memcpy(data.data(), memory_.data() + offset, data.size());
}

void HostMemory::write(std::uint64_t address, std::span<const std::byte> data) {
  const std::uint64_t offset = checked(address, data.size());
  if (data.empty()) return;
  for (std::uint64_t page = offset / kPageSize; page <= (offset + data.size() - 1) / kPageSize; ++page) {
    if (written_[page]) continue;
    written_[page] = true;
    ++resident_;
  }
  std::memcpy(memory_.data() + offset, data.data(), data.size());
}

std::uint64_t HostMemory::allocate(std::uint64_t size, std::uint64_t alignment) {
  const auto address = free_.allocate(round_up(size), std::max(alignment, kPageSize));
  if (!address) throw std::bad_alloc();
  if (size >= kLarge) memory_.expect(*address - base_, round_up(size));
  return *address;
}

void HostMemory::release(std::uint64_t address, std::uint64_t size) {
  const std::uint64_t bytes = round_up(size);
  const std::uint64_t offset = checked(address, bytes);
  for (std::uint64_t page = offset / kPageSize; page < (offset + bytes) / kPageSize; ++page) {
    if (!written_[page]) continue;
    written_[page] = false;
    --resident_;
  }
  memory_.drop(offset, bytes);
  free_.release(address, bytes);
}

DmaDomain::DmaDomain(HostMemory& memory, AddressMode mode)
    : memory_(memory), mode_(mode), iovas_(kIovaBase, kIovaEnd - kIovaBase, RangeAllocator::Order::TopDown) {}

std::uint64_t DmaDomain::map(std::span<const std::uint64_t> pages, bool writable, std::uint64_t alignment) {
  if (mode_ == AddressMode::Identity) {
    for (std::size_t i = 1; i < pages.size(); ++i) {
      if (pages[i] != pages[0] + i * kPageSize) throw std::invalid_argument("identity needs contiguous pages");
    }
    return pages[0];
  }
  const auto address = iovas_.allocate(pages.size() * kPageSize, std::max(alignment, kPageSize));
  if (!address) throw std::bad_alloc();
  for (std::size_t i = 0; i < pages.size(); ++i) windows_[*address / kPageSize + i] = {pages[i], writable};
  return *address;
}

void DmaDomain::unmap(std::uint64_t address, std::uint64_t size) {
  if (mode_ == AddressMode::Identity) return;
  const std::uint64_t bytes = round_up(size);
  for (std::uint64_t page = address / kPageSize; page < (address + bytes) / kPageSize; ++page) windows_.erase(page);
  iovas_.release(address, bytes);
}

bool DmaDomain::translated(const DmaAttributes& attributes) const {
  return mode_ == AddressMode::Iova && attributes.space == DmaSpace::Function;
}

DmaStatus DmaDomain::check(std::uint64_t address, std::size_t size, const DmaAttributes& attributes, bool write) const {
  if (wraps(address, size)) return DmaStatus::NotMapped;
  if (attributes.space == DmaSpace::Function && attributes.pasid) return DmaStatus::NotMapped;
  if (!translated(attributes)) return memory_.contains(address, size) ? DmaStatus::Ok : DmaStatus::NotMapped;
  DmaStatus status = DmaStatus::Ok;
  for_each_page(address, size, [&](std::uint64_t page, std::size_t, std::size_t, std::size_t) {
    const auto found = windows_.find(page);
    if (found == windows_.end()) {
      status = DmaStatus::NotMapped;
    } else if (write && !found->second.writable && status == DmaStatus::Ok) {
      status = DmaStatus::ReadOnly;
    }
  });
  return status;
}

DmaStatus DmaDomain::read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) {
  if (const DmaStatus status = check(address, data.size(), attributes, false); status != DmaStatus::Ok) {
    ++traffic_.refused;
    return status;
  }
  ++traffic_.reads;
  traffic_.read_bytes += data.size();
  if (!translated(attributes)) {
    memory_.read(address, data);
    return DmaStatus::Ok;
  }
  for_each_page(address, data.size(), [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t bytes) {
    memory_.read(windows_.at(page).physical + inside, data.subspan(done, bytes));
  });
  return DmaStatus::Ok;
}

DmaStatus DmaDomain::write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) {
  if (const DmaStatus status = check(address, data.size(), attributes, true); status != DmaStatus::Ok) {
    ++traffic_.refused;
    return status;
  }
  ++traffic_.writes;
  traffic_.written_bytes += data.size();
  if (!translated(attributes)) {
    memory_.write(address, data);
    return DmaStatus::Ok;
  }
  for_each_page(address, data.size(), [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t bytes) {
    memory_.write(windows_.at(page).physical + inside, data.subspan(done, bytes));
  });
  return DmaStatus::Ok;
}

DmaBuffer::DmaBuffer(DmaDomain& domain, std::uint64_t size, const Options& options) : domain_(&domain), size_(size) {
  // In identity mode the device address is the physical one, so the alignment has to be that of the memory.
  const bool identity = domain.mode() == AddressMode::Identity;
  physical_ = domain.memory().allocate(size, identity ? options.alignment : kPageSize);
  const std::uint64_t count = round_up(size) / kPageSize;
  pages_.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    pages_.push_back(physical_ + (identity ? i : count - 1 - i) * kPageSize);
  }
  try {
    address_ = domain.map(pages_, options.device_writes, options.alignment);
  } catch (...) {
    domain.memory().release(physical_, size_);
    throw;
  }
}

DmaBuffer::~DmaBuffer() {
  if (pages_.empty()) return;
  domain_->unmap(address_, size_);
  domain_->memory().release(physical_, size_);
}

DmaBuffer::DmaBuffer(DmaBuffer&& other) noexcept
    : domain_(other.domain_),
      size_(other.size_),
      physical_(other.physical_),
      address_(other.address_),
      pages_(std::exchange(other.pages_, {})) {}

void DmaBuffer::read(std::uint64_t offset, std::span<std::byte> data) const {
  if (offset > size_ || data.size() > size_ - offset) throw std::out_of_range("read beyond the end of a DMA buffer");
  for_each_page(offset, data.size(), [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t bytes) {
    domain_->memory().read(pages_[page] + inside, data.subspan(done, bytes));
  });
}

void DmaBuffer::write(std::uint64_t offset, std::span<const std::byte> data) {
  if (offset > size_ || data.size() > size_ - offset) throw std::out_of_range("write beyond the end of a DMA buffer");
  for_each_page(offset, data.size(), [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t bytes) {
    domain_->memory().write(pages_[page] + inside, data.subspan(done, bytes));
  });
}

}  // namespace aie4::host
