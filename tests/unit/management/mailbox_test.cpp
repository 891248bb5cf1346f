// SPDX-License-Identifier: Apache-2.0
// The rings between a driver and the firmware: wrap in both directions, full, hostile tails (host-interface, 4.2-4.5).
#include "tests/support/catch.hpp"
#include "tests/unit/management/bench.hpp"

namespace aie4::management::bench {
namespace {

/// Lets everything that was sent be handled; returns the responses.
std::vector<Response> drain(Driver& driver) {
  run_until([] { return false; });
  std::vector<Response> all;
  while (std::optional<Response> response = driver.receive()) all.push_back(*response);
  return all;
}

TEST_CASE("Messages of every size wrap around both rings with tombstones, and each is answered in order") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  // 16 to 76 bytes a request, 20 to 64 a response: every remainder at the ring's end is met.
  for (unsigned i = 0; i < 3000; ++i) {
    const std::size_t words = i * 7 % 16;
    const bool info = i % 3 == 0;
    const Response response = vf.call(info ? op::kTileInfo : 0x99999, Words(info ? 1 : words));
    REQUIRE(response.status() == (info ? kOk : kNotSupported));
    REQUIRE(response.payload.size() == (info ? 12 : 1));
  }
  CHECK(bench.count(FaultCategory::GuestError) == 0);
}

TEST_CASE("A request may end exactly at the last word that the driver uses, and a response exactly at the ring's end") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  bool request_met_the_end = false;
  bool response_met_the_end = false;
  for (unsigned i = 0; i < 1200; ++i) {
    // 20 bytes of response each, 4 more than a multiple of 4096's divisors: the tail reaches 4096 now and then.
    const std::uint32_t left = kRing - 4 - vf.cached_tail();
    const bool exact = left >= 16 && left <= 76;
    REQUIRE(vf.call(0x99999, Words(exact ? (left - 16) / 4 : 4)).status() == kNotSupported);
    request_met_the_end |= vf.cached_tail() == kRing - 4;
    response_met_the_end |= vf.bar0.read(kI2xTail) == kRing;
  }
  CHECK(request_met_the_end);
  // 24 bytes (CREATE_PARTITION) and 20: make the response end there too.
  for (unsigned i = 0; i < 4000 && !response_met_the_end; ++i) {
    const std::uint32_t left = kRing - vf.bar0.read(kI2xTail);
    const bool longer = left % 20 != 0 && left % 20 % 4 == 0 && left >= 24;
    static_cast<void>(vf.call(longer ? op::kCreatePartition : 0x99999, longer ? Words{9, 9} : Words{}));
    response_met_the_end = vf.bar0.read(kI2xTail) == kRing;
  }
  CHECK(response_met_the_end);
  CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
  CHECK(vf.bar0.read(kI2xTail) == 64);  // Placed at 0, without a tombstone.
}

TEST_CASE("Every response raises the mailbox vector once, also when many requests wait") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  vf.interrupts.clear();
  std::vector<std::uint32_t> ids;
  for (unsigned i = 0; i < 20; ++i) ids.push_back(vf.send(op::kTileInfo, {0}));
  const std::vector<Response> responses = drain(vf);
  REQUIRE(responses.size() == 20);
  for (unsigned i = 0; i < 20; ++i) CHECK(responses[i].header.id == ids[i]);
  CHECK(vf.interrupts.size() == 20);
  CHECK(vf.count_interrupts(0) == 20);
}

TEST_CASE("The response is in the ring before the tail moves, and the tail before the interrupt") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  vf.interrupts.clear();
  const std::uint32_t before = vf.bar0.read(kI2xTail);
  const std::uint32_t id = vf.send(op::kTileInfo, {0});
  std::optional<sc_core::sc_time> tail_moved;
  run_until([&] {
    if (vf.bar0.read(kI2xTail) != before && !tail_moved) {
      tail_moved = now();
      CHECK(vf.bar2.read(kI2xRing + before + 8) == id);
      CHECK(vf.bar2.read(kI2xRing + before + 16 + 0x0C) == (3U | 6U << 16));
      CHECK(vf.interrupts.empty());
    }
    return !vf.interrupts.empty();
  });
  REQUIRE(tail_moved.has_value());
  CHECK(now() - *tail_moved == ns(60));
}

