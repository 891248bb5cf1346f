// SPDX-License-Identifier: Apache-2.0
// Resets, disconnects, second clients, late answers (test checklist L).
#include <cerrno>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

/// Time stands while a test does not move it.
struct StandingClock {
  StandingClock() { FakeClock::elapsed = std::chrono::nanoseconds{0}; }
  static ServerOptions options() {
    ServerOptions result;
    result.clock = &FakeClock::now;
    return result;
  }
};

TimePoint leaping_clock_now{};
std::chrono::milliseconds leap{0};
TimePoint leaping_clock() {
  return leaping_clock_now += leap;
}

}  // namespace

TEST_CASE("a reset clears the device and its interrupts, and keeps maps and connection") {
  Bench bench;
  GuestMemory ram(1U << 20);
  VfioUserClient client = bench.client();
  EventCounter event;
  const std::array fds{event.fd()};
  REQUIRE(client.map(0, 1U << 20, ram.fd()) == 0);
  client.enable_device(fds);
  REQUIRE(client.write<std::uint32_t>(4, 0, 5) == 0);
  const std::size_t before = open_descriptors();
  REQUIRE(client.reset() == 0);
  CHECK(open_descriptors() == before - 1);
  CHECK(client.config<std::uint16_t>(0x04) == 0);
  client.enable_device({});
  CHECK(client.read<std::uint32_t>(4, 0) == 0);
  const std::uint64_t word = 3;
  CHECK(bench.functions[0]->dma_write(0x1000, bytes_of(word), {}) == DmaStatus::Ok);
  bench.functions[0]->signal(0);
  CHECK(event.take() == 0);
}

TEST_CASE("resets may follow each other, and carry a payload that means nothing") {
  Bench bench;
  VfioUserClient client = bench.client();
  CHECK(client.reset() == 0);
  CHECK(client.reset() == 0);
  CHECK(client.call(Command::DeviceReset, Bytes(8)).error() == 0);
  CHECK(bench.devices[0]->resets == 3);
}

TEST_CASE("the next client finds nothing of the former one") {
  Bench bench;
  GuestMemory ram(1U << 20);
  EventCounter event;
  const std::array fds{event.fd()};
  {
    VfioUserClient client = bench.client();
    REQUIRE(client.map(0, 1U << 20, ram.fd()) == 0);
    client.enable_device(fds);
    REQUIRE(client.write<std::uint32_t>(4, 0, 5) == 0);
  }
  bench.turns();
  CHECK(bench.devices[0]->resets == 1);
  CHECK_FALSE(bench.functions[0]->connected());
  const std::uint64_t word = 3;
  CHECK(bench.functions[0]->dma_write(0, bytes_of(word), {}) == DmaStatus::Disconnected);

  VfioUserClient next = bench.client();
  CHECK(next.config<std::uint16_t>(0x04) == 0);
  next.enable_device({});
  CHECK(next.read<std::uint32_t>(4, 0) == 0);
  CHECK(bench.functions[0]->dma_write(0, bytes_of(word), {}) == DmaStatus::NotMapped);
  CHECK(next.map(0, 1U << 20, ram.fd()) == 0);
}

TEST_CASE("posted writes that were sent before the client died are still executed") {
  Bench bench;
  std::uint32_t last = 0;
  {
    VfioUserClient client = bench.client();
    client.config<std::uint16_t>(0x04, 0x0002);
    bench.devices[0]->on_write = [&](unsigned, std::uint64_t) { last = bench.devices[0]->at<std::uint32_t>(4, 0); };
    for (std::uint32_t value = 1; value <= 50; ++value) client.post<std::uint32_t>(4, 0, value);
  }
  bench.turns();
  CHECK(last == 50);
}

TEST_CASE("a client that never negotiated leaves the function alone") {
  Bench bench;
  {
    VfioUserClient client = bench.connect();
  }
  bench.turns();
  CHECK(bench.statistics().clients == 1);
  CHECK(bench.devices[0]->resets == 0);
}

TEST_CASE("a reset is answered between two slices of a busy machine") {
  Bench bench;
  VfioUserClient client = bench.client();
  bench.host.steps_left = 1'000'000'000;
  const unsigned before = bench.host.slices;
  REQUIRE(client.reset() == 0);
  CHECK(bench.host.slices - before <= 2);
  CHECK(bench.host.busy());
}

