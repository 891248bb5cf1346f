// SPDX-License-Identifier: Apache-2.0
#include "sim/host/memory.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>((i * 7 + 3) & 0xFFU);
  return bytes;
}

}  // namespace

TEST_CASE("a range allocator joins neighbours, so that everything given back can be taken at once") {
  for (const auto order : {RangeAllocator::Order::BottomUp, RangeAllocator::Order::TopDown}) {
    RangeAllocator ranges(0x1000, 0x10000, order);
    std::vector<std::uint64_t> taken;
    for (int i = 0; i < 16; ++i) taken.push_back(ranges.allocate(0x1000, 0x1000).value());
    CHECK(ranges.available() == 0);
    CHECK_FALSE(ranges.allocate(1, 1));
    // Every other one first: no two of them touch.
    for (std::size_t i = 0; i < 16; i += 2) ranges.release(taken[i], 0x1000);
    CHECK_FALSE(ranges.allocate(0x2000, 0x1000));
    for (std::size_t i = 1; i < 16; i += 2) ranges.release(taken[i], 0x1000);
    CHECK(ranges.allocate(0x10000, 0x1000) == 0x1000);
  }
}

TEST_CASE("a range allocator honours its order and the alignment") {
  RangeAllocator up(0x1800, 0x10000, RangeAllocator::Order::BottomUp);
  CHECK(up.allocate(0x800, 0x1000) == 0x2000);
  CHECK(up.allocate(0x800, 0x800) == 0x1800);
  RangeAllocator down(0x1000, 0x10800, RangeAllocator::Order::TopDown);
  CHECK(down.allocate(0x1000, 0x1000) == 0x1'0000);
  CHECK(down.allocate(0x800, 0x800) == 0x1'1000);
  CHECK_FALSE(down.allocate(0x20000, 0x1000));
}

TEST_CASE("host memory reads zero before the first write and knows its bounds") {
  HostMemory memory(0x10000, 0x4000);
  std::array<std::byte, 16> bytes{};
  bytes.fill(std::byte{0xAA});
  memory.read(0x11FF8, bytes);
  CHECK(std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; }));
  CHECK(memory.resident_pages() == 0);
  const auto data = pattern(0x2001);
  memory.write(0x10FFF, data);
  CHECK(memory.resident_pages() == 3);
  std::vector<std::byte> back(data.size());
  memory.read(0x10FFF, back);
  CHECK(back == data);
  CHECK_THROWS_AS(memory.read(0x13FF1, bytes), std::out_of_range);
  CHECK_THROWS_AS(memory.write(0xFFFF, bytes), std::out_of_range);
  CHECK_THROWS_AS(memory.read(~std::uint64_t{7}, bytes), std::out_of_range);
}

TEST_CASE("memory that was given back is zero when it is taken again") {
  HostMemory memory(0x10000, 0x4000);
  const std::uint64_t first = memory.allocate(0x4000);
  CHECK_THROWS_AS(memory.allocate(1), std::bad_alloc);
  memory.write(first, pattern(0x4000));
  memory.release(first, 0x4000);
  CHECK(memory.resident_pages() == 0);
  const std::uint64_t second = memory.allocate(0x1001);
  std::array<std::byte, 8> bytes{};
  bytes.fill(std::byte{1});
  memory.read(second, bytes);
  CHECK(bytes == std::array<std::byte, 8>{});
}

TEST_CASE("behind an IOMMU a buffer is contiguous for the device only, below 2^47 from the top") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  DmaBuffer buffer(domain, 3 * kPageSize + 5);
  CHECK(buffer.address() == (std::uint64_t{1} << 47) - 5 * kPageSize);
  CHECK(domain.mapped_pages() == 4);
  const auto data = pattern(3 * kPageSize + 5);
  CHECK(domain.write(buffer.address(), data, {}) == DmaStatus::Ok);
  std::vector<std::byte> seen(data.size());
  buffer.read(0, seen);
  CHECK(seen == data);
  // Reversed pages: page 0 of the buffer is the last of the physical block.
  std::array<std::byte, 4> physical{};
  memory.read(HostMemory::kDefaultBase + 3 * kPageSize, physical);
  CHECK(std::ranges::equal(physical, std::span(data).first(4)));
}

