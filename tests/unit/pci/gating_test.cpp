// SPDX-License-Identifier: Apache-2.0
// When a function answers, asks and interrupts, and what it says when it must not.
#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

namespace {

constexpr std::uint64_t kAllOnes = 0xFFFF'FFFF;

}  // namespace

TEST_CASE("BARs decode when memory space is enabled and the function is in D0, and never otherwise") {
  const bool memory = GENERATE(false, true);
  const bool master = GENERATE(false, true);
  const bool d3 = GENERATE(false, true);
  Bench bench(GENERATE(0, 1) != 0 ? static_vf_shape() : pf_shape());
  bench.set_config(config::kCommand, (memory ? 2U : 0U) | (master ? 4U : 0U), 2);
  bench.set_config(config::kPmControlStatus, d3 ? 3 : 0, 2);
  bench.clear();

  const bool decodes = memory && !d3;
  const AccessStatus expected = decodes ? AccessStatus::Ok : AccessStatus::NotDecoded;
  CHECK(bench.read(0, 0x10) == expected);
  CHECK(bench.last_read == (decodes ? 0x11 : kAllOnes));
  CHECK(bench.write(0, 0x10) == expected);
  CHECK(bench.errors() == (decodes ? 0 : 2));
  const auto reached = std::count_if(bench.log.begin(), bench.log.end(),
                                     [](const std::string& line) { return line.find("backend") == 0; });
  CHECK(reached == (decodes ? 2 : 0));
}

TEST_CASE("Device accesses need bus mastering and D0, and memory space does not matter") {
  const bool memory = GENERATE(false, true);
  const bool master = GENERATE(false, true);
  const bool d3 = GENERATE(false, true);
  Bench bench;
  bench.set_config(config::kCommand, (memory ? 2U : 0U) | (master ? 4U : 0U), 2);
  bench.set_config(config::kPmControlStatus, d3 ? 3 : 0, 2);

  const DmaStatus expected = master && !d3 ? DmaStatus::Ok : DmaStatus::BusMasterDisabled;
  std::array<std::byte, 4> data{};
  CHECK(bench.dma_read(FakeHost::kBase, data) == expected);
  CHECK(bench.dma_write(FakeHost::kBase, "abcd") == expected);
  CHECK(bench.host.accesses == (expected == DmaStatus::Ok ? 2 : 0));
}

TEST_CASE("The BARs of an SR-IOV VF follow the PF and not its own Command register") {
  Bench bench(vf_shape(), 1);
  bench.set_config(config::kCommand, config::kCommandMemorySpace | config::kCommandBusMaster, 2);
  std::array<std::byte, 4> data{};
  CHECK(bench.read(0, 0x10) == AccessStatus::NotDecoded);
  CHECK(bench.reports.back().expected == "VF Enable set in the PF's SR-IOV Control");
  CHECK(bench.dma_read(FakeHost::kBase, data) == DmaStatus::BusMasterDisabled);
  CHECK(bench.reports.back().expected == "VF Enable set in the PF's SR-IOV Control");
  CHECK(bench.config(config::kDeviceStatus, 2) == 0);  // What is not there has no error log.

  bench.function.set_vf_enabled(true, false);
  CHECK(bench.read(0, 0x10) == AccessStatus::NotDecoded);
  CHECK(bench.reports.back().expected == "VF Memory Space Enable set in the PF's SR-IOV Control");
  CHECK(bench.dma_read(FakeHost::kBase, data) == DmaStatus::Ok);

  bench.function.set_vf_enabled(true);
  bench.set_config(config::kCommand, 0, 2);
  CHECK(bench.read(0, 0x10) == AccessStatus::Ok);
  CHECK(bench.dma_read(FakeHost::kBase, data) == DmaStatus::BusMasterDisabled);
  CHECK(bench.reports.back().expected == "Bus Master Enable set in Command");

  bench.set_config(config::kPmControlStatus, 3, 2);
  CHECK(bench.read(0, 0x10) == AccessStatus::NotDecoded);
  CHECK(bench.reports.back().expected == "power state D0");
}

TEST_CASE("Enabling VFs means nothing to a function that is not one") {
  Bench bench(static_vf_shape());
  bench.function.set_vf_enabled(true);
  CHECK(bench.read(0, 0) == AccessStatus::NotDecoded);
  CHECK(bench.log.size() == 1);  // The access itself.
}

TEST_CASE("A BAR that does not exist is not decoded") {
  Bench bench;
  bench.enable();
  for (const unsigned bar : {1U, 3U, 6U, 200U}) {
    CHECK(bench.read(bar, 0) == AccessStatus::NotDecoded);
    CHECK(bench.last_read == kAllOnes);
    CHECK(bench.reports.back().expected == "a BAR that exists");
  }
}

