// SPDX-License-Identifier: Apache-2.0
// What the device says about itself (test checklist INFO, REGION_INFO, IRQ_INFO).
#include <cerrno>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {

using Bytes = std::vector<std::byte>;

TEST_CASE("DEVICE_GET_INFO: a PCI device with reset, nine regions, five interrupt indexes") {
  Bench bench;
  VfioUserClient client = bench.client();
  const auto argsz = GENERATE(std::uint32_t{16}, std::uint32_t{32}, std::uint32_t{0xFFFFFFFF});
  const Reply reply = client.call(Command::DeviceGetInfo, DeviceInfo{argsz, 0, 0, 0});
  REQUIRE(reply.payload.size() == sizeof(DeviceInfo));
  const auto info = load<DeviceInfo>(reply.payload);
  CHECK(info.argsz == 16);
  CHECK(info.flags == 3);
  CHECK(info.regions == 9);
  CHECK(info.irqs == 5);
}

TEST_CASE("information requests that are too short, or have no room for the answer, are refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  require_refused(client.call(Command::DeviceGetInfo, Bytes(8)), EINVAL);
  require_refused(client.call(Command::DeviceGetInfo, DeviceInfo{8, 0, 0, 0}), EINVAL);
  require_refused(client.call(Command::DeviceGetRegionInfo, Bytes(31)), EINVAL);
  require_refused(client.call(Command::DeviceGetRegionInfo, RegionInfo{8, 0, 0, 0, 0, 0}), EINVAL);
  require_refused(client.call(Command::DeviceGetIrqInfo, Bytes(15)), EINVAL);
  require_refused(client.call(Command::DeviceGetIrqInfo, IrqInfo{8, 0, 2, 0}), EINVAL);
  require_usable(client);
}

TEST_CASE("each region has the size of its BAR, absent ones and upper halves have none") {
  Bench bench;
  VfioUserClient client = bench.client();
  const std::array<std::uint64_t, kRegionCount> sizes{0x2'0000, 0, 0x8'0000, 0, 0x1000, 0, 0, 4096, 0};
  for (std::uint32_t index = 0; index < kRegionCount; ++index) {
    const RegionInfo info = client.region_info(index);
    CHECK(info.argsz == sizeof(RegionInfo));
    CHECK(info.index == index);
    CHECK(info.size == sizes[index]);
    CHECK(info.flags == (sizes[index] != 0 ? 3U : 0U));
    CHECK(info.cap_offset == 0);
    CHECK(info.offset == 0);
  }
}

TEST_CASE("no region can be mapped, because one would make QEMU wait for every write") {
  Bench bench;
  VfioUserClient client = bench.client();
  constexpr std::uint32_t kMmap = 4;
  for (std::uint32_t index = 0; index < kRegionCount; ++index) CHECK((client.region_info(index).flags & kMmap) == 0);
}

TEST_CASE("a larger argsz of DEVICE_GET_REGION_INFO comes back as what the answer needs") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Reply reply = client.call(Command::DeviceGetRegionInfo, RegionInfo{4096, 0, 0, 0, 0, 0});
  REQUIRE(reply.payload.size() == sizeof(RegionInfo));
  CHECK(load<RegionInfo>(reply.payload).argsz == sizeof(RegionInfo));
}

TEST_CASE("regions and interrupt indexes that do not exist are refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  const auto index = GENERATE(std::uint32_t{9}, std::uint32_t{100}, std::uint32_t{0xFFFFFFFF});
  require_refused(client.call(Command::DeviceGetRegionInfo, RegionInfo{32, 0, index, 0, 0, 0}), EINVAL);
  require_refused(client.call(Command::DeviceGetIrqInfo, IrqInfo{16, 0, index, 0}), EINVAL);
  require_refused(client.call(Command::DeviceGetIrqInfo, IrqInfo{16, 0, 5, 0}), EINVAL);
  require_usable(client);
}

TEST_CASE("only MSI-X has vectors, as many as the capability says, by eventfd and without NORESIZE") {
  Bench bench;
  VfioUserClient client = bench.client();
  for (std::uint32_t index = 0; index < kIrqCount; ++index) {
    const IrqInfo info = client.irq_info(index);
    CHECK(info.argsz == sizeof(IrqInfo));
    CHECK(info.index == index);
    CHECK(info.count == (index == kIrqMsix ? 4U : 0U));
    CHECK(info.flags == (index == kIrqMsix ? kIrqEventfd : 0U));
  }
  const std::uint32_t control = bench.functions[0]->config().msix_capability_offset() + 2;
  CHECK((client.config<std::uint16_t>(control) & 0x7FFU) + 1U == client.irq_info(kIrqMsix).count);
}

TEST_CASE("a larger argsz of DEVICE_GET_IRQ_INFO is accepted") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Reply reply = client.call(Command::DeviceGetIrqInfo, IrqInfo{4096, 0, kIrqMsix, 0});
  REQUIRE(reply.payload.size() == sizeof(IrqInfo));
  CHECK(load<IrqInfo>(reply.payload).argsz == sizeof(IrqInfo));
}

}  // namespace aie4::vfio_user::test
