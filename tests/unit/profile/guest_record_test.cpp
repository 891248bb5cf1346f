// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/guest_record.hpp"

#include <string>

#include "sim/profile/error.hpp"
#include "sim/profile/thread_states.hpp"
#include "sim/profile/xrt_calls.hpp"
#include "tests/support/catch.hpp"

namespace aie4::profile {
namespace {

constexpr const char* kText = R"(sent 13124296172764 2 0x1000
function pf 24
function vf0 25 26 
clock 20359555484 20366908318
lost 3
lost 4
# tracer: function_graph
#
   22.847200 |   npu-xrt-138   |               |  /* run_start: (0x7facc1df6c00) object=0x55d0 */
   22.847276 |   npu-xrt-138   |               |  /* run_start_end: (0x55b2f787b91d <- 0x7facc1df6c00) */
   22.847291 |   npu-xrt-138   |               |  /* run_wait: (0x7facc1df6b50) object=0x55d0 */
   22.847300 |   npu-xrt-138   |               |  /* run_wait2: (0x7facc1df6b50) object=0x55d0 */
   22.847332 |   npu-xrt-138   |               |  /* sys_ioctl(fd: 3, cmd: 0xc0106449, arg: 0x7facc13a79a0) */
   22.847370 |   npu-xrt-138   |               |  amdxdna_drm_wait_cmd_ioctl [amdxdna]() {
   22.847387 |   npu-xrt-138   |   3.300 us    |      get_read_index [amdxdna]();
   22.847468 |   npu-xrt-138   |               |      /* sched_switch: prev_comm=npu-xrt prev_pid=138 prev_prio=120 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120 */
 ------------------------------------------
 0)  npu-xrt-138   =>    <idle>-0
 ------------------------------------------

   22.850370 |     <idle>-0    |               |      /* irq_handler_entry: irq=26 name=xdna_hsa */
   22.850390 |     <idle>-0    |               |  /* sched_waking: comm=npu-xrt pid=138 prio=120 target_cpu=000 */
   22.850437 |     <idle>-0    |   55.097 us   |  } /* cert_comp_isr [amdxdna] */
   22.850440 |     <idle>-0    |               |  /* irq_handler_exit: irq=26 ret=handled */
   22.850727 |    kworker-53   |               |  /* sched_switch: prev_comm=kworker/0:3 prev_pid=53 prev_prio=120 prev_state=R ==> next_comm=npu-xrt next_pid=138 next_prio=120 */
   22.858482 |   npu-xrt-138   |   11113.81 us |  } /* amdxdna_drm_wait_cmd_ioctl [amdxdna] */
   22.858494 |   npu-xrt-138   |               |  /* sys_ioctl -> 0x0 */
   22.858500 |   npu-xrt-138   |               |  /* run_wait2_end: (0x55b2f787b93e <- 0x7facc1df6b50) */
   22.858540 |   npu-xrt-138   |               |  /* run_wait_end: (0x55b2f787b93e <- 0x7facc1df6b50) */
   22.858600 |   npu-xrt-138   |               |  /* mbox_set_tail: xdna_mailbox.25 id 0x1d000002 opcode 0x30003 */
   22.858700 |    kworker-53   |               |  /* mbox_set_head: xdna_mailbox.25 id 0x1d000002 opcode 0x30003 */
   22.858800 |   npu-xrt-138   |               |  /* amdxdna_debug_point: npu-xrt:29 job returned to user */
)";

