// SPDX-License-Identifier: Apache-2.0
// The world around a PCI function: a backend, a host and an observer that write down everything in one log, so that
// tests can ask what happened and in which order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "sim/pci/function.hpp"

namespace aie4::pci::test {

using Log = std::vector<std::string>;

inline std::string hex(std::span<const std::byte> data) {
  std::string text;
  for (const std::byte byte : data) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

/// Answers reads of BARs with the low bytes of offset + 1, and lets a test act in the middle of a call.
class FakeBackend : public FunctionBackend {
 public:
  explicit FakeBackend(Log& log) : log_(log) {}

  void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
    log_.push_back(fmt::format("backend read BAR{}+{:#x}", bar, offset));
    const std::uint64_t value = answer ? *answer : offset + 1;
    std::memcpy(data.data(), &value, data.size());
  }
  void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
    log_.push_back(fmt::format("backend write BAR{}+{:#x} {}", bar, offset, hex(data)));
    if (on_write) on_write();
  }
  void interrupt_control(const InterruptControl& control) override {
    log_.push_back(fmt::format("backend interrupts {}{}{}", control.msix_enabled ? "e" : "-",
                               control.function_masked ? "m" : "-", control.can_signal ? "s" : "-"));
    controls.push_back(control);
  }
  void reset(ResetKind kind) override {
    log_.push_back(kind == ResetKind::Conventional ? "backend reset" : "backend flr");
  }
  void virtual_functions(unsigned count) override {
    log_.push_back(fmt::format("backend vfs {}", count));
    if (on_virtual_functions) on_virtual_functions(count);
  }
  void vf_memory_space(bool enabled) override { log_.push_back(fmt::format("backend vf memory {}", enabled)); }
  [[nodiscard]] std::string_view register_name(unsigned bar, std::uint64_t offset) const override {
    return bar == 4 && offset == 0xAEC ? std::string_view("PSP_STATUS") : std::string_view{};
  }

  std::vector<InterruptControl> controls;
  std::optional<std::uint64_t> answer;
  std::function<void()> on_write;
  std::function<void(unsigned)> on_virtual_functions;

 private:
  Log& log_;
};

/// A host with 4 KiB of memory at `kBase`, of which the second half is read only.
class FakeHost : public InterruptSink, public DmaPort {
 public:
  static constexpr std::uint64_t kBase = 0x1'0000'0000;

  explicit FakeHost(Log& log) : log_(log) {}

  [[nodiscard]] bool keeps_vector_masks() const override { return keeps_masks; }
  void signal(unsigned vector) override { log_.push_back(fmt::format("host interrupt {}", vector)); }
  DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes&) override {
    ++accesses;
    if (!inside(address, data.size(), memory.size())) return DmaStatus::NotMapped;
    std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(address - kBase), data.size(), data.begin());
    return DmaStatus::Ok;
  }
  DmaStatus write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) override {
    ++accesses;
    last_attributes = attributes;
    if (!inside(address, data.size(), memory.size())) return DmaStatus::NotMapped;
    if (!inside(address, data.size(), memory.size() / 2)) return DmaStatus::ReadOnly;
    std::copy(data.begin(), data.end(), memory.begin() + static_cast<std::ptrdiff_t>(address - kBase));
    return DmaStatus::Ok;
  }

  std::array<std::byte, 4096> memory{};
  unsigned accesses = 0;
  bool keeps_masks = false;
  DmaAttributes last_attributes;

 private:
  [[nodiscard]] static bool inside(std::uint64_t address, std::size_t size, std::size_t window) {
    return address >= kBase && size <= window && address - kBase <= window - size;
  }

  Log& log_;
};

class FakeObserver : public BoundaryObserver {
 public:
  explicit FakeObserver(Log& log) : log_(log) {}

  void observe(const BoundaryEvent& event) override {
    static constexpr std::array kNames = {"config read", "config write", "bar read",  "bar write", "reset",
                                          "connect",     "disconnect",   "interrupt", "dma read",  "dma write"};
    std::string text = fmt::format("{}: {}", event.function, kNames.at(static_cast<std::size_t>(event.kind)));
    if (event.kind == BoundaryEventKind::BarRead || event.kind == BoundaryEventKind::BarWrite)
      text += fmt::format(" {}", event.bar);
    text += fmt::format(" {:#x}", event.address);
    if (!event.data.empty()) text += fmt::format(" {}", hex(event.data));
    if (event.space == DmaSpace::GuestPhysical) text += " physical";
    if (event.status != DmaStatus::Ok) text += fmt::format(" ({})", to_string(event.status));
    log_.push_back(text);
  }

