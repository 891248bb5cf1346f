// SPDX-License-Identifier: Apache-2.0
// What a command costs, from doorbell to completion, with no virtual machine: as seen by a host in the same process,
// with the ratio to a bare SystemC round trip, and as seen by a vfio-user client of a server process, which is what a
// guest pays beyond its own emulation. And what the server costs: time to listen, memory. Never part of the suite.
//
//   aie4sim_bench_command [PROGRAM]      PROGRAM: the aie4sim to serve (default: the one of this build)
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
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
#include "tests/bench/command/remote_vf.hpp"
#include "tests/bench/command/server_process.hpp"

namespace {

using namespace aie4;
using SteadyClock = std::chrono::steady_clock;

constexpr unsigned kVfs = 4;
constexpr unsigned kCommands = 20'000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double mib(std::uint64_t kib) {
  return static_cast<double>(kib) / 1024;
}

double quantile(std::vector<double> samples, double part) {
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
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
  double wall_us = 0;       ///< Of one command: the median, which other work on the host hardly moves.
  double simulated_us = 0;  ///< Doorbell to completion, mean.
  double deltas = 0;        ///< Delta cycles of the kernel, mean: what the wall time is made of.
};

/// One command at a time.
Result one_by_one(host::Host& computer, Application& application) {
  std::uint64_t simulated = 0;
  const std::uint64_t deltas = sc_core::sc_delta_count();
  std::vector<double> us;
  for (unsigned i = 0; i < kCommands; ++i) {
    const auto start = SteadyClock::now();
    host::Command& command = *application.commands.front();
    command.reset();
    const std::uint64_t rang = computer.clock().now_ps();
    const std::uint64_t sequence = application.context->submit(command);
    if (!application.context->wait(sequence, 1000) || command.word() != 4) throw std::runtime_error("a command failed");
    simulated += computer.clock().now_ps() - rang;
    us.push_back(seconds_since(start) * 1e6);
  }
  return {quantile(us, 0.5), static_cast<double>(simulated) / 1e6 / kCommands,
          static_cast<double>(sc_core::sc_delta_count() - deltas) / kCommands};
}

/// Chains of 32 on each application in turn: `rate` is what counts.
Result chained(host::Host& computer, std::vector<std::unique_ptr<Application>>& applications) {
  const std::uint64_t simulated = computer.clock().now_ps();
  const std::uint64_t deltas = sc_core::sc_delta_count();
  std::vector<double> us;
  unsigned done = 0;
  while (done < kCommands) {
    const auto start = SteadyClock::now();
    const unsigned before = done;
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
    us.push_back(seconds_since(start) * 1e6 / (done - before));
  }
  return {quantile(us, 0.5), static_cast<double>(computer.clock().now_ps() - simulated) / 1e6 / done,
          static_cast<double>(sc_core::sc_delta_count() - deltas) / done};
}

void print(const char* what, const Result& result, double reference_us) {
  fmt::print("{:<34} {:>10.2f} us wall {:>9.0f} /s {:>8.1f} x reference {:>10.2f} us simulated {:>7.1f} deltas\n", what,
             result.wall_us, 1e6 / result.wall_us, result.wall_us / reference_us, result.simulated_us, result.deltas);
}

double reference_round_trip_us(Machine& machine, Reference& reference) {
  std::vector<double> us;
  for (std::uint64_t round = 1; round <= kCommands; ++round) {
    const auto start = SteadyClock::now();
    reference.ring.notify(sc_core::SC_ZERO_TIME);
    while (reference.answers < round) machine.run_steps(1);
    us.push_back(seconds_since(start) * 1e6);
  }
  return quantile(us, 0.5);
}

