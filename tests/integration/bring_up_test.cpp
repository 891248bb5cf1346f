// SPDX-License-Identifier: Apache-2.0
// The whole way up and down, as `aie4sim up` goes it, and its reproducibility.
#include <array>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using host::BringUpOptions;
using host::BringUpReport;

/// FNV-1a over everything that crosses the boundary of any function, with simulated time.
class EventHash final : public pci::BoundaryObserver {
 public:
  explicit EventHash(Machine& machine) : machine_(machine) {
    for (pci::PciFunction* function : machine.functions()) function->set_observer(this);
  }
  void observe(const pci::BoundaryEvent& event) override {
    ++events_;
    add(machine_.now_ps());
    add(static_cast<std::uint64_t>(event.kind));
    add(event.function);
    add(event.bar);
    add(static_cast<std::uint64_t>(event.status));
    add(event.address);
    for (const std::byte byte : event.data) mix(std::to_integer<std::uint8_t>(byte));
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void mix(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100'0000'01B3; }
  void add(std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) mix(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  Machine& machine_;
  std::uint64_t hash_ = 0xCBF2'9CE4'8422'2325;
  std::uint64_t events_ = 0;
};

/// Number of events and their hash of one bring-up in a process of its own: a machine elaborates once.
std::array<std::uint64_t, 2> hash_of_run(const BringUpOptions& options) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  std::array<std::uint64_t, 2> result{};
  if (child == 0) {
    Machine machine({}, {});
    EventHash hash(machine);
    const BringUpReport report = host::bring_up(machine, options);
    result = {report.succeeded() ? hash.events() : 0, hash.value()};
    const bool written = ::write(ends[1], result.data(), sizeof result) == sizeof result;
    _exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  CHECK(::read(ends[0], result.data(), sizeof result) == sizeof result);
  ::close(ends[0]);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return result;
}

}  // namespace

TEST_CASE("a bring-up with four VFs completes all commands and reports each phase") {
  Machine machine({}, {});
  const BringUpReport report = host::bring_up(machine, {.contexts = 4, .commands = 200});
  INFO(to_text(report));
  CHECK(report.succeeded());
  CHECK(report.vfs == 4);
  CHECK(report.contexts == 16);
  CHECK(report.submitted == 200);
  CHECK(report.completed == 200);
  CHECK(report.latencies_ps.size() == 200);
  CHECK(report.kernel_log.empty());
  CHECK(report.dma.refused == 0);
  std::vector<std::string> names;
  std::uint64_t end = 0;
  for (const host::BringUpPhase& phase : report.phases) {
    names.push_back(phase.name);
    CHECK(phase.start_ps == end);
    end = phase.start_ps + phase.duration_ps;
  }
  CHECK(names == std::vector<std::string>{"enumerate", "PF probe", "SR-IOV enable", "VF0 probe", "VF1 probe",
                                          "VF2 probe", "VF3 probe", "create contexts", "commands", "destroy contexts",
                                          "VF remove", "PF remove"});
  CHECK(end == machine.now_ps());
  // One doorbell for each command and nothing else; one interrupt for each.
  const host::BringUpPhase& commands = report.phases.at(8);
  CHECK(commands.accesses == host::AccessCounts{0, 0, 0, 200});
  CHECK(commands.interrupts == 200);
  // A context is two messages of one interrupt each.
  CHECK(report.phases.at(7).interrupts == 16);
  CHECK(report.phases.at(9).interrupts == 16);

  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json["succeeded"] == true);
  CHECK(json["completed"] == 200);
  CHECK(json["phases"].size() == 12);
  CHECK(json["latency_ps"]["min"].get<std::uint64_t>() > 0);
  CHECK(to_text(report).find("200 of 200 commands completed") != std::string::npos);
}

TEST_CASE("a bring-up without an IOMMU, with compact queues and one VF, works as well") {
  Machine machine({}, {});
  const BringUpReport report = host::bring_up(
      machine, {.memory = host::AddressMode::Identity, .layout = host::QueueLayout::Compact, .vfs = 1, .commands = 40});
  INFO(to_text(report));
  CHECK(report.succeeded());
  CHECK(report.vfs == 1);
}

TEST_CASE("a bring-up that fails says why and takes down what was up") {
  Configuration configuration;
  configuration.faults.arm(Fault::ContextRefused);
  Machine machine(configuration, {});
  const BringUpReport report = host::bring_up(machine, {});
  CHECK_FALSE(report.succeeded());
  CHECK(report.failure.find("create ctx failed: -22") != std::string::npos);
  CHECK(report.phases.back().name == "create contexts");
  CHECK(nlohmann::json::parse(to_json(report))["succeeded"] == false);
  CHECK(to_text(report).find("failed: ") != std::string::npos);
  // The next one finds a device in order.
  CHECK(host::bring_up(machine, {}).succeeded());
}

TEST_CASE("a damaged firmware image is refused by the PSP and named by the driver") {
  Machine machine({}, {});
  host::FirmwareImages images = host::stub_images(5);
  images.cert.at(images.cert.size() / 2) ^= std::byte{1};
  const BringUpReport report = host::bring_up(machine, {.firmware = images});
  CHECK(report.failure.find("fw return error 0x") == 0);
  CHECK(
      report.failure.find("failed to validate fw, ret -5; failed to start psp, ret -5; Hardware init failed, ret -5") !=
      std::string::npos);
  CHECK(host::bring_up(machine, {}).succeeded());
}

TEST_CASE("two identical runs cross the boundary identically, event by event and picosecond by picosecond") {
  const BringUpOptions options{.contexts = 3, .commands = 100};
  const auto first = hash_of_run(options);
  CHECK(first[0] > 1000);
  CHECK(hash_of_run(options) == first);
  // The hash would see a difference.
  CHECK(hash_of_run({.contexts = 3, .commands = 101}) != first);
}

}  // namespace aie4::integration