TEST_CASE("a busy machine runs while the client is silent, and goes on between its messages") {
  Bench bench;
  VfioUserClient client = bench.client();
  bench.host.steps_left = 1'000'000;
  for (unsigned count = 0; count < 10; ++count) client.config<std::uint16_t>(0);
  CHECK(bench.host.slices >= 10);
  for (unsigned turn = 0; bench.host.busy() && turn < 1'000'000; ++turn) bench.server->run_once(60'000);
  CHECK_FALSE(bench.host.busy());
}

TEST_CASE("a second client of a taken socket is let in and shown out, the first goes on") {
  Bench bench;
  VfioUserClient first = bench.client();
  VfioUserClient second = bench.connect();
  CHECK(second.closed_by_server());
  CHECK(bench.statistics().clients_refused == 1);
  require_usable(first);
  first.close();
  bench.turns();
  VfioUserClient third = bench.client();
  require_usable(third);
}

TEST_CASE("a client that comes before the end of its predecessor was noticed is not turned away") {
  Bench bench;
  for (unsigned round = 0; round < 50; ++round) {
    VfioUserClient client = bench.client();
    client.send(Command::DeviceGetInfo, bytes_of(DeviceInfo{16, 0, 0, 0}));
    const bool server_has_looked = round % 2 == 0;
    if (server_has_looked) bench.turns(1);
    client.close();
    VfioUserClient next = bench.client();
    require_usable(next);
  }
  CHECK(bench.statistics().clients_refused == 0);
}

TEST_CASE("a thousand clients leave as many descriptors open as there were before") {
  Bench bench;
  GuestMemory ram(1U << 20);
  EventCounter event;
  const std::array fds{event.fd(), event.fd(), event.fd(), event.fd()};
  {
    VfioUserClient first = bench.client();
  }
  bench.turns();
  const std::size_t before = open_descriptors();
  for (unsigned count = 0; count < 1000; ++count) {
    VfioUserClient client = bench.client();
    REQUIRE(client.map(0, 4096, ram.fd()) == 0);
    REQUIRE(client.set_irqs(0x24, kIrqMsix, 0, 4, fds) == 0);
    client.close();
    bench.turns(2);
  }
  CHECK(open_descriptors() == before);
  CHECK(bench.statistics().clients == 1001);
}

TEST_CASE("an answer that took too long is a bare error, and the connection goes on") {
  const StandingClock clock;
  Bench bench({pf_shape()}, StandingClock::options());
  VfioUserClient client = bench.client();
  client.config<std::uint16_t>(0x04, 0x0002);
  bench.devices[0]->on_read = [] { FakeClock::elapsed += std::chrono::milliseconds(4001); };
  require_refused(client.read_region(4, 0, 4), ETIMEDOUT);
  bench.devices[0]->on_read = [] { FakeClock::elapsed += std::chrono::milliseconds(3999); };
  CHECK(client.read_region(4, 0, 4).error() == 0);
  CHECK(bench.statistics().answered_too_late == 1);
  require_usable(client);
}

TEST_CASE("what arrived while the process was stopped counts as old") {
  leaping_clock_now = TimePoint{};
  leap = std::chrono::seconds(8);
  EventLoop loop(&leaping_clock);
  loop.wait(0);
  CHECK(loop.arrived_at() == loop.woke_at() - leap);
  leap = std::chrono::milliseconds(500);
  loop.wait(0);
  CHECK(loop.arrived_at() == loop.woke_at());
}

TEST_CASE("the longest and the mean service time are measured") {
  const StandingClock clock;
  Bench bench({pf_shape()}, StandingClock::options());
  VfioUserClient client = bench.client();
  client.config<std::uint16_t>(0x04, 0x0002);
  const std::uint64_t before = bench.statistics().service_samples;
  bench.devices[0]->on_read = [] { FakeClock::elapsed += std::chrono::microseconds(7); };
  client.read<std::uint32_t>(4, 0);
  client.read<std::uint32_t>(4, 0);
  CHECK(bench.statistics().service_ns_max == 7000);
  CHECK(bench.statistics().service_ns_total == 14000);
  CHECK(bench.statistics().service_samples == before + 2);
}

TEST_CASE("a flood of bad messages is counted in full and logged in part") {
  const StandingClock clock;
  Bench bench({pf_shape()}, StandingClock::options());
  VfioUserClient client = bench.client();
  for (unsigned count = 0; count < 1000; ++count) {
    require_refused(client.call(static_cast<Command>(99), Bytes(1)), EINVAL);
  }
  CHECK(bench.statistics().malformed == 1000);
  CHECK(bench.log.size() <= Log::kBurst);
  FakeClock::elapsed += std::chrono::seconds(2);
  const std::size_t before = bench.log.size();
  for (unsigned count = 0; count < 1000; ++count) client.call(static_cast<Command>(99), Bytes(1));
  CHECK(bench.log.size() == before + 2 * Log::kPerSecond);
}

}  // namespace aie4::vfio_user::test
