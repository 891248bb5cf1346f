// SPDX-License-Identifier: Apache-2.0
// One command through guest and device, by hand: the computer's clock is the guest's plus 5 ms, a microsecond of the
// device takes 20 of the guest's. All times below are microseconds of the guest's clock.
#include "sim/profile/merge.hpp"

#include <map>
#include <sstream>
#include <string>

#include "sim/profile/error.hpp"
#include "sim/profile/report.hpp"
#include "sim/trace/perfetto_trace.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/trace/decoded_trace.hpp"

namespace aie4::profile {
namespace {

constexpr const char* kSleeping = R"(function vf0 25 26
sent 6040000 2 0x1000
clock 90000 110000
clock 10090000 10110000
    0.000500 |   npu-xrt-7   |               |  /* run_start_end: (0x5 <- 0x7) */
    0.001000 |   npu-xrt-7   |               |  /* run_start: (0x7) object=0x1 */
    0.001050 |   npu-xrt-7   |               |  /* run_start_end: (0x5 <- 0x7) */
    0.001060 |   npu-xrt-7   |               |  /* run_wait: (0x7) object=0x1 */
    0.001070 |   npu-xrt-7   |               |  /* sys_ioctl(fd: 3, cmd: 0xc0106449, arg: 0x7facc13a79a0) */
    0.001075 |   npu-xrt-7   |               |  amdxdna_drm_wait_cmd_ioctl [amdxdna]() {
    0.001090 |   npu-xrt-7   |               |  /* sched_switch: prev_comm=npu-xrt prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120 */
    0.001200 |     <idle>-0    |               |  /* irq_handler_entry: irq=26 name=xdna_hsa */
    0.001205 |     <idle>-0    |               |  /* sched_waking: comm=npu-xrt pid=7 prio=120 target_cpu=000 */
    0.001210 |     <idle>-0    |               |  /* irq_handler_exit: irq=26 ret=handled */
    0.001220 |     <idle>-0    |               |  /* sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=npu-xrt next_pid=7 next_prio=120 */
    0.001238 |   npu-xrt-7   |   163.0 us    |  } /* amdxdna_drm_wait_cmd_ioctl [amdxdna] */
    0.001240 |   npu-xrt-7   |               |  /* sys_ioctl -> 0x0 */
    0.001250 |   npu-xrt-7   |               |  /* run_wait_end: (0x5 <- 0x7) */
    0.001300 |   npu-xrt-7   |               |  /* amdxdna_debug_point: x */
)";

/// A client that looks at the completion word itself.
constexpr const char* kPolling = R"(function vf0 25 26
sent 6040000 2 0x1000
clock 90000 110000
clock 10090000 10110000
    0.001000 |   npu-xrt-7   |               |  /* run_start: (0x7) object=0x1 */
    0.001050 |   npu-xrt-7   |               |  /* run_start_end: (0x5 <- 0x7) */
    0.001060 |   npu-xrt-7   |               |  /* run_wait: (0x7) object=0x1 */
    0.001185 |   npu-xrt-7   |               |  /* run_wait_end: (0x5 <- 0x7) */
    0.001200 |   npu-xrt-7   |               |  /* irq_handler_entry: irq=26 name=xdna_hsa */
    0.001210 |   npu-xrt-7   |               |  /* irq_handler_exit: irq=26 ret=handled */
)";

Moment moment(Nanoseconds guest_us, std::uint64_t ps, MomentKind kind, bool by_host, std::uint64_t number) {
  return {.host = 5'000'000 + guest_us * 1000,
          .time_ps = ps,
          .function = "vf0",
          .kind = kind,
          .by_host = by_host,
          .contexts = {0},
          .number = number,
          .text = "completion word COMPLETED"};
}

std::vector<Moment> moments() {
  return {moment(100, 0, MomentKind::ClassCodeRead, true, 0),
          moment(1080, 1'000'000, MomentKind::Doorbell, true, 0x1000),
          moment(1180, 6'000'000, MomentKind::CompletionWord, false, 0),
          moment(1190, 6'400'000, MomentKind::CompletionInterrupt, false, 1),
          moment(10100, 6'400'000, MomentKind::ClassCodeRead, true, 0)};
}

