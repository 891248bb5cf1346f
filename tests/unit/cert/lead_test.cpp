// SPDX-License-Identifier: Apache-2.0
// The lead and its host queue, seen from outside: accesses to host memory, interrupts, handshake.
#include "firmware-stub/cert/handshake.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/cert/guest.hpp"

namespace aie4::cert::bench {
namespace {

namespace hs = handshake;
using Kind = Event::Kind;
constexpr std::uint64_t kQueue = 0x10'0000;
constexpr std::uint64_t kCode = 0x800'0000;

TEST_CASE("a direct NOP command completes: word, read_index, interrupt") {
  Bench bench;
  GuestQueue queue(bench, kQueue);
  bench.host.map(kCode, 8192);
  bench.host.write(kCode, code::nop_program());
  bench.connect(kQueue);
  queue.direct(kCode);
  bench.doorbell();
  Bench::run_us(100);
  INFO(bench.diagnostics_text());
  CHECK(queue.completion(0) == 4);
  CHECK(queue.read_index() == 1);
  CHECK(bench.counters->commands_completed == 1);
  CHECK(bench.handshake(hs::kCompletionStatus) == 1);
  CHECK(bench.handshake(hs::kCertIdleStatus) == hs::kIdleCert);
  CHECK(bench.interrupts() == 2);  // Completion, then idle.
  CHECK(bench.reports.empty());
}

}  // namespace
}  // namespace aie4::cert::bench
