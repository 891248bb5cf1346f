// SPDX-License-Identifier: Apache-2.0
// One PCI function's device side: BAR0, BAR2, and what the management controller sees of them.
#include "models/soc/function_unit.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

// models/registers/mpnpu.hpp and mailbox.hpp, typed in a second time on purpose.
constexpr std::uint32_t kX2iTail = 0x10;
constexpr std::uint32_t kX2iHead = 0x14;
constexpr std::uint32_t kI2xTail = 0x20;
constexpr std::uint32_t kI2xHead = 0x24;
constexpr std::uint32_t kTable = 0x1'0000;
constexpr std::uint32_t kPba = 0x1'8000;
constexpr std::uint32_t kDoorbells = 0x1'0000;
constexpr std::uint32_t kSramSize = 0x20'0000;
constexpr std::uint32_t kControl = 0x1'0000;
constexpr std::uint32_t kEvent = kControl + 0x00;
constexpr std::uint32_t kTrigger = kControl + 0x04;
constexpr std::uint32_t kMsixSize = kControl + 0x08;
constexpr std::uint32_t kVfEnabled = kControl + 0x0C;
constexpr std::uint32_t kPending = kControl + 0x40;
constexpr std::uint32_t kSram = 0x20'0000;
constexpr std::uint32_t kMailboxEvent = 1;
constexpr std::uint32_t kDoorbellEvent = 2;
constexpr std::uint32_t kResetEvent = 4;

struct Bench : Reports {
  FunctionUnit unit{"unit", "vf0", 4, diagnostics};
  Initiator bar0{"host0"};
  Initiator bar2{"host2"};
  Initiator device{"device"};
  unsigned interrupts = 0;
  std::vector<unsigned> delivered;

  Bench() {
    bar0.socket.bind(unit.bar0);
    bar2.socket.bind(unit.bar2);
    device.socket.bind(unit.controller);
    unit.controller_interrupt = [this] { ++interrupts; };
    unit.msix.deliver = [this](unsigned vector) { delivered.push_back(vector); };
    settle();
  }
  void enable_msix() {
    unit.msix.set_control(true, false, true);
    for (unsigned vector = 0; vector < 4; ++vector) bar0.write(kTable + 16 * vector + 12, 0);
  }
};

TEST_CASE("Only the write of the x2i tail tells the controller, once for each write of any width") {
  Bench bench;
  for (const std::uint32_t offset : {kX2iHead, kI2xTail, kI2xHead}) bench.bar0.write(offset, 0x20);
  CHECK(bench.bar0.read(kX2iTail) == 0);
  CHECK(bench.interrupts == 0);
  CHECK(bench.device.read(kEvent) == 0);
  bench.bar0.write(kX2iTail, 0x20);
  CHECK(bench.interrupts == 1);
  CHECK(bench.device.read(kEvent) == kMailboxEvent);
  bench.bar0.write<std::uint64_t>(kX2iTail, 0x30);
  bench.bar0.write<std::uint8_t>(kX2iTail + 1, 1);
  CHECK(bench.interrupts == 3);
  CHECK(bench.bar0.read(kX2iTail) == 0x130);
}

TEST_CASE("The same mailbox registers are seen from both sides") {
  Bench bench;
  bench.bar0.write(kX2iTail, 0x44);
  CHECK(bench.device.read(kX2iTail) == 0x44);
  bench.device.write(kX2iHead, 0x44);
  bench.device.write(kI2xTail, 0x18);
  CHECK(bench.bar0.read(kX2iHead) == 0x44);
  CHECK(bench.bar0.read(kI2xTail) == 0x18);
  CHECK(bench.interrupts == 1);
}

TEST_CASE("Event bits stay until the controller writes them back as ones") {
  Bench bench;
  bench.bar0.write(kX2iTail, 4);
  bench.bar2.write(kDoorbells, 0);
  CHECK(bench.device.read(kEvent) == (kMailboxEvent | kDoorbellEvent));
  bench.device.write(kEvent, kMailboxEvent);
  CHECK(bench.device.read(kEvent) == kDoorbellEvent);
  bench.device.write(kEvent, 0);
  CHECK(bench.device.read(kEvent) == kDoorbellEvent);
  bench.device.write(kEvent, ~0U);
  CHECK(bench.device.read(kEvent) == 0);
}

