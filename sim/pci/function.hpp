// SPDX-License-Identifier: Apache-2.0
// One PCI Express function: configuration space, BAR decoding, MSI-X gating, resets. Free of any transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "models/common/diagnostics.hpp"
#include "sim/pci/boundary.hpp"
#include "sim/pci/config_space.hpp"
#include "sim/pci/ports.hpp"
#include "sim/pci/register_key.hpp"
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
  /// Throws std::invalid_argument if shape_problem() finds fault with the shape.
  PciFunction(std::uint8_t index, FunctionShape shape, FunctionBackend& backend, Diagnostics& diagnostics);
  ~PciFunction();
  PciFunction(const PciFunction&) = delete;
  PciFunction& operator=(const PciFunction&) = delete;

  [[nodiscard]] const FunctionShape& shape() const { return shape_; }
  [[nodiscard]] std::uint8_t index() const { return index_; }
  /// What the configuration space holds and where its structures are. Looking is not an access: nothing is recorded.
  [[nodiscard]] const ConfigSpace& config() const { return config_; }

  // --- towards the host -------------------------------------------------------------------------------------------
  /// Joins a host. Both outlive the connection. Records Connect.
  void connect(InterruptSink& interrupts, DmaPort& memory);
  /// The host went away: device DMA ends with Disconnected, interrupts are dropped. Records Disconnect.
  void disconnect();
  [[nodiscard]] bool connected() const { return memory_ != nullptr; }
  void set_observer(BoundaryObserver* observer) { observer_ = observer; }

  /// Any size 1..4096 and any alignment inside the 4096 bytes; bytes beyond read as all ones and are not written.
  /// A write that crosses dwords takes effect dword by dword in ascending order, as requests on the link would.
  void config_read(std::uint32_t offset, std::span<std::byte> data);
  void config_write(std::uint32_t offset, std::span<const std::byte> data);
  AccessStatus bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data);
  AccessStatus bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data);
  /// Conventional reset: configuration space and device state return to power-on. The connection stays, and so does
  /// what was set by the three calls below.
  void reset();

  /// False: everything from 0x100 on reads 0 and ignores writes. True at power-on. A virtual machine monitor that
  /// filters the capabilities it sees at start is shown them later (docs/driver-bring-up.md).
  void set_extended_config_visible(bool visible);
  /// SR-IOV VF only: whether the identity reads 0xFFFF, as on real hardware (default), or as in the shape.
  void set_identity_hidden(bool hidden);
  /// SR-IOV VF only: VF Enable and VF Memory Space Enable of the PF. A VF that ceases to exist is reset: enabled
  /// again it is as after an FLR.
  void set_vf_enabled(bool enabled, bool memory_enabled = true);
  /// PF with SR-IOV only: base address programmed into VF BAR `bar` of the capability and whether VFs decode.
  /// VF n decodes `n * config().vf_bar_aperture(bar)` above the base.
  [[nodiscard]] std::uint64_t vf_bar_base(unsigned bar) const { return config_.vf_bar_base(bar); }
  [[nodiscard]] bool vf_memory_enabled() const { return config_.vf_memory_enabled(); }
  /// Enabled VFs; 0 while VF Enable is clear.
  [[nodiscard]] unsigned vf_count() const { return config_.enabled_vfs(); }

  // --- towards the device -----------------------------------------------------------------------------------------
  /// Memory accesses of the device. Refused, with no memory touched, while bus mastering is off or outside D0. A read
  /// that fails for any reason gives all ones, as an unsupported request does on the link.
  DmaStatus dma_read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes);
  DmaStatus dma_write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes);
  /// A vector that passed the MSI-X table's masks. Lost while there is no host; a simulator defect while
  /// InterruptControl forbids it, because the table has to hold it back then.
  void signal(unsigned vector);

 private:
  [[nodiscard]] AccessStatus check_access(unsigned bar, std::uint64_t offset, std::size_t size) const;
  [[nodiscard]] DmaStatus check_dma(std::uint64_t address, std::size_t size) const;
  [[nodiscard]] bool exists() const { return !shape_.virtual_function || vf_enabled_; }
  [[nodiscard]] bool decodes() const;
  [[nodiscard]] bool may_initiate() const;
  [[nodiscard]] InterruptControl interrupt_control() const;

  void observe(const BoundaryEvent& event) {
    if (observer_ != nullptr) observer_->observe(event);
  }
  void apply(const ConfigEffects& effects);
  void push_config_state();
  void reset_state(ResetKind kind);
  [[nodiscard]] DmaStatus finish_dma(BoundaryEventKind kind, std::uint64_t address, std::span<const std::byte> data,
                                     const DmaAttributes& attributes, DmaStatus status);

  // Off the hot path: what went wrong, in words.
  void refuse_access(AccessStatus status, bool write, unsigned bar, std::uint64_t offset, std::size_t size);
  void report_dma(BoundaryEventKind kind, std::uint64_t address, std::size_t size, const DmaAttributes& attributes,
                  DmaStatus status);
  void report_beyond_config(std::string_view access, std::uint32_t offset, std::size_t size);
  [[nodiscard]] std::string decode_condition(unsigned bar) const;
  [[nodiscard]] std::string initiate_condition() const;

  std::uint8_t index_;
  FunctionShape shape_;
  FunctionBackend& backend_;
  Diagnostics& diagnostics_;
  ConfigSpace config_;
  RegisterKey register_key_;
  InterruptSink* interrupts_ = nullptr;
  DmaPort* memory_ = nullptr;
  BoundaryObserver* observer_ = nullptr;
  bool vf_enabled_ = false;
  bool vf_memory_enabled_ = false;
  // What the backend was told last.
  InterruptControl told_control_;
  unsigned told_vfs_ = 0;
  bool told_vf_memory_ = false;
};

}  // namespace aie4::pci