TEST_CASE("An access past the end of a BAR is out of range, however large the offset") {
  Bench bench;
  bench.enable();
  CHECK(bench.read(4, 0xFF8, 8) == AccessStatus::Ok);
  for (const std::uint64_t offset : {0xFF9ULL, 0xFFFULL, 0x1000ULL, 0x1001ULL, ~0ULL, ~0ULL - 7}) {
    CHECK(bench.read(4, offset, 8) == AccessStatus::OutOfRange);
    CHECK(bench.last_read == ~0ULL);
    CHECK(bench.write(4, offset, 8) == AccessStatus::OutOfRange);
  }
  CHECK(bench.errors() == 12);
  CHECK(bench.reports.back().expected == "an access within 0x1000 bytes");
}

TEST_CASE("A BAR takes 1, 2, 4 and 8 bytes and no other size") {
  Bench bench;
  bench.enable();
  std::array<std::byte, 64> data{};
  for (std::size_t size = 0; size <= data.size(); ++size) {
    INFO(size);
    const bool good = size == 1 || size == 2 || size == 4 || size == 8;
    const AccessStatus expected = good ? AccessStatus::Ok : AccessStatus::BadSize;
    const std::span<std::byte> part = std::span(data).first(size);
    CHECK(bench.function.bar_read(4, 0x100, part) == expected);
    CHECK(std::all_of(part.begin(), part.end(), [](std::byte byte) { return byte == std::byte{0xFF}; }) != (good));
    CHECK(bench.function.bar_write(4, 0x100, part) == expected);
  }
}

TEST_CASE("A refused access says what was expected, what came and who is at fault") {
  Bench bench;
  CHECK(bench.read(4, 0xAEC) == AccessStatus::NotDecoded);
  REQUIRE(bench.reports.size() == 1);
  const Diagnostic& report = bench.reports.front();
  CHECK(report.category == FaultCategory::GuestError);
  CHECK(report.where == "pf BAR4");
  CHECK(report.expected == "Memory Space Enable set in Command");
  CHECK(report.came == "read of 4 bytes at 0xaec");
  CHECK(report.blame.find("driver") != std::string::npos);
  CHECK(bench.config(config::kDeviceStatus, 2) == 0x0009);
}

TEST_CASE("Interrupt control reaches the backend when it changes and only then") {
  Bench bench;
  const auto last = [&bench] {
    REQUIRE(bench.backend.controls.size() == 1);
    const InterruptControl control = bench.backend.controls.front();
    bench.backend.controls.clear();
    return control;
  };
  bench.set_config(config::kMsixControl, config::kMsixEnable | config::kMsixFunctionMask, 2);
  CHECK(last() == InterruptControl{.msix_enabled = true, .function_masked = true, .can_signal = false});
  bench.set_config(config::kMsixControl, config::kMsixEnable | config::kMsixFunctionMask, 2);
  bench.set_config(config::kInterruptLine, 11, 1);
  bench.set_config(config::kCommand, config::kCommandMemorySpace, 2);
  CHECK(bench.backend.controls.empty());
  bench.set_config(config::kCommand, config::kCommandBusMaster, 2);
  CHECK(last() == InterruptControl{.msix_enabled = true, .function_masked = true, .can_signal = true});
  bench.set_config(config::kMsixControl + 1, 0x80, 1);
  CHECK(last() == InterruptControl{.msix_enabled = true, .function_masked = false, .can_signal = true});
  bench.set_config(config::kPmControlStatus, 3, 2);
  CHECK(last() == InterruptControl{.msix_enabled = true, .function_masked = false, .can_signal = false});
}

TEST_CASE("A host that keeps the vector masks says so when it connects, and takes them along when it goes") {
  Bench bench;
  bench.enable();
  bench.function.disconnect();
  bench.host.keeps_masks = true;
  bench.function.connect(bench.host, bench.host);
  CHECK(bench.log == Log{"0: disconnect 0x0", "0: connect 0x1", "backend interrupts e-s"});
  CHECK(bench.backend.controls.back().vector_masks_kept_by_host);
  bench.function.reset();
  CHECK(bench.backend.controls.back() == InterruptControl{.vector_masks_kept_by_host = true});
  bench.clear();
  bench.function.disconnect();
  CHECK(bench.backend.controls == std::vector<InterruptControl>{InterruptControl{}});
}

