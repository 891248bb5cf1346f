// SPDX-License-Identifier: Apache-2.0
// Enumeration, MSI-X, SR-IOV and FLR as this host does them, against functions whose backends only remember.
#include "sim/host/pci_bus.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/host/driver_fixture.hpp"

namespace aie4::host::test {
namespace {

struct Backend : pci::FunctionBackend {
  std::function<void(unsigned)> on_virtual_functions;
  std::vector<Access> msix;
  std::vector<pci::ResetKind> resets;
  pci::InterruptControl control;

  void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
    std::ranges::fill(data, std::byte{0});
    static_cast<void>(bar);
    static_cast<void>(offset);
  }
  void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), data.size());
    msix.push_back({'W', bar, offset, value, static_cast<unsigned>(data.size())});
  }
  void interrupt_control(const pci::InterruptControl& now) override { control = now; }
  void reset(pci::ResetKind kind) override { resets.push_back(kind); }
  void virtual_functions(unsigned count) override {
    if (on_virtual_functions) on_virtual_functions(count);
  }
};

pci::FunctionShape vf_shape() {
  pci::FunctionShape shape;
  shape.name = "vf";
  shape.vendor_id = 0x1022;
  shape.device_id = 0x17F3;
  shape.revision = 0x10;
  shape.class_code = 0x118000;
  shape.bars[0] = {.size = 0x2'0000, .is_64bit = true};
  shape.bars[2] = {.size = 0x20'0000, .is_64bit = true, .prefetchable = true};
  shape.msix = {.vectors = 5, .bar = 0, .table_offset = 0x1'0000, .pba_offset = 0x1'8000};
  shape.virtual_function = true;
  return shape;
}

pci::FunctionShape pf_shape() {
  pci::FunctionShape shape = vf_shape();
  shape.name = "pf";
  shape.device_id = 0x17F2;
  shape.virtual_function = false;
  shape.bars[4] = {.size = 0x1000};
  shape.bars[5] = {.size = 0x4000};
  shape.sriov = pci::SriovShape{.total_vfs = 3, .vf_device_id = 0x17F3, .vf_bars = vf_shape().bars};
  return shape;
}

/// One PF, three VFs.
struct Fixture {
  Fixture() {
    functions.push_back(std::make_unique<pci::PciFunction>(0, pf_shape(), backends[0], diagnostics));
    for (std::uint8_t i = 1; i < 4; ++i) {
      functions.push_back(std::make_unique<pci::PciFunction>(i, vf_shape(), backends.at(i), diagnostics));
    }
    backends[0].on_virtual_functions = [this](unsigned count) {
      for (unsigned i = 1; i < 4; ++i) functions.at(i)->set_vf_enabled(i <= count);
    };
    std::vector<pci::PciFunction*> list;
    for (const auto& function : functions) list.push_back(function.get());
    bus = std::make_unique<PciBus>(host, list);
    bus->enumerate();
  }

  Diagnostics diagnostics;
  FakeClock clock;
  Host host{clock, AddressMode::Iova};
  std::array<Backend, 4> backends;
  std::vector<std::unique_ptr<pci::PciFunction>> functions;
  std::unique_ptr<PciBus> bus;
};

}  // namespace

TEST_CASE("enumeration sizes every BAR and places each aligned to its size, none over another") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  CHECK(fixture.bus->devices() == std::vector<PciDevice*>{&pf});
  const std::uint64_t sizes[] = {0x2'0000, 0, 0x20'0000, 0, 0x1000, 0x4000};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (unsigned i = 0; i < 6; ++i) {
    const Bar& bar = pf.bar(i);
    CHECK(bar.size == sizes[i]);
    if (bar.size == 0) continue;
    CHECK(bar.is_64bit == (i < 4));
    CHECK(bar.prefetchable == (i == 2));
    CHECK(bar.address != 0);
    CHECK(bar.address % bar.size == 0);
    CHECK((bar.address >> 32 != 0) == bar.is_64bit);
    ranges.emplace_back(bar.address, bar.address + bar.size);
    // The register holds what was assigned.
    CHECK((pf.config_read<std::uint32_t>(0x10 + 4 * i) & ~0xFU) == static_cast<std::uint32_t>(bar.address));
    if (bar.is_64bit) CHECK(pf.config_read<std::uint32_t>(0x14 + 4 * i) == bar.address >> 32);
  }
  std::ranges::sort(ranges);
  for (std::size_t i = 1; i < ranges.size(); ++i) CHECK(ranges[i - 1].second <= ranges[i].first);
  CHECK(pf.id().device == 0x17F2);
  CHECK(pf.id().revision == 0x10);
  CHECK(pf.capability(0x10));
  CHECK(pf.capability(0x11));
  CHECK(pf.extended_capability(0x10));
  CHECK_FALSE(pf.capability(0x05));
}

