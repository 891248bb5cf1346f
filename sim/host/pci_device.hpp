// SPDX-License-Identifier: Apache-2.0
// One enumerated PCI function as a driver of this host sees it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "sim/host/host.hpp"
#include "sim/host/interrupts.hpp"
#include "sim/host/memory.hpp"
#include "sim/pci/function.hpp"

namespace aie4::host {

/// Accesses that this host made.
struct AccessCounts {
  std::uint64_t config_reads = 0;
  std::uint64_t config_writes = 0;
  std::uint64_t bar_reads = 0;
  std::uint64_t bar_writes = 0;

  bool operator==(const AccessCounts&) const = default;
};
[[nodiscard]] AccessCounts operator-(const AccessCounts& a, const AccessCounts& b);

/// One base address register after sizing.
struct Bar {
  std::uint64_t size = 0;  ///< 0 = absent.
  bool is_64bit = false;
  bool prefetchable = false;
  std::uint64_t address = 0;
};

struct DeviceId {
  std::uint16_t vendor = 0xFFFF;
  std::uint16_t device = 0xFFFF;
  std::uint8_t revision = 0xFF;
};

/// Connects to the function for as long as it lives. Every access is followed by `Clock::settle`.
class PciDevice {
 public:
  using MmioWindow = std::function<std::uint64_t(const Bar& bar)>;

  /// Host and function outlive the device.
  PciDevice(Host& host, pci::PciFunction& function);
  ~PciDevice();
  PciDevice(const PciDevice&) = delete;
  PciDevice& operator=(const PciDevice&) = delete;

  // --- configuration space: little-endian values of 1, 2 or 4 bytes
  // ---------------------------------------------------
  template <std::unsigned_integral T>
  [[nodiscard]] T config_read(std::uint32_t offset) {
    T value{};
    config_read_bytes(offset, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  template <std::unsigned_integral T>
  void config_write(std::uint32_t offset, T value) {
    config_write_bytes(offset, std::as_bytes(std::span(&value, 1)));
  }

  // --- discovery
  // --------------------------------------------------------------------------------------------------------
  /// False if nothing answers: the vendor id reads all ones.
  [[nodiscard]] bool present();
  /// Reads the identity and walks both capability lists. `sriov` overrides the identity that a VF does not answer with.
  void discover(std::optional<DeviceId> sriov = std::nullopt);
  /// Sizes the BARs with decoding off and gives each an address from `window`. A VF of SR-IOV has none of its own:
  /// `set_bar` tells them.
  void assign_bars(const MmioWindow& window);
  void set_bar(unsigned index, const Bar& bar) { bars_.at(index) = bar; }

  [[nodiscard]] const DeviceId& id() const { return id_; }
  [[nodiscard]] const Bar& bar(unsigned index) const { return bars_.at(index); }
  /// Offset of a capability.
  [[nodiscard]] std::optional<std::uint32_t> capability(std::uint8_t id) const;
  [[nodiscard]] std::optional<std::uint32_t> extended_capability(std::uint16_t id) const;

  // --- what drivers do ----------------------------------------------------------------------------------------------
  void enable();          ///< pci_enable_device: memory decoding on.
  void disable();         ///< pci_disable_device: bus mastering off.
  void set_bus_master();  ///< pci_set_master.
  /// pcie_flr with state saved before and restored after, as pci_reset_function does. False without FLR capability.
  bool reset_function();

  [[nodiscard]] std::uint32_t read32(unsigned bar, std::uint64_t offset);
  void write32(unsigned bar, std::uint64_t offset, std::uint32_t value);
  /// memcpy_fromio and memcpy_toio: 32 bits at a time. Sizes and offsets are multiples of 4.
  void read_block(unsigned bar, std::uint64_t offset, std::span<std::byte> data);
  void write_block(unsigned bar, std::uint64_t offset, std::span<const std::byte> data);
  /// Any width of 1, 2, 4 or 8 bytes.
  pci::AccessStatus read_bytes(unsigned bar, std::uint64_t offset, std::span<std::byte> data);
  pci::AccessStatus write_bytes(unsigned bar, std::uint64_t offset, std::span<const std::byte> data);

  // --- MSI-X
  // ----------------------------------------------------------------------------------------------------------
  /// Size of the table; 0 without the capability.
  [[nodiscard]] unsigned msix_vectors();
  /// Enables MSI-X with all vectors masked, in the order of Linux.
  void enable_msix();
  void disable_msix();
  /// Writes the message of a vector, unmasks it and gives it a handler. Throws std::invalid_argument if it has one.
  void request_irq(unsigned vector, InterruptController::Handler handler);
  void free_irq(unsigned vector);

  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] pci::PciFunction& function() { return function_; }
  [[nodiscard]] InterruptController& interrupts() { return interrupts_; }
  [[nodiscard]] DmaDomain& dma() { return dma_; }
  [[nodiscard]] const AccessCounts& accesses() const { return accesses_; }

 private:
  void config_read_bytes(std::uint32_t offset, std::span<std::byte> data);
  void config_write_bytes(std::uint32_t offset, std::span<const std::byte> data);
  void walk_capabilities();
  void write_bar_address(unsigned index);
  void write_msix_entry(unsigned vector);
  void msix_control(std::uint16_t clear, std::uint16_t set);
  [[nodiscard]] std::uint64_t msix_entry(unsigned vector) const;
  void update_command(std::uint16_t clear, std::uint16_t set);

  Host& host_;
  pci::PciFunction& function_;
  InterruptController interrupts_;
  DmaDomain dma_;
  DeviceId id_;
  bool sriov_vf_ = false;
  std::array<Bar, pci::kBarCount> bars_{};
  std::map<std::uint8_t, std::uint32_t> capabilities_;
  std::map<std::uint16_t, std::uint32_t> extended_;
  bool msix_enabled_ = false;
  unsigned msix_bar_ = 0;
  std::uint32_t msix_table_ = 0;
  AccessCounts accesses_;
};

}  // namespace aie4::host
