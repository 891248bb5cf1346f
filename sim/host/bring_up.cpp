// SPDX-License-Identifier: Apache-2.0
#include "sim/host/bring_up.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <utility>

#include "sim/host/driver/context.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/host/driver_stack.hpp"

namespace aie4::host {
namespace {

constexpr std::uint64_t kCommandTimeout = 10'000 * kPicosecondsPerMillisecond;

/// One application's context with one command that it submits again and again.
struct Client {
  Client(VfDriver& vf, unsigned nops, QueueLayout layout)
      : code(nop_program(nops).load(vf.device().dma())),
        queue(vf.device().dma(), layout),
        command(vf.device().dma(), {{0, code.address()}}),
        context(vf.create_context(queue)) {}

  DmaBuffer code;
  Queue queue;
  Command command;
  std::unique_ptr<Context> context;
  bool outstanding = false;
  std::uint64_t sequence = 0;
  std::uint64_t rang_ps = 0;
};

class Run {
 public:
  Run(Machine& machine, const BringUpOptions& options)
      : options_(options),
        machine_(machine),
        stack_(machine, options.memory,
               [this](std::string name, const std::function<void()>& body) { phase(std::move(name), body); }) {}

  BringUpReport execute() {
    try {
      up();
      commands();
      down();
    } catch (const DriverError& error) {
      report_.failure = error.what();
      if (report_.failure.empty()) report_.failure = fmt::format("error {}", error.code());
    }
    clients_.clear();
    stack_.release();
    for (PciDevice* function : stack_.functions()) {
      const DmaDomain::Traffic& traffic = function->dma().traffic();
      report_.dma.reads += traffic.reads;
      report_.dma.read_bytes += traffic.read_bytes;
      report_.dma.writes += traffic.writes;
      report_.dma.written_bytes += traffic.written_bytes;
      report_.dma.refused += traffic.refused;
    }
    report_.kernel_log = stack_.host().log().lines();
    return std::move(report_);
  }

 private:
  void phase(std::string name, const std::function<void()>& body) {
    const std::uint64_t start = stack_.clock().now_ps();
    const AccessCounts accesses = total_accesses();
    const std::uint64_t interrupts = total_interrupts();
    const auto finish = [&] {
      report_.phases.push_back({std::move(name), start, stack_.clock().now_ps() - start, total_accesses() - accesses,
                                total_interrupts() - interrupts});
    };
    try {
      body();
    } catch (const DriverError&) {
      finish();
      throw;
    }
    finish();
  }

  void up() {
    const auto protocol = static_cast<unsigned>(machine_.configuration().parameters.protocol_major);
    stack_.up(options_.firmware.value_or(stub_images(protocol)), options_.vfs);
    report_.vfs = static_cast<unsigned>(stack_.vfs().size());
    if (stack_.vfs().empty()) return;
    report_.tiles = stack_.vfs().front()->tile_info();
    phase("create contexts", [this] {
      for (unsigned i = 0; i < options_.contexts; ++i) {
        for (const auto& vf : stack_.vfs()) {
          clients_.push_back(std::make_unique<Client>(*vf, options_.nops, options_.layout));
          ++report_.contexts;
        }
      }
    });
  }

  void commands() {
    if (clients_.empty() || options_.commands == 0) return;
    phase("commands", [this] {
      while (report_.submitted < options_.commands) round();
    });
  }

  /// One command on each context, all in flight at once.
  void round() {
    std::uint64_t outstanding = 0;
    for (const auto& client : clients_) {
      if (report_.submitted == options_.commands) break;
      client->command.reset();
      client->rang_ps = stack_.clock().now_ps();
      client->sequence = client->context->submit(client->command);
      client->outstanding = true;
      ++report_.submitted;
      ++outstanding;
    }
    const std::uint64_t deadline = stack_.clock().now_ps() + kCommandTimeout;
    std::uint64_t seen = total_interrupts();
    while (outstanding > 0) {
      if (!stack_.host().wait_until(deadline, [&] { return total_interrupts() != seen; })) {
        throw DriverError(-ETIME, {fmt::format("{} commands did not complete within {} ms", outstanding,
                                               kCommandTimeout / kPicosecondsPerMillisecond)});
      }
      seen = total_interrupts();
      for (const auto& client : clients_) {
        if (client->outstanding && client->context->done(client->sequence)) {
          client->outstanding = false;
          --outstanding;
          finish(*client);
        }
      }
    }
  }

  void finish(const Client& client) {
    if (client.command.state() == CommandState::Completed) {
      ++report_.completed;
      report_.latencies_ps.push_back(stack_.clock().now_ps() - client.rang_ps);
    } else {
      stack_.host().log().error(fmt::format("context {} sequence {}: completion word {:#x}", client.context->id(),
                                            client.sequence, client.command.word()));
    }
  }

  void down() {
    if (!clients_.empty()) {
      phase("destroy contexts", [this] {
        for (const auto& client : clients_) client->context->destroy();
      });
    }
    clients_.clear();
    stack_.down();
  }

  [[nodiscard]] AccessCounts total_accesses() const {
    AccessCounts sum;
    for (const PciDevice* function : stack_.functions()) {
      sum.config_reads += function->accesses().config_reads;
      sum.config_writes += function->accesses().config_writes;
      sum.bar_reads += function->accesses().bar_reads;
      sum.bar_writes += function->accesses().bar_writes;
    }
    return sum;
  }

  [[nodiscard]] std::uint64_t total_interrupts() const {
    std::uint64_t sum = 0;
    for (PciDevice* function : stack_.functions()) sum += function->interrupts().total();
    return sum;
  }

  const BringUpOptions& options_;
  Machine& machine_;
  DriverStack stack_;
  std::vector<std::unique_ptr<Client>> clients_;
  BringUpReport report_;
};

}  // namespace

BringUpReport bring_up(Machine& machine, const BringUpOptions& options) {
  return Run(machine, options).execute();
}

}  // namespace aie4::host
