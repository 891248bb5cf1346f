// SPDX-License-Identifier: Apache-2.0
// Access sequences are those of the host interface document, section 9, written by hand.
#include "sim/host/driver/pf_driver.hpp"

#include <cerrno>

#include "tests/support/catch.hpp"
#include "tests/unit/host/driver_fixture.hpp"

namespace aie4::host::test {
namespace {

using Accesses = std::vector<Access>;

void append(Accesses& to, const Accesses& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Section 9.1, steps 4 and 5.
Accesses smu(std::uint32_t command) {
  return {write(5, 0x9F0, 0), write(5, 0x9F4, 0), write(5, 0x9EC, command),
          write(5, 0x000, 0), write(5, 0x000, 1), read(5, 0x9F0, 1)};
}

/// Section 9.1, steps 6 to 8.
Accesses psp(std::uint32_t command, std::uint32_t arg0, std::uint32_t arg1, std::uint32_t arg2) {
  return {read(4, 0xAEC, 0x8000'0000),
          write(4, 0xAEC, command),
          write(4, 0xB70, arg0),
          write(4, 0xB74, arg1),
          write(4, 0xAEC, command << 24 | arg2),
          write(4, 0xA24, 0),
          write(4, 0xA24, 0xD007'BE11),
          read(4, 0xAEC, 0x8000'0000),
          read(4, 0xB70, 0)};
}

/// A message of `n`th id as it crosses the boundary, with its answer of one status word. `at` is where both rings are.
Accesses message(std::uint32_t x2i, std::uint32_t i2x, std::uint32_t id, std::uint32_t opcode, const Words& payload) {
  const auto bytes = static_cast<std::uint32_t>(4 * payload.size());
  Accesses list = {read(0, 0x14, x2i), write(2, 0x1000 + x2i, bytes), write(2, 0x1004 + x2i, 0x1'0000 | bytes),
                   write(2, 0x1008 + x2i, id), write(2, 0x100C + x2i, opcode)};
  for (std::uint32_t i = 0; i < payload.size(); ++i) list.push_back(write(2, 0x1010 + x2i + 4 * i, payload[i]));
  list.push_back(write(0, 0x10, x2i + 16 + bytes));
  append(list,
         {read(0, 0x20, i2x + 20), read(2, 0x2000 + i2x, 4), read(2, 0x2004 + i2x, 0x1'0004), read(2, 0x2008 + i2x, id),
          read(2, 0x200C + i2x, opcode), read(2, 0x2010 + i2x, 0), write(0, 0x24, i2x + 20), read(0, 0x20, i2x + 20)});
  return list;
}

/// Address and size that the PSP was given with `command`.
std::pair<std::uint64_t, std::uint32_t> image_of(const Accesses& accesses, std::uint32_t command) {
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    if (accesses[i] == write(4, 0xAEC, command)) {
      return {accesses.at(i + 1).value | accesses.at(i + 2).value << 32,
              static_cast<std::uint32_t>(accesses.at(i + 3).value & 0xFF'FFFF)};
    }
  }
  return {};
}

}  // namespace

TEST_CASE("the PF probe makes exactly the accesses of the golden transcript") {
  for (const auto mode : {AddressMode::Iova, AddressMode::Identity}) {
    PfFixture fixture(mode);
    std::uint64_t management = 0;
    std::uint64_t cert = 0;
    {
      const PfDriver driver(fixture.bus, fixture.device, fixture.images);
      CHECK(driver.mailbox_info().protocol_minor == 24);
      const auto [address, size] = image_of(fixture.npu.accesses, 1);
      management = address;
      CHECK(management % 0x1'0000 == 0);
      CHECK(size == 0x2'0000);  // 0x12345 rounded up to 64 KiB
      std::byte last{};
      fixture.host.memory().read(management + 0x1'2344, std::span(&last, 1));
      CHECK(last == std::byte{0x5A});
      cert = image_of(fixture.npu.accesses, 4).first;
      CHECK(cert % 0x8000 == 0);
      CHECK(image_of(fixture.npu.accesses, 4).second == 0x8000);
      REQUIRE(fixture.npu.requests.size() == 1);
      const std::uint64_t buffer = fixture.npu.requests[0].at(4) | std::uint64_t{fixture.npu.requests[0].at(5)} << 32;
      CHECK(buffer % 0x40'0000 == 0);

      const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
      const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
      Accesses golden = smu(4);
      append(golden, smu(3));
      append(golden, psp(1, low(management), high(management), 0x2'0000));
      append(golden, psp(4, low(cert), high(cert), 0x8000));
      append(golden, psp(2, 1, 0, 0));
      golden.push_back(read(2, 0, 1));
      const Words info = {1, 5, 24, 0x10, 0x14, 0x1000, 0x1000, 0x20, 0x24, 0x2000, 0x1000, 0, 0, 0, 0, 0};
      for (std::size_t i = 0; i < 16; ++i) golden.push_back(read(2, 4 * i, info[i]));
      append(golden, {read(0, 0x10, 0), read(0, 0x24, 0)});
      append(golden, message(0, 0, 0x1D00'0000, 0x1'000D, {low(buffer), high(buffer), 0, 0x40'0000}));
      CHECK(fixture.npu.accesses == golden);
      fixture.npu.accesses.clear();
    }
    // Section 9.5: SUSPEND, RELEASE_TMR, POWER_OFF.
    Accesses golden = message(0x20, 0x14, 0x1D00'0001, 0x1'0003, {0});
    append(golden, psp(3, 0, 0, 0));
    append(golden, smu(4));
    CHECK(fixture.npu.accesses == golden);
    CHECK(texts(fixture.host.log()).empty());
  }
}

TEST_CASE("a probe can follow a remove any number of times, and nothing is kept in memory") {
  PfFixture fixture;
  for (int i = 0; i < 20; ++i) {
    fixture.npu.requests.clear();
    const PfDriver driver(fixture.bus, fixture.device, fixture.images);
    REQUIRE(fixture.npu.requests.size() == 1);
    CHECK(fixture.npu.requests[0][2] == 0x1D00'0000);
  }
  CHECK(fixture.device.dma().mapped_pages() == 0);
  CHECK(fixture.host.memory().resident_pages() == 0);
}

TEST_CASE("without a CERT image the PSP is not asked to validate one") {
  PfFixture fixture;
  fixture.images.cert.clear();
  const PfDriver driver(fixture.bus, fixture.device, fixture.images);
  CHECK(image_of(fixture.npu.accesses, 4).first == 0);
  CHECK(image_of(fixture.npu.accesses, 1).first != 0);
}

TEST_CASE("busy registers are read every 20 ms until they answer") {
  PfFixture fixture;
  fixture.npu.smu_delay_ps = 30 * kMillisecond;  // Answers between the second and the third read.
  fixture.npu.psp_delay_ps = 100 * kMillisecond;
  fixture.npu.boot_delay_ps = 1;
  const PfDriver driver(fixture.bus, fixture.device, fixture.images);
  const auto reads = [&](unsigned bar, std::uint64_t offset) {
    return std::ranges::count_if(fixture.npu.accesses, [&](const Access& access) {
      return access.kind == 'R' && access.bar == bar && access.offset == offset;
    });
  };
  CHECK(reads(5, 0x9F0) == 2 * 3);
  CHECK(reads(4, 0xAEC) == 3 * (1 + 6));
  // Two SMU commands of 40 ms, three PSP commands of 100 ms, one more read of `valid` after 20 ms.
  CHECK(fixture.npu.clock.now_ps() == (2 * 40 + 3 * 100 + 20) * kMillisecond);
}

TEST_CASE("a silent SMU ends the probe after one second, before the PSP is touched") {
  PfFixture fixture;
  fixture.npu.smu = [](std::uint32_t) { return 0U; };
  const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
  CHECK(error.code() == -ETIMEDOUT);
  CHECK(error.lines() == std::vector<std::string>{"smu cmd 4 timed out", "Access power failed, ret -110",
                                                  "failed to init smu, ret -110", "Hardware init failed, ret -110"});
  CHECK(texts(fixture.host.log()) == error.lines());
  CHECK(std::ranges::none_of(fixture.npu.accesses, [](const Access& access) { return access.bar == 4; }));
  CHECK(fixture.npu.clock.now_ps() == 1020 * kMillisecond);
}

TEST_CASE("an SMU that refuses power ends the probe") {
  PfFixture fixture;
  fixture.npu.smu = [](std::uint32_t command) { return command == 3 ? 0xFFU : 1U; };
  const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
  CHECK(error.lines() == std::vector<std::string>{"smu cmd 3 failed, 0xff", "Power on failed, ret -22",
                                                  "failed to init smu, ret -22", "Hardware init failed, ret -22"});
}

TEST_CASE("a PSP that is not ready, before or after the kick, ends the probe and power goes off") {
  for (const bool before : {true, false}) {
    PfFixture fixture;
    if (before) fixture.npu.set(4, 0xAEC, 0);
    if (!before) fixture.npu.psp = [](std::uint32_t) { return std::nullopt; };
    const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
    CHECK(error.lines() == std::vector<std::string>{"PSP is not ready, ret 0xffffff92",
                                                    "failed to validate fw, ret -110", "failed to start psp, ret -110",
                                                    "Hardware init failed, ret -110"});
    const bool kicked =
        std::ranges::find(fixture.npu.accesses, write(4, 0xA24, 0xD007'BE11)) != fixture.npu.accesses.end();
    CHECK(kicked != before);
    CHECK(std::ranges::equal(std::span(fixture.npu.accesses).last(6), smu(4)));
  }
}

TEST_CASE("an error of the PSP is told by command") {
  struct Row {
    std::uint32_t command;
    std::string line;
  };
  for (const auto& [command, line] : {Row{1, "failed to validate fw, ret -5"}, Row{4, "failed to validate fw, ret -5"},
                                      Row{2, "failed to start fw, ret -5"}}) {
    PfFixture fixture;
    fixture.npu.psp = [bad = command](std::uint32_t c) { return c == bad ? 0xFFFF'0007U : 0U; };
    const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
    CHECK(error.code() == -EIO);
    CHECK(error.lines() == std::vector<std::string>{"fw return error 0xffff0007", line, "failed to start psp, ret -5",
                                                    "Hardware init failed, ret -5"});
  }
}

TEST_CASE("a firmware that does not come up ends the probe, and PSP and SMU are stopped") {
  PfFixture fixture;
  fixture.npu.boots = false;
  const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
  CHECK(error.says("fw_is_valid=0 after 1 ms"));
  Accesses golden = psp(3, 0, 0, 0);
  append(golden, smu(4));
  CHECK(std::ranges::equal(std::span(fixture.npu.accesses).last(golden.size()), golden));
}

TEST_CASE("failures of a remove are logged, and the remove goes on") {
  PfFixture fixture;
  {
    const PfDriver driver(fixture.bus, fixture.device, fixture.images);
    fixture.npu.smu = [](std::uint32_t) { return 0xFFU; };
    fixture.npu.psp = [](std::uint32_t) { return 0xFFFF'0007U; };
    fixture.npu.answer = [](const Words& request) { return FakeNpu::respond(request, {1}); };
  }
  CHECK(texts(fixture.host.log()) ==
        std::vector<std::string>{"command opcode 0x10003 failed, status 0x1", "Failed to suspend fw, ret -22",
                                 "fw return error 0xffff0007", "release tmr failed, ret -5", "smu cmd 4 failed, 0xff",
                                 "Power off failed, ret -22"});
}

TEST_CASE("a work buffer that is not taken ends the probe") {
  PfFixture fixture;
  fixture.npu.answer = [](const Words&) { return Words{}; };
  const DriverError error = error_of([&] { PfDriver(fixture.bus, fixture.device, fixture.images); });
  CHECK(error.code() == -ETIME);
  CHECK(error.lines() == std::vector<std::string>{"Wait for completion timeout",
                                                  "Failed to attach work buffer, ret -62",
                                                  "Hardware init failed, ret -62"});
  CHECK(fixture.npu.clock.now_ps() == 5000 * kMillisecond);
}

TEST_CASE("a foreign revision is left alone without a word") {
  PfFixture fixture;
  class Foreign : public pci::FunctionBackend {
    void bar_read(unsigned, std::uint64_t, std::span<std::byte>) override {}
    void bar_write(unsigned, std::uint64_t, std::span<const std::byte>) override {}
    void interrupt_control(const pci::InterruptControl&) override {}
    void reset(pci::ResetKind) override {}
    void virtual_functions(unsigned) override {}
  } backend;
  pci::FunctionShape shape = fixture.npu.function().shape();
  shape.revision = 0x11;
  pci::PciFunction function(0, shape, backend, fixture.npu.diagnostics);
  PciBus bus(fixture.host, {&function});
  bus.enumerate();
  const DriverError error = error_of([&] { PfDriver(bus, bus.device(0), fixture.images); });
  CHECK(error.code() == -ENODEV);
  CHECK(error.lines().empty());
}

}  // namespace aie4::host::test
