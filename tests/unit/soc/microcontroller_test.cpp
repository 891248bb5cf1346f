// SPDX-License-Identifier: Apache-2.0
// One microcontroller: boot, sleep and wake, reset, memories, DMA, errors. Seen from the array and from its program.
#include "models/soc/microcontroller.hpp"

#include <optional>

#include "models/registers/shim.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

// Offsets inside the tile window, typed in a second time on purpose.
constexpr std::uint32_t kProgramMemory = 0x2'0000;
constexpr std::uint32_t kPrivateMemory = 0x2'8000;
constexpr std::uint32_t kSharedMemory = 0x3'0000;
constexpr std::uint32_t kCoreStatus = 0x2'C000;
constexpr std::uint32_t kCoreControl = 0x2'C004;
constexpr std::uint32_t kAxiErrors = 0x2'C00C;
constexpr std::uint32_t kDm2mmStatus = 0x2'C040;
constexpr std::uint32_t kDm2mmControl = 0x2'C044;
constexpr std::uint32_t kMm2dmStatus = 0x2'C050;
constexpr std::uint32_t kMm2dmControl = 0x2'C054;
constexpr std::uint32_t kRunning = 1U << 0;
constexpr std::uint32_t kLocalOutOfRange = 1U << 2;
constexpr std::uint32_t kDecErr = 1U << 4;

constexpr WaitLabel kLabel{WaitReason::Host, "test", 0, "the test"};
constexpr std::uint64_t kHost = 0x1000;