double in_process() {
  Reference reference("reference");
  const std::uint64_t before_kib = bench::memory_kib("self", "VmRSS");
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
  fmt::print("memory: {:.1f} MiB before, {:.1f} MiB with all drivers bound\n", mib(before_kib),
             mib(bench::memory_kib("self", "VmRSS")));

  double single_us = 0;
  {
    const host::ControlCode nop = host::nop_program();
    Application single(*vfs[0], nop);
    const Result result = one_by_one(computer, single);
    print("NOP, one at a time", result, reference_us);
    single_us = result.wall_us;
    std::vector<std::unique_ptr<Application>> applications;
    for (const auto& vf : vfs) applications.push_back(std::make_unique<Application>(*vf, nop));
    print("NOP, chains of 32 on 4 VFs", chained(computer, applications), reference_us);
  }
  for (const auto& vf : vfs) vf->remove();
  pf.remove();
  fmt::print("memory: {:.1f} MiB at most\n", mib(bench::memory_kib("self", "VmHWM")));
  return single_us;
}

/// Aims of the project, printed beside what is measured.
constexpr double kAimStartMs = 100;
constexpr double kAimMib = 150;

/// What `serve` would tell of each of its lives is not wanted here.
std::vector<std::string> quiet() {
  return {"--log-level", "warning"};
}

/// The largest device: the time until it listens, and its memory before anybody came.
void start_up(const std::string& program, const std::string& folder) {
  constexpr unsigned kStarts = 11;
  std::vector<std::string> arguments = quiet();
  arguments.insert(arguments.end(), {"--pf", folder + "/pf"});
  for (unsigned vf = 0; vf < Configuration::kMaxVfs; ++vf) {
    arguments.insert(arguments.end(), {"--vf", folder + "/vf" + std::to_string(vf)});
  }
  std::vector<double> wall_ms;
  std::vector<double> processor_ms;
  std::uint64_t kib = 0;
  for (unsigned start = 0; start < kStarts; ++start) {
    const bench::ServerProcess server(program, arguments);
    wall_ms.push_back(server.start_seconds() * 1e3);
    processor_ms.push_back(server.start_processor_seconds() * 1e3);
    kib = std::max(kib, server.memory_kib("VmHWM"));
  }
  fmt::print(
      "server of a PF and {} VFs: listens after {:.1f} ms wall (median of {}, best {:.1f}, worst {:.1f}; "
      "aim {:.0f}), {:.1f} ms of processor, {:.1f} MiB\n",
      Configuration::kMaxVfs, quantile(wall_ms, 0.5), kStarts, quantile(wall_ms, 0), quantile(wall_ms, 1), kAimStartMs,
      quantile(processor_ms, 0.5), mib(kib));
}

/// One command at a time through socket, shared memory and eventfd.
void over_vfio_user(const std::string& program, const std::string& folder, double in_process_us) {
  std::vector<std::string> arguments = quiet();
  arguments.insert(arguments.end(), {"--static-vf", folder + "/vf"});
  const bench::ServerProcess server(program, arguments);
  const std::uint64_t before_kib = server.memory_kib("VmRSS");
  bench::RemoteVf vf(folder + "/vf");
  constexpr unsigned kWarmUp = 100;
  for (unsigned i = 0; i < kWarmUp; ++i) vf.run_command();
  std::vector<double> us;
  const auto start = SteadyClock::now();
  for (unsigned i = 0; i < kCommands; ++i) {
    const auto began = SteadyClock::now();
    vf.run_command();
    us.push_back(seconds_since(began) * 1e6);
  }
  const double rate = kCommands / seconds_since(start);
  const double median = quantile(us, 0.5);
  fmt::print("{:<34} {:>10.2f} us wall median, best {:.2f}, 99 % {:.2f}, {:.0f} /s; {:.1f} x in process\n",
             "NOP, one at a time, over vfio-user", median, quantile(us, 0), quantile(us, 0.99), rate,
             median / in_process_us);
  fmt::print("memory of that server: {:.1f} MiB when it listens, {:.1f} MiB at most after {} commands (aim {:.0f})\n",
             mib(before_kib), mib(server.memory_kib("VmHWM")), kCommands + kWarmUp, kAimMib);
}

void run(const std::string& program) {
  std::string folder = (std::filesystem::temp_directory_path() / "aie4sim-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  try {
    start_up(program, folder);
    over_vfio_user(program, folder, in_process());
  } catch (...) {
    std::filesystem::remove_all(folder);
    throw;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? argv[1] : AIE4SIM_PROGRAM);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
