// SPDX-License-Identifier: Apache-2.0
// Everything that crosses the PCI boundary of a function, as one stream of events: what a transcript records, what a
// replay compares, what statistics count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/common/dma.hpp"

namespace aie4::pci {

enum class BoundaryEventKind : std::uint8_t {
  ConfigRead,   ///< Host reads configuration space; data is the answer.
  ConfigWrite,  ///< Host writes configuration space.
  BarRead,      ///< Host reads a BAR; data is the answer.
  BarWrite,     ///< Host writes a BAR.
  Reset,        ///< Conventional reset by the host. (An FLR is a ConfigWrite.)
  Connect,      ///< A host appeared; address 1: it keeps the MSI-X vector masks itself.
  Disconnect,   ///< The host went away.
  Interrupt,    ///< Device signals vector `address`.
  DmaRead,      ///< Device reads host memory; data is what it got, all ones if it was refused.
  DmaWrite,     ///< Device writes host memory.
};

/// True for events that the host starts; the others are started by the device.
[[nodiscard]] constexpr bool started_by_host(BoundaryEventKind kind) {
  return kind <= BoundaryEventKind::Disconnect;
}

/// One crossing. `data` is valid during the call only.
struct BoundaryEvent {
  BoundaryEventKind kind = BoundaryEventKind::Connect;
  std::uint8_t function = 0;  ///< Index in the machine: 0 = the first function of the configuration.
  std::uint8_t bar = 0;       ///< BarRead, BarWrite.
  DmaSpace space = DmaSpace::Function;
  DmaStatus status = DmaStatus::Ok;  ///< DmaRead, DmaWrite.
  std::uint64_t address = 0;         ///< Offset in the space, DMA address, or vector.
  std::span<const std::byte> data = {};
};

/// What a transport can hide from its host (PciFunction::set_extended_config_visible, set_identity_hidden). The numbers
/// are part of the transcript format.
enum class HostViewOption : std::uint8_t { ExtendedConfigVisible = 0, IdentityHidden = 1 };

/// Sees each crossing, in order, on the simulation thread. A cause comes before its consequences: what the host sends
/// (writes, resets) and interrupts are shown before they take effect; reads and DMA when their outcome is known.
class BoundaryObserver {
 public:
  virtual ~BoundaryObserver() = default;
  virtual void observe(const BoundaryEvent& event) = 0;
  /// The transport changed what the host of `function` is shown: no crossing, but later answers depend on it.
  virtual void host_view(std::uint8_t function, HostViewOption option, bool value) {
    static_cast<void>(function);
    static_cast<void>(option);
    static_cast<void>(value);
  }
};

}  // namespace aie4::pci
