// SPDX-License-Identifier: Apache-2.0
#include "sim/host/program_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <utility>

#include "sim/host/driver/context.hpp"
#include "sim/host/driver_stack.hpp"
#include "sim/host/elf/loaded_program.hpp"

namespace aie4::host {
namespace {

/// Everything that one context owns, in the order in which it has to go.
class Session {
 public:
  Session(VfDriver& vf, const elf::Program& program, const elf::Instance& instance,
          const std::vector<ProgramArgument>& arguments, unsigned commands)
      : queue_(vf.device().dma()) {
    std::vector<std::uint64_t> addresses;
    for (const ProgramArgument& argument : arguments) {
      buffers_.emplace_back(vf.device().dma(), std::max<std::uint64_t>(argument.size, 4));
      buffers_.back().write(0, argument.content);
      addresses.push_back(buffers_.back().address());
    }
    loaded_.emplace(vf.device().dma(), instance, addresses, program.columns);
    for (unsigned i = 0; i < commands; ++i) commands_.emplace_back(vf.device().dma(), loaded_->work());
    context_ = vf.create_context(queue_);
  }

  /// Submits all commands, one packet each. Returns the sequence number of the last.
  std::uint64_t submit() {
    std::uint64_t last = 0;
    for (Command& command : commands_) {
      command.reset();
      last = context_->submit(command);
    }
    return last;
  }
  [[nodiscard]] std::uint64_t completed() const {
    return static_cast<std::uint64_t>(std::ranges::count(commands_, CommandState::Completed, &Command::state));
  }

  [[nodiscard]] Command& command() { return commands_.front(); }
  [[nodiscard]] Context& context() { return *context_; }
  [[nodiscard]] const DmaBuffer& buffer(std::size_t argument) const { return buffers_.at(argument); }

 private:
  std::vector<DmaBuffer> buffers_;
  std::optional<elf::LoadedProgram> loaded_;
  Queue queue_;
  std::vector<Command> commands_;
  std::unique_ptr<Context> context_;
};

std::unique_ptr<Session> make_rival(VfDriver& vf, const std::optional<Rival>& rival) {
  if (!rival) return nullptr;
  const std::vector<ProgramArgument> zeros(rival->instance->argument_count(),
                                           {.size = Rival::kArgumentSize, .content = {}, .keep = false});
  return std::make_unique<Session>(vf, *rival->program, *rival->instance, zeros, Rival::kCommands);
}

void run_once(Machine& machine, DriverStack& stack, Session& session, Session* rival, ProgramRunReport& report) {
  const std::uint64_t start = stack.clock().now_ps();
  const std::uint64_t sequence = session.submit();
  const std::uint64_t rival_sequence = rival == nullptr ? 0 : rival->submit();
  // 0: for ever, which is until the device is idle.
  const bool done = session.context().wait(sequence, 0);
  report.completion = session.command().word();
  if (!done) {
    report.failure = "the program does not end: the device is idle and the command is not complete";
    report.hang_report = machine.hang_report();
  } else if (session.command().state() != CommandState::Completed) {
    report.failure = fmt::format("completion word {:#x}: state {}, error code {}", report.completion,
                                 report.completion & 0xFU, session.command().error_code());
  } else {
    report.durations_ps.push_back(stack.clock().now_ps() - start);
  }
  if (rival != nullptr) {
    static_cast<void>(rival->context().wait(rival_sequence, 0));
    report.rival_commands += rival->completed();
  }
}

ProgramRunReport begin(const elf::Instance& instance, const ProgramRunOptions& options) {
  ProgramRunReport report;
  report.name = instance.full_name();
  report.ucs = static_cast<unsigned>(instance.code.size());
  for (const elf::UcCode& code : instance.code) report.pages += code.pages;
  report.outputs.resize(options.arguments.size());
  return report;
}

/// A clock sees a series for as long as this lives.
class Watch {
 public:
  Watch(MachineClock& clock, BandwidthSeries& series) : clock_(clock) { clock.watch(&series); }
  ~Watch() { clock_.watch(nullptr); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  MachineClock& clock_;
};

}  // namespace

ProgramRunner::ProgramRunner(Machine& machine, AddressMode memory)
    : machine_(machine), stack_(std::make_unique<DriverStack>(machine, memory)) {}

ProgramRunner::~ProgramRunner() {
  stack_->release();
}

void ProgramRunner::up() {
  const auto protocol = static_cast<unsigned>(machine_.configuration().parameters.protocol_major);
  stack_->up(stub_images(protocol), 1);
  if (stack_->vfs().empty()) throw DriverError(-ENODEV, {"the device has no virtual function"});
}

void ProgramRunner::down() {
  stack_->down();
}

ProgramRunReport ProgramRunner::run(const elf::Program& program, const elf::Instance& instance,
                                    const ProgramRunOptions& options) {
  ProgramRunReport report = begin(instance, options);
  try {
    VfDriver& vf = *stack_->vfs().front();
    Session session(vf, program, instance, options.arguments, 1);
    const std::unique_ptr<Session> rival = make_rival(vf, options.rival);
    const ResourceMeter meter(machine_.resources(), stack_->clock().now_ps());
    BandwidthSeries bandwidth(machine_.resources(), stack_->clock().now_ps());
    const Watch watch(stack_->clock(), bandwidth);
    for (unsigned i = 0; i < options.repeat && report.failure.empty(); ++i) {
      run_once(machine_, *stack_, session, rival.get(), report);
    }
    report.use = meter.report(stack_->clock().now_ps());
    report.bandwidth = bandwidth.report();
    report.energy = energy_of(report.use, machine_.configuration().parameters);
    for (std::size_t i = 0; i < options.arguments.size(); ++i) {
      if (!options.arguments[i].keep) continue;
      report.outputs[i].resize(options.arguments[i].size);
      session.buffer(i).read(0, report.outputs[i]);
    }
    if (rival) rival->context().destroy();
    session.context().destroy();
  } catch (const DriverError& error) {
    if (report.failure.empty()) report.failure = error.what();
  }
  report.kernel_log = stack_->host().log().lines();
  report.unmodelled = machine_.diagnostics().burndown();
  return report;
}

ProgramRunReport run_program(Machine& machine, const elf::Program& program, const elf::Instance& instance,
                             const ProgramRunOptions& options) {
  ProgramRunReport report = begin(instance, options);
  ProgramRunner runner(machine, options.memory);
  try {
    runner.up();
    report = runner.run(program, instance, options);
    runner.down();
  } catch (const DriverError& error) {
    if (report.failure.empty()) report.failure = error.what();
  }
  runner.stack().release();
  report.kernel_log = runner.stack().host().log().lines();
  report.unmodelled = machine.diagnostics().burndown();
  return report;
}

}  // namespace aie4::host
