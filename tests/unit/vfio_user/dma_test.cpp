// SPDX-License-Identifier: Apache-2.0
// Guest memory through messages (test checklist D).
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kPage = 4096;

/// A client with bus mastering on, and a device that reads and writes eight bytes.
struct Ready {
  Ready() : client(bench.client()) { client.config<std::uint16_t>(0x04, 0x0006); }

  DmaStatus write(std::uint64_t address, std::uint64_t value = 0x0123456789ABCDEF,
                  DmaSpace space = DmaSpace::Function) {
    return bench.functions[0]->dma_write(address, bytes_of(value), {.space = space, .engine = "uc0"});
  }
  DmaStatus read(std::uint64_t address, DmaSpace space = DmaSpace::Function) {
    std::uint64_t value = 0;
    const DmaStatus status = bench.functions[0]->dma_read(address, std::as_writable_bytes(std::span(&value, 1)),
                                                          {.space = space, .engine = "uc0"});
    last = value;
    return status;
  }
  static std::uint64_t in(GuestMemory& ram, std::uint64_t offset) {
    return load<std::uint64_t>(ram.bytes().subspan(offset));
  }

  Bench bench;
  VfioUserClient client;
  std::uint64_t last = 0;
};

}  // namespace

TEST_CASE("memory is reached while it is mapped, at the offset in the file, and not before or after") {
  Ready ready;
  GuestMemory ram(16 * kPage);
  CHECK(ready.read(0x10'0000) == DmaStatus::NotMapped);
  REQUIRE(ready.client.map(0x10'0000, 4 * kPage, ram.fd(), 2 * kPage) == 0);
  REQUIRE(ready.write(0x10'0008) == DmaStatus::Ok);
  CHECK(Ready::in(ram, 2 * kPage + 8) == 0x0123456789ABCDEF);
  REQUIRE(ready.read(0x10'0008) == DmaStatus::Ok);
  CHECK(ready.last == 0x0123456789ABCDEF);
  CHECK(ready.write(0x10'0000 - 1) == DmaStatus::NotMapped);
  CHECK(ready.write(0x10'0000 + 4 * kPage - 7) == DmaStatus::NotMapped);
  CHECK(ready.write(0x10'0000 + 4 * kPage - 8) == DmaStatus::Ok);
  REQUIRE(ready.client.unmap(0x10'0000, 4 * kPage) == 0);
  CHECK(ready.read(0x10'0000) == DmaStatus::NotMapped);
}

TEST_CASE("maps and unmaps of the wrong size are refused, descriptors closed") {
  Ready ready;
  GuestMemory ram(kPage);
  const std::size_t before = open_descriptors();
  const std::array fds{ram.fd()};
  require_refused(ready.client.call(Command::DmaMap, Bytes(31), fds), EINVAL);
  require_refused(ready.client.call(Command::DmaMap, DmaMapRequest{8, 3, 0, 0, kPage}, fds), EINVAL);
  require_refused(ready.client.call(Command::DmaMap, DmaMapRequest{0xFFFFFFFF, 3, 0, 0, kPage}, fds), EINVAL);
  require_refused(ready.client.call(Command::DmaUnmap, Bytes(23)), EINVAL);
  require_refused(ready.client.call(Command::DmaUnmap, DmaUnmapRequest{8, 0, 0, kPage}), EINVAL);
  require_refused(ready.client.call(Command::DmaUnmap, DmaUnmapRequest{0xFFFFFFFF, 0, 0, kPage}), EINVAL);
  CHECK(open_descriptors() == before);
}

TEST_CASE("unknown flags of maps and unmaps are refused") {
  Ready ready;
  GuestMemory ram(kPage);
  CHECK(ready.client.map(0, kPage, ram.fd(), 0, 4 | 3) == EINVAL);
  CHECK(ready.client.map(0, kPage, ram.fd(), 0, 0x80000003) == EINVAL);
  CHECK(ready.client.unmap(0, kPage, 4) == EINVAL);
  CHECK(ready.read(0) == DmaStatus::NotMapped);
}

TEST_CASE("empty ranges, ranges that wrap and offsets that wrap are refused") {
  Ready ready;
  GuestMemory ram(kPage);
  CHECK(ready.client.map(0, 0, ram.fd()) == EINVAL);
  CHECK(ready.client.map(0xFFFFFFFFFFFFF000, 2 * kPage, ram.fd()) == EINVAL);
  CHECK(ready.client.map(0, kPage, ram.fd(), 0xFFFFFFFFFFFFF000) == EINVAL);
  CHECK(ready.client.map(0, kPage, ram.fd(), 0xFFFFFFFFFFFFFFFF) == EINVAL);
  CHECK(ready.client.unmap(0, 0) == EINVAL);
  CHECK(ready.client.unmap(0xFFFFFFFFFFFFF000, 2 * kPage) == EINVAL);
}

TEST_CASE("a map may end at the very end of the address space") {
  Ready ready;
  GuestMemory ram(kPage);
  REQUIRE(ready.client.map(0xFFFFFFFFFFFFF000, kPage, ram.fd()) == 0);
  CHECK(ready.write(0xFFFFFFFFFFFFFFF8) == DmaStatus::Ok);
  CHECK(ready.write(0xFFFFFFFFFFFFFFFC) == DmaStatus::NotMapped);
  CHECK(ready.client.unmap(0xFFFFFFFFFFFFF000, kPage) == 0);
}

TEST_CASE("overlapping maps are refused and the first stays") {
  Ready ready;
  GuestMemory ram(16 * kPage);
  REQUIRE(ready.client.map(4 * kPage, 4 * kPage, ram.fd()) == 0);
  CHECK(ready.client.map(3 * kPage, 2 * kPage, ram.fd()) == EEXIST);    // Left.
  CHECK(ready.client.map(7 * kPage, 2 * kPage, ram.fd()) == EEXIST);    // Right.
  CHECK(ready.client.map(5 * kPage, kPage, ram.fd()) == EEXIST);        // Inside.
  CHECK(ready.client.map(4 * kPage, 4 * kPage, ram.fd()) == EEXIST);    // The same.
  CHECK(ready.client.map(0, 16 * kPage, ram.fd()) == EEXIST);           // Around.
  CHECK(ready.client.map(8 * kPage, kPage, ram.fd(), 8 * kPage) == 0);  // Next to it.
  CHECK(ready.client.map(3 * kPage, kPage, ram.fd(), 3 * kPage) == 0);
  REQUIRE(ready.write(4 * kPage, 42) == DmaStatus::Ok);
  CHECK(Ready::in(ram, 0) == 42);
}

TEST_CASE("memory without a descriptor is known but out of reach, and that is said by name") {
  Ready ready;
  REQUIRE(ready.client.map(0x1000, kPage, -1) == 0);
  CHECK(ready.read(0x1000) == DmaStatus::NotMapped);
  CHECK(ready.write(0x1000) == DmaStatus::NotMapped);
  CHECK(ready.bench.statistics().dma_without_descriptor == 2);
  CHECK(ready.bench.logged("DMA read of 8 bytes at 0x1000 by uc0 meets memory that the virtual machine did not share"));
}

TEST_CASE("what is mapped read-only cannot be written, what is mapped for nothing not even read") {
  Ready ready;
  GuestMemory ram(2 * kPage);
  REQUIRE(ready.client.map(0, kPage, ram.fd(), 0, kDmaRead) == 0);
  REQUIRE(ready.client.map(kPage, kPage, ram.fd(), kPage, 0) == 0);
  CHECK(ready.read(0) == DmaStatus::Ok);
  CHECK(ready.write(0) == DmaStatus::ReadOnly);
  CHECK(Ready::in(ram, 0) == 0);
  CHECK(ready.read(kPage) == DmaStatus::NotMapped);
  CHECK(ready.write(kPage) == DmaStatus::NotMapped);
}

TEST_CASE("two descriptors for one map are refused and closed") {
  Ready ready;
  GuestMemory ram(kPage);
  const std::size_t before = open_descriptors();
  const std::array fds{ram.fd(), ram.fd()};
  require_refused(ready.client.call(Command::DmaMap, DmaMapRequest{32, 3, 0, 0, kPage}, fds), EINVAL);
  CHECK(open_descriptors() == before);
  CHECK(ready.read(0) == DmaStatus::NotMapped);
}

TEST_CASE("unmapping what is not mapped is a success, as guests with an IOMMU do it by the dozen") {
  Ready ready;
  CHECK(ready.client.unmap(0, 0xFEE0'0000) == 0);
  CHECK(ready.client.unmap(0xFEF0'0000, 0xFFFFFFFF'01100000) == 0);  // Ends at 2^64.
  CHECK(ready.client.unmap(0, 0x1000) == 0);
}

TEST_CASE("one unmap removes all maps in its range and cuts those across its ends") {
  Ready ready;
  GuestMemory ram(64 * kPage);
  for (std::uint64_t page = 0; page < 10; page += 2) {
    REQUIRE(ready.client.map(page * kPage, 2 * kPage, ram.fd(), page * kPage) == 0);
  }
  REQUIRE(ready.client.unmap(kPage, 7 * kPage) == 0);
  CHECK(ready.read(0) == DmaStatus::Ok);
  for (std::uint64_t page = 1; page < 8; ++page) CHECK(ready.read(page * kPage) == DmaStatus::NotMapped);
  REQUIRE(ready.write(8 * kPage, 8) == DmaStatus::Ok);
  CHECK(Ready::in(ram, 8 * kPage) == 8);
  REQUIRE(ready.client.map(32 * kPage, 8 * kPage, ram.fd(), 32 * kPage) == 0);
  REQUIRE(ready.client.unmap(34 * kPage, kPage) == 0);
  REQUIRE(ready.write(33 * kPage, 33) == DmaStatus::Ok);
  CHECK(ready.write(34 * kPage) == DmaStatus::NotMapped);
  REQUIRE(ready.write(35 * kPage, 35) == DmaStatus::Ok);
  CHECK(Ready::in(ram, 33 * kPage) == 33);
  CHECK(Ready::in(ram, 35 * kPage) == 35);
}

TEST_CASE("a guest with an IOMMU unmaps everything up to 2^64") {
  Ready ready;
  GuestMemory ram(4 * kPage);
  REQUIRE(ready.client.map(0xFEF0'0000, kPage, ram.fd()) == 0);
  REQUIRE(ready.client.map(0xFFFFFFFF'FFFFF000, kPage, ram.fd()) == 0);
  REQUIRE(ready.client.unmap(0xFEF0'0000, 0xFFFFFFFF'01100000) == 0);
  CHECK(ready.read(0xFEF0'0000) == DmaStatus::NotMapped);
  CHECK(ready.read(0xFFFFFFFF'FFFFFFF0) == DmaStatus::NotMapped);
}

TEST_CASE("unmap of everything takes neither range nor bitmap") {
  Ready ready;
  GuestMemory ram(4 * kPage);
  REQUIRE(ready.client.map(0, kPage, ram.fd()) == 0);
  REQUIRE(ready.client.map(2 * kPage, kPage, ram.fd()) == 0);
  CHECK(ready.client.unmap(kPage, 0, kUnmapAll) == EINVAL);
  CHECK(ready.client.unmap(0, kPage, kUnmapAll) == EINVAL);
  CHECK(ready.client.unmap(0, 0, kUnmapAll | kUnmapDirtyBitmap) == EINVAL);
  CHECK(ready.client.unmap(0, kPage, kUnmapDirtyBitmap) == ENOTSUP);
  CHECK(ready.read(0) == DmaStatus::Ok);
  CHECK(ready.client.unmap(0, 0, kUnmapAll) == 0);
  CHECK(ready.read(0) == DmaStatus::NotMapped);
  CHECK(ready.read(2 * kPage) == DmaStatus::NotMapped);
}

TEST_CASE("a dirty bitmap with a size near 2^64 is refused like any bitmap") {
  Ready ready;
  struct {
    DmaUnmapRequest request{40, kUnmapDirtyBitmap, 0, 4096};
    std::uint64_t page_size = 4096;
    std::uint64_t bytes = 0xFFFFFFFFFFFFFFF8;
  } bitmap;
  require_refused(ready.client.call(Command::DmaUnmap, bitmap), ENOTSUP);
  require_usable(ready.client);
}

TEST_CASE("a map beyond the end of its file is refused") {
  Ready ready;
  GuestMemory ram(4 * kPage);
  CHECK(ready.client.map(0, 5 * kPage, ram.fd()) == EINVAL);
  CHECK(ready.client.map(0, 4 * kPage, ram.fd(), kPage) == EINVAL);
  CHECK(ready.client.map(0, kPage, ram.fd(), 4 * kPage) == EINVAL);
  CHECK(ready.client.map(0, 4 * kPage, ram.fd()) == 0);
}

TEST_CASE("rights that the descriptor does not give are refused") {
  Ready ready;
  GuestMemory ram(kPage);
  const UniqueFd read_only(::open(("/proc/self/fd/" + std::to_string(ram.fd())).c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(read_only);
  CHECK(ready.client.map(0, kPage, read_only.get()) == EFAULT);
  CHECK(ready.client.map(0, kPage, read_only.get(), 0, kDmaRead) == 0);
  CHECK(ready.write(0) == DmaStatus::ReadOnly);
  // The same file with more rights later is mapped anew, and the first map keeps its own.
  CHECK(ready.client.map(kPage, kPage, ram.fd()) == 0);
  CHECK(ready.write(kPage, 5) == DmaStatus::Ok);
  CHECK(ready.read(0) == DmaStatus::Ok);
  CHECK(ready.last == 5);
  CHECK(ready.write(0) == DmaStatus::ReadOnly);
}

TEST_CASE("only files that are memory are taken") {
  Ready ready;
  const std::size_t before = open_descriptors();
  {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    const UniqueFd folder(::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd device(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    GuestMemory ram(kPage);
    const UniqueFd path(::open(("/proc/self/fd/" + std::to_string(ram.fd())).c_str(), O_PATH | O_CLOEXEC));
    for (const int fd : {reader.get(), writer.get(), folder.get(), device.get(), path.get()}) {
      CHECK(ready.client.map(0, kPage, fd) == EINVAL);
    }
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a file that is truncated after the map is a refused access, not a dead server") {
  Ready ready;
  GuestMemory ram(4 * kPage, false);
  REQUIRE(ready.client.map(0, 4 * kPage, ram.fd()) == 0);
  REQUIRE(ready.write(2 * kPage, 9) == DmaStatus::Ok);
  CHECK(Ready::in(ram, 2 * kPage) == 9);
  REQUIRE(::ftruncate(ram.fd(), static_cast<off_t>(kPage)) == 0);
  CHECK(ready.read(2 * kPage) == DmaStatus::NotMapped);
  CHECK(ready.write(2 * kPage) == DmaStatus::NotMapped);
  CHECK(ready.write(kPage - 4) == DmaStatus::NotMapped);  // Half of it is gone, so nothing is written.
  CHECK(Ready::in(ram, kPage - 8) == 0);
  CHECK(ready.read(0) == DmaStatus::Ok);
}

TEST_CASE("a sealed file is mapped, an unsealed one is not") {
  GuestMemory sealed(kPage, true);
  GuestMemory unsealed(kPage, false);
  GuestFiles files;
  const auto first = files.find(UniqueFd(::dup(sealed.fd())), kPage, true);
  const auto second = files.find(UniqueFd(::dup(unsealed.fd())), kPage, true);
  REQUIRE(first.error == 0);
  REQUIRE(second.error == 0);
  CHECK(first.file->mapped());
  CHECK_FALSE(second.file->mapped());
}

TEST_CASE("tens of thousands of maps of one file cost one mapping and no descriptor") {
  Ready ready;
  GuestMemory ram(16U << 20);
  const std::size_t before = open_descriptors();
  const auto mappings = [&ram] {
    std::size_t count = 0;
    const UniqueFd maps(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(maps.get(), chunk.data(), chunk.size())) > 0;) {
      text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    for (std::size_t at = 0; (at = text.find("memfd:guest", at)) != text.npos; ++at) ++count;
    return count;
  };
  const std::size_t mapped_before = mappings();
  constexpr std::uint64_t kMaps = 65535;
  for (std::uint64_t page = 0; page < kMaps; ++page) {
    REQUIRE(ready.client.map((1U << 30) + page * 2 * kPage, kPage, ram.fd(), page * kPage % ram.size()) == 0);
  }
  CHECK(open_descriptors() == before);
  CHECK(mappings() == mapped_before + 1);
  CHECK(ready.write((1U << 30) + 54321 * 2 * kPage, 1) == DmaStatus::Ok);
  CHECK(ready.write((1U << 30) + (54321 * 2 + 1) * kPage, 1) == DmaStatus::NotMapped);
  REQUIRE(ready.client.unmap(0, 0, kUnmapAll) == 0);
}

TEST_CASE("an access across adjacent maps is whole, across a hole, or into a read-only part, it does nothing") {
  Ready ready;
  GuestMemory ram(16 * kPage);
  // Adjacent in address, not in the file.
  REQUIRE(ready.client.map(0, kPage, ram.fd(), 8 * kPage) == 0);
  REQUIRE(ready.client.map(kPage, kPage, ram.fd(), 2 * kPage) == 0);
  REQUIRE(ready.client.map(2 * kPage, kPage, ram.fd(), 4 * kPage, kDmaRead) == 0);
  REQUIRE(ready.write(kPage - 4, 0x1111111122222222) == DmaStatus::Ok);
  CHECK(load<std::uint32_t>(ram.bytes().subspan(9 * kPage - 4)) == 0x22222222);
  CHECK(load<std::uint32_t>(ram.bytes().subspan(2 * kPage)) == 0x11111111);
  REQUIRE(ready.read(kPage - 4) == DmaStatus::Ok);
  CHECK(ready.last == 0x1111111122222222);

  CHECK(ready.write(2 * kPage - 4) == DmaStatus::ReadOnly);
  CHECK(load<std::uint32_t>(ram.bytes().subspan(3 * kPage - 4)) == 0);
  CHECK(ready.read(2 * kPage - 4) == DmaStatus::Ok);
  CHECK(ready.read(3 * kPage - 4) == DmaStatus::NotMapped);

  REQUIRE(ready.client.unmap(kPage, kPage) == 0);
  Bytes large(3 * kPage, std::byte{0xEE});
  CHECK(ready.bench.functions[0]->dma_write(0, large, {}) == DmaStatus::NotMapped);
  CHECK(Ready::in(ram, 8 * kPage) == 0);
}

TEST_CASE("guest-physical space outlives the unmaps of an IOMMU, and the client only as long as the client") {
  Bench bench;
  GuestMemory ram(32U << 20);
  {
    VfioUserClient qemu = bench.connect();
    qemu.realise(ram);
    qemu.start_guest(ram);
    qemu.config<std::uint16_t>(0x04, 0x0006);
    REQUIRE(qemu.unmap(0, 0xFEE0'0000) == 0);
    REQUIRE(qemu.unmap(0xFEF0'0000, 0xFFFFFFFF'01100000) == 0);
    // An IOVA that looks like a physical address leads elsewhere.
    REQUIRE(qemu.map(0x40'0000, kPage, ram.fd(), 0x80'0000) == 0);
    store(ram.bytes().subspan(0x40'0000), std::uint64_t{1234});
    store(ram.bytes().subspan(0x80'0000), std::uint64_t{5678});

    std::uint64_t value = 0;
    const auto data = std::as_writable_bytes(std::span(&value, 1));
    REQUIRE(bench.functions[0]->dma_read(0x40'0000, data, {.space = DmaSpace::GuestPhysical}) == DmaStatus::Ok);
    CHECK(value == 1234);
    REQUIRE(bench.functions[0]->dma_read(0x40'0000, data, {}) == DmaStatus::Ok);
    CHECK(value == 5678);
    CHECK(bench.functions[0]->dma_read(ram.size(), data, {.space = DmaSpace::GuestPhysical}) == DmaStatus::NotMapped);
    CHECK(bench.functions[0]->dma_read(0x50'0000, data, {}) == DmaStatus::NotMapped);
  }
  bench.turns();
  VfioUserClient next = bench.client();
  next.config<std::uint16_t>(0x04, 0x0006);
  std::uint64_t value = 0;
  CHECK(bench.functions[0]->dma_read(0x40'0000, std::as_writable_bytes(std::span(&value, 1)),
                                     {.space = DmaSpace::GuestPhysical}) == DmaStatus::NotMapped);
}

TEST_CASE("guest-physical space follows RAM that is split at 4 GiB") {
  Bench bench;
  GuestMemory ram(8 * kPage);
  VfioUserClient client = bench.client();
  REQUIRE(client.map(0, 4 * kPage, ram.fd()) == 0);
  REQUIRE(client.map(0x1'0000'0000, 4 * kPage, ram.fd(), 4 * kPage) == 0);
  REQUIRE(client.reset() == 0);
  REQUIRE(client.unmap(0, 0, kUnmapAll) == 0);
  client.config<std::uint16_t>(0x04, 0x0006);
  const std::uint64_t value = 77;
  REQUIRE(bench.functions[0]->dma_write(0x1'0000'0000, bytes_of(value), {.space = DmaSpace::GuestPhysical}) ==
          DmaStatus::Ok);
  CHECK(load<std::uint64_t>(ram.bytes().subspan(4 * kPage)) == 77);
}

}  // namespace aie4::vfio_user::test
