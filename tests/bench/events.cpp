// SPDX-License-Identifier: Apache-2.0
// Kernel events per second of processor time: a program on the machine against bare loops of SystemC with as many
// pending events. Started by events.py, which assembles the program; never part of the suite.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <deque>
#include <dlfcn.h>
#include <exception>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>

#include "models/common/fresh_kernel.hpp"
#include "sim/host/program_run.hpp"
#include "sim/machine/machine.hpp"

namespace {

std::uint64_t events = 0;        ///< That the kernel triggered: timed ones and those of a delta cycle.
std::uint64_t timed_events = 0;  ///< Taken out of the queue of timed ones.
std::uint64_t pending_sum = 0;   ///< Of the lengths of that queue when one was taken out.

template <class Function>
Function original(const char* symbol) {
  auto* function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, symbol));
  if (function == nullptr) throw std::runtime_error(fmt::format("SystemC has no {}", symbol));
  return function;
}

}  // namespace

// SystemC counts neither. Its library calls these through the dynamic linker, which finds the program's first.
void sc_core::sc_event::trigger() {
  static auto* const real = original<void (*)(sc_event*)>("_ZN7sc_core8sc_event7triggerEv");
  ++events;
  real(this);
}
void* sc_core::sc_ppq_base::extract_top() {
  static auto* const real = original<void* (*)(sc_ppq_base*)>("_ZN7sc_core11sc_ppq_base11extract_topEv");
  ++timed_events;
  pending_sum += static_cast<std::uint64_t>(size());
  return real(this);
}

namespace {

using namespace aie4;

struct Cost {
  double seconds = 0;  ///< Of processor time.
  std::uint64_t events = 0;
  std::uint64_t timed_events = 0;
  std::uint64_t pending_sum = 0;

  [[nodiscard]] double rate() const { return static_cast<double>(events) / seconds; }
  [[nodiscard]] double pending() const { return static_cast<double>(pending_sum) / static_cast<double>(timed_events); }
  Cost operator-(const Cost& other) const {
    return {seconds - other.seconds, events - other.events, timed_events - other.timed_events,
            pending_sum - other.pending_sum};
  }
};

Cost spent() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9, events, timed_events,
          pending_sum};
}

Cost run_machine(const host::elf::Program& program, std::uint64_t bytes, unsigned columns, unsigned repeat) {
  const FreshKernel kernel;
  Configuration configuration;
  configuration.parameters.columns = columns;
  Machine machine(configuration, [](const Diagnostic& diagnostic) { fmt::print(stderr, "{}\n", diagnostic.text()); });
  const host::elf::Instance& instance = program.find("");
  host::ProgramRunOptions options;
  options.memory = host::AddressMode::Identity;
  options.repeat = repeat;
  options.arguments.resize(instance.argument_count());
  for (host::ProgramArgument& argument : options.arguments) argument.size = bytes;
  const Cost before = spent();
  const host::ProgramRunReport report = host::run_program(machine, program, instance, options);
  if (!report.succeeded()) throw std::runtime_error("the program fails: " + report.failure);
  return spent() - before;
}

enum class Kind { Thread, Method };

/// Wakes itself, again and again.
class Loop : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Loop);
  Loop(sc_core::sc_module_name name, Kind kind, const sc_core::sc_time& period) : sc_module(name), period_(period) {
    if (kind == Kind::Thread) {
      SC_THREAD(thread);
    } else {
      SC_METHOD(method);
      sensitive << due_;
    }
  }

 private:
  void thread() {
    for (;;) {
      due_.notify(period_);
      sc_core::wait(due_);
    }
  }
  void method() { due_.notify(period_); }

  sc_core::sc_event due_;
  sc_core::sc_time period_;
};

Cost run_loops(Kind kind, unsigned pending, std::uint64_t count) {
  const FreshKernel kernel;
  std::deque<Loop> loops;
  for (unsigned i = 0; i < pending; ++i) {
    // Primes keep them from falling into step.
    const sc_core::sc_time period(static_cast<double>(100'003 + 1'009 * i), sc_core::SC_PS);
    loops.emplace_back(fmt::format("loop{}", i).c_str(), kind, period);
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const Cost before = spent();
  while (events - before.events < count) sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
  return spent() - before;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
    throw std::runtime_error(fmt::format("expected a number above 0, came {}", text));
  }
  return value;
}

void print(std::string_view what, const Cost& cost) {
  fmt::print("{:22}{:8.2f} M events/s {:7.0f} ns each, {:6.1f} pending\n", what, cost.rate() / 1e6, 1e9 / cost.rate(),
             cost.pending());
}

int run(std::span<char*> arguments) {
  if (arguments.size() != 5)
    throw std::runtime_error("usage: aie4sim_bench_events ELF BYTES COLUMNS RUNS; see events.py");
  std::ifstream file(arguments[1], std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const host::elf::Program program = host::elf::read_program(std::as_bytes(std::span(content)));
  const std::uint64_t bytes = number(arguments[2]);
  const auto columns = static_cast<unsigned>(number(arguments[3]));
  const auto runs = static_cast<unsigned>(number(arguments[4]));

  const Cost once = run_machine(program, bytes, columns, 1);
  const Cost machine = run_machine(program, bytes, columns, runs + 1) - once;
  const auto pending = static_cast<unsigned>(std::max(1.0, machine.pending() + 0.5));
  const Cost threads = run_loops(Kind::Thread, pending, machine.events);
  const Cost methods = run_loops(Kind::Method, pending, machine.events);
  print("machine", machine);
  print("bare loops, threads", threads);
  print("bare loops, methods", methods);
  fmt::print("machine / threads     {:8.2f}\n", machine.rate() / threads.rate());
  fmt::print("machine / methods     {:8.2f}\n", machine.rate() / methods.rate());
  return 0;
}

}  // namespace

int main(int count, char* arguments[]) {
  try {
    return run(std::span(arguments, static_cast<std::size_t>(count)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
