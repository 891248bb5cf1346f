// SPDX-License-Identifier: Apache-2.0
// Accesses to BARs and configuration space (test checklist A).
#include <cerrno>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

struct Ready {
  Ready() : client(bench.client()) { client.config<std::uint16_t>(0x04, 0x0006); }
  Bench bench;
  VfioUserClient client;
};

}  // namespace

TEST_CASE("each BAR is read and written in 1, 2, 4 and 8 bytes, little endian") {
  Ready ready;
  for (const std::uint32_t bar : {0U, 2U, 4U}) {
    REQUIRE(ready.client.write<std::uint64_t>(bar, 0x100, 0x8877665544332211) == 0);
    CHECK(ready.client.read<std::uint8_t>(bar, 0x101) == 0x22);
    CHECK(ready.client.read<std::uint16_t>(bar, 0x102) == 0x4433);
    CHECK(ready.client.read<std::uint32_t>(bar, 0x104) == 0x88776655);
    CHECK(ready.client.read<std::uint64_t>(bar, 0x100) == 0x8877665544332211);
    REQUIRE(ready.client.write<std::uint8_t>(bar, 0x100, 0xAA) == 0);
    REQUIRE(ready.client.write<std::uint16_t>(bar, 0x102, 0xBBCC) == 0);
    REQUIRE(ready.client.write<std::uint32_t>(bar, 0x104, 0xDDEEFF00) == 0);
    CHECK(ready.client.read<std::uint64_t>(bar, 0x100) == 0xDDEEFF00BBCC22AA);
  }
}

TEST_CASE("the reply to an access repeats offset, region and count") {
  Ready ready;
  const Reply reply = ready.client.read_region(4, 0x20, 4);
  REQUIRE(reply.payload.size() == sizeof(RegionAccess) + 4);
  const auto access = load<RegionAccess>(reply.payload);
  CHECK(access.offset == 0x20);
  CHECK(access.region == 4);
  CHECK(access.count == 4);
  Bytes payload(sizeof(RegionAccess) + 4);
  store(payload, RegionAccess{0x20, 4, 4});
  CHECK(ready.client.call(Command::RegionWrite, payload).payload.size() == sizeof(RegionAccess));
}

TEST_CASE("all of configuration space is read in one piece, and any piece of it") {
  Ready ready;
  const Reply all = ready.client.read_region(kRegionConfig, 0, 4096);
  REQUIRE(all.payload.size() == sizeof(RegionAccess) + 4096);
  CHECK(load<std::uint32_t>(std::span(all.payload).subspan(16)) == 0x17F21022);
  CHECK(ready.client.config<std::uint8_t>(0x08) == 0x10);
  CHECK(ready.client.config<std::uint16_t>(0x02) == 0x17F2);
  CHECK(ready.client.config<std::uint32_t>(0x00) == 0x17F21022);
  CHECK(ready.client.read_region(kRegionConfig, 4095, 1).error() == 0);
}