TEST_CASE("A write anywhere into a doorbell page rings that doorbell, and the host can read the page back") {
  Bench bench;
  bench.bar2.write(kDoorbells + 5 * 0x1000, 0x1234);
  CHECK(bench.device.read(kPending) == 1U << 5);
  CHECK(bench.device.read(kEvent) == kDoorbellEvent);
  CHECK(bench.interrupts == 1);
  CHECK(bench.bar2.read(kDoorbells + 5 * 0x1000) == 0x1234);
  bench.bar2.write<std::uint8_t>(kDoorbells + 33 * 0x1000 + 0xFFF, 1);
  CHECK(bench.device.read(kPending + 4) == 1U << 1);
  bench.bar2.write(kDoorbells + 495 * 0x1000, 0);
  CHECK(bench.device.read(kPending + 4 * 15) == 1U << 15);
  CHECK(bench.unit.doorbells() == 3);
}

TEST_CASE("Reading a doorbell page, and writing below the pages, rings nothing") {
  Bench bench;
  CHECK(bench.bar2.read(kDoorbells) == 0);
  bench.bar2.write(0x1000, 0xFFFF'FFFF);
  bench.bar2.write(kDoorbells - 4, 0xFFFF'FFFF);
  CHECK(bench.interrupts == 0);
  CHECK(bench.unit.doorbells() == 0);
  for (std::uint32_t word = 0; word < 16; ++word) CHECK(bench.device.read(kPending + 4 * word) == 0);
}

TEST_CASE("Pending doorbells are cleared one by one by writing ones") {
  Bench bench;
  for (const std::uint32_t page : {0U, 1U, 31U}) bench.bar2.write(kDoorbells + page * 0x1000, 0);
  bench.device.write(kPending, 1U << 1);
  CHECK(bench.device.read(kPending) == ((1U << 31) | 1U));
  bench.device.write(kPending, 0);
  CHECK(bench.device.read(kPending) == ((1U << 31) | 1U));
}

TEST_CASE("SRAM is one memory for host and controller, in all widths, up to its last byte") {
  Bench bench;
  bench.device.write<std::uint64_t>(kSram + 0x40, 0x1122'3344'5566'7788);
  CHECK(bench.bar2.read<std::uint16_t>(0x42) == 0x5566);
  CHECK(bench.bar2.read<std::uint64_t>(0x40) == 0x1122'3344'5566'7788);
  bench.bar2.write<std::uint8_t>(0x41, 0xEE);
  CHECK(bench.device.read(kSram + 0x40) == 0x5566'EE88);
  bench.bar2.write<std::uint64_t>(kSramSize - 8, 7);
  CHECK(bench.bar2.ok());
  CHECK(bench.device.read(kSram + kSramSize - 8) == 7);
}

TEST_CASE("Beyond SRAM there is nothing, for either side, and no doorbell rings") {
  Bench bench;
  bench.bar2.write<std::uint64_t>(kSramSize - 4, ~0ULL);
  CHECK_FALSE(bench.bar2.ok());
  bench.bar2.write(kSramSize, 1);
  CHECK_FALSE(bench.bar2.ok());
  const auto beyond = bench.device.read<std::uint64_t>(std::uint64_t{kSram} + kSramSize - 4);
  static_cast<void>(beyond);
  CHECK_FALSE(bench.device.ok());
  CHECK(bench.bar2.read(kSramSize - 4) == 0);
  CHECK(bench.unit.doorbells() == 0);
}

TEST_CASE("MSI-X table and pending bits lie in BAR0 behind the registers") {
  Bench bench;
  bench.unit.msix.set_control(true, false, true);
  CHECK(bench.bar0.read(kTable + 12) == 1);
  bench.device.write(kTrigger, 2);
  CHECK(bench.bar0.read(kPba) == 0b100);
  CHECK(bench.delivered.empty());
  bench.bar0.write(kTable + 2 * 16 + 12, 0);
  CHECK(bench.delivered == std::vector<unsigned>{2});
  CHECK(bench.bar0.read(kPba) == 0);
  bench.bar0.write(kPba, 0xFFFF'FFFF);
  CHECK(bench.bar0.read(kPba) == 0);
  CHECK(bench.bar0.read(kTable + 4 * 16) == 0);
  CHECK(bench.interrupts == 0);
}

TEST_CASE("The trigger raises the vector that is written, and only that") {
  Bench bench;
  bench.enable_msix();
  bench.device.write(kTrigger, 0);
  bench.device.write(kTrigger, 3);
  bench.device.write(kTrigger, 4);
  CHECK(bench.delivered == std::vector<unsigned>{0, 3});
  CHECK(bench.unit.interrupts() == 3);
  CHECK(bench.device.read(kTrigger) == 0);
  CHECK(bench.device.read(kMsixSize) == 4);
  bench.device.write(kMsixSize, 9);
  CHECK(bench.device.read(kMsixSize) == 4);
}

TEST_CASE("The controller reads how many VFs are enabled and cannot change it") {
  Bench bench;
  bench.unit.set_vf_enabled(3);
  CHECK(bench.device.read(kVfEnabled) == 3);
  bench.device.write(kVfEnabled, 1);
  CHECK(bench.device.read(kVfEnabled) == 3);
}

TEST_CASE("Control and mailbox registers are words for the controller") {
  Bench bench;
  const auto wide = bench.device.read<std::uint64_t>(kEvent);
  static_cast<void>(wide);
  CHECK_FALSE(bench.device.ok());
  bench.device.write<std::uint16_t>(kX2iHead, 1);
  CHECK_FALSE(bench.device.ok());
  CHECK(bench.bar0.read(kX2iHead) == 0);
}

TEST_CASE("A reset returns everything to power-on and leaves exactly the reset event") {
  Bench bench;
  bench.enable_msix();
  bench.bar0.write(kX2iTail, 0x40);
  bench.device.write(kI2xTail, 0x40);
  bench.bar2.write(0, 1);
  bench.bar2.write(kDoorbells, 1);
  bench.interrupts = 0;
  bench.unit.reset();
  CHECK(bench.interrupts == 1);
  CHECK(bench.device.read(kEvent) == kResetEvent);
  CHECK(bench.device.read(kPending) == 0);
  for (const std::uint32_t offset : {kX2iTail, kX2iHead, kI2xTail, kI2xHead}) CHECK(bench.bar0.read(offset) == 0);
  CHECK(bench.bar2.read(0) == 0);
  CHECK(bench.bar2.read(kDoorbells) == 0);
  CHECK(bench.bar0.read(kTable + 12) == 1);
  CHECK(bench.device.read(kMsixSize) == 4);
}

TEST_CASE("When the firmware stops nothing of it is left, but the host's MSI-X table stays") {
  Bench bench;
  bench.enable_msix();
  bench.bar2.write(0, 1);
  bench.device.write(kI2xTail, 0x40);
  bench.bar2.write(kDoorbells, 1);
  bench.unit.clear_firmware_state();
  CHECK(bench.bar2.read(0) == 0);
  CHECK(bench.bar0.read(kI2xTail) == 0);
  CHECK(bench.device.read(kEvent) == 0);
  CHECK(bench.device.read(kPending) == 0);
  CHECK(bench.device.read(kMsixSize) == 4);
  CHECK(bench.bar0.read(kTable + 12) == 0);
}

TEST_CASE("An offset of BAR0 between the registers is named in the burndown") {
  Bench bench;
  CHECK(bench.bar0.read(0x40) == 0);
  REQUIRE(bench.diagnostics.burndown().size() == 1);
  CHECK(bench.diagnostics.burndown().front().name == "MAILBOX offset 0x40");
}

}  // namespace
}  // namespace aie4
