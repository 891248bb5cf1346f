// SPDX-License-Identifier: Apache-2.0
// Events, performance counters, halts and single steps of cores. Event numbers are typed in from appendix A of the AIE4
// tile-array notes, offsets and fields from section 5. One cycle is one nanosecond.
#include "tests/unit/array/core/core_bench.hpp"

namespace aie4::array {
namespace {

using namespace core;
using bench::ns;

constexpr std::uint64_t kTile = compute(0, 0);

constexpr std::uint8_t kPc3 = 37;
constexpr std::uint8_t kRange01 = 44;
constexpr std::uint8_t kLockStall = 53;
constexpr std::uint8_t kDebugHalted = 54;
constexpr std::uint8_t kActive = 55;
constexpr std::uint8_t kDisabled = 56;
constexpr std::uint8_t kInstrEvent2 = 64;
constexpr std::uint8_t kLockAcquireRequest = 82;
constexpr std::uint8_t kUserEvent7 = 242;

struct Bench : CoreBench {
  Bench() : CoreBench(1) {}

  [[nodiscard]] static std::uint32_t offset(registers::ComputeRegister family, std::uint32_t index = 0) {
    return registers::offset_of(family) + 4 * index;
  }
  [[nodiscard]] bool happened(std::uint8_t event) {
    return (read(kTile + offset(registers::ComputeRegister::event_status, event / 32)) >> event % 32 & 1U) != 0;
  }
  /// Counts the cycles of `event` with counter 0.
  void count(std::uint8_t event) { write(kTile + 0xA'2500, event | std::uint32_t{event} << 8U); }
  [[nodiscard]] std::uint32_t counted() { return read(kTile + 0xA'2530); }
  void generate(std::uint8_t event) {
    write(kTile + offset(registers::ComputeRegister::event_generate), event);
    bench::settle();
  }
  void start(std::vector<compute::CoreInstruction> instructions) {
    load(kTile, image(std::move(instructions)));
    enable(kTile);
  }
};

TEST_CASE("Events of an instruction and of users fire when it is executed") {
  Bench bench;
  bench.start({delay(50),
               {.opcode = CoreOpcode::Event, .event = 2},
               {.opcode = CoreOpcode::Event, .event = 7, .user = true},
               done()});
  bench::run(ns(49));
  CHECK(!bench.happened(kInstrEvent2));
  CHECK(!bench.happened(kUserEvent7));
  CHECK(bench.happened(kActive));
  CHECK(!bench.happened(kDisabled));
  bench::run(ns(10));
  CHECK(bench.happened(kInstrEvent2));
  CHECK(bench.happened(kUserEvent7));
  CHECK(bench.happened(kDisabled));
}

TEST_CASE("A performance counter counts the cycles in which a core is active") {
  Bench bench;
  bench.count(kActive);
  bench.start({delay(123), done()});
  bench::run(ns(1000));
  CHECK(bench.counted() == 124);
}

TEST_CASE("A performance counter counts the cycles in which a core waits for locks") {
  Bench bench;
  bench.count(kLockStall);
  bench.start({acquire_ge(kOwn, 1), done()});
  bench::run(ns(101));  // The request is made after one cycle of arbitration.
  bench.set_lock(kTile, 0, 1);
  bench::run(ns(100));
  CHECK(bench.counted() == 101);  // Up to the cycle in which it is taken.
  CHECK(bench.happened(kLockAcquireRequest));
}

TEST_CASE("Events enable, disable and reset a core, and leave their mark") {
  Bench bench;
  bench.load(kTile, CoreBench::image({loop(0), delay(10), release(kOwn, 1), end(), done()}));
  bench.write(kTile + 0xA'3008, 235 | 236U << 8);  // User events 0 and 1.
  bench.write(kTile + 0xA'300C, 237);
  bench.generate(235);
  bench::run(ns(5));
  CHECK(bench.status(kTile) == 1);
  bench::run(ns(100));
  bench.generate(236);
  CHECK(bench.status(kTile) == 0);
  const std::uint32_t given = bench.lock(kTile, 0);
  CHECK(given > 3);
  bench::run(ns(100));
  CHECK(bench.lock(kTile, 0) == given);
  CHECK(bench.read(kTile + 0xA'3008) == (235 | 236U << 8 | 3U << 16));
  bench.generate(237);
  CHECK(bench.status(kTile) == 2);
  CHECK(bench.read(kTile + 0xA'300C) == (237 | 1U << 8));
  bench.write(kTile + 0xA'3008, 235 | 236U << 8 | 3U << 16);
  CHECK(bench.read(kTile + 0xA'3008) == (235 | 236U << 8));
}

TEST_CASE("A debug halt stops a core and resuming lets it go on with what was left") {
  Bench bench;
  bench.start({delay(100), done()});
  bench::run(ns(30));
  bench.write(kTile + 0xA'3010, 1);
  bench::run(ns(500));
  CHECK(bench.status(kTile) == (1 | kDebugHalt));
  CHECK(bench.read(kTile + 0xA'301C) == 1);
  CHECK(bench.happened(kDebugHalted));
  bench.write(kTile + 0xA'3010, 0);
  bench::run(ns(70));
  CHECK(!bench.is_done(kTile));
  bench::run(ns(1));
  CHECK(bench.is_done(kTile));
}

TEST_CASE("Single steps execute as many instructions as they say") {
  Bench bench;
  bench.write(kTile + 0xA'3010, 1);
  bench.start({delay(10), release(kOwn, 1), release(kOwn, 1), release(kOwn, 1), release(kOwn, 1), done()});
  bench::run(ns(100));
  CHECK(bench.lock(kTile, 0) == 0);
  bench.write(kTile + 0xA'3010, 1U << 2);  // The delay.
  bench::run(ns(100));
  CHECK(bench.status(kTile) == (1 | kDebugHalt));
  CHECK(bench.lock(kTile, 0) == 0);
  bench.write(kTile + 0xA'3010, 3U << 2);
  bench::run(ns(100));
  CHECK(bench.lock(kTile, 0) == 3);
  CHECK(bench.status(kTile) == (1 | kDebugHalt));
  bench.write(kTile + 0xA'3010, 0);
  bench::run(ns(100));
  CHECK(bench.lock(kTile, 0) == 4);
  CHECK(bench.is_done(kTile));
}

TEST_CASE("PC events fire where the disassembly says") {
  Bench bench;
  const std::vector<std::byte> program = CoreBench::image({delay(10), release(kOwn, 1), delay(20), done()});
  bench.load(kTile, program);
  const std::uint32_t pc = std::get<compute::CoreImage>(compute::decode_core_image(program)).pcs[2];
  bench.write(kTile + 0xA'302C, 1U << 31 | pc);  // pc_event3.
  bench.enable(kTile);
  bench::run(ns(11));
  CHECK(!bench.happened(kPc3));
  bench::run(ns(1));
  CHECK(bench.happened(kPc3));
  CHECK(bench.read(kTile + kPc) == pc);
  bench::run(ns(21));
  CHECK(bench.is_done(kTile));
}

TEST_CASE("A core halts before the instruction of a PC event") {
  Bench bench;
  const std::vector<std::byte> program = CoreBench::image({delay(10), release(kOwn, 1), release(kOwn, 1), done()});
  const std::uint32_t pc = std::get<compute::CoreImage>(compute::decode_core_image(program)).pcs[2];
  bench.load(kTile, program);
  bench.write(kTile + 0xA'302C, 1U << 31 | pc);
  bench.write(kTile + 0xA'3018, 1);  // PC_Event_Halt.
  bench.enable(kTile);
  bench::run(ns(100));
  CHECK(bench.status(kTile) == (1 | kDebugHalt));
  CHECK(bench.read(kTile + 0xA'301C) == 3);
  CHECK(bench.read(kTile + kPc) == pc);
  CHECK(bench.lock(kTile, 0) == 1);
  bench.write(kTile + 0xA'3010, 0);
  bench::run(ns(100));
  CHECK(bench.lock(kTile, 0) == 2);
  CHECK(bench.is_done(kTile));
}

TEST_CASE("A PC range lasts while the core is inside") {
  Bench bench;
  const std::vector<std::byte> program = CoreBench::image({delay(10), delay(40), delay(30), delay(10), done()});
  const compute::CoreImage image = std::get<compute::CoreImage>(compute::decode_core_image(program));
  bench.load(kTile, program);
  bench.write(kTile + 0xA'3020, 1U << 31 | image.pcs[1]);
  bench.write(kTile + 0xA'3024, 1U << 31 | image.pcs[2]);
  bench.count(kRange01);
  bench.enable(kTile);
  bench::run(ns(200));
  CHECK(bench.counted() == 70);
}

TEST_CASE("A core halts when it waits for a lock, if debugging wants it") {
  Bench bench;
  bench.write(kTile + 0xA'3018, 4);  // Lock_Stall_Halt.
  bench.start({acquire_ge(kOwn, 1), done()});
  bench::run(ns(20));
  CHECK((bench.status(kTile) & kDebugHalt) != 0);
  CHECK(bench.read(kTile + 0xA'301C) == (1 | 1U << 3));
  bench.set_lock(kTile, 0, 1);
  bench::run(ns(20));
  CHECK(bench.lock(kTile, 0) == 1);
  bench.write(kTile + 0xA'3010, 0);
  bench::run(ns(20));
  CHECK(bench.is_done(kTile));
}

TEST_CASE("Events halt, step and resume a core") {
  Bench bench;
  bench.write(kTile + 0xA'3014, 235 | 236U << 8 | 237U << 16 | 238U << 24);  // Resume, step, halt, halt.
  bench.start({loop(0), delay(10), release(kOwn, 1), end(), done()});
  bench::run(ns(55));
  bench.generate(237);
  CHECK(bench.read(kTile + 0xA'301C) == (1 | 1U << 5));
  bench::run(ns(5));
  const std::uint32_t given = bench.lock(kTile, 0);
  bench::run(ns(500));
  CHECK(bench.lock(kTile, 0) == given);
  for (int step = 0; step < 8; ++step) {
    bench.generate(236);
    bench::run(ns(50));
    CHECK((bench.status(kTile) & kDebugHalt) != 0);
  }
  CHECK(bench.lock(kTile, 0) > given);
  CHECK(bench.lock(kTile, 0) < given + 4);
  bench.generate(235);
  bench::run(ns(200));
  CHECK(bench.lock(kTile, 0) > given + 6);
}

TEST_CASE("An event halts a core with an error until it is reset") {
  Bench bench;
  bench.write(kTile + 0xA'3054, 235);
  bench.start({loop(0), delay(10), end(), done()});
  bench::run(ns(55));
  bench.generate(235);
  CHECK(bench.status(kTile) == (1 | kErrorHalt));
  CHECK(bench.read(kTile + 0xA'3050) == 1);
  bench.write(kTile + kCoreControl, 2);
  bench.write(kTile + kCoreControl, 1);
  bench::run(ns(5));
  CHECK(bench.status(kTile) == 1);
}

TEST_CASE("The reset of the column resets a core and what was set up for it") {
  Bench bench;
  bench.write(kTile + 0xA'3054, 235);
  bench.start({loop(0), delay(10), end(), done()});
  bench::run(ns(55));
  bench.write(0xE'00A0, 1);
  bench::run(ns(5));
  CHECK(bench.status(kTile) == 0);
  CHECK(bench.read(kTile + 0xA'3054) == 0);
  bench.write(0xE'00A0, 0);
  CHECK(bench.cycles_of(kTile, CoreBench::image({delay(5), done()})) == 6);
}

}  // namespace
}  // namespace aie4::array
