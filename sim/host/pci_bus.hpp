// SPDX-License-Identifier: Apache-2.0
// Finds the functions of the device, gives them addresses, and makes virtual functions appear and vanish.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/host/host.hpp"
#include "sim/host/pci_device.hpp"
#include "sim/host/range_allocator.hpp"

namespace aie4::host {

/// The bus below which all functions of one device sit.
///
/// A function that does not answer is taken for a virtual function that the PF (the first function) has yet to enable.
class PciBus {
 public:
  /// PF first, then its VFs, as `Machine::functions` gives them.
  PciBus(Host& host, const std::vector<pci::PciFunction*>& functions);

  /// Probes every function; sizes and places the BARs of those that answer, and the VF BARs of the SR-IOV capability.
  void enumerate();

  /// The functions that exist now, in order. Pointers stay valid for the life of the bus.
  [[nodiscard]] std::vector<PciDevice*> devices();
  [[nodiscard]] PciDevice& device(unsigned index) { return *slots_.at(index).device; }

  /// VFs that the SR-IOV capability of `pf` offers; 0 without it.
  [[nodiscard]] unsigned total_vfs(PciDevice& pf);
  /// pci_enable_sriov. Returns the new functions, in order. Throws DriverError if the capability refuses.
  std::vector<PciDevice*> enable_vfs(PciDevice& pf, unsigned count);
  /// pci_disable_sriov. The drivers of the VFs must have let go of them.
  void disable_vfs(PciDevice& pf);

 private:
  struct Slot {
    std::unique_ptr<PciDevice> device;
    bool exists = false;
    bool virtual_function = false;
  };
  [[nodiscard]] std::uint64_t place(const Bar& bar);
  void size_vf_bars(PciDevice& pf, std::uint32_t sriov);

  Host& host_;
  std::vector<Slot> slots_;
  std::vector<Bar> vf_bars_;  ///< Of one VF; the address is that of VF 0.
  RangeAllocator low_;
  RangeAllocator high_;
};

}  // namespace aie4::host
