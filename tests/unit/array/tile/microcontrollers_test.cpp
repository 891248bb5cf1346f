// SPDX-License-Identifier: Apache-2.0
// Microcontrollers in the array's address map, and the privileged shim registers that run them.
#include "models/array/array.hpp"
#include "models/registers/shim.hpp"
#include "models/soc/microcontroller.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::ns;
using bench::settle;

// Typed in a second time on purpose: column << 25, half B at +0x40000.
constexpr std::uint64_t kColumn = 1ULL << 25;
constexpr std::uint64_t kHalfB = 0x4'0000;
constexpr std::uint64_t kPrivate = 0x2'8000;
constexpr std::uint64_t kCoreControl = 0x2'C004;
constexpr std::uint64_t kMask = 0x1'C010;
constexpr std::uint64_t kEnable = 0x1'C014;
constexpr std::uint64_t kDisable = 0x1'C018;
constexpr std::uint64_t kStatus = 0x1'C01C;
constexpr std::uint64_t kReset = 0xE'00A0;
constexpr std::uint64_t kSmidB = 0xE'8000;
constexpr std::uint64_t kSmidA = 0xE'8004;
constexpr std::uint32_t kUcCore = 1U << 16;

struct Bench : Surroundings {
  std::vector<unsigned> boots;
  Array bus{"bus", environment, clock};
  bench::Memory host{"host", 0x1000};
  bench::Initiator master{"master"};
  std::vector<std::unique_ptr<Microcontroller>> cores;
  unsigned interrupts = 0;

  Bench() {
    std::vector<Microcontroller*> wires;
    for (unsigned index = 0; index < 6; ++index) {
      const std::string name = "uc" + std::to_string(index);
      cores.push_back(std::make_unique<Microcontroller>(
          name.c_str(), index, parameters, waits, diagnostics,
          [this](Microcontroller& core, std::span<const std::byte>) -> std::unique_ptr<ControllerProgram> {
            boots.push_back(core.index());
            return std::make_unique<bench::Program>([&core] {
              for (;;) core.sleep({WaitReason::Host, "test", 0, "the test"});
            });
          }));
      cores.back()->noc.bind(host.socket);
      cores.back()->axi_mm.bind(bus.masters);
      wires.push_back(cores.back().get());
    }
    bus.attach(wires);
    bus.interrupt = [this] { ++interrupts; };
    master.socket.bind(bus.masters);
    settle();
  }
};

TEST_CASE("Each half of each column has a microcontroller of its own") {
  Bench bench;
  for (unsigned index = 0; index < 6; ++index) {
    bench.master.write((index / 2) * kColumn + (index % 2) * kHalfB + kPrivate + 0x10, 100 + index);
    CHECK(bench.master.ok());
  }
  for (unsigned index = 0; index < 6; ++index) {
    CHECK(bench.cores[index]->private_memory()[0x10] == static_cast<std::byte>(100 + index));
    CHECK(bench.master.read((index / 2) * kColumn + (index % 2) * kHalfB + kPrivate + 0x10) == 100 + index);
  }
}

TEST_CASE("The address of a transaction is the caller's again when it returns") {
  Bench bench;
  tlm::tlm_generic_payload payload;
  std::uint32_t value = 0;
  payload.set_read();
  payload.set_address(kColumn + kHalfB + kPrivate);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  sc_core::sc_time delay;
  bench.master.socket->b_transport(payload, delay);
  CHECK(payload.get_address() == kColumn + kHalfB + kPrivate);
  CHECK(delay == ns(60));
}