TEST_CASE("The x2i head moves when the request is taken, long before it is answered") {
  Configuration slow;
  slow.parameters.message_ns = 50'000'000;
  Bench bench(slow);
  bench.boot();
  bench.pf().send(op::kAttach, {0, 0, 0, 0x40'0000});
  const sc_core::sc_time sent = now();
  REQUIRE(run_until([&] { return bench.pf().bar0.read(kX2iHead) == bench.pf().cached_tail(); }));
  CHECK(now() - sent < us(10));  // The driver polls for 100 us when the ring is full.
  CHECK(bench.pf().interrupts.empty());
}

TEST_CASE(
    "When the host does not read its responses the ring fills, the rest is lost and reported, and nothing breaks") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  vf.interrupts.clear();
  // 64 bytes a response: at most 64 fit.
  for (unsigned batch = 0; batch < 10; ++batch) {
    for (unsigned i = 0; i < 10; ++i) vf.send(op::kTileInfo, {0});
    run_until([] { return false; });
  }
  const std::size_t lost = bench.diagnostics.count(FaultCategory::GuestError);
  CHECK(lost > 30);
  CHECK(bench.count(FaultCategory::GuestError, "vf0 i2x ring: expected room for a response") > 0);
  CHECK(vf.interrupts.size() == 100 - lost);
  CHECK(drain(vf).size() == 100 - lost);
  CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
}

TEST_CASE("A head register that no driver writes makes the firmware drop the response, not the firmware") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  for (const std::uint32_t head : {1U, 4097U, 4100U, 0xFFFF'FFFFU}) {
    vf.bar0.write(kI2xHead, head);
    vf.send(op::kTileInfo, {0});
    run_until([] { return false; });
  }
  CHECK(bench.diagnostics.count(FaultCategory::GuestError) == 4);
  vf.bar0.write(kI2xHead, vf.bar0.read(kI2xTail));
  CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
}

/// The tail that a driver writes that continues after a hostile tail: where the firmware expects the next message.
void resume(Driver& driver) {
  driver.set_cached_tail(driver.bar0.read(kX2iHead));
}

TEST_CASE("No value of the tail register, 0 to 8 beyond the ring, crashes, after a resync the next message works") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  for (std::uint32_t tail = 0; tail <= kRing + 8; ++tail) {
    vf.write_tail(tail);
    run_until([] { return false; });
    while (vf.receive()) {
    }
    resume(vf);
    INFO("tail " << tail);
    REQUIRE(vf.call(op::kTileInfo, {0}).status() == kOk);
  }
  for (const std::uint32_t tail : {0x7FFF'FFFCU, 0x8000'0000U, 0xFFFF'FFFCU, 0xFFFF'FFFFU}) {
    vf.write_tail(tail);
    run_until([] { return false; });
    resume(vf);
    REQUIRE(vf.call(op::kTileInfo, {0}).status() == kOk);
  }
  CHECK(bench.diagnostics.count(FaultCategory::GuestError) > 1000);
  CHECK(bench.diagnostics.count(FaultCategory::SimulatorDefect) == 0);
}

TEST_CASE("After an impossible tail the driver's next message is understood where the driver puts it") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  for (const std::uint32_t tail : {3U, kRing, kRing + 4, 0xFFFF'FFFFU}) {
    REQUIRE(vf.cached_tail() != 0);
    run_until([] { return false; });
    vf.write_tail(tail);  // The driver goes on from its cached tail.
    run_until([] { return false; });
    INFO("tail " << tail);
    const std::uint64_t messages = bench.counters.messages;
    CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
    CHECK(bench.counters.messages == messages + 1);  // No old message was taken for a new one.
  }
  CHECK(bench.count(FaultCategory::GuestError, "vf0 x2i ring") == 4);
}