TEST_CASE("The kernel's trace is read: functions, events, and what the laboratory adds") {
  const GuestRecord record = parse_guest(kText);
  CHECK(record.lost == 7);
  CHECK(record.interrupts.at("vf0") == std::vector<std::uint32_t>{25, 26});
  REQUIRE(record.sent.size() == 1);
  CHECK(record.sent[0].host == 13124296172764);
  CHECK(record.sent[0].region == 2);
  CHECK(record.sent[0].offset == 0x1000);
  REQUIRE(record.readings.size() == 1);
  CHECK(record.readings[0].after == 20366908318);
  CHECK(record.tasks.at(138) == "npu-xrt");
  REQUIRE(record.entries.size() == 20);
  const auto& entries = record.entries;
  CHECK(entries[0].time == 22'847'200'000);
  CHECK(entries[0].kind == EntryKind::RunStart);
  CHECK(entries[0].object == 0x55d0);
  CHECK(entries[0].pid == 138);
  CHECK(entries[1].kind == EntryKind::RunStarted);
  CHECK(entries[4].kind == EntryKind::IoctlEnter);
  CHECK(entries[4].value == 0xc0106449);
  CHECK(entries[5].kind == EntryKind::Call);
  CHECK(entries[5].text == "amdxdna_drm_wait_cmd_ioctl");
  CHECK(entries[6].kind == EntryKind::Leaf);
  CHECK(entries[6].duration == 3300);
  CHECK(entries[7].kind == EntryKind::Switch);
  CHECK(entries[7].asleep);
  CHECK(entries[7].other == 0);
  CHECK(entries[8].kind == EntryKind::InterruptEnter);
  CHECK(entries[8].value == 26);
  CHECK(entries[8].text == "xdna_hsa");
  CHECK(entries[9].kind == EntryKind::Waking);
  CHECK(entries[9].other == 138);
  CHECK(entries[12].other == 138);
  CHECK_FALSE(entries[12].asleep);
  CHECK(entries[13].kind == EntryKind::Return);
  CHECK(entries[13].duration == 11'113'810);
  CHECK(entries[14].kind == EntryKind::IoctlExit);
  CHECK(entries[17].kind == EntryKind::MessageSent);
  CHECK(entries[17].line == 25);
  CHECK(entries[17].value == 0x1d000002);
  CHECK(entries[18].kind == EntryKind::MessageReceived);
  CHECK(entries[19].kind == EntryKind::Note);
}

TEST_CASE("Of calls of XRT within calls only the outer ones count") {
  const auto calls = xrt_calls(parse_guest(kText));
  REQUIRE(calls.size() == 2);
  CHECK_FALSE(calls[0].wait);
  CHECK(calls[0].end == 22'847'276'000);
  CHECK(calls[1].wait);
  CHECK(calls[1].begin == 22'847'291'000);
  CHECK(calls[1].end == 22'858'540'000);
}

TEST_CASE("What a thread does follows from the kernel's events") {
  const GuestRecord record = parse_guest(kText);
  const auto states = thread_states(record, 138);
  const auto at = [&](Nanoseconds micros) { return state_at(states, 22'000'000'000 + micros * 1000); };
  CHECK(at(847'100) == ThreadState::Unknown);
  CHECK(at(847'250) == ThreadState::User);
  CHECK(at(847'400) == ThreadState::Driver);
  CHECK(at(848'000) == ThreadState::Asleep);
  CHECK(at(850'380) == ThreadState::Asleep);
  CHECK(at(850'500) == ThreadState::Runnable);
  CHECK(at(851'000) == ThreadState::Driver);
  CHECK(at(858'495) == ThreadState::User);
  const Processor processor(record);
  CHECK(processor.at(22'848'000'000) == 0);
  CHECK(processor.at(22'851'000'000) == 138);
}

TEST_CASE("A handler in the stead of a thread is not the thread") {
  const GuestRecord record = parse_guest(R"(
    1.000000 |   npu-xrt-138   |               |  /* run_start: (0x7facc1df6c00) object=0x55d0 */
    1.000010 |   npu-xrt-138   |               |  /* irq_handler_entry: irq=26 name=xdna_hsa */
    1.000030 |   npu-xrt-138   |               |  /* irq_handler_exit: irq=26 ret=handled */
)");
  const auto states = thread_states(record, 138);
  CHECK(state_at(states, 1'000'020'000) == ThreadState::Interrupted);
  CHECK(state_at(states, 1'000'030'000) == ThreadState::User);
}

TEST_CASE("What is no line of a trace is refused, with its number") {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      (void)parse_guest(text);
    } catch (const ProfileError& error) {
      return error.what();
    }
    return {};
  };
  CHECK(refusal("# tracer: function_graph\nSegmentation fault\n") ==
        "expected a line of the guest kernel's trace, came in line 2: Segmentation fault");
  for (const char* line :
       {"clock 5 4", "clock 5", "clock -5 4", "clock 5 99999999999999999999", "sent 1 2", "function vf0 x", "lost -1",
        "   22.847387 |   npu-xrt   |   3.300 us    |      get_read_index [amdxdna]();", "   22.847387 |",
        "   22.9847387 |   npu-xrt-1   |      |      get_read_index [amdxdna]();",
        "99999999999.000000 |   npu-xrt-1   |      |      get_read_index [amdxdna]();",
        "   22.847387 |   npu-xrt-1   |      |      get_read_index",
        "   22.847387 |   npu-xrt-1   |      |      get() x"}) {
    INFO(line);
    CHECK_FALSE(refusal(line).empty());
  }
}

}  // namespace
}  // namespace aie4::profile