trace::ReadTrace device() {
  const auto us = [](double micros) { return sc_core::sc_time(micros, sc_core::SC_US); };
  std::ostringstream out;
  trace::PerfettoTrace trace(out, trace::TimeUnit::Picosecond);
  trace.slice(trace.track("MPNPU"), us(1), us(2), "message", 0);
  const auto uc = trace.track("uc0");
  trace.slice(uc, us(2), us(4), "execution of control code, page", 0);
  trace.slice(trace.track("uc0/packets"), us(2), us(5.5), "vf0 context 0 uc0 packet 0", 0);
  const auto dma = trace.track("column 0/shim tile 0/DMA/MM2S_0");
  trace.slice(dma, us(3), us(5), "BD 0: 4096 B", 17);
  trace.slice(dma, us(3), us(3.5), "lock 448", 0);
  trace.slice(trace.track("NoC and DDR"), us(5), us(5.5), "vf0 read", 0);
  const auto core = trace.track("column 0/compute tile 2/core");
  trace.slice(core, us(3.5), us(4.5), "lock own.0", 0);
  trace.slice(core, us(4.5), us(5.25), "kernel gemm (mac)", 0);
  trace.counter(trace.track("column 0/memory tile 1/lock 0"), us(4), 5);
  trace.finish();
  return trace::read_trace(out.str());
}

std::string merged(const char* guest, const std::vector<Moment>& moments_, Merged* about = nullptr) {
  std::ostringstream out;
  const Merged result = merge(parse_guest(guest), moments_, device(), out);
  if (about != nullptr) *about = result;
  return out.str();
}

std::map<std::string, std::uint64_t> micros(const CommandTimes& command) {
  std::map<std::string, std::uint64_t> result;
  for (std::size_t i = 0; i < kStages; ++i) {
    if (command.stages.at(i) != 0) result[std::string(to_string(static_cast<Stage>(i)))] = command.stages.at(i) / 1000;
  }
  return result;
}

TEST_CASE("Every microsecond of a command that sleeps is where it was by hand") {
  Merged about;
  const Report found = report(trace::read_trace(merged(kSleeping, moments(), &about)));
  CHECK(about.commands == 1);
  CHECK(about.consistent);
  CHECK(about.uncertain == 10'000);
  CHECK(found.good());
  CHECK(found.unreturned == 0);
  REQUIRE(found.commands.size() == 1);
  const CommandTimes& command = found.commands.front();
  CHECK(command.name == "run 0 of vf0 context 0");
  CHECK(command.thread == "npu-xrt 7");
  CHECK(command.begin == 1'000'000);
  CHECK(command.duration == 250'000);
  CHECK(command.sum() == 250'000);
  const std::map<std::string, std::uint64_t> expected = {
      {"user", 50},  {"driver", 20},  {"PCI", 40},       {"firmware", 20},       {"uC", 30},     {"DMA", 20},
      {"memory", 5}, {"compute", 15}, {"interrupt", 10}, {"device signals", 20}, {"wake-up", 20}};
  CHECK(micros(command) == expected);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Firmware)) == 1'000'000);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Uc)) == 1'500'000);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Dma)) == 1'000'000);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Memory)) == 250'000);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Compute)) == 750'000);
  CHECK(command.simulated_ps.at(static_cast<std::size_t>(Stage::Device)) == 900'000);
}

