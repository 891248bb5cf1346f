// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/bench.hpp"

#include <fmt/format.h>

namespace aie4::validate {

Bench::Bench(const Configuration& configuration) {
  const auto note = [this](const Diagnostic& diagnostic) {
    if (diagnostic.category != FaultCategory::Unmodelled && complaint_.empty()) complaint_ = diagnostic.text();
  };
  machine_ = std::make_unique<Machine>(configuration, note, &slices_);
  stack_ = std::make_unique<host::DriverStack>(*machine_, host::AddressMode::Iova);
  stack_->up(host::stub_images(static_cast<unsigned>(configuration.parameters.protocol_major)), 1);
  if (stack_->vfs().empty()) throw ExperimentError("the device has no virtual function");
  host::VfDriver& vf = *stack_->vfs().front();
  queue_ = std::make_unique<host::Queue>(vf.device().dma());
  context_ = vf.create_context(*queue_);
}

Bench::~Bench() {
  context_->destroy();
  context_.reset();
  queue_.reset();
  buffers_.clear();
  stack_->down();
  stack_->release();
}

std::uint64_t Bench::allocate(std::size_t bytes) {
  buffers_.emplace_back(stack_->vfs().front()->device().dma(), bytes);
  return buffers_.back().address() + parameters().shim_address_offset;
}

double Bench::cycles(std::uint64_t picoseconds) const {
  return static_cast<double>(picoseconds) * static_cast<double>(parameters().aie_mhz) / kPicosecondsPerMicrosecond;
}

std::uint64_t Bench::wait(std::uint64_t sequence, std::uint64_t since) {
  // 0: until the device is idle.
  const bool done = context_->wait(sequence, 0);
  if (!complaint_.empty()) throw ExperimentError(complaint_);
  if (!done) throw ExperimentError("a command does not end");
  return stack_->clock().now_ps() - since;
}

std::uint64_t Bench::run(const host::ControlCode& code) {
  return run_many(code, 1, true);
}

std::uint64_t Bench::run_many(const host::ControlCode& code, unsigned commands, bool chained) {
  host::DmaDomain& dma = stack_->vfs().front()->device().dma();
  const host::DmaBuffer program = code.load(dma);
  std::list<host::Command> made;
  std::vector<host::Command*> chain;
  for (unsigned i = 0; i < commands; ++i) {
    chain.push_back(&made.emplace_back(dma, std::vector<host::Work>{{0, program.address()}}));
  }
  const std::uint64_t start = stack_->clock().now_ps();
  std::uint64_t last = 0;
  if (chained) {
    last = context_->submit(chain);
  } else {
    for (host::Command* command : chain) last = context_->submit(*command);
  }
  const std::uint64_t duration = wait(last, start);
  for (const host::Command& command : made) {
    if (command.state() != host::CommandState::Completed) {
      throw ExperimentError(fmt::format("completion word {:#x}", command.word()));
    }
  }
  return duration;
}

}  // namespace aie4::validate
