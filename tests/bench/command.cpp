// SPDX-License-Identifier: Apache-2.0
// What a command costs: from doorbell to completion as seen by a host with no virtual machine. Printed with the ratio
// to a bare SystemC round trip measured in the same run; never part of the suite.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemc>

#include "sim/host/bring_up.hpp"
#include "sim/host/driver/context.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/host/machine_clock.hpp"
#include "sim/host/pci_bus.hpp"

namespace {

using namespace aie4;
using SteadyClock = std::chrono::steady_clock;

constexpr unsigned kVfs = 4;
constexpr unsigned kCommands = 20'000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Kilobytes resident, now (VmRSS) or at most (VmHWM).
std::uint64_t resident_kib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t value = 0;
    if (word == key + ":" && status >> value) return value;
  }
  return 0;
}

struct Application {
  Application(host::VfDriver& vf, const host::ControlCode& program)
      : code(program.load(vf.device().dma())), queue(vf.device().dma()), context(vf.create_context(queue)) {
    for (std::uint32_t i = 0; i < host::Queue::kCapacity; ++i) {
      commands.push_back(
          std::make_unique<host::Command>(vf.device().dma(), std::vector<host::Work>{{0, code.address()}}));
    }
  }
  host::DmaBuffer code;
  host::Queue queue;
  std::unique_ptr<host::Context> context;
  std::vector<std::unique_ptr<host::Command>> commands;
};

/// Reference: the host wakes a SystemC process, which answers after 1 us of simulated time. The least that a simulator
/// of this construction pays for one round trip.
class Reference : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Reference);
  explicit Reference(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(run); }
  sc_core::sc_event ring;
  std::uint64_t answers = 0;

 private:
  void run() {
    for (;;) {
      wait(ring);
      wait(1, sc_core::SC_US);
      ++answers;
    }
  }
};

struct Result {
  double wall_us = 0;       ///< Of one command, mean.
  double simulated_us = 0;  ///< Doorbell to completion, mean.
  double deltas = 0;        ///< Delta cycles of the kernel, mean: what the wall time is made of.
};

/// One command at a time.
Result one_by_one(host::Host& computer, Application& application) {
  std::uint64_t simulated = 0;
  const std::uint64_t deltas = sc_core::sc_delta_count();
  const auto start = SteadyClock::now();
  for (unsigned i = 0; i < kCommands; ++i) {
    host::Command& command = *application.commands.front();
    command.reset();
    const std::uint64_t rang = computer.clock().now_ps();
    const std::uint64_t sequence = application.context->submit(command);
    if (!application.context->wait(sequence, 1000) || command.word() != 4) throw std::runtime_error("a command failed");
    simulated += computer.clock().now_ps() - rang;
  }
  return {seconds_since(start) * 1e6 / kCommands, static_cast<double>(simulated) / 1e6 / kCommands,
          static_cast<double>(sc_core::sc_delta_count() - deltas) / kCommands};
}

/// Chains of 32 on each application in turn: `rate` is what counts.
Result chained(host::Host& computer, std::vector<std::unique_ptr<Application>>& applications) {
  const std::uint64_t simulated = computer.clock().now_ps();
  const std::uint64_t deltas = sc_core::sc_delta_count();
  const auto start = SteadyClock::now();
  unsigned done = 0;
  while (done < kCommands) {
    std::vector<std::uint64_t> sequences;
    for (const auto& application : applications) {
      std::vector<host::Command*> chain;
      for (const auto& command : application->commands) {
        command->reset();
        chain.push_back(command.get());
      }
      sequences.push_back(application->context->submit(chain));
      done += static_cast<unsigned>(chain.size());
    }
    for (std::size_t i = 0; i < applications.size(); ++i) {
      if (!applications[i]->context->wait(sequences[i], 1000)) throw std::runtime_error("a chain hangs");
    }
  }
  return {seconds_since(start) * 1e6 / done, static_cast<double>(computer.clock().now_ps() - simulated) / 1e6 / done,
          static_cast<double>(sc_core::sc_delta_count() - deltas) / done};
}

void print(const char* what, const Result& result, double reference_us) {
  fmt::print("{:<34} {:>10.2f} us wall {:>9.0f} /s {:>8.1f} x reference {:>10.2f} us simulated {:>7.1f} deltas\n", what,
             result.wall_us, 1e6 / result.wall_us, result.wall_us / reference_us, result.simulated_us, result.deltas);
}

double reference_round_trip_us(Machine& machine, Reference& reference) {
  const auto start = SteadyClock::now();
  for (std::uint64_t round = 1; round <= kCommands; ++round) {
    reference.ring.notify(sc_core::SC_ZERO_TIME);
    while (reference.answers < round) machine.run_steps(1);
  }
  return seconds_since(start) * 1e6 / kCommands;
}

int run() {
  Reference reference("reference");
  const std::uint64_t before_kib = resident_kib("VmRSS");
  const auto start = SteadyClock::now();
  Machine machine({}, {});
  const double start_up = seconds_since(start);
  const double reference_us = reference_round_trip_us(machine, reference);
  fmt::print("reference: {:.2f} us wall for one wake-up and answer in SystemC\n", reference_us);
  host::MachineClock clock(machine);
  host::Host computer(clock, host::AddressMode::Iova);
  host::PciBus bus(computer, machine.functions());
  bus.enumerate();
  const auto probe_start = SteadyClock::now();
  host::PfDriver pf(bus, bus.device(0), host::stub_images(5));
  std::vector<std::unique_ptr<host::VfDriver>> vfs;
  for (host::PciDevice* device : pf.enable_vfs(kVfs)) vfs.push_back(std::make_unique<host::VfDriver>(*device));
  const double probe = seconds_since(probe_start);
  fmt::print("machine: {:.1f} ms to construct, {:.1f} ms to probe PF and {} VFs\n", start_up * 1e3, probe * 1e3, kVfs);
  fmt::print("memory: {:.1f} MiB before, {:.1f} MiB with all drivers bound\n", static_cast<double>(before_kib) / 1024,
             static_cast<double>(resident_kib("VmRSS")) / 1024);

  {
    const host::ControlCode nop = host::nop_program();
    Application single(*vfs[0], nop);
    print("NOP, one at a time", one_by_one(computer, single), reference_us);
    std::vector<std::unique_ptr<Application>> applications;
    for (const auto& vf : vfs) applications.push_back(std::make_unique<Application>(*vf, nop));
    print("NOP, chains of 32 on 4 VFs", chained(computer, applications), reference_us);
  }
  for (const auto& vf : vfs) vf->remove();
  pf.remove();
  fmt::print("memory: {:.1f} MiB at most\n", static_cast<double>(resident_kib("VmHWM")) / 1024);
  return 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