TEST_CASE("A message that the driver traces after it arrived says nothing of the clocks") {
  const std::string guest = std::string(kSleeping) +
                            "    0.009000 |   npu-xrt-7   |               |  /* mbox_set_tail: xdna_mailbox.25 id "
                            "0x1d000002 opcode 0x30003 */\n";
  std::vector<Moment> seen = moments();
  seen.insert(seen.end() - 1, moment(8000, 6'400'000, MomentKind::Request, true, 0x1d00'0002));
  Merged about;
  CHECK(report(trace::read_trace(merged(guest.c_str(), seen, &about))).good());
  CHECK(about.consistent);
  CHECK(about.uncertain == 10'000);
}

TEST_CASE("A command whose client looks itself ends when it has seen the word, before the interrupt") {
  const Report found = report(trace::read_trace(merged(kPolling, moments())));
  CHECK(found.good());
  REQUIRE(found.commands.size() == 1);
  CHECK(found.commands.front().duration == 185'000);
  const std::map<std::string, std::uint64_t> expected = {{"user", 45},    {"PCI", 40},           {"firmware", 20},
                                                         {"uC", 30},      {"DMA", 20},           {"memory", 5},
                                                         {"compute", 15}, {"device signals", 10}};
  CHECK(micros(found.commands.front()) == expected);
}

/// kSleeping with the handler 25 us later, when the thread runs again and has found the word.
std::string handled_late(const std::string& before) {
  std::string guest = kSleeping;
  const std::size_t entry = guest.find("    0.001200 |");
  const std::size_t waking = guest.find("    0.001205 |");
  const std::size_t exit = guest.find("    0.001210 |");
  const std::size_t after = guest.find("    0.001220 |");
  const std::size_t driver = guest.find("    0.001238 |");
  const std::string handler =
      R"(    0.001225 |   npu-xrt-7   |               |  /* irq_handler_entry: irq=26 name=xdna_hsa */
    0.001230 |   npu-xrt-7   |               |  /* irq_handler_exit: irq=26 ret=handled */
)";
  return guest.substr(0, entry) + before + guest.substr(waking, exit - waking) + guest.substr(after, driver - after) +
         handler + guest.substr(driver);
}

TEST_CASE("A thread that an earlier interrupt woke, delivered late, need not wait for its own") {
  const std::string guest =
      handled_late(R"(    0.001183 |     <idle>-0    |               |  /* irq_handler_entry: irq=26 name=xdna_hsa */
    0.001184 |     <idle>-0    |               |  /* irq_handler_exit: irq=26 ret=handled */
)");
  const Report found = report(trace::read_trace(merged(guest.c_str(), moments())));
  CHECK(found.violations == std::vector<std::string>{});
  REQUIRE(found.commands.size() == 1);
  // From the word at 1180 until the thread runs at 1220; then 5 us of the handler.
  const std::map<std::string, std::uint64_t> expected = {
      {"user", 50},  {"driver", 15},  {"PCI", 40},      {"firmware", 20},       {"uC", 30},     {"DMA", 20},
      {"memory", 5}, {"compute", 15}, {"interrupt", 5}, {"device signals", 10}, {"wake-up", 40}};
  CHECK(micros(found.commands.front()) == expected);
}

TEST_CASE("A thread that woke before any handler ran has an effect before its cause") {
  const Report found = report(trace::read_trace(merged(handled_late("").c_str(), moments())));
  CHECK(found.violations ==
        std::vector<std::string>{R"(command 0: "woken" 5.000 us before "interrupt handled", its cause)"});
}

TEST_CASE("The timeline has one arrow from the submission through the device and back, and the device's own") {
  const trace::DecodedTrace decoded = trace::decode_trace(merged(kSleeping, moments()));
  CHECK(decoded.complaints == std::vector<std::string>{});
  const std::uint64_t flow = (std::uint64_t{1} << 63U) | 1;
  std::vector<std::string> steps;
  for (const trace::DecodedSlice& instant : decoded.instants) {
    if (instant.flow == flow) steps.push_back(instant.path + ": " + instant.name);
  }
  CHECK(steps == std::vector<std::string>{
                     "guest (its own clock)/npu-xrt 7: submit", "PCI boundary (guest's clock)/vf0: doorbell sent",
                     "PCI boundary (guest's clock)/vf0: doorbell", "PCI boundary (guest's clock)/vf0: completion word",
                     "PCI boundary (guest's clock)/vf0: interrupt raised",
                     "guest (its own clock)/interrupt handlers: interrupt handled",
                     "guest (its own clock)/npu-xrt 7: woken", "guest (its own clock)/npu-xrt 7: returned"});
  const std::string place = "device (simulated time, stretched onto the guest's clock)/";
  std::map<std::string, trace::DecodedSlice> slices;
  for (const trace::DecodedSlice& slice : decoded.slices) slices[slice.path + ": " + slice.name] = slice;
  const trace::DecodedSlice& packet = slices.at(place + "uc0/packets: vf0 context 0 uc0 packet 0");
  CHECK(packet.flow == flow);
  CHECK(packet.begin == 1'100'000);
  CHECK(packet.end == 1'170'000);
  const trace::DecodedSlice& bd = slices.at(place + "column 0/shim tile 0/DMA/MM2S_0: BD 0: 4096 B");
  CHECK(bd.flow == 17);
  CHECK(bd.begin == 1'120'000);
  CHECK(bd.end == 1'160'000);
  const trace::DecodedSlice& ioctl = slices.at("guest (its own clock)/npu-xrt 7: ioctl 0x49");
  CHECK(ioctl.begin == 1'070'000);
  CHECK(ioctl.end == 1'240'000);
  CHECK(slices.at("guest (its own clock)/npu-xrt 7: amdxdna_drm_wait_cmd_ioctl").depth == 2);
  CHECK(slices.contains("guest (its own clock)/interrupt handlers: xdna_hsa of vf0"));
  REQUIRE(decoded.counts.size() == 1);
  CHECK(decoded.counts.front().value == 5);
  CHECK(decoded.counts.front().time == 1'140'000);
}

TEST_CASE("Clocks that contradict each other show as effects before their causes") {
  // The clocks are known to 10 us by the readings; the client has the result 8 us before the word is there.
  std::vector<Moment> late = moments();
  late[2] = moment(1193, 6'000'000, MomentKind::CompletionWord, false, 0);
  late[3] = moment(1194, 6'400'000, MomentKind::CompletionInterrupt, false, 1);
  Merged about;
  // As the doorbell cannot be later by these 8 us either, no clock fits both.
  std::string guest = kPolling;
  guest.replace(guest.find("sent 6040000"), 12, "sent 6001000");
  const Report found = report(trace::read_trace(merged(guest.c_str(), late, &about)));
  CHECK_FALSE(about.consistent);
  CHECK_FALSE(found.good());
  CHECK_FALSE(found.violations.empty());
}

TEST_CASE("A command without a client that waits ends with its completion word") {
  std::string guest = kPolling;
  guest.replace(guest.find("run_wait:"), 9, "run_wayt:");
  const Report found = report(trace::read_trace(merged(guest.c_str(), moments())));
  CHECK(found.unreturned == 1);
  REQUIRE(found.commands.size() == 1);
  CHECK(found.commands.front().duration == 180'000);
}

TEST_CASE("A client that is none of XRT's has a command from its doorbell on") {
  std::string guest = kSleeping;
  for (const char* name : {"run_start", "run_wait"}) {
    for (std::size_t at = guest.find(name); at != std::string::npos; at = guest.find(name))
      guest.replace(at, 4, "xxx_");
  }
  const Report found = report(trace::read_trace(merged(guest.c_str(), moments())));
  CHECK(found.good());
  REQUIRE(found.commands.size() == 1);
  CHECK(found.commands.front().name == "command 0 of vf0 context 0");
  CHECK(found.commands.front().begin == 1'040'000);
  CHECK(found.commands.front().duration == 200'000);  // until the ioctl returns
}

TEST_CASE("Without a trace of the guest, or with fewer reads than it made, nothing can be merged") {
  CHECK_THROWS_AS(merged("function vf0 25 26\n", moments()), ProfileError);
  CHECK_THROWS_AS(merged(kSleeping, {moments().front()}), ProfileError);
}

}  // namespace
}  // namespace aie4::profile
