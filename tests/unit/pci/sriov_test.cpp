// SPDX-License-Identifier: Apache-2.0
// SR-IOV between PF, backend and VFs, by the steps of the Linux PCI core.
#include <memory>

#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

namespace {

constexpr std::uint16_t kEnabled = config::kVfEnable | config::kVfMemorySpaceEnable;

}  // namespace

TEST_CASE("The Linux PCI core finds a usable SR-IOV capability") {
  Bench bench;  // The checks of sriov_init() in drivers/pci/iov.c of Linux 7.3.
  CHECK((bench.config(config::kSriovControl, 2) & config::kVfEnable) == 0);
  const auto total = static_cast<unsigned>(bench.config(config::kTotalVfs, 2));
  REQUIRE(total == 4);
  const auto pages = static_cast<std::uint32_t>(bench.config(config::kSupportedPageSizes));
  REQUIRE(pages != 0);
  bench.set_config(config::kSystemPageSize, pages & ~(pages - 1));
  CHECK(bench.config(config::kSystemPageSize) == 1);
  for (unsigned vfs = total; vfs > 0; --vfs) {
    bench.set_config(config::kNumVfs, vfs, 2);
    CHECK(bench.config(config::kNumVfs, 2) == vfs);
    CHECK(bench.config(config::kFirstVfOffset, 2) == 8);
    CHECK(bench.config(config::kVfStride, 2) == 8);
  }
  bench.set_config(config::kNumVfs, 0, 2);
  CHECK(bench.config(config::kInitialVfs, 2) == total);
  CHECK(bench.config(config::kVfDeviceId, 2) == 0x17F3);
  CHECK(bench.errors() == 0);
}

TEST_CASE("VFs are announced when VF Enable is set and withdrawn when it is cleared") {
  Bench bench;
  bench.set_config(config::kVfBar0, 0xE000'0000);
  bench.set_config(config::kNumVfs, 3, 2);
  CHECK(bench.function.vf_count() == 0);
  bench.clear();
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0900", "backend vfs 3", "backend vf memory true"});
  CHECK(bench.function.vf_count() == 3);
  CHECK(bench.function.vf_memory_enabled());
  CHECK(bench.function.vf_bar_base(0) == 0xE000'0000);
  bench.clear();
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0900"});
  bench.clear();
  bench.set_config(config::kSriovControl, 0, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0000", "backend vfs 0", "backend vf memory false"});
  CHECK(bench.function.vf_count() == 0);
}

TEST_CASE("VF Memory Space Enable alone announces no VFs, and may follow later") {
  Bench bench;
  bench.set_config(config::kNumVfs, 2, 2);
  bench.clear();
  bench.set_config(config::kSriovControl, config::kVfMemorySpaceEnable, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0800"});
  bench.clear();
  bench.set_config(config::kSriovControl, config::kVfEnable, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0100", "backend vfs 2"});
  bench.clear();
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0900", "backend vf memory true"});
}

TEST_CASE("Enabling an impossible number of VFs is the guest's error and enables nothing") {
  Bench bench;
  const unsigned vfs = GENERATE(0U, 5U, 0xFFFFU);
  bench.set_config(config::kNumVfs, vfs, 2);
  bench.clear();
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.log == Log{"0: config write 0x108 0900"});
  REQUIRE(bench.reports.size() == 1);
  CHECK(bench.reports.front().category == FaultCategory::GuestError);
  CHECK(bench.reports.front().where == "pf SR-IOV Control");
  CHECK(bench.reports.front().expected == "NumVFs of 1..4 when VF Enable is set");
  CHECK(bench.reports.front().came == fmt::format("NumVFs {}; VF Enable stays clear", vfs));
}

TEST_CASE("An FLR of the PF takes its VFs away") {
  Bench bench;
  bench.set_config(config::kNumVfs, 4, 2);
  bench.set_config(config::kSriovControl, kEnabled, 2);
  bench.clear();
  bench.set_config(config::kDeviceControl, config::kInitiateFlr, 2);
  CHECK(bench.log == Log{"0: config write 0x68 0080", "backend vfs 0", "backend vf memory false", "backend flr"});
  CHECK(bench.config(config::kNumVfs, 2) == 0);
}

TEST_CASE("VFs live and die with the PF's VF Enable") {
  Bench pf;
  Bench vf(vf_shape(), 1);
  bool ready_on_return = false;
  pf.backend.on_virtual_functions = [&](unsigned count) {
    vf.function.set_vf_enabled(count > 0, pf.function.vf_memory_enabled());
    ready_on_return = true;
  };
  vf.set_config(config::kCommand, config::kCommandBusMaster, 2);
  vf.set_config(config::kMsixControl, config::kMsixEnable, 2);
  CHECK(vf.read(0, 0) == AccessStatus::NotDecoded);
  vf.clear();

  pf.set_config(config::kNumVfs, 1, 2);
  pf.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(ready_on_return);
  CHECK(vf.log == Log{"backend interrupts e-s"});
  CHECK(vf.read(0, 0) == AccessStatus::Ok);
  vf.function.signal(1);
  CHECK(vf.log.back() == "host interrupt 1");
  vf.clear();

  pf.set_config(config::kSriovControl, 0, 2);
  CHECK(vf.log == Log{"backend interrupts ---", "backend flr"});
  CHECK(vf.config(config::kCommand, 2) == 0);
  CHECK(vf.read(0, 0) == AccessStatus::NotDecoded);

  // Enabled again it is as new, and nothing is left of the time before.
  pf.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(vf.read(0, 0) == AccessStatus::Ok);
  CHECK(vf.dma_write(FakeHost::kBase, "x") == DmaStatus::BusMasterDisabled);
}

TEST_CASE("Closing the memory space of a VF does not reset it") {
  Bench vf(vf_shape(), 1);
  vf.function.set_vf_enabled(true);
  vf.enable();
  vf.function.set_vf_enabled(true, false);
  vf.function.set_vf_enabled(true, true);
  CHECK(vf.log.empty());
  CHECK(vf.config(config::kCommand, 2) == 6);
}

TEST_CASE("SR-IOV registers are out of reach while extended space is hidden") {
  Bench bench;
  bench.function.set_extended_config_visible(false);
  bench.set_config(config::kNumVfs, 2, 2);
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.function.vf_count() == 0);
  CHECK(bench.errors() == 0);
  bench.function.set_extended_config_visible(true);
  bench.set_config(config::kNumVfs, 2, 2);
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.function.vf_count() == 2);
  bench.function.set_extended_config_visible(false);
  CHECK(bench.function.vf_count() == 2);  // Hiding is a matter of the view only.
}

TEST_CASE("A function without SR-IOV has no VFs") {
  Bench bench(static_vf_shape());
  bench.set_config(config::kNumVfs, 2, 2);
  bench.set_config(config::kSriovControl, kEnabled, 2);
  CHECK(bench.function.vf_count() == 0);
  CHECK_FALSE(bench.function.vf_memory_enabled());
  CHECK(bench.function.vf_bar_base(0) == 0);
  CHECK(bench.errors() == 0);
}

}  // namespace aie4::pci::test
