// SPDX-License-Identifier: Apache-2.0
// The SMU as BAR5 shows it (host-interface, section 3).
#include "models/soc/smu.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

// host-interface 3.1, typed in a second time on purpose.
constexpr std::uint32_t kCmd = 0x9EC;
constexpr std::uint32_t kResp = 0x9F0;
constexpr std::uint32_t kArg = 0x9F4;
constexpr std::uint32_t kIntr = 0x000;
constexpr std::uint32_t kPowerOn = 3;
constexpr std::uint32_t kPowerOff = 4;
constexpr std::uint32_t kSetMpnpuClk = 5;
constexpr std::uint32_t kSetHclk = 6;
constexpr std::uint32_t kSoftDpm = 7;
constexpr std::uint32_t kHardDpm = 8;

struct Bench : Reports {
  Parameters parameters;
  FaultPlan faults;
  ClockDomain aie{"aie", parameters.aie_mhz};
  ClockDomain npu_h{"npu_h", parameters.npu_h_mhz};
  Smu smu{"smu", parameters, faults, diagnostics, aie, npu_h};
  Initiator host{"host"};
  unsigned power_changes = 0;

  Bench() {
    host.socket.bind(smu.host);
    settle();
  }
  /// What the driver writes (3.2); with `kick`, INTR too.
  void send(std::uint32_t command, std::uint32_t argument = 0, bool kick = true) {
    host.write(kResp, 0);
    host.write(kArg, argument);
    host.write(kCmd, command);
    if (!kick) return;
    host.write(kIntr, 0);
    host.write(kIntr, 1);
  }
  std::uint32_t call(std::uint32_t command, std::uint32_t argument = 0) {
    send(command, argument);
    run(us(parameters.smu_command_us));
    return host.read(kResp);
  }
};

TEST_CASE("POWER_ON answers OK exactly after the busy time and starts the clocks") {
  Bench bench;
  bench.send(kPowerOn);
  run(us(bench.parameters.smu_command_us) - ps(1));
  CHECK(bench.host.read(kResp) == 0);
  CHECK_FALSE(bench.smu.powered());
  run(ps(1));
  CHECK(bench.host.read(kResp) == 1);
  CHECK(bench.smu.powered());
  CHECK(bench.aie.running());
  CHECK(bench.npu_h.running());
  CHECK(bench.seen.empty());
}

TEST_CASE("A busy time of the configuration is the busy time of the SMU") {
  Parameters parameters;
  parameters.smu_command_us = 1234;
  Reports reports;
  FaultPlan faults;
  ClockDomain aie{"aie", 1200};
  ClockDomain npu_h{"npu_h", 1200};
  Smu smu{"smu", parameters, faults, reports.diagnostics, aie, npu_h};
  Initiator host{"host"};
  host.socket.bind(smu.host);
  host.write(kCmd, kPowerOff);
  run(us(1234) - ps(1));
  CHECK(host.read(kResp) == 0);
  run(ps(1));
  CHECK(host.read(kResp) == 1);
}

TEST_CASE("The command runs on the CMD write: a driver that never writes INTR is served too") {
  Bench bench;
  bench.send(kPowerOn, 0, false);
  run(us(bench.parameters.smu_command_us));
  CHECK(bench.host.read(kResp) == 1);
}

TEST_CASE("INTR alone does nothing") {
  Bench bench;
  bench.host.write(kIntr, 0);
  bench.host.write(kIntr, 1);
  CHECK_FALSE(sc_core::sc_pending_activity());
  run(us(1000));
  CHECK(bench.host.read(kResp) == 0);
  CHECK_FALSE(bench.smu.powered());
}

TEST_CASE("POWER_OFF succeeds when the NPU is already off, as the first command of every start") {
  Bench bench;
  CHECK(bench.call(kPowerOff) == 1);
  CHECK(bench.call(kPowerOn) == 1);
  CHECK(bench.call(kPowerOff) == 1);
  CHECK(bench.call(kPowerOff) == 1);
  CHECK_FALSE(bench.aie.running());
  CHECK_FALSE(bench.npu_h.running());
}

TEST_CASE("Clock commands change the clock, return MHz and want power") {
  Bench bench;
  CHECK(bench.call(kSetHclk, 800) == 0xFD);
  CHECK(bench.call(kSetMpnpuClk, 800) == 0xFD);
  CHECK(bench.aie.mhz() == 1200);
  REQUIRE(bench.call(kPowerOn) == 1);
  CHECK(bench.call(kSetHclk, 800) == 1);
  CHECK(bench.host.read(kArg) == 800);
  CHECK(bench.aie.mhz() == 800);
  CHECK(bench.npu_h.mhz() == 1200);
  CHECK(bench.call(kSetMpnpuClk, 600) == 1);
  CHECK(bench.npu_h.mhz() == 600);
  CHECK(bench.aie.mhz() == 800);
}

