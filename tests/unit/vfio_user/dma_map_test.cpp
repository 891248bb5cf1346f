// SPDX-License-Identifier: Apache-2.0
// The table of windows on its own: limits, random ranges against a page-by-page model.
#include "sim/vfio_user/dma_map.hpp"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

constexpr std::uint64_t kPage = 4096;

DmaMapRequest map_request(std::uint64_t address, std::uint64_t size, std::uint64_t offset = 0) {
  return {sizeof(DmaMapRequest), 3, offset, address, size};
}
DmaUnmapRequest unmap_request(std::uint64_t address, std::uint64_t size) {
  return {sizeof(DmaUnmapRequest), 0, address, size};
}

}  // namespace

TEST_CASE("a hundred thousand page-sized maps fit, the one beyond the limit is refused") {
  DmaMap map;
  for (std::uint64_t page = 0; page < DmaMap::kMaxWindows; ++page) {
    REQUIRE(map.map(map_request(page * 2 * kPage, kPage), UniqueFd()) == 0);
  }
  STATIC_REQUIRE(DmaMap::kMaxWindows >= 100'000);
  CHECK(map.map(map_request(DmaMap::kMaxWindows * 2 * kPage, kPage), UniqueFd()) == ENOSPC);
  // Cutting a window in two would make one more.
  CHECK(map.unmap(unmap_request(16, 16)) == ENOSPC);
  CHECK(map.unmap(unmap_request(0, 16)) == 0);
  CHECK(map.unmap(unmap_request(2 * kPage, kPage)) == 0);
  CHECK(map.map(map_request(2 * kPage, kPage), UniqueFd()) == 0);
}

TEST_CASE("any order of maps, unmaps and cuts leaves exactly the pages that a page table would hold") {
  constexpr std::uint64_t kPages = 96;
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto number = [&random](std::uint64_t limit) { return random() % limit; };
  GuestMemory ram(kPages * kPage);
  for (std::uint64_t page = 0; page < kPages; ++page) store(ram.bytes().subspan(page * kPage), page);
  DmaMap map;
  map.freeze_guest_physical();
  std::map<std::uint64_t, std::uint64_t> model;  // Page of address -> page of file.
  for (unsigned step = 0; step < 4000; ++step) {
    const std::uint64_t first = number(kPages);
    const std::uint64_t count = 1 + number(kPages - first < 12 ? kPages - first : 12);
    if (number(2) == 0) {
      const std::uint64_t file_page = number(kPages - count + 1);
      bool free = true;
      for (std::uint64_t page = first; page < first + count; ++page) free = free && !model.contains(page);
      const int error =
          map.map(map_request(first * kPage, count * kPage, file_page * kPage), UniqueFd(::dup(ram.fd())));
      REQUIRE(error == (free ? 0 : EEXIST));
      for (std::uint64_t page = 0; free && page < count; ++page) model[first + page] = file_page + page;
    } else {
      REQUIRE(map.unmap(unmap_request(first * kPage, count * kPage)) == 0);
      for (std::uint64_t page = first; page < first + count; ++page) model.erase(page);
    }
    const std::uint64_t probe = number(kPages);
    std::uint64_t value = 0;
    const DmaStatus status = map.read(probe * kPage, std::as_writable_bytes(std::span(&value, 1)), DmaSpace::Function);
    REQUIRE(status == (model.contains(probe) ? DmaStatus::Ok : DmaStatus::NotMapped));
    if (status == DmaStatus::Ok) REQUIRE(value == model[probe]);

    std::array<std::byte, 3 * kPage> large{};
    const std::uint64_t start = number(kPages - 3);
    const bool whole = model.contains(start) && model.contains(start + 1) && model.contains(start + 2);
    REQUIRE((map.read(start * kPage, large, DmaSpace::Function) == DmaStatus::Ok) == whole);
  }
}

TEST_CASE("too many different files are refused, and room is made when maps go") {
  DmaMap map;
  std::vector<std::unique_ptr<GuestMemory>> files;
  for (std::size_t count = 0; count <= GuestFiles::kMaxFiles; ++count) {
    files.push_back(std::make_unique<GuestMemory>(kPage));
  }
  map.freeze_guest_physical();
  for (std::size_t index = 0; index < GuestFiles::kMaxFiles; ++index) {
    REQUIRE(map.map(map_request(index * kPage, kPage), UniqueFd(::dup(files[index]->fd()))) == 0);
  }
  const std::uint64_t next = GuestFiles::kMaxFiles * kPage;
  CHECK(map.map(map_request(next, kPage), UniqueFd(::dup(files.back()->fd()))) == ENOSPC);
  REQUIRE(map.unmap(unmap_request(0, kPage)) == 0);
  CHECK(map.map(map_request(next, kPage), UniqueFd(::dup(files.back()->fd()))) == 0);
}

TEST_CASE("a file larger than any guest is refused") {
  const UniqueFd file(::memfd_create("large", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(::ftruncate(file.get(), static_cast<off_t>(GuestFiles::kMaxFileSize + kPage)) == 0);
  DmaMap map;
  CHECK(map.map(map_request(0, GuestFiles::kMaxFileSize + kPage), UniqueFd(::dup(file.get()))) == ENOSPC);
  CHECK(map.map(map_request(0, kPage), UniqueFd(::dup(file.get()))) == ENOSPC);
}

TEST_CASE("a file that has grown since it was first seen is reached to its new end") {
  const UniqueFd file(::memfd_create("growing", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(::ftruncate(file.get(), static_cast<off_t>(kPage)) == 0);
  REQUIRE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  DmaMap map;
  REQUIRE(map.map(map_request(0, kPage), UniqueFd(::dup(file.get()))) == 0);
  CHECK(map.map(map_request(kPage, kPage, kPage), UniqueFd(::dup(file.get()))) == EINVAL);
  REQUIRE(::ftruncate(file.get(), static_cast<off_t>(2 * kPage)) == 0);
  REQUIRE(map.map(map_request(kPage, kPage, kPage), UniqueFd(::dup(file.get()))) == 0);
  const std::array<std::byte, 16> data{};
  CHECK(map.write(kPage - 8, data, DmaSpace::Function) == DmaStatus::Ok);
}

TEST_CASE("accesses of every size and alignment move exactly their bytes") {
  const bool sealed = GENERATE(true, false);
  GuestMemory ram(2 * kPage, sealed);
  DmaMap map;
  REQUIRE(map.map(map_request(0, 2 * kPage), UniqueFd(::dup(ram.fd()))) == 0);
  for (std::size_t size = 1; size <= 17; ++size) {
    for (std::uint64_t at = kPage - 9; at <= kPage + 9; ++at) {
      std::fill(ram.bytes().begin(), ram.bytes().end(), std::byte{0});
      std::vector<std::byte> data(size);
      for (std::size_t index = 0; index < size; ++index) data[index] = std::byte(index + 1);
      REQUIRE(map.write(at, data, DmaSpace::Function) == DmaStatus::Ok);
      REQUIRE(std::equal(data.begin(), data.end(), ram.bytes().begin() + static_cast<std::ptrdiff_t>(at)));
      REQUIRE(ram.bytes()[at - 1] == std::byte{0});
      REQUIRE(ram.bytes()[at + size] == std::byte{0});
      std::vector<std::byte> back(size);
      REQUIRE(map.read(at, back, DmaSpace::Function) == DmaStatus::Ok);
      REQUIRE(back == data);
    }
  }
}

TEST_CASE("an access of no bytes succeeds anywhere, one that wraps nowhere") {
  DmaMap map;
  GuestMemory ram(kPage);
  CHECK(map.read(0x1234, {}, DmaSpace::Function) == DmaStatus::Ok);
  REQUIRE(map.map(map_request(0xFFFFFFFFFFFFF000, kPage), UniqueFd(::dup(ram.fd()))) == 0);
  REQUIRE(map.map(map_request(0, kPage), UniqueFd(::dup(ram.fd()))) == 0);
  std::array<std::byte, 8> data{};
  CHECK(map.read(0xFFFFFFFFFFFFFFFC, data, DmaSpace::Function) == DmaStatus::NotMapped);
}

}  // namespace aie4::vfio_user::test
