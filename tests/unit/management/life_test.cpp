// SPDX-License-Identifier: Apache-2.0
// How functions appear and disappear: boot, publication, static VFs, devices without a PF, resets, stop.
#include <bit>

#include "models/registers/shim.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/management/bench.hpp"

namespace aie4::management::bench {
namespace {

Configuration static_vfs(bool has_pf, unsigned vfs = 2) {
  Configuration configuration;
  configuration.has_pf = has_pf;
  configuration.vfs = vfs;
  configuration.vf_mode = VfMode::Static;
  return configuration;
}

/// mailbox_info as host-interface 4.1 wants it, for the places that the simulator chose.
Words expected_info() {
  return {1, 5, 24, kX2iTail, kX2iHead, kX2iRing, kRing, kI2xTail, kI2xHead, kI2xRing, kRing, 0, 0, 0, 0, 0};
}

/// Runs until nothing is scheduled and checks at every instant that `valid` is never seen without the rest.
void watch_publication(Driver& driver, const std::function<bool()>& done) {
  bool seen = false;
  run_until([&] {
    if (driver.valid()) {
      seen = true;
      CHECK(driver.info() == expected_info());
      for (const std::uint32_t offset : {kX2iTail, kX2iHead, kI2xTail, kI2xHead}) {
        CHECK(driver.bar0.read(offset) == 0);
      }
    }
    return done();
  });
  CHECK(seen);
}

TEST_CASE("The information block is complete at the instant at which it becomes valid") {
  Bench bench;
  bench.npu.mpnpu.start(std::vector<std::byte>(1), std::vector<std::byte>(64));
  watch_publication(bench.pf(), [] { return false; });
  CHECK(bench.counters.boots == 1);
  CHECK(bench.seen.empty());
}

TEST_CASE("The firmware publishes after its boot time and a few register accesses") {
  Configuration configuration;
  configuration.parameters.firmware_boot_us = 700;
  configuration.parameters.register_access_ns = 0;
  Bench exact(configuration);
  exact.boot();
  CHECK(now() == us(700));
}

TEST_CASE("A VF is complete at the instant at which CREATE_VFS makes it valid, and that is before the answer") {
  Bench bench;
  bench.boot();
  bench.pf().send(op::kCreateVfs, {4});
  watch_publication(bench.vf(3), [&] { return !bench.pf().interrupts.empty(); });
}

TEST_CASE("With SR-IOV only the PF is published at boot, with static VFs all functions are") {
  Bench bench(static_vfs(true));
  bench.boot();
  run_until([] { return false; });
  CHECK(bench.vf(0).info() == expected_info());
  CHECK(bench.vf(1).info() == expected_info());
  CHECK(bench.pf().call(op::kCreateVfs, {1}).status() == kError);
  CHECK(bench.count(FaultCategory::GuestError, "static VFs by configuration") == 1);
  CHECK(bench.pf().call(op::kDestroyVfs, {0}).status() == kError);
}

TEST_CASE("A device without a PF comes up by itself and needs no work buffer") {
  Bench bench(static_vfs(false));
  bench.boot();
  run_until([] { return false; });
  CHECK(bench.vf(1).info() == expected_info());
  REQUIRE(bench.vf(1).create_partition() == 1);
  CHECK(bench.vf(1).create_context(0x1000).vector == 1);
  CHECK(bench.seen.empty());
}

TEST_CASE("A device without a PF publishes its VFs whatever the configuration says about SR-IOV") {
  Configuration configuration = static_vfs(false);
  configuration.vf_mode = VfMode::Sriov;
  Bench bench(configuration);
  bench.boot();
  run_until([] { return false; });
  CHECK(bench.vf(1).valid());
}

TEST_CASE("An FLR of a VF drops its contexts and brings it back by itself, the others go on") {
  Bench bench;
  bench.boot_with_vfs(2);
  const Context mine = bench.vf(0).create_context(0x1000);
  const Context other = bench.vf(1).create_context(0x1000);
  bench.npu.function_level_reset(1);
  CHECK_FALSE(bench.vf(0).valid());
  watch_publication(bench.vf(0), [] { return false; });
  bench.vf(0).attach();
  CHECK(bench.vf(0).destroy_context(mine.id) == kError);
  CHECK(bench.vf(0).create_partition() == 1);
  CHECK(bench.vf(1).destroy_context(other.id) == kOk);
}

TEST_CASE("An FLR of a VF that does not exist yet does not make it appear") {
  Bench bench;
  bench.boot();
  bench.npu.function_level_reset(1);
  run_until([] { return false; });
  CHECK_FALSE(bench.vf(0).valid());
}

TEST_CASE("An FLR of the PF brings it back without its VFs and without the work buffer") {
  Bench bench;
  bench.boot_with_vfs(2);
  bench.vf(0).create_context(0x1000);
  bench.npu.function_level_reset(0);
  watch_publication(bench.pf(), [] { return false; });
  CHECK_FALSE(bench.vf(0).valid());
  CHECK_FALSE(bench.vf(1).valid());
  bench.pf().attach();
  REQUIRE(bench.pf().call(op::kCreateVfs, {4}).status() == kOk);  // The old ones are forgotten.
  bench.vf(0).attach();
  REQUIRE(bench.vf(0).create_partition() == 1);
  CHECK(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}).status() == kError);
  CHECK(bench.pf().call(op::kAttach, {0, 0, 0, 0x40'0000}).status() == kOk);
  CHECK(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}).status() == kOk);
  CHECK(bench.counters.boots == 1);
}

TEST_CASE("An FLR of the PF leaves static VFs as they are") {
  Bench bench(static_vfs(true));
  bench.boot_with_vfs(2);
  const Context context = bench.vf(0).create_context(0x1000);
  bench.npu.function_level_reset(0);
  run_until([] { return false; });
  CHECK(bench.pf().valid());
  CHECK(bench.vf(0).valid());
  CHECK(bench.vf(0).destroy_context(context.id) == kOk);
}

TEST_CASE("A request that an FLR overtakes leaves no trace in the rings of the new life") {
  Configuration slow;
  slow.parameters.message_ns = 1'000'000;
  Bench bench(slow);
  bench.boot_with_vfs(1);
  bench.vf(0).send(op::kTileInfo, {0});
  run(us(100));
  bench.npu.function_level_reset(1);
  run_until([] { return false; });
  CHECK(bench.vf(0).info() == expected_info());
  for (const std::uint32_t offset : {kX2iTail, kX2iHead, kI2xTail, kI2xHead}) {
    CHECK(bench.vf(0).bar0.read(offset) == 0);
  }
  bench.vf(0).attach();
  CHECK(bench.vf(0).call(op::kTileInfo, {0}).status() == kOk);
}

TEST_CASE("A reset from before the boot is not taken for one after it: a request right after valid is answered") {
  Bench bench;
  // A conventional reset of a PF that is not powered leaves its reset event standing.
  bench.npu.reset_function(0);
  bench.npu.mpnpu.start(std::vector<std::byte>(1), std::vector<std::byte>(64));
  REQUIRE(run_until([&] { return bench.pf().valid(); }));
  // A fast host: it sends in the instant in which it sees `valid`.
  CHECK(bench.pf().call(op::kAttach, {0, 0, 0, 0x40'0000}).status() == kOk);
}

TEST_CASE("A doorbell from before the boot is not reported against an application of the new life") {
  Bench bench(static_vfs(true));
  bench.vf(0).ring(0x1'0000);
  bench.boot();
  run_until([] { return false; });
  CHECK(bench.text().empty());
}

TEST_CASE("RELEASE_TMR, power-off and a conventional reset of the PF stop the firmware and wipe its traces") {
  Bench bench;
  bench.boot_with_vfs(2);
  const Context context = bench.vf(0).create_context(0x1000);
  bench.vf(0).ring(context.doorbell);
  bench.npu.psp->on_release();
  CHECK_FALSE(bench.pf().valid());
  CHECK_FALSE(bench.vf(0).valid());
  settle();
  CHECK_FALSE(bench.npu.mpnpu.running());
  CHECK_FALSE(run_until([] { return false; }));
  CHECK(bench.pf().info() == Words(16));
  bench.boot();
  bench.pf().attach();
  CHECK(bench.pf().call(op::kAttach, {0, 0, 0, 0x40'0000}).status() == kOk);
  CHECK(bench.pf().call(op::kCreateVfs, {4}).status() == kOk);
  CHECK(bench.counters.boots == 2);
  bench.npu.reset_function(0);
  CHECK_FALSE(bench.pf().valid());
  settle();
  CHECK_FALSE(bench.npu.mpnpu.running());
  for (unsigned index = 0; index < 6; ++index) CHECK(bench.npu.microcontrollers[index]->asleep());
}

TEST_CASE("Stopping and starting in one instant boots a firmware that knows nothing of the old one") {
  Bench bench;
  bench.boot_with_vfs(2);
  bench.npu.psp->on_release();
  bench.npu.psp->on_start(std::vector<std::byte>(1), std::vector<std::byte>(64));
  REQUIRE(run_until([&] { return bench.pf().valid(); }));
  bench.pf().attach();
  CHECK(bench.pf().call(op::kCreateVfs, {1}).status() == kOk);
}

TEST_CASE("The faults of the boot break exactly what they name") {
  Bench bench;
  const auto boot_info = [&] {
    bench.npu.psp->on_release();
    bench.npu.psp->on_start(std::vector<std::byte>(1), std::vector<std::byte>(64));
    run_until([] { return false; });
    return bench.pf().info();
  };
  bench.faults.arm(Fault::FirmwareNotAlive);
  Words info = boot_info();
  CHECK(info[0] == 0);
  CHECK(info[1] == 5);
  bench.faults.arm(Fault::ProtocolUnsupported);
  info = boot_info();
  CHECK(info[0] == 1);
  CHECK((info[1] == 4 && info[2] == 0));
  bench.faults.arm(Fault::RingSizeOdd);
  CHECK(std::popcount(boot_info()[6]) > 1);
  bench.faults.arm(Fault::MailboxVectorOutOfRange);
  CHECK(boot_info()[11] > bench.configuration.parameters.pf_vectors);
  CHECK(boot_info() == expected_info());
}

TEST_CASE("Messages about a uC name the function and the context that it works for") {
  Bench bench;
  bench.boot_with_vfs(1);
  bench.npu.microcontrollers[2]->set_smid(registers::shim::smid::encode(1, 3));
  CHECK(bench.npu.microcontrollers[2]->where() == "vf0 context 3 uc2");
  bench.npu.microcontrollers[2]->set_smid(registers::shim::smid::encode(0, registers::shim::smid::kNoContext));
  CHECK(bench.npu.microcontrollers[2]->where() == "pf uc2");
}

}  // namespace
}  // namespace aie4::management::bench
