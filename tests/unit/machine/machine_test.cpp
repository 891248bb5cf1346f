// SPDX-License-Identifier: Apache-2.0
// The loop that runs the machine: what passes time and what does not, and what the machine tells about itself.
#include <ctime>
#include <set>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/machine/bench.hpp"

namespace aie4::machine_bench {
namespace {

// SMU: BAR5. PSP: BAR4.
constexpr std::uint32_t kSmuCmd = 0x9EC;
constexpr std::uint32_t kSmuResp = 0x9F0;
constexpr std::uint32_t kPowerOn = 3;
constexpr std::uint64_t kSmuBusy = 50 * kUs;

std::uint64_t counter(const Machine& machine, const std::string& name) {
  for (const Machine::Counter& entry : machine.counters()) {
    if (entry.name == name) return entry.value;
  }
  FAIL("no counter " << name);
  return 0;
}

TEST_CASE("A machine with a PF waits for its driver: nothing is scheduled, and time stands still for ever") {
  Host host({});
  CHECK(host.machine->now_ps() == 0);
  CHECK_FALSE(host.machine->busy());
  CHECK_FALSE(host.machine->run_steps(1000));
  CHECK(host.machine->now_ps() == 0);
  CHECK(host.machine->functions().size() == 5);
  CHECK(host.reports.empty());
}

TEST_CASE("A machine without a PF is booting when it is built, and is up after its boot time") {
  Host host(static_vfs(2));
  CHECK(host.machine->busy());
  CHECK(host.machine->now_ps() == 0);
  host.enable(0);
  host.enable(1);
  host.machine->run_until(4999 * kUs);
  CHECK(host.read(0, 2, 0) == 0);
  host.machine->run_until(5010 * kUs);
  CHECK(host.read(0, 2, 0) == 1);
  CHECK(host.read(1, 2, 0) == 1);
  CHECK_FALSE(host.machine->busy());
  CHECK(counter(*host.machine, "management.boots") == 1);
}

TEST_CASE("run_until runs what is due up to and at that time, and leaves it as the present time") {
  Host host({});
  host.enable(0);
  host.write(0, 5, kSmuCmd, kPowerOn);
  host.machine->run_until(kSmuBusy - 1);
  CHECK(host.machine->now_ps() == kSmuBusy - 1);
  CHECK(host.read(0, 5, kSmuResp) == 0);
  host.machine->run_until(kSmuBusy);
  CHECK(host.machine->now_ps() == kSmuBusy);
  CHECK(host.read(0, 5, kSmuResp) == 1);
  CHECK_FALSE(host.machine->busy());
}

TEST_CASE("run_until lets an idle machine's time pass, and never goes back") {
  Host host({});
  host.machine->run_until(123'456'789);
  CHECK(host.machine->now_ps() == 123'456'789);
  host.machine->run_until(1);
  CHECK(host.machine->now_ps() == 123'456'789);
  host.machine->run_until(123'456'789);
  CHECK(host.machine->now_ps() == 123'456'789);
  // A day, to the picosecond.
  host.machine->run_until(86'400'000'000'000'001);
  CHECK(host.machine->now_ps() == 86'400'000'000'000'001);
}

TEST_CASE("An access takes effect at once and leaves time where it is, settle completes the instant") {
  Host host({});
  host.enable(0);
  host.machine->run_until(7 * kUs);
  host.write(0, 5, kSmuCmd, kPowerOn);
  CHECK(host.machine->now_ps() == 7 * kUs);
  CHECK(host.machine->busy());
  host.machine->settle();
  host.machine->settle();
  CHECK(host.machine->now_ps() == 7 * kUs);
  CHECK(host.read(0, 5, kSmuCmd) == kPowerOn);
  CHECK(host.read(0, 5, kSmuResp) == 0);
}

TEST_CASE("run_steps runs that many instants and says whether there is more") {
  Host host({});
  host.enable(0);
  host.write(0, 5, kSmuCmd, kPowerOn);
  CHECK(host.machine->run_steps(0));
  CHECK(host.machine->now_ps() == 0);
  CHECK_FALSE(host.machine->run_steps(1));
  CHECK(host.machine->now_ps() == kSmuBusy);
  CHECK(host.read(0, 5, kSmuResp) == 1);
  CHECK_FALSE(host.machine->run_steps(1));
  CHECK(host.machine->now_ps() == kSmuBusy);
}

TEST_CASE("run_to_interrupt stops in the instant of an interrupt, which it completes, or when all is over") {
  Host host(static_vfs(1));
  host.enable(0);
  host.machine->run_to_interrupt(100 * kUs);
  CHECK(host.machine->now_ps() == 100 * kUs);  // It boots, and nothing came.
  host.machine->run_until(5010 * kUs);
  REQUIRE(host.read(0, 2, 0) == 1);
  host.interrupts.clear();

  const std::uint32_t tail = host.message(0, 0, 0x30001, {0, 3});
  host.machine->run_to_interrupt(20'000 * kUs);
  REQUIRE(host.interrupts.size() == 1);
  CHECK(host.interrupts.front().second == host.machine->now_ps());
  const std::uint64_t first = host.machine->now_ps();
  host.machine->settle();
  CHECK(host.machine->now_ps() == first);
  (void)host.message(0, tail, 0x30001, {0, 3});
  host.machine->run_to_interrupt(20'000 * kUs);
  REQUIRE(host.interrupts.size() == 2);
  CHECK(host.interrupts.back().second == host.machine->now_ps());
  CHECK(host.machine->now_ps() > first);
  const std::uint64_t second = host.machine->now_ps();
  host.machine->run_to_interrupt(20'000 * kUs);  // What was left to do raises none.
  CHECK_FALSE(host.machine->busy());
  CHECK(host.interrupts.size() == 2);
  CHECK(host.machine->now_ps() >= second);
  CHECK(host.machine->now_ps() < 20'000 * kUs);
}

TEST_CASE("run_to_interrupt lets a time pass in which nothing happens, and SystemC has nothing to say about it") {
  Host host({});
  host.enable(0);
  host.write(0, 5, kSmuCmd, kPowerOn);
  const int warnings = sc_core::sc_report_handler::get_count(sc_core::SC_WARNING);
  host.machine->run_to_interrupt(kSmuBusy / 2);
  CHECK(host.machine->now_ps() == kSmuBusy / 2);
  CHECK(host.machine->busy());
  host.machine->run_to_interrupt(kSmuBusy);
  CHECK(host.machine->now_ps() == kSmuBusy);
  CHECK_FALSE(host.machine->busy());
  CHECK(host.read(0, 5, kSmuResp) == 1);
  CHECK(sc_core::sc_report_handler::get_count(sc_core::SC_WARNING) == warnings);
}

TEST_CASE("Every step of a busy machine goes to a later instant") {
  Host host(static_vfs(1));
  std::uint64_t before = host.machine->now_ps();
  unsigned steps = 0;
  while (host.machine->run_steps(1)) {
    CHECK(host.machine->now_ps() > before);
    before = host.machine->now_ps();
    ++steps;
  }
  CHECK(steps > 10);
  CHECK(steps < 100);  // Events are the cost of a simulation: a boot is a handful of register accesses.
}

TEST_CASE("The hang report names a command in flight, and nothing when all is at rest") {
  Host host({});
  host.enable(0);
  CHECK(host.machine->hang_report().empty());
  host.write(0, 4, 0xAEC, 1U << 24);
  host.write(0, 4, 0xA24, 0xD007'BE11);
  const std::vector<std::string> report = host.machine->hang_report();
  REQUIRE(report.size() == 1);
  CHECK(report.front().find("PSP waits for clock: VALIDATE, us 2000") == 0);
}

TEST_CASE("The counters have fixed names in a fixed order, and count what crosses the BARs") {
  Host host({});
  host.enable(0);
  std::vector<std::string> names;
  for (const Machine::Counter& entry : host.machine->counters()) {
    names.push_back(entry.name);
    CHECK(entry.value == 0);
    CHECK_FALSE(entry.unit.empty());
  }
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  CHECK(names.front() == "pf.mmio_reads");
  CHECK(names.back() == "noc.bytes");
  for (unsigned i = 0; i < 3; ++i) CHECK(host.read(0, 5, kSmuResp) == 0);
  host.write(0, 5, kSmuCmd, kPowerOn);
  CHECK(counter(*host.machine, "pf.mmio_reads") == 3);
  CHECK(counter(*host.machine, "pf.mmio_writes") == 1);
  CHECK(counter(*host.machine, "vf0.mmio_reads") == 0);
  std::vector<std::string> again;
  for (const Machine::Counter& entry : host.machine->counters()) again.push_back(entry.name);
  CHECK(again == names);
}

TEST_CASE("An access that the function does not decode never reaches the models") {
  Host host({});
  CHECK(host.read(0, 5, kSmuResp) == 0xFFFF'FFFF);  // Memory space is off.
  host.enable(0);
  CHECK(host.read(0, 3, 0) == 0xFFFF'FFFF);
  CHECK(host.read(1, 2, 0) == 0xFFFF'FFFF);  // The VF is not enabled.
  CHECK(counter(*host.machine, "pf.mmio_reads") == 0);
  CHECK(counter(*host.machine, "vf0.mmio_reads") == 0);
}

TEST_CASE("Configuration space shows the identity of the configuration") {
  Configuration configuration;
  configuration.identity.pf_device_id = 0x1B0B;
  configuration.identity.vf_device_id = 0x1B0C;
  Host host(configuration);
  CHECK(host.config_read(0, 0x00) == 0x1B0B'1022);
  CHECK(host.config_read(0, 0x08) == 0x1180'0010);
  CHECK(host.config_read<std::uint16_t>(0, pci::config::kVfDeviceId) == 0x1B0C);
  CHECK(host.config_read<std::uint16_t>(0, pci::config::kTotalVfs) == 4);
  CHECK(host.config_read(1, 0x00) == 0xFFFF'FFFF);  // As real VFs: the PF tells who they are.
}

TEST_CASE("Static VFs show their own identity") {
  Host host(static_vfs(1));
  CHECK(host.config_read(0, 0x00) == 0x17F3'1022);
}

TEST_CASE("VFs decode when SR-IOV enables them and not beyond their number") {
  Host host({});
  host.enable(0);
  host.config_write<std::uint16_t>(0, pci::config::kNumVfs, 2);
  host.config_write<std::uint16_t>(0, pci::config::kSriovControl,
                                   pci::config::kVfEnable | pci::config::kVfMemorySpaceEnable);
  CHECK(host.read(1, 2, 0) == 0);
  CHECK(host.read(2, 2, 0) == 0);
  CHECK(host.read(3, 2, 0) == 0xFFFF'FFFF);
  host.config_write<std::uint16_t>(0, pci::config::kSriovControl, 0);
  CHECK(host.read(1, 2, 0) == 0xFFFF'FFFF);
}

TEST_CASE("A conventional reset of the PF takes the power, of a VF it leaves the device alone") {
  Host host({});
  host.enable(0);
  host.write(0, 5, kSmuCmd, kPowerOn);
  host.machine->run_until(100 * kUs);
  REQUIRE(host.read(0, 5, kSmuResp) == 1);
  host.function(1).reset();
  host.machine->settle();
  CHECK(host.read(0, 5, kSmuResp) == 1);
  host.function(0).reset();
  host.machine->settle();
  CHECK(host.read(0, 5, kSmuResp) == 0xFFFF'FFFF);
  host.enable(0);
  CHECK(host.read(0, 5, kSmuResp) == 0);
  CHECK(host.read(0, 4, 0xAEC) == 0x8000'0000);
  CHECK_FALSE(host.machine->busy());
}

TEST_CASE("A machine with a PF and sixteen VFs is built in well under a second of processor time") {
  Configuration configuration;
  configuration.vfs = 16;
  const std::clock_t before = std::clock();
  Host host(configuration);
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  CHECK(host.machine->functions().size() == 17);
  CHECK(seconds < 0.5);  // The aim for a release build is 0.1; a sanitizer takes longer.
}

}  // namespace
}  // namespace aie4::machine_bench