TEST_CASE("An interrupt reaches the host when MSI-X is enabled, unmasked and the function may master the bus") {
  const bool enabled = GENERATE(false, true);
  const bool masked = GENERATE(false, true);
  const bool master = GENERATE(false, true);
  const bool d3 = GENERATE(false, true);
  Bench bench;
  bench.set_config(config::kCommand, master ? 4 : 0, 2);
  bench.set_config(config::kMsixControl, (enabled ? 0x8000U : 0U) | (masked ? 0x4000U : 0U), 2);
  bench.set_config(config::kPmControlStatus, d3 ? 3 : 0, 2);
  bench.clear();

  bench.function.signal(2);
  if (enabled && !masked && master && !d3) {
    CHECK(bench.log == Log{"0: interrupt 0x2", "host interrupt 2"});
    CHECK(bench.errors(FaultCategory::SimulatorDefect) == 0);
  } else {
    CHECK(bench.log.empty());
    CHECK(bench.errors(FaultCategory::SimulatorDefect) == 1);
  }
}

TEST_CASE("A vector beyond the table is a defect of the simulator and reaches nobody") {
  Bench bench;
  bench.enable();
  bench.function.signal(3);
  CHECK(bench.log == Log{"0: interrupt 0x3", "host interrupt 3"});
  bench.clear();
  bench.function.signal(4);
  CHECK(bench.log.empty());
  REQUIRE(bench.reports.size() == 1);
  CHECK(bench.reports.front().where == "pf MSI-X vector 4");
}

TEST_CASE("A poll that sees nothing new is named once, by register and offset") {
  Bench bench;
  bench.enable();
  bench.diagnostics.spin_threshold = 100;
  for (unsigned count = 0; count < 99; ++count) CHECK(bench.read(4, 0xAEC) == AccessStatus::Ok);
  CHECK(bench.diagnostics.spins().empty());
  for (unsigned count = 0; count < 200; ++count) CHECK(bench.read(4, 0xAEC) == AccessStatus::Ok);
  REQUIRE(bench.diagnostics.spins().size() == 1);
  CHECK(bench.diagnostics.spins().begin()->first == "pf PSP_STATUS (BAR4+0xaec)");
}

TEST_CASE("Reads of several registers, of changing values or with activity in between are no poll") {
  Bench bench;
  bench.enable();
  bench.diagnostics.spin_threshold = 10;
  std::function<void(unsigned)> between;
  SECTION("another register") {
    between = [&bench](unsigned) { CHECK(bench.read(0, 0x10) == AccessStatus::Ok); };
  }
  SECTION("another BAR at the same offset") {
    bench.backend.answer = 0;
    between = [&bench](unsigned) { CHECK(bench.read(0, 0x1'0000) == AccessStatus::Ok); };
  }
  SECTION("another value") {
    between = [&bench](unsigned count) { bench.backend.answer = count; };
  }
  SECTION("a write to a BAR") {
    between = [&bench](unsigned) { CHECK(bench.write(0, 0x10) == AccessStatus::Ok); };
  }
  SECTION("a write to configuration space") {
    between = [&bench](unsigned) { bench.set_config(config::kInterruptLine, 1, 1); };
  }
  SECTION("an interrupt") {
    between = [&bench](unsigned) { bench.function.signal(0); };
  }
  SECTION("a DMA write") {
    between = [&bench](unsigned) { CHECK(bench.dma_write(FakeHost::kBase, "x") == DmaStatus::Ok); };
  }
  for (unsigned count = 0; count < 50; ++count) {
    between(count);
    CHECK(bench.read(2, 0x1'0000) == AccessStatus::Ok);
  }
  CHECK(bench.diagnostics.spins().empty());
  // The detector is awake: without anything in between it does strike.
  for (unsigned count = 0; count < 50; ++count) CHECK(bench.read(2, 0x1'0000) == AccessStatus::Ok);
  REQUIRE(bench.diagnostics.spins().size() == 1);
  CHECK(bench.diagnostics.spins().begin()->first == "pf BAR2+0x10000");
}

TEST_CASE("A register key too long for its buffer is cut, not overrun") {
  FunctionShape shape = pf_shape();
  shape.name = std::string(90, 'n');
  Bench bench(shape);
  bench.enable();
  bench.diagnostics.spin_threshold = 2;
  for (unsigned count = 0; count < 2; ++count) CHECK(bench.read(4, 0xAEC) == AccessStatus::Ok);
  REQUIRE(bench.diagnostics.spins().size() == 1);
  CHECK(bench.diagnostics.spins().begin()->first == shape.name + " PSP_S");
}

}  // namespace aie4::pci::test