struct Bench : Reports {
  Parameters parameters;
  WaitRegistry waits;
  std::function<void(Microcontroller&)> body;  // What the program does; empty: the memory holds nothing known.
  unsigned boots = 0;
  unsigned interrupts = 0;
  Microcontroller uc;
  Memory host{"host", 0x2'0000};
  Memory axi{"axi", 0x1000};
  Initiator array{"array_master"};

  explicit Bench(std::vector<std::string> names = {})
      : uc(
            "uc2", 2, parameters, waits, diagnostics,
            [this](Microcontroller& core, std::span<const std::byte>) -> std::unique_ptr<ControllerProgram> {
              if (!body) return nullptr;
              ++boots;
              return std::make_unique<Program>([this, &core] { body(core); });
            },
            std::move(names)) {
    uc.noc.bind(host.socket);
    uc.axi_mm.bind(axi.socket);
    array.socket.bind(uc.array);
    uc.interrupt = [this] { ++interrupts; };
    settle();
  }
  void wake() {
    array.write(kCoreControl, 1);
    settle();
  }
  void boot(std::function<void(Microcontroller&)> program) {
    body = std::move(program);
    uc.set_reset(false);
    wake();
  }
  void pulse_reset() {
    uc.set_reset(true);
    uc.set_reset(false);
  }
};

TEST_CASE("After power-on the core is held in reset, asleep, and a Wakeup does not boot it") {
  Bench bench;
  bench.body = [](Microcontroller&) {};
  CHECK(bench.array.read(kCoreStatus) == 1);
  bench.wake();
  CHECK(bench.boots == 0);
  bench.uc.set_reset(false);
  settle();
  CHECK(bench.boots == 0);  // A Wakeup during reset is not remembered.
}

TEST_CASE("Out of reset the core boots on the first Wakeup and not before") {
  Bench bench;
  bench.body = [](Microcontroller& core) { core.sleep(kLabel); };
  bench.uc.set_reset(false);
  run(us(1000));
  CHECK(bench.boots == 0);
  bench.wake();
  CHECK(bench.boots == 1);
}

TEST_CASE("Program memory that holds nothing known is reported at Wakeup, the next Wakeup looks again") {
  Bench bench;
  bench.uc.set_reset(false);
  bench.wake();
  CHECK(bench.count(FaultCategory::GuestError, "uc2 program memory") == 1);
  bench.boot([](Microcontroller& core) { core.sleep(kLabel); });
  CHECK(bench.boots == 1);
  CHECK(bench.seen.size() == 1);
}

TEST_CASE("The factory sees the program memory as the array wrote it") {
  Parameters parameters;
  WaitRegistry waits;
  Reports reports;
  std::byte first{};
  std::size_t size = 0;
  Microcontroller uc("uc0", 0, parameters, waits, reports.diagnostics,
                     [&](Microcontroller&, std::span<const std::byte> memory) {
                       first = memory[0];
                       size = memory.size();
                       return std::unique_ptr<ControllerProgram>();
                     });
  Memory host{"host", 16};
  Initiator array{"array_master"};
  uc.noc.bind(host.socket);
  uc.axi_mm.bind(host.socket);
  array.socket.bind(uc.array);
  settle();
  array.write(kProgramMemory, 0x5A);
  uc.set_reset(false);
  array.write(kCoreControl, 1);
  settle();
  CHECK(first == std::byte{0x5A});
  CHECK(size == 0x8000);
}

TEST_CASE("Sleep ends with a Wakeup, the status register shows it") {
  Bench bench;
  unsigned wakes = 0;
  bench.boot([&](Microcontroller& core) {
    for (;;) {
      CHECK(core.sleep(kLabel));
      ++wakes;
      core.consume(us(10), {WaitReason::Clock, "work", 0, "time"});
    }
  });
  CHECK(bench.array.read(kCoreStatus) == 1);
  bench.wake();
  CHECK(wakes == 1);
  CHECK(bench.array.read(kCoreStatus) == 0);
  run(us(10));
  CHECK(bench.array.read(kCoreStatus) == 1);
  CHECK(wakes == 1);
}

TEST_CASE("A Wakeup that arrives while the core is awake is remembered, once") {
  Bench bench;
  unsigned wakes = 0;
  bench.boot([&](Microcontroller& core) {
    for (;;) {
      core.sleep(kLabel);
      ++wakes;
      core.consume(us(10), {WaitReason::Clock, "work", 0, "time"});
    }
  });
  bench.wake();
  run(us(1));
  bench.wake();
  bench.wake();
  CHECK(wakes == 1);
  run(us(100));
  CHECK(wakes == 2);
}

TEST_CASE("A sleep with a deadline ends there, and says that nobody woke it") {
  Bench bench;
  std::vector<std::pair<bool, sc_core::sc_time>> ends;
  bench.boot([&](Microcontroller& core) {
    for (unsigned i = 0; i < 2; ++i) {
      const bool woken = core.sleep(kLabel, now() + us(100));
      ends.emplace_back(woken, now());
    }
    ends.emplace_back(core.sleep(kLabel, now()), now());  // A deadline that has come.
    core.sleep(kLabel);
  });
  run(us(100));
  run(us(30));
  bench.wake();
  CHECK(ends == std::vector<std::pair<bool, sc_core::sc_time>>{{false, us(100)}, {true, us(130)}, {false, us(130)}});
}

TEST_CASE("A reset unwinds the program out of any wait and leaves the core asleep in reset") {
  Bench bench;
  bool unwound = false;
  bench.boot([&](Microcontroller& core) {
    struct Guard {
      bool& flag;
      ~Guard() { flag = true; }
    } const guard{unwound};
    core.consume(us(1000), {WaitReason::Clock, "work", 0, "time"});
  });
  run(us(1));
  bench.uc.set_reset(true);
  settle();
  CHECK(unwound);
  CHECK(bench.array.read(kCoreStatus) == 1);
  bench.wake();
  CHECK(bench.boots == 1);
  bench.uc.set_reset(false);
  bench.wake();
  CHECK(bench.boots == 2);
}

TEST_CASE("A reset pulse that is over before the core's process runs still resets it") {
  Bench bench;
  bench.boot([](Microcontroller& core) {
    for (;;) core.consume(us(1), {WaitReason::Clock, "work", 0, "time"});
  });
  run(us(10));
  bench.pulse_reset();
  run(us(10));
  CHECK_FALSE(sc_core::sc_pending_activity());
  CHECK(bench.array.read(kCoreStatus) == 1);
  CHECK(bench.boots == 1);
  bench.wake();
  CHECK(bench.boots == 2);
}

TEST_CASE("Pulse and Wakeup in one instant boot the program anew, whatever it was doing") {
  Bench bench;
  unsigned sleeping = 0;
  bench.boot([&](Microcontroller& core) {
    ++sleeping;
    core.sleep(kLabel);
  });
  bench.pulse_reset();
  bench.wake();
  CHECK(bench.boots == 2);
  CHECK(sleeping == 2);
}

TEST_CASE("A Wakeup from before a reset does not survive it") {
  Bench bench;
  bench.boot([](Microcontroller& core) {
    for (;;) core.consume(us(1), {WaitReason::Clock, "work", 0, "time"});
  });
  bench.wake();
  bench.pulse_reset();
  run(us(10));
  CHECK(bench.boots == 1);
}

TEST_CASE("A program that ends leaves the core asleep until the next Wakeup") {
  Bench bench;
  bench.boot([](Microcontroller&) {});
  CHECK(bench.boots == 1);
  CHECK(bench.array.read(kCoreStatus) == 1);
  bench.wake();
  CHECK(bench.boots == 2);
}

TEST_CASE("The three memories are reached through their windows, in any size, and nowhere beyond") {
  Bench bench;
  for (const auto& [base, size] :
       {std::pair{kProgramMemory, 0x8000U}, std::pair{kPrivateMemory, 0x4000U}, std::pair{kSharedMemory, 0x8000U}}) {
    INFO("window " << base);
    bench.array.write<std::uint64_t>(base, 0x1122'3344'5566'7788);
    CHECK(bench.array.read<std::uint8_t>(base + 1) == 0x77);
    CHECK(bench.array.read<std::uint64_t>(base) == 0x1122'3344'5566'7788);
    bench.array.write(base + size - 4, base);
    CHECK(bench.array.read(base + size - 4) == base);
    CHECK(bench.array.ok());
    const auto across = bench.array.read<std::uint64_t>(base + size - 4);
    static_cast<void>(across);
    CHECK_FALSE(bench.array.ok());
  }
}

TEST_CASE("The program sees the memories that the array writes") {
  Bench bench;
  bench.array.write(kPrivateMemory + 8, 0xAB);
  bench.array.write(kSharedMemory + 12, 0xCD);
  CHECK(bench.uc.private_memory()[8] == std::byte{0xAB});
  CHECK(bench.uc.shared_memory()[12] == std::byte{0xCD});
  CHECK(bench.uc.private_memory().size() == 0x4000);
  CHECK(bench.uc.shared_memory().size() == 0x8000);
}

TEST_CASE("An access from the array costs the register access time, a memory burst once") {
  Bench bench;
  const auto status = bench.array.read(kCoreStatus);
  CHECK(status == 1);
  CHECK(bench.array.delay == ns(60));
  std::vector<std::byte> burst(4096);
  bench.array.access(tlm::TLM_WRITE_COMMAND, kPrivateMemory, burst);
  CHECK(bench.array.delay == ns(60));
}

TEST_CASE("A read of host memory lands in the shared memory, takes the time of the NoC and names who asks") {
  Bench bench({"pf", "vf0"});
  bench.host.latency = us(5);
  bench.host.put(kHost, 0x1234'5678);
  bench.uc.set_smid(registers::shim::smid::encode(1, 77));
  sc_core::sc_time took;
  bench.boot([&](Microcontroller& core) {
    const sc_core::sc_time before = now();
    CHECK(core.read_host(kHost, 0x40, 64) == DmaStatus::Ok);
    took = now() - before;
    core.sleep(kLabel);
  });
  run(us(5));
  CHECK(took == us(5));
  CHECK(bench.array.read(kSharedMemory + 0x40) == 0x1234'5678);
  CHECK(bench.uc.bytes_read() == 64);
  REQUIRE(bench.host.log.size() == 1);
  const Memory::Access& access = bench.host.log.front();
  CHECK(access.read);
  CHECK(access.bytes == 64);
  CHECK(access.function == 1);
  CHECK(access.context == 77);
  CHECK(access.engine == "uc2 MM2DM");
  CHECK(access.space == DmaSpace::Function);
}

TEST_CASE("A write to host memory takes its bytes from the shared memory") {
  Bench bench;
  bench.array.write(kSharedMemory + 0x7FFC, 0xFEED'BEEF);
  bench.boot([&](Microcontroller& core) {
    CHECK(core.write_host(kHost + 4, 0x7FFC, 4) == DmaStatus::Ok);
    core.sleep(kLabel);
  });
  CHECK(bench.host.get(kHost + 4) == 0xFEED'BEEF);
  CHECK(bench.uc.bytes_written() == 4);
  CHECK(bench.host.log.front().engine == "uc2 DM2MM");
}

TEST_CASE("While a transfer runs its status says so, also if a reset ends it") {
  Bench bench;
  bench.host.latency = us(5);
  bench.boot([&](Microcontroller& core) {
    core.read_host(kHost, 0, 4);
    core.write_host(kHost, 0, 4);
    core.sleep(kLabel);
  });
  run(us(1));
  CHECK(bench.array.read(kMm2dmStatus) == kRunning);
  CHECK(bench.array.read(kDm2mmStatus) == 0);
  run(us(5));
  CHECK(bench.array.read(kMm2dmStatus) == 0);
  CHECK(bench.array.read(kDm2mmStatus) == kRunning);
  bench.uc.set_reset(true);
  settle();
  CHECK(bench.array.read(kDm2mmStatus) == 0);
}

TEST_CASE("A transfer beyond the shared memory, of no bytes or of broken words is refused before it starts") {
  struct Case {
    std::uint32_t offset;
    std::uint32_t bytes;
  };
  Bench bench;
  std::vector<DmaStatus> reads;
  std::vector<DmaStatus> writes;
  bench.boot([&](Microcontroller& core) {
    for (const Case& bad : {Case{0, 0}, Case{0, 6}, Case{2, 4}, Case{0x8000, 4}, Case{0x7FFC, 8}, Case{0, 0x8004},
                            Case{0xFFFF'FFFC, 8}, Case{0, 0xFFFF'FFFC}}) {
      reads.push_back(core.read_host(kHost, bad.offset, bad.bytes));
      writes.push_back(core.write_host(kHost, bad.offset, bad.bytes));
    }
    core.sleep(kLabel);
  });
  CHECK(reads == std::vector<DmaStatus>(8, DmaStatus::NotMapped));
  CHECK(writes == std::vector<DmaStatus>(8, DmaStatus::NotMapped));
  CHECK(bench.host.log.empty());
  CHECK(bench.array.read(kMm2dmStatus) == kLocalOutOfRange);
  CHECK(bench.array.read(kDm2mmStatus) == kLocalOutOfRange);
  CHECK(bench.diagnostics.count(FaultCategory::SimulatorDefect) == 16);
  bench.array.write(kMm2dmControl, 1);
  CHECK(bench.array.read(kMm2dmStatus) == 0);
  CHECK(bench.array.read(kDm2mmStatus) == kLocalOutOfRange);
  bench.array.write(kDm2mmControl, 1);
  CHECK(bench.array.read(kDm2mmStatus) == 0);
}

TEST_CASE("The largest transfer that fits is done") {
  Bench bench;
  std::optional<DmaStatus> status;
  bench.boot([&](Microcontroller& core) {
    status = core.read_host(kHost, 0, 0x8000);
    core.sleep(kLabel);
  });
  run(us(1));
  CHECK(status == DmaStatus::Ok);
}

TEST_CASE("Host memory that refuses a transfer sets DECERR, leaves the destination and counts no bytes") {
  Bench bench;
  bench.host.refuse = true;
  bench.array.write(kSharedMemory, 0x99);
  std::vector<DmaStatus> ends;
  bench.boot([&](Microcontroller& core) {
    ends.push_back(core.read_host(kHost, 0, 4));
    ends.push_back(core.write_host(kHost, 0, 4));
    core.sleep(kLabel);
  });
  CHECK(ends == std::vector<DmaStatus>(2, DmaStatus::NotMapped));
  CHECK(bench.array.read(kMm2dmStatus) == kDecErr);
  CHECK(bench.array.read(kDm2mmStatus) == kDecErr);
  CHECK(bench.array.read(kSharedMemory) == 0x99);
  CHECK(bench.uc.bytes_read() == 0);
  CHECK(bench.uc.bytes_written() == 0);
}

TEST_CASE("Loads and stores over AXI-MM take time, one that nobody answers is remembered as DECERR") {
  Bench bench;
  bench.axi.latency = ns(60);
  bench.axi.put(0x10, 0x55);
  std::uint32_t value = 0;
  bench.boot([&](Microcontroller& core) {
    value = core.axi_read32(0x10);
    core.axi_write32(0x14, value + 1);
    core.sleep(kLabel);
    core.axi_write32(0x9999'0000, 1);
    core.sleep(kLabel);
  });
  run(ns(120));
  CHECK(value == 0x55);
  CHECK(bench.axi.get(0x14) == 0x56);
  CHECK(bench.array.read(kAxiErrors) == 0);
  bench.wake();
  run(ns(60));
  CHECK(bench.array.read(kAxiErrors) == 2);
  bench.array.write(kAxiErrors, 1);
  CHECK(bench.array.read(kAxiErrors) == 2);
  bench.array.write(kAxiErrors, 2);
  CHECK(bench.array.read(kAxiErrors) == 0);
}

TEST_CASE("The program pulses the interrupt line, without a line nothing happens") {
  Bench bench;
  bench.boot([](Microcontroller& core) {
    core.raise_interrupt();
    core.raise_interrupt();
    core.interrupt = {};
    core.raise_interrupt();
    core.sleep(kLabel);
  });
  CHECK(bench.interrupts == 2);
}

TEST_CASE("A register that is known but not modelled is named, what is no register is named by offset") {
  Bench bench;
  bench.array.write(0x2'C030, 1);
  CHECK(bench.array.read(0x2'CF00) == 0);
  bench.array.write(kCoreControl, 2);  // Go_To_Sleep.
  const auto burndown = bench.diagnostics.burndown();
  REQUIRE(burndown.size() == 3);
}

TEST_CASE("Messages name function, context and uC as far as the stream id tells them") {
  Bench bench({"pf", "vf0", "vf1"});
  bench.uc.set_smid(registers::shim::smid::encode(1, 3));
  CHECK(bench.uc.where() == "vf0 context 3 uc2");
  bench.uc.set_smid(registers::shim::smid::encode(2, registers::shim::smid::kNoContext));
  CHECK(bench.uc.where() == "vf1 uc2");
  bench.uc.set_smid(registers::shim::smid::encode(3, 1));
  CHECK(bench.uc.where() == "function 3 context 1 uc2");
}

}  // namespace
}  // namespace aie4