TEST_CASE("A clock of zero or beyond reason is refused and changes nothing") {
  Bench bench;
  REQUIRE(bench.call(kPowerOn) == 1);
  CHECK(bench.call(kSetHclk, 0) == 0xFF);
  CHECK(bench.call(kSetHclk, 0xFFFF'FFFF) == 0xFF);
  CHECK(bench.aie.mhz() == 1200);
}

TEST_CASE("A power cycle returns the clocks to the configuration") {
  Bench bench;
  REQUIRE(bench.call(kPowerOn) == 1);
  REQUIRE(bench.call(kSetHclk, 300) == 1);
  REQUIRE(bench.call(kPowerOn) == 1);  // Not a cycle: the clock stays.
  CHECK(bench.aie.mhz() == 300);
  REQUIRE(bench.call(kPowerOff) == 1);
  REQUIRE(bench.call(kPowerOn) == 1);
  CHECK(bench.aie.mhz() == 1200);
}

TEST_CASE("DPM levels set both clocks to the driver's default table") {
  Bench bench;
  CHECK(bench.call(kSoftDpm, 1) == 0xFD);
  REQUIRE(bench.call(kPowerOn) == 1);
  struct Level {
    std::uint32_t npu_h;
    std::uint32_t aie;
  };
  // host-interface, 5.2.3: default table (npu, h).
  const Level levels[] = {{400, 400},   {960, 576},   {1108, 576},  {1200, 847},
                          {1200, 1200}, {1200, 1200}, {1200, 1200}, {1200, 1200}};
  std::uint32_t index = 0;
  for (const Level& level : levels) {
    INFO("level " << index);
    CHECK(bench.call(index % 2 == 0 ? kSoftDpm : kHardDpm, index) == 1);
    CHECK(bench.host.read(kArg) == index);
    CHECK(bench.npu_h.mhz() == level.npu_h);
    CHECK(bench.aie.mhz() == level.aie);
    ++index;
  }
  CHECK(bench.call(kSoftDpm, 8) == 0xFF);
}

TEST_CASE("An unknown command is answered, counted against the driver and changes nothing") {
  Bench bench;
  REQUIRE(bench.call(kPowerOn) == 1);
  for (const std::uint32_t command : {0U, 1U, 2U, 9U, 0xFFFF'FFFFU}) CHECK(bench.call(command) == 0xFE);
  CHECK(bench.count(FaultCategory::GuestError, "MP1_C2PMSG_59_ALT_1") == 5);
  CHECK(bench.smu.powered());
}

TEST_CASE("A command while the SMU is busy is rejected and does not disturb the one that runs") {
  Bench bench;
  bench.send(kPowerOn);
  run(us(10));
  bench.host.write(kResp, 0);
  bench.host.write(kCmd, kPowerOff);
  CHECK(bench.host.read(kResp) == 0xFC);
  run(us(bench.parameters.smu_command_us - 10));
  CHECK(bench.host.read(kResp) == 1);
  CHECK(bench.smu.powered());
  run(us(1000));
  CHECK(bench.smu.powered());
}

TEST_CASE("A reset forgets the command in flight and takes the power away") {
  Bench bench;
  REQUIRE(bench.call(kPowerOn) == 1);
  bench.send(kSetHclk, 500);
  run(us(10));
  bench.smu.reset();
  CHECK_FALSE(bench.smu.powered());
  CHECK_FALSE(bench.aie.running());
  CHECK(bench.host.read(kArg) == 0);
  run(us(1000));
  CHECK(bench.host.read(kResp) == 0);
  CHECK(bench.aie.mhz() == 1200);
  CHECK(bench.call(kPowerOn) == 1);
}

TEST_CASE("The faults of the SMU strike as they are named") {
  Bench bench;
  bench.faults.arm(Fault::SmuSilent);
  CHECK(bench.call(kPowerOn) == 0);
  CHECK_FALSE(bench.smu.powered());
  bench.faults.arm(Fault::SmuError);
  CHECK(bench.call(kPowerOn) == 0xFF);
  CHECK_FALSE(bench.smu.powered());
  REQUIRE(bench.call(kPowerOn) == 1);
  bench.faults.arm(Fault::SmuOffError);
  CHECK(bench.call(kPowerOff) == 0xFF);
  CHECK(bench.smu.powered());
  bench.faults.arm(Fault::SmuOffError);
  CHECK(bench.call(kPowerOff) == 0xFF);
  CHECK(bench.call(kPowerOff) == 1);
}

TEST_CASE("An offset of BAR5 that the driver never touches is named in the burndown") {
  Bench bench;
  CHECK(bench.host.read(0x960) == 0);
  REQUIRE(bench.diagnostics.burndown().size() == 1);
  CHECK(bench.diagnostics.burndown().front().name == "SMU offset 0x960");
}

}  // namespace
}  // namespace aie4
