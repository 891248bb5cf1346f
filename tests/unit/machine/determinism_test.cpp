// SPDX-License-Identifier: Apache-2.0
// The same accesses at the same simulated times give the same answers, DMA, interrupts and times, however the time
// between them is sliced.
#include <functional>

#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/machine/bench.hpp"

namespace aie4::machine_bench {
namespace {

constexpr std::uint64_t kCode = 0x1'0000;
constexpr std::uint64_t kQueue = 0x2'0000;
constexpr std::uint64_t kWord = 0x3'0000;

/// Lets time pass to `time_ps` (0: until the machine is idle).
using Slicing = std::function<void(Machine&, std::uint64_t)>;

void write_queue(Host& host, std::uint64_t base, std::uint64_t word) {
  host.put<std::uint16_t>(base + 0x08, 1);
  host.put<std::uint32_t>(base + 0x0C, 32);
  host.put<std::uint64_t>(base + 0x78, base + 0x80);
  for (std::uint64_t slot = 0; slot < 4; ++slot) {
    const std::uint64_t packet = base + 0x80 + 64 * slot;
    host.put<std::uint8_t>(packet + 2, 1);
    host.put<std::uint16_t>(packet + 4, 24);
    host.put<std::uint64_t>(packet + 8, word + 4 * slot);
    host.put<std::uint64_t>(packet + 20, kCode);
  }
}

/// Two VFs, a context on each, four packets on each, in the middle of each other's work.
std::uint64_t run_script(const Slicing& pass) {
  Configuration configuration = static_vfs(2);
  configuration.parameters.quantum_us = 5;
  Host host(configuration);
  const unsigned nop[] = {0xff, 0xff, 0,    0, 0, 0, 0,    0, 0x24, 0, 0,    0, 0, 0, 0,    0, 0, 0,
                          0,    0,    0x10, 0, 0, 0, 0x16, 0, 0,    0, 0x07, 0, 0, 0, 0xff, 0, 0, 0};
  for (std::size_t i = 0; i < std::size(nop); ++i) host.memory[kCode + i] = static_cast<std::byte>(nop[i]);
  for (unsigned vf = 0; vf < 2; ++vf) write_queue(host, kQueue + 0x1000 * vf, kWord + 0x100 * vf);

  host.enable(0);
  host.enable(1);
  pass(*host.machine, 0);
  for (unsigned vf = 0; vf < 2; ++vf) {
    std::uint32_t tail = host.message(vf, 0, 0x30001, {0, 3});
    pass(*host.machine, 0);
    tail =
        host.message(vf, tail, 0x30003, {1, 12, 0, static_cast<std::uint32_t>(kQueue + 0x1000 * vf), 0x800F'FFFF, 0});
    pass(*host.machine, 0);
    CHECK(host.read(vf, 0, 0x20) == 24 + 32);
  }
  const std::uint64_t start = host.machine->now_ps();
  for (std::uint64_t packet = 1; packet <= 4; ++packet) {
    for (unsigned vf = 0; vf < 2; ++vf) {
      host.put<std::uint64_t>(kQueue + 0x1000 * vf + 0x40, packet);
      host.write(vf, 2, 0x1'0000, 0);
      pass(*host.machine, start + packet * 3 * kUs + vf * 1'234'567);
    }
  }
  pass(*host.machine, 0);
  for (unsigned vf = 0; vf < 2; ++vf) {
    CHECK(host.get<std::uint64_t>(kQueue + 0x1000 * vf) == 4);
    for (unsigned packet = 0; packet < 4; ++packet)
      CHECK(host.get<std::uint32_t>(kWord + 0x100 * vf + 4 * packet) == 4);
  }
  CHECK(host.reports.empty());
  CHECK(host.crossings > 100);
  return host.hash;
}

/// Runs to the time in instants of at most `steps`, then the rest.
Slicing in_steps_of(unsigned steps) {
  return [steps](Machine& machine, std::uint64_t time) {
    if (time != 0) return machine.run_until(time);
    while (machine.run_steps(steps)) {
    }
  };
}

TEST_CASE("Slices of one instant and of a thousand give the same crossings of the boundary") {
  std::vector<std::uint64_t> hashes;
  for (const unsigned steps : {1U, 2U, 7U, 1000U}) {
    const FreshKernel kernel;
    hashes.push_back(run_script(in_steps_of(steps)));
  }
  for (const std::uint64_t hash : hashes) CHECK(hash == hashes.front());
}

TEST_CASE("Going to a time in one stride and in many small ones gives the same crossings of the boundary") {
  std::vector<std::uint64_t> hashes;
  for (const std::uint64_t stride : {std::uint64_t{1} << 60, std::uint64_t{50'000}, std::uint64_t{777}}) {
    const FreshKernel kernel;
    hashes.push_back(run_script([stride](Machine& machine, std::uint64_t time) {
      if (time == 0) return in_steps_of(1000)(machine, 0);
      while (machine.now_ps() + stride < time) machine.run_until(machine.now_ps() + stride);
      machine.run_until(time);
    }));
  }
  for (const std::uint64_t hash : hashes) CHECK(hash == hashes.front());
}

TEST_CASE("Stopping at interrupts gives the same crossings of the boundary as stopping at each instant") {
  std::vector<std::uint64_t> hashes;
  for (const bool interrupts : {false, true}) {
    const FreshKernel kernel;
    hashes.push_back(run_script([interrupts](Machine& machine, std::uint64_t time) {
      if (!interrupts) return in_steps_of(1)(machine, time);
      if (time != 0) return machine.run_until(time);
      while (machine.busy()) machine.run_to_interrupt(std::uint64_t{1} << 60);
    }));
  }
  CHECK(hashes[0] == hashes[1]);
}

TEST_CASE("Settling between accesses changes nothing") {
  std::vector<std::uint64_t> hashes;
  for (const bool settle : {false, true}) {
    const FreshKernel kernel;
    hashes.push_back(run_script([settle](Machine& machine, std::uint64_t time) {
      for (unsigned i = 0; settle && i < 5; ++i) machine.settle();
      in_steps_of(3)(machine, time);
      for (unsigned i = 0; settle && i < 5; ++i) machine.settle();
    }));
  }
  CHECK(hashes[0] == hashes[1]);
}

TEST_CASE("An access at another time is another history") {
  std::vector<std::uint64_t> hashes;
  for (const std::uint64_t late : {0U, 1U}) {
    const FreshKernel kernel;
    hashes.push_back(run_script([late](Machine& machine, std::uint64_t time) {
      in_steps_of(1000)(machine, time == 0 ? 0 : time + late * 100'000);
    }));
  }
  CHECK(hashes[0] != hashes[1]);
}

}  // namespace
}  // namespace aie4::machine_bench