TEST_CASE("The reset register holds one bit for each half, set at power-on") {
  Bench bench;
  for (unsigned column = 0; column < 3; ++column) CHECK(bench.master.read(column * kColumn + kReset) == 3);
  bench.master.write(kColumn + kReset, 2);
  CHECK(bench.master.read(kColumn + kReset) == 2);
  for (unsigned index = 0; index < 6; ++index) {
    bench.master.write((index / 2) * kColumn + (index % 2) * kHalfB + kCoreControl, 1);
  }
  settle();
  CHECK(bench.boots == std::vector<unsigned>{2});
  bench.master.write(kColumn + kReset, 0xFFFF'FFFC);
  CHECK(bench.master.read(kColumn + kReset) == 0);
  bench.master.write(kColumn + kHalfB + kCoreControl, 1);
  settle();
  CHECK(bench.boots == std::vector<unsigned>{2, 3});
}

TEST_CASE("Holding one half in reset leaves the other half running") {
  Bench bench;
  bench.master.write(kReset, 0);
  bench.master.write(kCoreControl, 1);
  bench.master.write(kHalfB + kCoreControl, 1);
  settle();
  bench.master.write(kReset, 2);
  settle();
  bench.master.write(kReset, 0);
  bench.master.write(kCoreControl, 1);
  bench.master.write(kHalfB + kCoreControl, 1);
  settle();
  CHECK(bench.boots == std::vector<unsigned>{0, 1, 1});
}

TEST_CASE("The stream ids of the two halves are registers of twenty bits that reach their microcontrollers") {
  Bench bench;
  bench.master.write(2 * kColumn + kSmidA, registers::shim::smid::encode(1, 5));
  bench.master.write(2 * kColumn + kSmidB, 0xFFF0'0000 | registers::shim::smid::encode(2, 6));
  CHECK(bench.master.read(2 * kColumn + kSmidA) == (1U << 15 | 5));
  CHECK(bench.master.read(2 * kColumn + kSmidB) == (2U << 15 | 6));
  CHECK(bench.cores[4]->where() == "function 1 context 5 uc4");
  CHECK(bench.cores[5]->where() == "function 2 context 6 uc5");
  CHECK(bench.master.read(kColumn + kSmidA) == 0);
}

TEST_CASE("A uC interrupt reaches the controller only if its half enables it") {
  Bench bench;
  bench.cores[0]->raise_interrupt();
  CHECK(bench.interrupts == 0);
  CHECK(bench.master.read(kStatus) == kUcCore);
  bench.master.write(kStatus, kUcCore);
  bench.master.write(kEnable, kUcCore);
  CHECK(bench.master.read(kMask) == kUcCore);
  CHECK(bench.interrupts == 0);
  bench.cores[0]->raise_interrupt();
  CHECK(bench.interrupts == 1);
  bench.cores[1]->raise_interrupt();
  CHECK(bench.interrupts == 1);
  CHECK(bench.master.read(kHalfB + kStatus) == kUcCore);
  bench.master.write(kDisable, kUcCore);
  bench.cores[0]->raise_interrupt();
  CHECK(bench.interrupts == 1);
  CHECK(bench.master.read(kMask) == 0);
}

TEST_CASE("An interrupt that came before it was enabled is delivered by enabling it") {
  Bench bench;
  bench.cores[3]->raise_interrupt();
  bench.master.write(kColumn + kHalfB + kEnable, kUcCore);
  CHECK(bench.interrupts == 1);
}

TEST_CASE("Enable and disable set and clear the bits written as ones, status is cleared by ones") {
  Bench bench;
  bench.master.write(kEnable, 0x5);
  bench.master.write(kEnable, kUcCore);
  CHECK(bench.master.read(kMask) == (kUcCore | 0x5));
  bench.master.write(kDisable, 0x1);
  CHECK(bench.master.read(kMask) == (kUcCore | 0x4));
  bench.master.write(kMask, 0);
  CHECK(bench.master.read(kMask) == (kUcCore | 0x4));
  bench.cores[0]->raise_interrupt();
  bench.master.write(kStatus, 0xFFFF);
  CHECK(bench.master.read(kStatus) == kUcCore);
}

TEST_CASE("Reading the write-only enable register has no effect") {
  Bench bench;
  bench.master.write(kEnable, kUcCore);
  bench.cores[0]->raise_interrupt();
  REQUIRE(bench.interrupts == 1);
  CHECK(bench.master.read(kEnable) == 0);
  CHECK(bench.master.read(kDisable) == 0);
  CHECK(bench.interrupts == 1);
  CHECK(bench.master.read(kMask) == kUcCore);
}

TEST_CASE("The event that uc_core_interrupt_event selects interrupts the microcontroller of that half") {
  Bench bench;
  bench.master.write(0xE'00A0, 0);
  bench.master.write(kHalfB + 0x41C0, 250);  // User event 2.
  bench.master.write(kHalfB + 0x40A0, 249);
  CHECK(bench.master.read(kHalfB + 0x2'C008) == 0);
  bench.master.write(0x40A0, 250);  // Of half A.
  CHECK(bench.master.read(kHalfB + 0x2'C008) == 0);
  bench.master.write(kHalfB + 0x40A0, 250);
  CHECK(bench.master.read(kHalfB + 0x2'C008) == 2);
  CHECK(bench.master.read(0x2'C008) == 0);
  CHECK(bench.master.read(kHalfB + 0x41C0) == 250);
}

TEST_CASE("uc_dma_pause holds the engines of one microcontroller, each by its bit, until it is cleared") {
  Bench bench;
  bench.master.write(kReset, 0);
  bench.master.write(kSmidA, 1U << 15);
  bench.master.write(kSmidB, 1U << 15);
  struct Pause {
    std::uint64_t reg = 0;
    std::size_t paused = 0;
    std::size_t free = 0;
  };
  for (const Pause& pause : {Pause{0xE'0150, 0, 1}, Pause{0xE'0154, 1, 0}}) {
    for (const std::uint32_t bit : {1U, 2U}) {
      const auto push = [&](std::size_t core, std::uint32_t engine) {
        UcDma& dma = engine == 1 ? bench.cores[core]->dm2mm() : bench.cores[core]->mm2dm();
        return std::pair{&dma, dma.push({.words = 4, .external = true, .local = 0, .remote = 0x100})};
      };
      bench.master.write(pause.reg, bit);
      CHECK(bench.master.read(pause.reg) == bit);
      const auto held = push(pause.paused, bit);
      const auto other_engine = push(pause.paused, bit ^ 3U);
      const auto other_core = push(pause.free, bit);
      bench::run(ns(10'000));
      CHECK(held.first->state(held.second) == UcDmaState::Pending);
      CHECK(other_engine.first->state(other_engine.second) == UcDmaState::Done);
      CHECK(other_core.first->state(other_core.second) == UcDmaState::Done);
      bench.master.write(pause.reg, 0);
      bench::run(ns(10'000));
      CHECK(held.first->state(held.second) == UcDmaState::Done);
    }
  }
}

TEST_CASE("Power-off holds everything in reset and returns every register to its reset value") {
  Bench bench;
  bench.master.write(kReset, 0);
  bench.master.write(kSmidA, 0x8001);
  bench.master.write(kEnable, kUcCore);
  bench.cores[0]->raise_interrupt();
  bench.bus.power_off();
  settle();
  CHECK(bench.master.read(kReset) == 3);
  CHECK(bench.master.read(kSmidA) == 0);
  CHECK(bench.master.read(kMask) == 0);
  CHECK(bench.master.read(kStatus) == 0);
  CHECK(bench.cores[0]->where() == "function 0 context 0 uc0");  // The stream id went with its register.
  bench.master.write(kCoreControl, 1);
  settle();
  CHECK(bench.boots.empty());
}

}  // namespace
}  // namespace aie4::array
