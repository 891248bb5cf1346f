// SPDX-License-Identifier: Apache-2.0
// One PCI Express function: configuration space, BAR decoding, MSI-X gating, resets. Free of any transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "models/common/diagnostics.hpp"
#include "sim/pci/boundary.hpp"
#include "sim/pci/config_space.hpp"
#include "sim/pci/ports.hpp"
#include "sim/pci/shape.hpp"

namespace aie4::pci {

/// What became of an access to a BAR.
enum class AccessStatus : std::uint8_t {
  Ok,
  NotDecoded,  ///< No such BAR, memory space disabled, D3, or the VF is not enabled: reads give all ones.
  OutOfRange,  ///< Beyond the end of the BAR: reads give all ones, writes are lost.
  BadSize,     ///< Not 1, 2, 4 or 8 bytes.
};

/// The PCI function. All calls on the simulation thread.
///
/// Everything that crosses the boundary passes through here, is gated by the command register as the PCI Express base
/// specification asks, and is shown to the observer.
class PciFunction {
 public:
  /// `index` identifies the function in boundary events. The backend and the diagnostics outlive the function.
  PciFunction(std::uint8_t index, FunctionShape shape, FunctionBackend& backend, Diagnostics& diagnostics);
  ~PciFunction();
  PciFunction(const PciFunction&) = delete;
  PciFunction& operator=(const PciFunction&) = delete;

  [[nodiscard]] const FunctionShape& shape() const { return shape_; }
  [[nodiscard]] std::uint8_t index() const { return index_; }

  // --- towards the host -------------------------------------------------------------------------------------------
  /// Joins a host. Both outlive the connection. Records Connect.
  void connect(InterruptSink& interrupts, DmaPort& memory);
  /// The host went away: device DMA ends with Disconnected, interrupts are dropped. Records Disconnect.
  void disconnect();
  [[nodiscard]] bool connected() const { return memory_ != nullptr; }
  void set_observer(BoundaryObserver* observer) { observer_ = observer; }

  /// Any size 1..4096 and any alignment inside the 4096 bytes; bytes beyond read as all ones and are not written.
  void config_read(std::uint32_t offset, std::span<std::byte> data);
  void config_write(std::uint32_t offset, std::span<const std::byte> data);
  AccessStatus bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data);
  AccessStatus bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data);
  /// Conventional reset: configuration space and device state return to power-on. The connection stays.
  void reset();

  /// False: everything from 0x100 on reads 0 and ignores writes. True at power-on. A virtual machine monitor that
  /// filters the capabilities it sees at start is shown them later (docs/driver-bring-up.md).
  void set_extended_config_visible(bool visible);
  /// SR-IOV VF only: whether the identity reads 0xFFFF, as on real hardware (default), or as in the shape.
  void set_identity_hidden(bool hidden);
  /// SR-IOV VF only: VF Enable and VF Memory Space Enable of the PF.
  void set_vf_enabled(bool enabled);
  /// PF with SR-IOV only: base address programmed into VF BAR `bar` of the capability and whether VFs decode.
  [[nodiscard]] std::uint64_t vf_bar_base(unsigned bar) const;
  [[nodiscard]] unsigned vf_count() const;

  // --- towards the device -----------------------------------------------------------------------------------------
  /// Memory accesses of the device. Refused, with nothing touched, while bus mastering is off or outside D0.
  DmaStatus dma_read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes);
  DmaStatus dma_write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes);
  /// A vector that passed the MSI-X table's masks.
  void signal(unsigned vector);

 private:
  void observe(const BoundaryEvent& event);
  void apply_config_effects();
  void reset_state(ResetKind kind);

  std::uint8_t index_;
  FunctionShape shape_;
  FunctionBackend& backend_;
  Diagnostics& diagnostics_;
  ConfigSpace config_;
  InterruptSink* interrupts_ = nullptr;
  DmaPort* memory_ = nullptr;
  BoundaryObserver* observer_ = nullptr;
  bool vf_enabled_ = false;
};

}  // namespace aie4::pci