TEST_CASE("nothing decodes and nothing is master before the driver says so") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  CHECK(pf.read32(2, 0) == 0xFFFF'FFFF);
  pf.enable();
  CHECK(pf.read32(2, 0) == 0);
  CHECK((pf.config_read<std::uint16_t>(4) & 0x4U) == 0);
  pf.set_bus_master();
  CHECK((pf.config_read<std::uint16_t>(4) & 0x6U) == 0x6);
  pf.disable();
  CHECK((pf.config_read<std::uint16_t>(4) & 0x6U) == 0x2);
}

TEST_CASE("MSI-X is enabled with every vector masked, and a vector is unmasked with its message") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  Backend& backend = fixture.backends[0];
  pf.enable();
  pf.set_bus_master();
  CHECK(pf.msix_vectors() == 5);
  pf.enable_msix();
  CHECK(backend.control.msix_enabled);
  CHECK_FALSE(backend.control.function_masked);
  std::vector<Access> masks;
  for (std::uint64_t i = 0; i < 5; ++i) masks.push_back(write(0, 0x1'000C + 16 * i, 1));
  CHECK(backend.msix == masks);
  backend.msix.clear();
  int handled = 0;
  pf.request_irq(3, [&] { ++handled; });
  CHECK(backend.msix == std::vector<Access>{write(0, 0x1'0030, 0xFEE0'0000), write(0, 0x1'0034, 0),
                                            write(0, 0x1'0038, 0x23), write(0, 0x1'003C, 0)});
  fixture.functions[0]->signal(3);
  fixture.host.dispatch();
  CHECK(handled == 1);
  CHECK_THROWS_AS(pf.request_irq(3, [] {}), std::invalid_argument);
  backend.msix.clear();
  pf.free_irq(3);
  CHECK(backend.msix == std::vector<Access>{write(0, 0x1'003C, 1)});
  pf.disable_msix();
  CHECK_FALSE(backend.control.msix_enabled);
}

TEST_CASE("VFs appear through the capability with addresses side by side, and vanish again") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  CHECK(fixture.bus->total_vfs(pf) == 3);
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t start = fixture.clock.now_ps();
    const std::vector<PciDevice*> vfs = fixture.bus->enable_vfs(pf, 2);
    CHECK(fixture.clock.now_ps() - start == 100 * kMillisecond);
    REQUIRE(vfs.size() == 2);
    CHECK(fixture.bus->devices().size() == 3);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(vfs[i]->id().vendor == 0x1022);
      CHECK(vfs[i]->id().device == 0x17F3);
      CHECK(vfs[i]->id().revision == 0x10);
      CHECK(vfs[i]->bar(0).size == 0x2'0000);
      CHECK(vfs[i]->bar(2).address == vfs[0]->bar(2).address + i * 0x20'0000);
      CHECK(vfs[i]->msix_vectors() == 5);
    }
    // The base addresses are in the capability.
    const std::uint32_t sriov = pf.extended_capability(0x10).value();
    CHECK((pf.config_read<std::uint32_t>(sriov + 0x24) & ~0xFU) == static_cast<std::uint32_t>(vfs[0]->bar(0).address));
    CHECK(pf.config_read<std::uint16_t>(sriov + 0x10) == 2);
    fixture.bus->disable_vfs(pf);
    CHECK(fixture.bus->devices().size() == 1);
    CHECK(pf.config_read<std::uint16_t>(sriov + 0x10) == 0);
  }
  CHECK_THROWS_AS(fixture.bus->enable_vfs(pf, 4), DriverError);
  CHECK_THROWS_AS(fixture.bus->enable_vfs(pf, 0), DriverError);
}

TEST_CASE("a function level reset gives back addresses, command register and interrupts") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  Backend& backend = fixture.backends[0];
  pf.enable();
  pf.set_bus_master();
  pf.enable_msix();
  pf.request_irq(1, [] {});
  const auto bar2 = pf.config_read<std::uint32_t>(0x18);
  backend.msix.clear();
  const std::uint64_t start = fixture.clock.now_ps();
  REQUIRE(pf.reset_function());
  CHECK(fixture.clock.now_ps() - start == 100 * kMillisecond);
  CHECK(backend.resets == std::vector{pci::ResetKind::FunctionLevel});
  CHECK(pf.config_read<std::uint32_t>(0x18) == bar2);
  CHECK((pf.config_read<std::uint16_t>(4) & 0x6U) == 0x6);
  CHECK(backend.control.msix_enabled);
  CHECK(std::ranges::find(backend.msix, write(0, 0x1'001C, 0)) != backend.msix.end());
  CHECK(std::ranges::find(backend.msix, write(0, 0x1'002C, 1)) != backend.msix.end());
}

TEST_CASE("each access is counted by kind") {
  Fixture fixture;
  PciDevice& pf = fixture.bus->device(0);
  pf.enable();
  const AccessCounts before = pf.accesses();
  static_cast<void>(pf.config_read<std::uint8_t>(8));
  pf.write32(2, 0, 1);
  static_cast<void>(pf.read32(2, 0));
  std::array<std::byte, 12> block{};
  pf.read_block(2, 0, block);
  pf.write_block(2, 0, block);
  CHECK(pf.accesses() - before == AccessCounts{1, 0, 4, 4});
}

}  // namespace aie4::host::test
