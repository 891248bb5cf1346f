// SPDX-License-Identifier: Apache-2.0
// The three small interfaces through which a PCI function meets the rest of the world. The function is given all three;
// it knows neither the transport above it nor the models below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/common/dma.hpp"

namespace aie4::pci {

/// Towards the host: signals MSI-X vectors that passed every mask held by the device.
class InterruptSink {
 public:
  virtual ~InterruptSink() = default;
  virtual void signal(unsigned vector) = 0;
  /// True if the host traps the MSI-X table and keeps the mask and pending bits itself, as a virtual machine monitor
  /// does. The table of the device then never sees a write and takes its entries as unmasked.
  [[nodiscard]] virtual bool keeps_vector_masks() const { return false; }
};

/// Towards the host: memory. An access is done as a whole or not at all.
class DmaPort {
 public:
  virtual ~DmaPort() = default;
  virtual DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) = 0;
  virtual DmaStatus write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) = 0;
};

enum class ResetKind : std::uint8_t {
  Conventional,   ///< Bus reset, or the virtual machine's system reset.
  FunctionLevel,  ///< FLR through Device Control, or the transition from D3hot to D0.
};

/// What the configuration space says about interrupts.
struct InterruptControl {
  bool msix_enabled = false;
  bool function_masked = false;
  bool vector_masks_kept_by_host = false;
  bool can_signal = false;  ///< Bus master enabled and in D0; an SR-IOV VF must be enabled too.

  bool operator==(const InterruptControl&) const = default;
};

/// Towards the models: what the function drives. Implemented over TLM by the machine, and by fakes in tests.
class FunctionBackend {
 public:
  virtual ~FunctionBackend() = default;

  /// `offset + data.size()` lies within the BAR; sizes 1, 2, 4, 8 (checked by the function).
  virtual void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) = 0;
  virtual void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) = 0;
  virtual void interrupt_control(const InterruptControl& control) = 0;
  virtual void reset(ResetKind kind) = 0;
  /// SR-IOV, PF only: VF Enable and NumVFs changed. `count` 0 = disabled. The VFs must be ready when this returns.
  virtual void virtual_functions(unsigned count) = 0;
  /// SR-IOV, PF only: whether the BARs of the VFs decode (VF Enable and VF Memory Space Enable) changed. Comes after
  /// `virtual_functions` where one write changes both.
  virtual void vf_memory_space(bool enabled) { static_cast<void>(enabled); }
  /// Name of the register at `offset` for messages, or empty: then the offset has to do. Valid during the call only.
  [[nodiscard]] virtual std::string_view register_name(unsigned bar, std::uint64_t offset) const {
    static_cast<void>(bar);
    static_cast<void>(offset);
    return {};
  }
};

}  // namespace aie4::pci
