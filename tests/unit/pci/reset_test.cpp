// SPDX-License-Identifier: Apache-2.0
// What FLR, leaving D3hot and a conventional reset do, and in which order the backend hears of it.
#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

TEST_CASE("An FLR disables the function, then resets the device") {
  Bench bench;
  bench.enable();
  bench.set_config(config::kBar0, 0xFEB0'0000);
  bench.clear();
  bench.set_config(config::kDeviceControl, config::kInitiateFlr, 2);
  CHECK(bench.log == Log{"0: config write 0x68 0080", "backend interrupts ---", "backend flr"});
  CHECK(bench.config(config::kCommand, 2) == 0);
  CHECK(bench.config(config::kMsixControl, 2) == 3);
  CHECK(bench.config(config::kBar0) == 0);
  CHECK((bench.config(config::kDeviceControl, 2) & config::kInitiateFlr) == 0);
  CHECK(bench.read(0, 0) == AccessStatus::NotDecoded);
}

TEST_CASE("An FLR keeps Max_Payload_Size, a conventional reset does not") {
  Bench bench;
  bench.set_config(config::kDeviceControl, 0x0020, 2);
  bench.set_config(config::kDeviceControl, 0x8020, 2);
  CHECK(bench.config(config::kDeviceControl, 2) == 0x2930);
  bench.function.reset();
  CHECK(bench.config(config::kDeviceControl, 2) == 0x2910);
}

TEST_CASE("An SR-IOV VF is reset by its own FLR and stays enabled") {
  Bench bench(vf_shape(), 1);
  bench.function.set_vf_enabled(true);
  bench.enable();
  bench.set_config(config::kDeviceControl, config::kInitiateFlr, 2);
  CHECK(bench.log == Log{"1: config write 0x68 0080", "backend interrupts ---", "backend flr"});
  CHECK(bench.read(0, 0) == AccessStatus::Ok);
}

TEST_CASE("Entering D3hot silences the function and leaving it resets the function") {
  Bench bench;
  bench.enable();
  bench.set_config(config::kPmControlStatus, 3, 2);
  CHECK(bench.log == Log{"0: config write 0x44 0300", "backend interrupts e--"});
  CHECK(bench.config(config::kCommand, 2) == 6);
  bench.clear();
  bench.set_config(config::kPmControlStatus, 0, 2);
  CHECK(bench.log == Log{"0: config write 0x44 0000", "backend interrupts ---", "backend flr"});
  CHECK(bench.config(config::kCommand, 2) == 0);
  CHECK(bench.config(config::kMsixControl, 2) == 3);
}

TEST_CASE("Writing D0 in D0, as a virtual machine monitor does at every reset, changes nothing") {
  Bench bench;
  bench.enable();
  bench.set_config(config::kPmControlStatus, 0, 2);
  CHECK(bench.log == Log{"0: config write 0x44 0000"});
  CHECK(bench.config(config::kCommand, 2) == 6);
}

TEST_CASE("An FLR in D3hot ends in D0 after one reset") {
  Bench bench;
  bench.set_config(config::kPmControlStatus, 3, 2);
  bench.clear();
  bench.set_config(config::kDeviceControl, config::kInitiateFlr, 2);
  CHECK(bench.config(config::kPmControlStatus, 2) == 0);
  CHECK(std::count(bench.log.begin(), bench.log.end(), "backend flr") == 1);
}

TEST_CASE("A conventional reset returns everything to power-on and keeps the host") {
  Bench bench;
  bench.enable();
  bench.set_config(config::kNumVfs, 4, 2);
  bench.set_config(config::kSriovControl, 9, 2);
  bench.clear();
  bench.function.reset();
  CHECK(bench.log ==
        Log{"0: reset 0x0", "backend vfs 0", "backend vf memory false", "backend interrupts ---", "backend reset"});
  CHECK(bench.function.connected());
  CHECK(bench.function.vf_count() == 0);
  const Bench fresh;
  for (const ConfigRegister& reg : config_layout(pf_shape())) {
    INFO(reg.name);
    std::array<std::byte, 4> now{};
    std::array<std::byte, 4> then{};
    bench.function.config().read(reg.offset, now);
    fresh.function.config().read(reg.offset, then);
    CHECK(now == then);
  }
  bench.enable();
  CHECK(bench.dma_write(FakeHost::kBase, "x") == DmaStatus::Ok);
}

TEST_CASE("A reset of an idle function tells the backend of the reset and of nothing else") {
  Bench bench;
  bench.function.reset();
  CHECK(bench.log == Log{"0: reset 0x0", "backend reset"});
}

TEST_CASE("What was decided about visibility survives a reset") {
  Bench bench;
  bench.function.set_extended_config_visible(false);
  bench.function.reset();
  CHECK(bench.config(0x100) == 0);
  bench.function.set_extended_config_visible(true);
  CHECK(bench.config(0x100) == 0x0001'0010);

  Bench vf(vf_shape());
  CHECK(vf.config(0) == 0xFFFF'FFFF);
  vf.function.set_identity_hidden(false);
  vf.function.reset();
  CHECK(vf.config(0) == 0x17F3'1022);
}

TEST_CASE("The rest of a write that initiates an FLR lands after the reset") {
  Bench bench;
  std::array<std::byte, 0x6C> image{};
  image[config::kCommand] = std::byte{0x06};
  image[config::kDeviceControl + 1] = std::byte{0x80};
  bench.function.config_write(0, image);
  CHECK(bench.config(config::kCommand, 2) == 0);
  std::array<std::byte, 40> tail{};
  tail[1] = std::byte{0x80};
  tail[config::kDeviceControl2 - config::kDeviceControl] = std::byte{0x10};
  bench.function.config_write(config::kDeviceControl, tail);
  CHECK(bench.config(config::kDeviceControl2, 2) == 0x10);
}

}  // namespace aie4::pci::test
