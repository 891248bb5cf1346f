// SPDX-License-Identifier: Apache-2.0
// The memory of the in-process host: guest-physical pages, one DMA address space per PCI function, buffers in both.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim/host/range_allocator.hpp"
#include "sim/pci/ports.hpp"

namespace aie4::host {

static_assert(std::endian::native == std::endian::little, "the host stores device structures in its own byte order");

inline constexpr std::uint64_t kPageSize = 4096;  ///< Bytes.

/// Guest-physical memory. A page exists from its first write on; before that it reads as zero and takes nothing of the
/// machine that simulates.
class HostMemory {
 public:
  /// Above 4 GiB, so that the upper halves of addresses matter in every run.
  static constexpr std::uint64_t kDefaultBase = 0x1'0000'0000;
  static constexpr std::uint64_t kDefaultSize = 0x1'0000'0000;

  explicit HostMemory(std::uint64_t base = kDefaultBase, std::uint64_t size = kDefaultSize);

  [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t size) const;
  /// Accesses by the CPU. Throws std::out_of_range outside the memory.
  void read(std::uint64_t address, std::span<std::byte> data) const;
  void write(std::uint64_t address, std::span<const std::byte> data);

  /// `size` bytes, physically contiguous and zero; a multiple of the page size is taken. Throws std::bad_alloc.
  [[nodiscard]] std::uint64_t allocate(std::uint64_t size, std::uint64_t alignment = kPageSize);
  /// Forgets the contents.
  void release(std::uint64_t address, std::uint64_t size);

  [[nodiscard]] std::size_t resident_pages() const { return resident_; }

 private:
  /// Reserved as a whole, so that an access of any length is one copy.
  class Reservation {
   public:
    explicit Reservation(std::uint64_t size);
    ~Reservation();
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    [[nodiscard]] std::byte* data() const { return data_; }
    /// Much of a range will be touched. Costs nothing until it is.
    void expect(std::uint64_t offset, std::uint64_t size) const;
    /// Zeroes a range of whole pages.
    void drop(std::uint64_t offset, std::uint64_t size) const;

   private:
    std::byte* data_ = nullptr;
    std::uint64_t size_;
  };

  [[nodiscard]] std::uint64_t checked(std::uint64_t address, std::uint64_t size) const;

  std::uint64_t base_;
  std::uint64_t size_;
  RangeAllocator free_;
  Reservation memory_;
  std::vector<bool> written_;  ///< By page.
  std::size_t resident_ = 0;   ///< Pages written.
};

/// What the device's addresses mean.
enum class AddressMode : std::uint8_t {
  Identity,  ///< No IOMMU: device address = guest-physical address, everything is reachable.
  Iova,      ///< Behind an IOMMU: only mapped pages, handed out from the top of a 47-bit space down.
};

/// The address space in which one PCI function makes its accesses. An access is done as a whole or not at all.
class DmaDomain final : public pci::DmaPort {
 public:
  DmaDomain(HostMemory& memory, AddressMode mode);

  [[nodiscard]] AddressMode mode() const { return mode_; }
  [[nodiscard]] HostMemory& memory() { return memory_; }

  /// Makes physical pages visible at consecutive device addresses, aligned to `alignment`. Identity: the pages must be
  /// consecutive and the result is the address of the first. Throws std::bad_alloc when no range is left.
  [[nodiscard]] std::uint64_t map(std::span<const std::uint64_t> pages, bool writable, std::uint64_t alignment);
  /// Identity: nothing happens, everything stays reachable.
  void unmap(std::uint64_t address, std::uint64_t size);

  DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) override;
  DmaStatus write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) override;

  struct Traffic {
    std::uint64_t reads = 0;
    std::uint64_t read_bytes = 0;
    std::uint64_t writes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t refused = 0;
  };
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }
  [[nodiscard]] std::size_t mapped_pages() const { return windows_.size(); }

 private:
  struct Window {
    std::uint64_t physical = 0;
    bool writable = false;
  };
  /// Whether all of the range can be accessed. No function of this host has PASIDs: a tagged access hits nothing.
  [[nodiscard]] DmaStatus check(std::uint64_t address, std::size_t size, const DmaAttributes& attributes,
                                bool write) const;
  [[nodiscard]] bool translated(const DmaAttributes& attributes) const;

  HostMemory& memory_;
  AddressMode mode_;
  RangeAllocator iovas_;
  std::unordered_map<std::uint64_t, Window> windows_;  ///< Page number to window.
  Traffic traffic_;
};

/// Memory that CPU and device share; unmapped and given back with the object.
///
/// Behind an IOMMU the physical pages lie in reverse order, so that nobody can mistake a physical address or a physical
/// neighbour for the right one.
class DmaBuffer {
 public:
  struct Options {
    std::uint64_t alignment = kPageSize;  ///< Of the device address.
    bool device_writes = true;
  };

  /// `size` bytes of zeros. Memory and domain outlive the buffer.
  DmaBuffer(DmaDomain& domain, std::uint64_t size, const Options& options);
  DmaBuffer(DmaDomain& domain, std::uint64_t size) : DmaBuffer(domain, size, Options{}) {}
  ~DmaBuffer();
  DmaBuffer(DmaBuffer&& other) noexcept;
  DmaBuffer& operator=(DmaBuffer&&) = delete;
  DmaBuffer(const DmaBuffer&) = delete;
  DmaBuffer& operator=(const DmaBuffer&) = delete;

  [[nodiscard]] std::uint64_t address() const { return address_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Accesses by the CPU, `offset` in bytes. Throws std::out_of_range beyond the end.
  void read(std::uint64_t offset, std::span<std::byte> data) const;
  void write(std::uint64_t offset, std::span<const std::byte> data);

  template <std::unsigned_integral T>
  [[nodiscard]] T load(std::uint64_t offset) const {
    T value{};
    read(offset, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  template <std::unsigned_integral T>
  void store(std::uint64_t offset, T value) {
    write(offset, std::as_bytes(std::span(&value, 1)));
  }

 private:
  DmaDomain* domain_;
  std::uint64_t size_;
  std::uint64_t physical_ = 0;
  std::uint64_t address_ = 0;
  std::vector<std::uint64_t> pages_;
};

}  // namespace aie4::host
