// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/context.hpp"

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "sim/host/driver/vf_driver.hpp"

namespace aie4::host {
namespace {

constexpr unsigned kDoorbellBar = 2;
constexpr std::uint64_t kSubmitTimeoutMs = 10'000;
constexpr std::uint64_t kTornIndexWait = 100 * kPicosecondsPerMicrosecond;
// The kernel declares the compact header whatever the application uses (host-interface, 6.4).
constexpr std::uint64_t kKernelReadIndex = 0x00;
constexpr std::uint64_t kKernelWriteIndex = 0x10;

constexpr std::uint32_t kOpcodeStartDpu = 18;
constexpr std::uint32_t kDpuEntryWords = 6;

/// Header word of a command buffer: state NEW, payload count and opcode.
std::uint32_t command_header(std::size_t entries) {
  const auto count = static_cast<std::uint32_t>(1 + entries * kDpuEntryWords);
  return (kOpcodeStartDpu << 23) | (count << 12) | static_cast<std::uint32_t>(CommandState::New);
}

}  // namespace

Command::Command(DmaDomain& domain, std::vector<Work> work) : memory_(domain, kPageSize), work_(std::move(work)) {
  reset();
}

void Command::reset() {
  memory_.store<std::uint32_t>(0, command_header(work_.size()));
}

Context::Context(VfDriver& driver, Queue& queue, std::uint32_t id, std::uint32_t doorbell, unsigned vector)
    : driver_(driver), queue_(queue), id_(id), doorbell_(doorbell), vector_(vector), next_(queue.write_index()) {}

Context::~Context() {
  destroy();
}

void Context::map_doorbell() {
  // The offset goes to mmap as it is, and mmap takes whole pages.
  if (doorbell_ % kPageSize != 0) {
    throw DriverError(-EINVAL, {fmt::format("mmap of the doorbell at {:#x} failed, ret {}", doorbell_, -EINVAL)});
  }
}

void Context::ring() {
  map_doorbell();
  driver_.device().write32(kDoorbellBar, doorbell_, 0);
}

std::uint64_t Context::submit(Command& command) {
  Command* one = &command;
  return submit(std::span(&one, 1));
}

std::uint64_t Context::submit(std::span<Command* const> chain) {
  if (chain.empty() || chain.size() > Queue::kCapacity) throw std::invalid_argument("a chain has 1 to 32 commands");
  while (next_ + chain.size() - queue_.read_index() > Queue::kCapacity) {
    if (!wait(queue_.read_index(), kSubmitTimeoutMs)) throw DriverError(-ETIME, {"the queue stays full"});
  }
  for (std::size_t i = 0; i < chain.size(); ++i) {
    queue_.fill(next_ + i,
                {.completion_signal = chain[i]->address(), .chained = i + 1 < chain.size(), .work = chain[i]->work()});
  }
  next_ += chain.size();
  queue_.publish(next_);
  ring();
  return next_ - 1;
}

bool Context::done(std::uint64_t sequence) {
  const DmaBuffer& memory = queue_.memory();
  const auto write = memory.load<std::uint64_t>(kKernelWriteIndex);
  const auto valid = [write](std::uint64_t read) { return read <= write && write - read <= Queue::kCapacity; };
  auto read = memory.load<std::uint64_t>(kKernelReadIndex);
  if (!valid(read)) {
    Host& host = driver_.device().host();
    host.log().error(fmt::format("Invalid index, ri {}, wi {}", read, write));
    host.sleep(kTornIndexWait);
    read = memory.load<std::uint64_t>(kKernelReadIndex);
    if (!valid(read)) {
      host.log().error(fmt::format("Invalid index after retry, ri {}, wi {}", read, write));
      read = 0;
    }
  }
  return read > sequence;
}

std::uint64_t Context::interrupts() const {
  return driver_.completions_.at(vector_).interrupts;
}

bool Context::wait(std::uint64_t sequence, std::uint64_t timeout_ms) {
  Host& host = driver_.device().host();
  host.dispatch();
  const std::uint64_t deadline =
      timeout_ms == 0 ? Host::kForever : host.clock().now_ps() + timeout_ms * kPicosecondsPerMillisecond;
  std::uint64_t seen = interrupts();
  while (!done(sequence)) {
    if (!host.wait_until(deadline, [&] { return interrupts() != seen; })) return false;
    seen = interrupts();
  }
  return true;
}

void Context::destroy() {
  if (!alive_) return;
  alive_ = false;
  driver_.destroy_context(id_);
  driver_.release_completion(vector_);
}

}  // namespace aie4::host
