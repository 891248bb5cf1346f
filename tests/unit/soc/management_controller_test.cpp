// SPDX-License-Identifier: Apache-2.0
// The management controller: life of its program, its address map, time and interrupts.
#include "models/soc/management_controller.hpp"

#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

// models/registers/mpnpu.hpp, typed in a second time on purpose.
constexpr std::uint64_t kFunctions = 0x1000'0000;
constexpr std::uint64_t kStride = 0x0100'0000;
constexpr std::uint64_t kArray = 0x8000'0000;
constexpr WaitLabel kWork{WaitReason::Clock, "work", 0, "time"};

std::vector<std::byte> image(unsigned kind, std::size_t size = 1) {
  return std::vector<std::byte>(size, static_cast<std::byte>(kind));
}

struct Bench : Reports {
  Parameters parameters;
  WaitRegistry waits;
  std::vector<unsigned> boots;  // First byte of each image that was booted.
  unsigned unwound = 0;
  std::function<void()> body;
  ManagementController mpnpu;
  Memory function0{"function0", 0x40'0000};
  Memory function1{"function1", 0x40'0000};
  Memory array{"array", 0x1'0000};
  Memory host{"host", 0x1'0000};

  Bench()
      : mpnpu("mpnpu", 2, parameters, waits, diagnostics,
              [this](ManagementController&, std::span<const std::byte> bytes) -> std::unique_ptr<ControllerProgram> {
                boots.push_back(std::to_integer<unsigned>(bytes[0]));
                if (bytes[0] == std::byte{0xFF}) return nullptr;
                return std::make_unique<Program>([this] {
                  try {
                    body();
                  } catch (const ControllerReset&) {
                    ++unwound;
                    throw;
                  }
                });
              }) {
    mpnpu.functions[0].bind(function0.socket);
    mpnpu.functions[1].bind(function1.socket);
    mpnpu.array.bind(array.socket);
    mpnpu.noc.bind(host.socket);
    body = [this] {
      for (;;) mpnpu.wait_for_interrupt(sc_core::sc_max_time());
    };
    settle();
  }
  void start(std::function<void()> program, std::vector<std::byte> cert = {}) {
    body = std::move(program);
    mpnpu.start(image(1), std::move(cert));
    settle();
  }
};

TEST_CASE("Nothing runs until the PSP starts it") {
  Bench bench;
  bench.mpnpu.interrupt();
  settle();
  CHECK(bench.boots.empty());
  CHECK_FALSE(bench.mpnpu.running());
  bench.mpnpu.start(image(1), {});
  settle();
  CHECK(bench.boots == std::vector<unsigned>{1});
  CHECK(bench.mpnpu.running());
}

TEST_CASE("A stop unwinds the program at once, out of a sleep and out of a wait for time") {
  Bench bench;
  bench.mpnpu.start(image(1), {});
  settle();
  bench.mpnpu.stop();
  settle();
  CHECK(bench.unwound == 1);
  CHECK_FALSE(bench.mpnpu.running());
  bench.start([&] { bench.mpnpu.consume(us(1000), kWork); });
  run(us(1));
  bench.mpnpu.stop();
  settle();
  CHECK(bench.unwound == 2);
  CHECK(now() == us(1));
}

TEST_CASE("A stop without a program, or a second one, is nothing, the next start works") {
  Bench bench;
  bench.mpnpu.stop();
  settle();
  bench.mpnpu.start(image(1), {});
  settle();
  bench.mpnpu.stop();
  bench.mpnpu.stop();
  settle();
  bench.mpnpu.start(image(2), {});
  settle();
  CHECK(bench.boots == std::vector<unsigned>{1, 2});
  CHECK(bench.unwound == 1);
}

TEST_CASE("Stop and start in one instant boot the new image") {
  Bench bench;
  bench.mpnpu.start(image(1), {});
  settle();
  bench.mpnpu.stop();
  bench.mpnpu.start(image(2), {});
  settle();
  CHECK(bench.boots == std::vector<unsigned>{1, 2});
  CHECK(bench.unwound == 1);
  CHECK(bench.mpnpu.running());
}

TEST_CASE("Start and stop in one instant run nothing, and start again works") {
  Bench bench;
  bench.mpnpu.start(image(1), {});
  bench.mpnpu.stop();
  settle();
  CHECK(bench.boots.empty());
  bench.mpnpu.start(image(2), {});
  settle();
  CHECK(bench.boots == std::vector<unsigned>{2});
  CHECK(bench.unwound == 0);
}

TEST_CASE("An image that is nothing known is reported and runs nothing") {
  Bench bench;
  bench.mpnpu.start(image(0xFF), {});
  settle();
  CHECK(bench.count(FaultCategory::GuestError, "a management image that the simulator knows") == 1);
  CHECK_FALSE(bench.mpnpu.running());
  bench.mpnpu.start(image(1), {});
  settle();
  CHECK(bench.mpnpu.running());
}

TEST_CASE("A program that ends can be started again") {
  Bench bench;
  bench.start([] {});
  CHECK_FALSE(bench.mpnpu.running());
  bench.start([] {});
  CHECK(bench.boots.size() == 2);
}

TEST_CASE("Accesses go to the function or the array that the address names, and take the register access time") {
  Bench bench;
  bench.function0.put(0x20'0000, 0x10);
  bench.function1.put(0x10, 0x11);
  bench.array.put(0x2004, 0x12);
  std::vector<std::uint32_t> values;
  bench.start([&] {
    values.push_back(bench.mpnpu.read32(kFunctions + 0x20'0000));
    values.push_back(bench.mpnpu.read32(kFunctions + kStride + 0x10));
    values.push_back(bench.mpnpu.read32(kArray + 0x2004));
    bench.mpnpu.write32(kFunctions + kStride + 0x14, 0x99);
  });
  run(ns(240));
  CHECK(values == std::vector<std::uint32_t>{0x10, 0x11, 0x12});
  CHECK(bench.function1.get(0x14) == 0x99);
  CHECK_FALSE(bench.mpnpu.running());
  CHECK(bench.text().empty());
  CHECK(bench.function1.log[1].time == ns(180) + ns(60));
}

TEST_CASE("A burst is one transaction and costs one access") {
  Bench bench;
  std::vector<std::byte> sent(256, std::byte{7});
  std::vector<std::byte> got(256);
  bench.start([&] {
    bench.mpnpu.write(kFunctions + 0x100, sent);
    bench.mpnpu.read(kFunctions + 0x100, got);
  });
  run(ns(120));
  CHECK(got == sent);
  CHECK(bench.function0.log.size() == 2);
  CHECK_FALSE(bench.mpnpu.running());
}

TEST_CASE("Host memory is reached as a function and for a context, and takes the time that the NoC says") {
  Bench bench;
  bench.host.latency = ns(500);
  bench.host.put<std::uint64_t>(0x40, 0x1122'3344'5566'7788);
  std::array<std::byte, 8> got{};
  const std::array<std::byte, 4> sent{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  std::vector<DmaStatus> statuses;
  bench.start([&] {
    statuses.push_back(bench.mpnpu.read_host(1, 5, 0x40, got));
    statuses.push_back(bench.mpnpu.write_host(0, 6, 0x80, sent));
    statuses.push_back(bench.mpnpu.write_host(0, 6, 0x10'0000, sent));
  });
  run(ns(1499));
  CHECK(bench.mpnpu.running());
  run(ns(1));
  CHECK_FALSE(bench.mpnpu.running());
  CHECK(statuses == std::vector<DmaStatus>{DmaStatus::Ok, DmaStatus::Ok, DmaStatus::NotMapped});
  CHECK(got[0] == std::byte{0x88});
  CHECK(bench.host.get(0x80) == 0x0403'0201);
  REQUIRE(bench.host.log.size() == 3);
  CHECK(bench.host.log[0].function == 1);
  CHECK(bench.host.log[0].context == 5);
  CHECK(bench.host.log[0].engine == "MPNPU");
  CHECK(bench.host.log[0].space == DmaSpace::Function);
  CHECK_FALSE(bench.host.log[1].read);
}

TEST_CASE("The TMR window holds the size of the CERT image and the image, and is read-only") {
  Bench bench;
  std::uint32_t size = 0;
  std::vector<std::byte> bytes(5);
  bench.start(
      [&] {
        size = bench.mpnpu.read32(0);
        bench.mpnpu.read(4, bytes);
        bench.mpnpu.write32(0, 1);
      },
      image(0xCE, 5));
  run(us(1));
  CHECK(size == 5);
  CHECK(bytes == image(0xCE, 5));
  CHECK(bench.count(FaultCategory::SimulatorDefect, "MPNPU address 0x0") == 1);
}

TEST_CASE("The TMR window ends where the image ends, and a later start replaces it") {
  Bench bench;
  std::vector<std::byte> bytes(6, std::byte{1});
  bench.start([&] { bench.mpnpu.read(4, bytes); }, image(0xCE, 5));
  run(us(1));
  CHECK(bytes == image(0, 6));
  CHECK(bench.diagnostics.count(FaultCategory::SimulatorDefect) == 1);
  std::uint32_t size = 0;
  bench.start([&] { size = bench.mpnpu.read32(0); }, image(0xCE, 2));
  run(us(1));
  CHECK(size == 2);
}

TEST_CASE("An address where nothing is reads zero and is reported with size and address") {
  Bench bench;
  std::uint32_t value = 1;
  bench.start([&] {
    value = bench.mpnpu.read32(kFunctions + 2 * kStride);
    bench.mpnpu.write32(0x0FFF'0000, 1);
    bench.mpnpu.write32(kArray + 0x1'0000, 1);
  });
  run(us(1));
  CHECK(value == 0);
  CHECK(bench.count(FaultCategory::SimulatorDefect, "MPNPU address 0x12000000") == 1);
  CHECK(bench.count(FaultCategory::SimulatorDefect, "MPNPU address 0xfff0000") == 1);
  CHECK(bench.count(FaultCategory::SimulatorDefect, "MPNPU address 0x80010000") == 1);
}

TEST_CASE("An interrupt ends the wait in its instant, several before the firmware looks count once") {
  Bench bench;
  std::vector<sc_core::sc_time> wakes;
  bench.start([&] {
    for (;;) {
      CHECK(bench.mpnpu.wait_for_interrupt(sc_core::sc_max_time()));
      wakes.push_back(now());
    }
  });
  run(us(3));
  bench.mpnpu.interrupt();
  bench.mpnpu.interrupt();
  settle();
  run(us(3));
  CHECK(wakes == std::vector<sc_core::sc_time>{us(3)});
}

TEST_CASE("An interrupt that comes while the firmware works is not lost") {
  Bench bench;
  std::vector<sc_core::sc_time> wakes;
  bench.start([&] {
    for (;;) {
      bench.mpnpu.consume(us(10), kWork);
      bench.mpnpu.wait_for_interrupt(sc_core::sc_max_time());
      wakes.push_back(now());
    }
  });
  run(us(4));
  bench.mpnpu.interrupt();
  run(us(100));
  CHECK(wakes == std::vector<sc_core::sc_time>{us(10)});
}

TEST_CASE("A wait with a deadline ends there exactly, and at once when the deadline has passed") {
  Bench bench;
  std::vector<std::pair<bool, sc_core::sc_time>> ends;
  bench.start([&] {
    for (const unsigned deadline : {7U, 5U, 20U}) {
      const bool interrupted = bench.mpnpu.wait_for_interrupt(us(deadline));
      ends.emplace_back(interrupted, now());
    }
  });
  run(us(9));
  bench.mpnpu.interrupt();
  run(us(100));
  CHECK(ends == std::vector<std::pair<bool, sc_core::sc_time>>{{false, us(7)}, {false, us(7)}, {true, us(9)}});
}

TEST_CASE("An interrupt from before the start is not the new firmware's, one from after it is") {
  Bench bench;
  bool woken = false;
  bench.body = [&] { woken = bench.mpnpu.wait_for_interrupt(us(10)); };
  bench.mpnpu.interrupt();
  bench.mpnpu.start(image(1), {});
  run(us(20));
  CHECK_FALSE(woken);
  bench.body = [&] { woken = bench.mpnpu.wait_for_interrupt(us(100)); };
  bench.mpnpu.start(image(1), {});
  bench.mpnpu.interrupt();
  settle();
  CHECK(woken);
}

TEST_CASE("An idle controller schedules nothing and says what it waits for") {
  Bench bench;
  bench.mpnpu.start(image(1), {});
  settle();
  CHECK_FALSE(sc_core::sc_pending_activity());
  CHECK(bench.waits.hang_report().empty());
  REQUIRE(bench.waits.hang_report(true).size() == 1);
  CHECK(bench.waits.hang_report(true).front().find("MPNPU waits for host") == 0);
}

}  // namespace
}  // namespace aie4
