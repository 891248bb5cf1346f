// SPDX-License-Identifier: Apache-2.0
// What an observer of the boundary sees, in which order, and what becomes of device accesses.
#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

TEST_CASE("Every crossing is shown once, with function, place and data") {
  Bench bench(pf_shape(), 7);
  CHECK(bench.config(0x00) == 0x17F2'1022);
  bench.enable();
  CHECK(bench.config(config::kCommand, 2) == 6);
  bench.set_config(config::kInterruptLine, 0x0B, 1);
  CHECK(bench.read(0, 0x20) == AccessStatus::Ok);
  CHECK(bench.write(4, 0x30, 2) == AccessStatus::Ok);
  bench.function.signal(1);
  CHECK(bench.dma_write(FakeHost::kBase + 4, "ab") == DmaStatus::Ok);
  std::array<std::byte, 4> data{};
  CHECK(bench.dma_read(FakeHost::kBase + 3, data) == DmaStatus::Ok);
  CHECK(bench.log == Log{"7: config read 0x4 0600", "7: config write 0x3c 0b", "backend read BAR0+0x20",
                         "7: bar read 0 0x20 21000000", "7: bar write 4 0x30 1122", "backend write BAR4+0x30 1122",
                         "7: interrupt 0x1", "host interrupt 1", "7: dma write 0x100000004 6162",
                         "7: dma read 0x100000003 00616200"});
}

TEST_CASE("Connecting, disconnecting and resetting are crossings too") {
  Bench bench;
  bench.function.disconnect();
  bench.function.disconnect();  // The second time there is nobody left to go.
  bench.function.connect(bench.host, bench.host);
  bench.function.reset();
  CHECK(bench.log == Log{"0: disconnect 0x0", "0: connect 0x0", "0: reset 0x0", "backend reset"});
}

TEST_CASE("What a write causes is shown after the write") {
  Bench bench;
  bench.enable();
  bench.backend.on_write = [&bench] {
    bench.function.signal(0);
    CHECK(bench.dma_write(FakeHost::kBase, "!") == DmaStatus::Ok);
  };
  CHECK(bench.write(0, 0x10, 1) == AccessStatus::Ok);
  CHECK(bench.log == Log{"0: bar write 0 0x10 11", "backend write BAR0+0x10 11", "0: interrupt 0x0", "host interrupt 0",
                         "0: dma write 0x100000000 21"});
}

TEST_CASE("Accesses that fail are shown like any other") {
  Bench bench;
  CHECK(bench.read(0, 0x10) == AccessStatus::NotDecoded);
  CHECK(bench.write(0, 0x10, 1) == AccessStatus::NotDecoded);
  std::array<std::byte, 2> data{};
  CHECK(bench.dma_read(0x1000, data) == DmaStatus::BusMasterDisabled);
  bench.set_config(config::kCommand, 4, 2);
  CHECK(bench.dma_read(0x1000, data) == DmaStatus::NotMapped);
  CHECK(bench.dma_write(FakeHost::kBase + 2048, "z") == DmaStatus::ReadOnly);
  bench.log.erase(std::remove_if(bench.log.begin(), bench.log.end(),
                                 [](const std::string& line) { return line.find("backend") == 0; }),
                  bench.log.end());
  CHECK(bench.log == Log{"0: bar read 0 0x10 ffffffff", "0: bar write 0 0x10 11",
                         "0: dma read 0x1000 ffff (bus master disabled)", "0: config write 0x4 0400",
                         "0: dma read 0x1000 ffff (address not mapped)",
                         "0: dma write 0x100000800 7a (window is read only)"});
}

TEST_CASE("Without an observer everything works as with one") {
  Bench bench;
  bench.function.set_observer(nullptr);
  bench.enable();
  CHECK(bench.read(0, 0x20) == AccessStatus::Ok);
  CHECK(bench.write(0, 0x20) == AccessStatus::Ok);
  bench.function.signal(0);
  CHECK(bench.log == Log{"backend read BAR0+0x20", "backend write BAR0+0x20 11223344", "host interrupt 0"});
}

TEST_CASE("A refused access touches no memory, gives all ones and is reported with engine and context") {
  Bench bench;
  bench.host.memory.fill(std::byte{0x5A});
  const auto before = bench.host.memory;
  std::array<std::byte, 8> data{};
  CHECK(bench.dma_write(FakeHost::kBase, "12345678") == DmaStatus::BusMasterDisabled);
  CHECK(bench.dma_read(FakeHost::kBase, data) == DmaStatus::BusMasterDisabled);
  CHECK(bench.host.accesses == 0);
  CHECK(hex(data) == "ffffffffffffffff");
  bench.set_config(config::kCommand, 4, 2);
  CHECK(bench.dma_write(FakeHost::kBase - 4, "12345678") == DmaStatus::NotMapped);
  CHECK(bench.dma_write(FakeHost::kBase + 2044, "12345678") == DmaStatus::ReadOnly);
  data.fill(std::byte{});
  CHECK(bench.dma_read(FakeHost::kBase + 4092, data) == DmaStatus::NotMapped);
  CHECK(hex(data) == "ffffffffffffffff");
  CHECK(bench.host.memory == before);

  REQUIRE(bench.reports.size() == 5);
  for (const Diagnostic& report : bench.reports) {
    CHECK(report.category == FaultCategory::GuestError);
    CHECK(report.where == "pf context 3 uc0");
    CHECK_FALSE(report.blame.empty());
  }
  CHECK(bench.reports[0].came == "write of 8 bytes at address 0x100000000: bus master disabled");
  CHECK(bench.reports[0].expected == "Bus Master Enable set in Command");
  CHECK(bench.reports[2].came == "write of 8 bytes at address 0xfffffffc: address not mapped");
  CHECK(bench.reports[2].expected == "memory that the host mapped for the device");
  CHECK(bench.reports[3].expected == "memory that the device may write");
  CHECK(bench.reports[4].came == "read of 8 bytes at address 0x100000ffc: address not mapped");
}

TEST_CASE("A refused access names the address space and the PASID, and no context if there is none") {
  Bench bench;
  std::array<std::byte, 4> data{};
  CHECK(bench.function.dma_read(0x2000, data, {.space = DmaSpace::GuestPhysical, .engine = "PSP"}) ==
        DmaStatus::BusMasterDisabled);
  CHECK(bench.reports.back().where == "pf PSP");
  CHECK(bench.reports.back().came == "read of 4 bytes at guest-physical address 0x2000: bus master disabled");
  CHECK(bench.log.back() == "0: dma read 0x2000 ffffffff physical (bus master disabled)");
  CHECK(bench.function.dma_read(0x2000, data, {.pasid = 5}) == DmaStatus::BusMasterDisabled);
  CHECK(bench.reports.back().where == "pf");
  CHECK(bench.reports.back().came == "read of 4 bytes at address 0x2000 with PASID 5: bus master disabled");
}

TEST_CASE("A range that wraps around the end of the address space is not mapped, whatever the host would say") {
  Bench bench;
  bench.set_config(config::kCommand, 4, 2);
  std::array<std::byte, 8> data{};
  CHECK(bench.dma_read(~0ULL - 6, data) == DmaStatus::NotMapped);
  CHECK(bench.dma_write(~0ULL, "ab") == DmaStatus::NotMapped);
  CHECK(bench.host.accesses == 0);
  CHECK(bench.dma_read(~0ULL - 7, data) == DmaStatus::NotMapped);  // Ends at the last byte: the host decides.
  CHECK(bench.host.accesses == 1);
}

TEST_CASE("A read that is not mapped sets Received Master Abort, a posted write does not") {
  Bench bench;
  bench.set_config(config::kCommand, 4, 2);
  CHECK(bench.dma_write(0, "x") == DmaStatus::NotMapped);
  CHECK(bench.config(config::kStatus, 2) == 0x0010);
  std::array<std::byte, 1> data{};
  CHECK(bench.dma_read(0, data) == DmaStatus::NotMapped);
  CHECK(bench.config(config::kStatus, 2) == 0x2010);
  bench.set_config(config::kStatus, 0x2000, 2);
  CHECK(bench.config(config::kStatus, 2) == 0x0010);
}

TEST_CASE("After the host went away accesses end, interrupts vanish and nobody is blamed") {
  Bench bench;
  bench.enable();
  bench.function.disconnect();
  std::array<std::byte, 1> data{};
  CHECK(bench.dma_read(FakeHost::kBase, data) == DmaStatus::Disconnected);
  CHECK(bench.dma_write(FakeHost::kBase, "x") == DmaStatus::Disconnected);
  bench.function.signal(0);
  CHECK(bench.log == Log{"0: disconnect 0x0", "0: dma read 0x100000000 ff (no host connected)",
                         "0: dma write 0x100000000 78 (no host connected)"});
  CHECK(bench.host.accesses == 0);
  CHECK(bench.reports.empty());
  bench.function.connect(bench.host, bench.host);
  CHECK(bench.dma_write(FakeHost::kBase, "x") == DmaStatus::Ok);
}

TEST_CASE("The attributes of an access reach the host unchanged") {
  Bench bench;
  bench.set_config(config::kCommand, 4, 2);
  const std::array<std::byte, 1> data{};
  CHECK(bench.function.dma_write(FakeHost::kBase, data,
                                 {.space = DmaSpace::GuestPhysical, .pasid = 9, .engine = "PSP", .context = 12}) ==
        DmaStatus::Ok);
  CHECK(bench.host.last_attributes.space == DmaSpace::GuestPhysical);
  CHECK(bench.host.last_attributes.pasid == 9U);
  CHECK(bench.host.last_attributes.engine == "PSP");
  CHECK(bench.host.last_attributes.context == 12);
}

TEST_CASE("Configuration accesses past the end read all ones, write nothing beyond and are reported") {
  Bench bench;
  std::array<std::byte, 8> data{};
  bench.function.config_read(4092, data);
  CHECK(hex(data) == "00000000ffffffff");
  bench.function.config_read(4096, data);
  CHECK(hex(data) == "ffffffffffffffff");
  bench.function.config_read(0xFFFF'FFFC, data);
  CHECK(hex(data) == "ffffffffffffffff");
  bench.function.config_write(4092, data);
  bench.function.config_write(4096, data);
  bench.function.config_write(0xFFFF'FFFC, data);
  CHECK(bench.errors() == 6);
  CHECK(bench.reports.back().where == "pf configuration space");
  CHECK(bench.reports.back().came == "write of 8 bytes at 0xfffffffc");
  CHECK(bench.log.size() == 6);
  CHECK(bench.config(0) == 0x17F2'1022);  // Nothing wrapped around.
  CHECK(bench.config(config::kCommand, 2) == 0);
}

}  // namespace aie4::pci::test