TEST_CASE("a device access is done as a whole or not at all") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  DmaBuffer high(domain, kPageSize);
  DmaBuffer low(domain, kPageSize, {.device_writes = false});
  REQUIRE(low.address() + kPageSize == high.address());
  std::array<std::byte, 16> ones{};
  ones.fill(std::byte{1});
  // Half in the read-only window, half in the writable one.
  CHECK(domain.write(high.address() - 8, ones, {}) == DmaStatus::ReadOnly);
  CHECK(high.load<std::uint64_t>(0) == 0);
  CHECK(domain.read(high.address() - 8, ones, {}) == DmaStatus::Ok);
  CHECK(ones == std::array<std::byte, 16>{});
  // Half beyond everything: not mapped wins over read only.
  ones.fill(std::byte{1});
  CHECK(domain.write(high.address() + kPageSize - 8, ones, {}) == DmaStatus::NotMapped);
  CHECK(high.load<std::uint64_t>(kPageSize - 8) == 0);
  CHECK(domain.write(low.address() - 8, ones, {}) == DmaStatus::NotMapped);
  CHECK(domain.write(~std::uint64_t{7}, ones, {}) == DmaStatus::NotMapped);
  CHECK(domain.traffic().refused == 4);
  CHECK(domain.traffic().writes == 0);
  CHECK(domain.traffic().reads == 1);
}

TEST_CASE("a window ends with its buffer, while other functions never saw it") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  DmaDomain other(memory, AddressMode::Iova);
  std::uint64_t address = 0;
  std::array<std::byte, 4> bytes{};
  {
    const DmaBuffer buffer(domain, kPageSize);
    address = buffer.address();
    CHECK(domain.read(address, bytes, {}) == DmaStatus::Ok);
    CHECK(other.read(address, bytes, {}) == DmaStatus::NotMapped);
    // The physical address is no device address.
    CHECK(domain.read(HostMemory::kDefaultBase, bytes, {}) == DmaStatus::NotMapped);
  }
  CHECK(domain.read(address, bytes, {}) == DmaStatus::NotMapped);
  CHECK(domain.mapped_pages() == 0);
}

TEST_CASE("the PSP's guest-physical accesses bypass the map") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  const std::uint64_t address = memory.allocate(kPageSize);
  memory.write(address, pattern(8));
  std::array<std::byte, 8> bytes{};
  CHECK(domain.read(address, bytes, {.space = DmaSpace::GuestPhysical}) == DmaStatus::Ok);
  CHECK(std::ranges::equal(bytes, pattern(8)));
  CHECK(domain.read(0x1000, bytes, {.space = DmaSpace::GuestPhysical}) == DmaStatus::NotMapped);
}

TEST_CASE("without an IOMMU the device address is the physical one and all memory is in reach") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Identity);
  DmaBuffer buffer(domain, 0x40'0000, {.alignment = 0x40'0000});
  CHECK(buffer.address() % 0x40'0000 == 0);
  CHECK(memory.contains(buffer.address(), buffer.size()));
  std::array<std::byte, 4> bytes{};
  CHECK(domain.write(buffer.address() + buffer.size(), bytes, {}) == DmaStatus::Ok);
  CHECK(domain.write(HostMemory::kDefaultBase + HostMemory::kDefaultSize - 2, bytes, {}) == DmaStatus::NotMapped);
}

TEST_CASE("an access with a PASID hits nothing, because no function of this host has any") {
  HostMemory memory;
  for (const auto mode : {AddressMode::Identity, AddressMode::Iova}) {
    DmaDomain domain(memory, mode);
    const DmaBuffer buffer(domain, kPageSize);
    std::array<std::byte, 4> bytes{};
    CHECK(domain.read(buffer.address(), bytes, {.pasid = 0xF'FFFF}) == DmaStatus::NotMapped);
  }
}

TEST_CASE("the CPU cannot reach beyond the end of a buffer") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  DmaBuffer buffer(domain, 10);
  buffer.store<std::uint16_t>(8, 1);
  CHECK_THROWS_AS(buffer.store<std::uint16_t>(9, 1), std::out_of_range);
  CHECK_THROWS_AS(buffer.load<std::uint8_t>(~std::uint64_t{0}), std::out_of_range);
}

}  // namespace aie4::host
