// SPDX-License-Identifier: Apache-2.0
// A machine with a host that speaks PCI to it: memory, interrupts, and a hash of all that crosses the boundary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/machine/machine.hpp"
#include "sim/pci/config_registers.hpp"

namespace aie4::machine_bench {

inline constexpr std::uint64_t kUs = 1'000'000;  ///< Picoseconds.

/// One host for all functions of one machine.
class Host : public pci::InterruptSink, public pci::DmaPort, public pci::BoundaryObserver {
 public:
  explicit Host(const Configuration& configuration)
      : memory(0x10'0000), machine(std::make_unique<Machine>(configuration, [this](const Diagnostic& diagnostic) {
          reports.push_back(diagnostic);
        })) {
    for (pci::PciFunction* function : machine->functions()) {
      function->set_observer(this);
      function->connect(*this, *this);
    }
  }

  // --- host towards device ------------------------------------------------------------------------------------------
  [[nodiscard]] pci::PciFunction& function(unsigned index) { return *machine->functions().at(index); }
  /// Memory space, bus master, MSI-X, as a driver's probe leaves them.
  void enable(unsigned index) {
    config_write<std::uint16_t>(index, pci::config::kCommand, 0x6);
    config_write<std::uint16_t>(index, pci::config::kMsixControl, pci::config::kMsixEnable);
  }
  template <typename T>
  void config_write(unsigned index, std::uint32_t offset, std::type_identity_t<T> value) {
    function(index).config_write(offset, std::as_bytes(std::span(&value, 1)));
    machine->settle();
  }
  template <typename T = std::uint32_t>
  [[nodiscard]] T config_read(unsigned index, std::uint32_t offset) {
    T value{};
    function(index).config_read(offset, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  void write(unsigned index, unsigned bar, std::uint64_t offset, std::uint32_t value) {
    function(index).bar_write(bar, offset, std::as_bytes(std::span(&value, 1)));
    machine->settle();
  }
  [[nodiscard]] std::uint32_t read(unsigned index, unsigned bar, std::uint64_t offset) {
    std::uint32_t value = 0;
    function(index).bar_read(bar, offset, std::as_writable_bytes(std::span(&value, 1)));
    machine->settle();
    return value;
  }
  template <typename T>
  void put(std::uint64_t address, std::type_identity_t<T> value) {
    std::memcpy(memory.data() + address, &value, sizeof(T));
  }
  template <typename T>
  [[nodiscard]] T get(std::uint64_t address) const {
    T value{};
    std::memcpy(&value, memory.data() + address, sizeof(T));
    return value;
  }
  /// A management message at ring offset `tail`; returns the new tail, which has been written.
  std::uint32_t message(unsigned index, std::uint32_t tail, std::uint32_t opcode,
                        std::initializer_list<std::uint32_t> payload) {
    const auto bytes = static_cast<std::uint32_t>(4 * payload.size());
    for (const std::uint32_t word : {bytes, bytes | 1U << 16, 0x1D00'0000U + tail, opcode}) {
      write(index, 2, 0x1000 + tail, word);
      tail += 4;
    }
    for (const std::uint32_t word : payload) {
      write(index, 2, 0x1000 + tail, word);
      tail += 4;
    }
    write(index, 0, 0x10, tail);
    return tail;
  }

  // --- device towards host ------------------------------------------------------------------------------------------
  void signal(unsigned vector) override { interrupts.emplace_back(vector, machine->now_ps()); }
  [[nodiscard]] bool keeps_vector_masks() const override { return true; }
  DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& /*attributes*/) override {
    if (address > memory.size() || data.size() > memory.size() - address) return DmaStatus::NotMapped;
    std::memcpy(data.data(), memory.data() + address, data.size());
    return DmaStatus::Ok;
  }
  DmaStatus write(std::uint64_t address, std::span<const std::byte> data,
                  const DmaAttributes& /*attributes*/) override {
    if (address > memory.size() || data.size() > memory.size() - address) return DmaStatus::NotMapped;
    std::memcpy(memory.data() + address, data.data(), data.size());
    return DmaStatus::Ok;
  }
  void observe(const pci::BoundaryEvent& event) override {
    ++crossings;
    mix(static_cast<std::uint64_t>(event.kind));
    mix(event.function);
    mix(event.bar);
    mix(event.address);
    mix(machine ? machine->now_ps() : 0);
    for (const std::byte byte : event.data) mix(std::to_integer<std::uint64_t>(byte));
  }

  std::vector<std::byte> memory;
  std::vector<std::pair<unsigned, std::uint64_t>> interrupts;  ///< Vector and picoseconds.
  std::vector<Diagnostic> reports;
  std::uint64_t crossings = 0;
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  std::unique_ptr<Machine> machine;

 private:
  void mix(std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) hash = (hash ^ (value >> (8 * i) & 0xFF)) * 0x100'0000'01B3;
  }
};

[[nodiscard]] inline Configuration static_vfs(unsigned vfs) {
  Configuration configuration;
  configuration.has_pf = false;
  configuration.vfs = vfs;
  configuration.vf_mode = VfMode::Static;
  return configuration;
}

}  // namespace aie4::machine_bench