TEST_CASE("A header that makes no sense costs that message only") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  for (const std::uint32_t size : {2U, 5U, 0x1000U, 0xFFFF'FFFCU, 0xDEAD'FACEU, 20U}) {
    INFO("total_size " << size);
    vf.set_cached_tail(vf.bar0.read(kX2iHead));
    vf.send_raw({size, 0, 0x1D00'0000, op::kTileInfo, 0});
    run_until([] { return false; });
    CHECK_FALSE(vf.receive().has_value());
    CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
  }
  CHECK(bench.diagnostics.count(FaultCategory::GuestError) == 6);
}

TEST_CASE("A tombstone where the ring has wrapped is followed, one that points nowhere is refused") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  // A ring full of tombstones, tail behind the head: the firmware must not run in circles.
  for (std::uint32_t offset = 0; offset < kRing; offset += 4) vf.bar2.write(kX2iRing + offset, 0xDEAD'FACE);
  const std::uint32_t head = vf.bar0.read(kX2iHead);
  REQUIRE(head > 8);
  vf.write_tail(head - 4);
  CHECK_FALSE(run_until([] { return false; }));
  CHECK(bench.count(FaultCategory::GuestError, "tombstone before the tail") == 1);
  resume(vf);
  CHECK(vf.call(op::kTileInfo, {0}).status() == kOk);
}

TEST_CASE("Each function has rings of its own: a broken one does not disturb the others") {
  Bench bench;
  bench.boot_with_vfs(3);
  bench.vf(1).write_tail(0xFFFF'FFFF);
  CHECK(bench.vf(0).call(op::kTileInfo, {0}).status() == kOk);
  CHECK(bench.vf(2).call(op::kTileInfo, {0}).status() == kOk);
  CHECK(bench.pf().call(op::kAttach, {0, 0, 0, 0x40'0000}).status() == kOk);
}

TEST_CASE("A VF that is not created has no mailbox: its tail is ignored until it is published") {
  Bench bench;
  bench.boot();
  bench.vf(2).send(op::kTileInfo, {0});
  CHECK_FALSE(run_until([] { return false; }));
  CHECK(bench.counters.messages == 0);
  CHECK(bench.vf(2).interrupts.empty());
  REQUIRE(bench.pf().call(op::kCreateVfs, {3}).status() == kOk);
  bench.vf(2).attach();
  CHECK(bench.vf(2).call(op::kTileInfo, {0}).status() == kOk);
}

TEST_CASE("The faults of a response break exactly what they name") {
  Bench bench;
  bench.boot_with_vfs(1);
  Driver& vf = bench.vf(0);
  const auto broken = [&](Fault fault, std::uint32_t opcode = op::kTileInfo) {
    bench.faults.arm(fault);
    const std::uint32_t at = kI2xRing + vf.bar0.read(kI2xTail);
    vf.send(opcode, {0});
    run_until([] { return false; });
    const MessageHeader header{vf.bar2.read(at), vf.bar2.read(at + 4), vf.bar2.read(at + 8), vf.bar2.read(at + 12)};
    return std::pair{header, vf.bar0.read(kI2xTail) - (at - kI2xRing)};
  };
  CHECK(broken(Fault::ResponseShort).first.total_size == 44);
  CHECK(broken(Fault::ResponseLong).first.total_size == 52);
  CHECK((broken(Fault::ResponseIdForeign).first.id & 0xFF00'0000) != 0x1D00'0000);
  const MessageHeader unknown = broken(Fault::ResponseIdUnknown).first;
  CHECK((unknown.id & 0xFF00'0000) == 0x1D00'0000);
  CHECK(broken(Fault::ResponseSizeUnaligned).first.total_size % 4 != 0);
  const auto [overrun, moved] = broken(Fault::ResponseOverrun);
  CHECK(overrun.total_size + 16 > moved);
  CHECK(broken(Fault::ResponseTombstone).first.total_size == 0xDEAD'FACE);
  CHECK(broken(Fault::ResponseTailUnaligned).second % 4 == 2);
}

}  // namespace
}  // namespace aie4::management::bench