 private:
  Log& log_;
};

/// The BARs of the VFs.
inline std::array<BarShape, kBarCount> vf_bars() {
  std::array<BarShape, kBarCount> bars{};
  bars[0] = {.size = 0x2'0000};
  bars[2] = {.size = 0x20'0000, .is_64bit = true};
  return bars;
}

/// A PF: a 32-bit BAR0, a 64-bit prefetchable BAR2 larger than 4 GiB, BAR4 and BAR5, and SR-IOV with four VFs.
inline FunctionShape pf_shape() {
  FunctionShape shape;
  shape.name = "pf";
  shape.vendor_id = 0x1022;
  shape.device_id = 0x17F2;
  shape.revision = 0x10;
  shape.class_code = 0x118000;
  shape.subsystem_vendor_id = 0x1022;
  shape.subsystem_id = 0xABCD;
  shape.bars[0] = {.size = 0x2'0000};
  shape.bars[2] = {.size = 0x2'0000'0000, .is_64bit = true, .prefetchable = true};
  shape.bars[4] = {.size = 0x1000};
  shape.bars[5] = {.size = 0x10};
  shape.msix = {.vectors = 4, .bar = 0, .table_offset = 0x1'0000, .pba_offset = 0x1'8000};
  SriovShape sriov;
  sriov.total_vfs = 4;
  sriov.vf_device_id = 0x17F3;
  sriov.vf_bars = vf_bars();
  shape.sriov = sriov;
  return shape;
}

/// An SR-IOV VF of that PF.
inline FunctionShape vf_shape() {
  FunctionShape shape = pf_shape();
  shape.name = "vf0";
  shape.device_id = 0x17F3;
  shape.bars = vf_bars();
  shape.sriov.reset();
  shape.virtual_function = true;
  return shape;
}

/// A VF that is an ordinary function.
inline FunctionShape static_vf_shape() {
  FunctionShape shape = vf_shape();
  shape.virtual_function = false;
  return shape;
}

/// One function, connected, with its world. The log starts empty.
class Bench {
 public:
  explicit Bench(FunctionShape shape = pf_shape(), std::uint8_t index = 0)
      : function(index, std::move(shape), backend, diagnostics) {
    function.connect(host, host);
    function.set_observer(&observer);
  }

  [[nodiscard]] std::uint64_t config(std::uint32_t offset, std::size_t size = 4) {
    std::uint64_t value = 0;
    function.config_read(offset, std::as_writable_bytes(std::span(&value, 1)).first(size));
    return value;
  }
  void set_config(std::uint32_t offset, std::uint64_t value, std::size_t size = 4) {
    function.config_write(offset, std::as_bytes(std::span(&value, 1)).first(size));
  }
  [[nodiscard]] AccessStatus read(unsigned bar, std::uint64_t offset, std::size_t size = 4) {
    last_read = 0;
    return function.bar_read(bar, offset, std::as_writable_bytes(std::span(&last_read, 1)).first(size));
  }
  [[nodiscard]] AccessStatus write(unsigned bar, std::uint64_t offset, std::size_t size = 4) {
    const std::uint64_t data = 0x8877'6655'4433'2211;
    return function.bar_write(bar, offset, std::as_bytes(std::span(&data, 1)).first(size));
  }
  [[nodiscard]] DmaStatus dma_read(std::uint64_t address, std::span<std::byte> data) {
    return function.dma_read(address, data, {.engine = "uc0", .context = 3});
  }
  [[nodiscard]] DmaStatus dma_write(std::uint64_t address, const std::string& text) {
    return function.dma_write(address, std::as_bytes(std::span(text)), {.engine = "uc0", .context = 3});
  }
  /// Everything that a driver switches on: memory space, bus master, MSI-X.
  void enable() {
    set_config(config::kCommand, config::kCommandMemorySpace | config::kCommandBusMaster, 2);
    set_config(config::kMsixControl, config::kMsixEnable, 2);
    clear();
  }
  void clear() {
    log.clear();
    backend.controls.clear();
    reports.clear();
  }
  [[nodiscard]] std::uint64_t errors(FaultCategory category = FaultCategory::GuestError) const {
    return diagnostics.count(category);
  }

  Log log;
  std::vector<Diagnostic> reports;
  Diagnostics diagnostics{[this](const Diagnostic& diagnostic) { reports.push_back(diagnostic); }};
  FakeBackend backend{log};
  FakeHost host{log};
  FakeObserver observer{log};
  PciFunction function;
  std::uint64_t last_read = 0;  ///< What the last read() gave.
};

}  // namespace aie4::pci::test
