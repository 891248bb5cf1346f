// SPDX-License-Identifier: Apache-2.0
// A small device for replay tests: a doorbell write makes it read a word of host memory, write back its sum with 1 and
// interrupt; a start register takes a while until a status register says so. Its misbehaviour is chosen by tests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/transcript/replay.hpp"
#include "tests/unit/transcript/events.hpp"

namespace aie4::transcript::test {

class FakeDevice final : public ReplayTarget {
 public:
  static constexpr std::uint64_t kStart = 0x40;   ///< BAR0.
  static constexpr std::uint64_t kStatus = 0x44;  ///< BAR0: 0 busy, 1 ready.
  static constexpr std::uint64_t kSource = 0x10'0000;
  static constexpr std::uint64_t kTarget = 0x20'0000;

  struct Behaviour {
    std::uint64_t start_ps = 1000;
    std::uint64_t command_ps = 500;
    std::uint64_t increment = 1;
    std::uint64_t target_offset = 0;
    unsigned vector = 1;
    bool interrupt = true;
    bool extra_interrupt = false;  ///< After a command, if no other runs.
    bool write_before_interrupt = true;
    unsigned write_size = 4;
    unsigned functions = 2;
  };

  std::vector<std::tuple<unsigned, HostViewOption, bool>> views;  ///< Set by the transport, in order.

  explicit FakeDevice(const Behaviour& behaviour) : behaviour_(behaviour), state_(behaviour.functions) {}

  [[nodiscard]] unsigned functions() const override { return static_cast<unsigned>(state_.size()); }
  void set_observer(pci::BoundaryObserver* observer) override { observer_ = observer; }

  void connect(unsigned function, pci::InterruptSink& interrupts, pci::DmaPort& memory) override {
    show(pci::BoundaryEventKind::Connect, function, 0, interrupts.keeps_vector_masks() ? 1 : 0, {});
    state_.at(function).interrupts = &interrupts;
    state_.at(function).memory = &memory;
  }
  void disconnect(unsigned function) override {
    if (state_.at(function).memory == nullptr) return;
    show(pci::BoundaryEventKind::Disconnect, function, 0, 0, {});
    state_.at(function).memory = nullptr;
  }
  void reset(unsigned function) override { show(pci::BoundaryEventKind::Reset, function, 0, 0, {}); }
  void host_view(unsigned function, HostViewOption option, bool value) override {
    views.emplace_back(function, option, value);
  }
  void config_read(unsigned function, std::uint32_t offset, std::span<std::byte> data) override {
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(offset + i);
    show(pci::BoundaryEventKind::ConfigRead, function, 0, offset, data);
  }
  void config_write(unsigned function, std::uint32_t offset, std::span<const std::byte> data) override {
    show(pci::BoundaryEventKind::ConfigWrite, function, 0, offset, data);
  }
  void bar_read(unsigned function, unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
    data[0] = bar == 0 && offset == kStatus ? std::byte{state_.at(function).ready} : std::byte{0};
    show(pci::BoundaryEventKind::BarRead, function, bar, offset, data);
  }
  void bar_write(unsigned function, unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
    show(pci::BoundaryEventKind::BarWrite, function, bar, offset, data);
    if (bar == 0 && offset == kStart) {
      state_.at(function).ready = 0;
      schedule(behaviour_.start_ps, [this, function] { state_.at(function).ready = 1; });
    }
    if (bar == 2) schedule(behaviour_.command_ps, [this, function] { command(function); });
  }

  [[nodiscard]] std::uint64_t now_ps() const override { return now_; }
  void run_until(std::uint64_t time_ps) override {
    while (!agenda_.empty() && agenda_.begin()->first <= time_ps) run_step();
    now_ = std::max(now_, time_ps);
  }
  void settle() override {}
  bool run_step() override {
    if (agenda_.empty()) return false;
    const auto entry = agenda_.extract(agenda_.begin());
    now_ = entry.key();
    entry.mapped()();
    return true;
  }

 private:
  struct Function {
    pci::InterruptSink* interrupts = nullptr;
    pci::DmaPort* memory = nullptr;
    std::uint8_t ready = 0;
  };

  void show(pci::BoundaryEventKind kind, unsigned function, unsigned bar, std::uint64_t address,
            std::span<const std::byte> data, DmaStatus status = DmaStatus::Ok) {
    if (observer_ == nullptr) return;
    pci::BoundaryEvent event;
    event.kind = kind;
    event.function = static_cast<std::uint8_t>(function);
    event.bar = static_cast<std::uint8_t>(bar);
    event.address = address;
    event.data = data;
    event.status = status;
    observer_->observe(event);
  }
  void schedule(std::uint64_t delay, std::function<void()> action) { agenda_.emplace(now_ + delay, std::move(action)); }
  void interrupt(unsigned function) {
    show(pci::BoundaryEventKind::Interrupt, function, 0, behaviour_.vector, {});
    state_.at(function).interrupts->signal(behaviour_.vector);
  }
  void command(unsigned function) {
    pci::DmaPort* memory = state_.at(function).memory;
    if (memory == nullptr) return;
    Bytes data(4);
    DmaStatus status = memory->read(kSource, data, {});
    show(pci::BoundaryEventKind::DmaRead, function, 0, kSource, data, status);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::to_integer<std::uint64_t>(data[i]) << (8 * i);
    const Bytes result = word(value + behaviour_.increment, behaviour_.write_size);
    const std::uint64_t target = kTarget + behaviour_.target_offset;
    if (behaviour_.interrupt && !behaviour_.write_before_interrupt) interrupt(function);
    status = memory->write(target, result, {});
    show(pci::BoundaryEventKind::DmaWrite, function, 0, target, result, status);
    if (behaviour_.interrupt && behaviour_.write_before_interrupt) interrupt(function);
    if (behaviour_.extra_interrupt && agenda_.empty()) interrupt(function);
  }

  Behaviour behaviour_;
  std::vector<Function> state_;
  pci::BoundaryObserver* observer_ = nullptr;
  std::uint64_t now_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> agenda_;
};

/// Host memory of one word, and interrupts that are counted.
class FakeHost final : public pci::InterruptSink, public pci::DmaPort {
 public:
  std::uint64_t value = 41;
  unsigned interrupts = 0;

  void signal(unsigned /*vector*/) override { ++interrupts; }
  DmaStatus read(std::uint64_t /*address*/, std::span<std::byte> data, const DmaAttributes& /*who*/) override {
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(value >> (8 * i));
    return DmaStatus::Ok;
  }
  DmaStatus write(std::uint64_t /*address*/, std::span<const std::byte> data, const DmaAttributes& /*who*/) override {
    value = 0;
    for (std::size_t i = data.size(); i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(data[i]);
    return DmaStatus::Ok;
  }
};

}  // namespace aie4::transcript::test