TEST_CASE("an access that is not inside its region is refused, and the device does not see it") {
  struct Case {
    std::uint64_t offset;
    std::uint32_t region, count;
  };
  const auto bad =
      GENERATE(Case{0xFFFFFFFFFFFFFFFF, 0, 256}, Case{0xFFFFFFFFFFFFFFFF, 0, 1}, Case{0x2'0000, 0, 1},
               Case{0x2'0000 - 4, 0, 8}, Case{0xFFD, 4, 4}, Case{4096, 7, 1}, Case{4093, 7, 4}, Case{0, 7, 4097},
               Case{0, 9, 4}, Case{0, 0xFFFFFFFF, 4}, Case{0, 1, 4}, Case{0, 6, 4}, Case{0, 8, 4}, Case{0, 4, 65537},
               Case{0, 2, 65536}, Case{0, 2, 16}, Case{0, 4, 0xFFFFFFFF});
  CAPTURE(bad.offset, bad.region, bad.count);
  Ready ready;
  require_refused(ready.client.read_region(bad.region, bad.offset, bad.count), EINVAL);
  if (bad.count <= 65536) {
    CHECK(ready.client.write_region(bad.region, bad.offset, Bytes(bad.count)) == EINVAL);
  }
  CHECK(ready.bench.devices[0]->reads == 0);
  CHECK(ready.bench.devices[0]->writes == 0);
  require_usable(ready.client);
}

TEST_CASE("widths that no bus carries are refused") {
  Ready ready;
  for (const std::uint32_t count : {3U, 5U, 6U, 7U}) {
    require_refused(ready.client.read_region(4, 0, count), EINVAL);
    CHECK(ready.client.write_region(4, 0, Bytes(count)) == EINVAL);
  }
  CHECK(ready.bench.devices[0]->reads == 0);
  CHECK(ready.bench.devices[0]->writes == 0);
}

TEST_CASE("an access of no bytes is an empty success") {
  Ready ready;
  for (const std::uint32_t region : {0U, 7U}) {
    const Reply reply = ready.client.read_region(region, 0, 0);
    CHECK(reply.error() == 0);
    CHECK(reply.payload.size() == sizeof(RegionAccess));
    CHECK(ready.client.write_region(region, 0, {}) == 0);
  }
  CHECK(ready.bench.devices[0]->reads == 0);
}

TEST_CASE("messages whose size and count differ are refused") {
  Ready ready;
  Bytes payload(sizeof(RegionAccess) + 4);
  store(payload, RegionAccess{0, 4, 8});
  require_refused(ready.client.call(Command::RegionWrite, payload), EINVAL);
  store(payload, RegionAccess{0, 4, 2});
  require_refused(ready.client.call(Command::RegionWrite, payload), EINVAL);
  require_refused(ready.client.call(Command::RegionWrite, Bytes(15)), EINVAL);
  require_refused(ready.client.call(Command::RegionRead, Bytes(15)), EINVAL);
  CHECK(ready.bench.devices[0]->writes == 0);
}

TEST_CASE("a read that follows posted writes sees all of them, settled") {
  Ready ready;
  // The device answers at +8 what has settled of the writes to +0.
  std::uint32_t written = 0;
  FakeDevice& device = *ready.bench.devices[0];
  device.on_write = [&](unsigned, std::uint64_t offset) {
    if (offset == 0) written = device.at<std::uint32_t>(4, 0);
  };
  ready.bench.host.on_settle = [&] { store(std::span(device.bars[4]).subspan(8), written); };
  for (std::uint32_t value = 1; value <= 100; ++value) {
    ready.client.post<std::uint32_t>(4, 0, value);
    REQUIRE(ready.client.read<std::uint32_t>(4, 8) == value);
  }
}

TEST_CASE("each access settles the machine before the next one") {
  Ready ready;
  const unsigned before = ready.bench.host.settles;
  ready.client.post<std::uint32_t>(4, 0, 1);
  ready.client.post<std::uint32_t>(4, 0, 2);
  ready.client.read<std::uint32_t>(4, 0);
  ready.client.config<std::uint16_t>(0);
  ready.client.region_info(0);  // Not an access.
  ready.bench.turns(1);
  CHECK(ready.bench.host.settles == before + 4);
}

TEST_CASE("posted writes that are invalid are dropped in silence, and counted") {
  Ready ready;
  ready.client.post<std::uint32_t>(9, 0, 1);
  ready.client.post<std::uint32_t>(4, 0x1000, 1);
  const Bytes three(3);
  ready.client.post_write(4, 0, three);
  CHECK_FALSE(ready.client.receive_if_any().has_value());
  CHECK(ready.bench.statistics().posted_writes_dropped == 3);
  CHECK(ready.bench.devices[0]->writes == 0);
  require_usable(ready.client);
}

TEST_CASE("a BAR that is not decoded reads as all ones and ignores writes, as on a bus") {
  Bench bench;
  VfioUserClient client = bench.client();
  CHECK(client.read<std::uint32_t>(4, 0) == 0xFFFFFFFF);
  CHECK(client.write<std::uint32_t>(4, 0, 1) == 0);
  CHECK(bench.devices[0]->writes == 0);
}

TEST_CASE("configuration writes obey the bits: read-only stays, sizing a BAR does no harm, there is no ROM") {
  Ready ready;
  CHECK(ready.client.config<std::uint32_t>(0x00, 0) == 0);
  CHECK(ready.client.config<std::uint32_t>(0x00) == 0x17F21022);
  CHECK(ready.client.config<std::uint32_t>(0x30, 0xFFFFF800) == 0);
  CHECK(ready.client.config<std::uint32_t>(0x30) == 0);
  CHECK(ready.client.config<std::uint32_t>(0x10, 0xFFFFFFFF) == 0);
  CHECK(ready.client.config<std::uint32_t>(0x14, 0xFFFFFFFF) == 0);
  REQUIRE(ready.client.write<std::uint32_t>(4, 0, 7) == 0);
  CHECK(ready.client.read<std::uint32_t>(4, 0) == 7);
}

}  // namespace aie4::vfio_user::test
