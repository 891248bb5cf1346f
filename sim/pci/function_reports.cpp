// SPDX-License-Identifier: Apache-2.0
// What a PCI function says about accesses that it refuses: expected, came, who is likely at fault.
#include <fmt/format.h>

#include "sim/pci/function.hpp"

namespace aie4::pci {

void PciFunction::refuse_access(AccessStatus status, bool write, unsigned bar, std::uint64_t offset, std::size_t size) {
  // A function that is not there logs nothing.
  if (status == AccessStatus::NotDecoded && exists()) config_.record_unsupported_request(write);
  Diagnostic diagnostic;
  diagnostic.category = FaultCategory::GuestError;
  diagnostic.where = fmt::format("{} BAR{}", shape_.name, bar);
  diagnostic.came = fmt::format("{} of {} bytes at {:#x}", write ? "write" : "read", size, offset);
  switch (status) {
    case AccessStatus::Ok:
      return;
    case AccessStatus::NotDecoded:
      diagnostic.expected = decode_condition(bar);
      diagnostic.blame = "the driver, which used the BAR outside the time in which it is enabled";
      break;
    case AccessStatus::OutOfRange:
      diagnostic.expected = fmt::format("an access within {:#x} bytes", shape_.bars[bar].size);
      diagnostic.blame = "the host or its virtual machine monitor, which sent an access past the BAR";
      break;
    case AccessStatus::BadSize:
      diagnostic.expected = "1, 2, 4 or 8 bytes";
      diagnostic.blame = "the host or its virtual machine monitor, which sent an odd size";
      break;
  }
  diagnostics_.report(std::move(diagnostic));
}

std::string PciFunction::decode_condition(unsigned bar) const {
  if (bar >= kBarCount || shape_.bars[bar].size == 0) return "a BAR that exists";
  if (!exists()) return "VF Enable set in the PF's SR-IOV Control";
  if (!config_.in_d0()) return "power state D0";
  if (shape_.virtual_function) return "VF Memory Space Enable set in the PF's SR-IOV Control";
  return "Memory Space Enable set in Command";
}

std::string PciFunction::initiate_condition() const {
  if (!exists()) return "VF Enable set in the PF's SR-IOV Control";
  if (!config_.in_d0()) return "power state D0";
  return "Bus Master Enable set in Command";
}

void PciFunction::report_dma(BoundaryEventKind kind, std::uint64_t address, std::size_t size,
                             const DmaAttributes& attributes, DmaStatus status) {
  Diagnostic diagnostic;
  diagnostic.category = FaultCategory::GuestError;
  diagnostic.where = shape_.name;
  if (attributes.context != DmaAttributes::kNoContext)
    diagnostic.where += fmt::format(" context {}", attributes.context);
  if (!attributes.engine.empty()) diagnostic.where += fmt::format(" {}", attributes.engine);

  diagnostic.came =
      fmt::format("{} of {} bytes at {}address {:#x}{}: {}", kind == BoundaryEventKind::DmaWrite ? "write" : "read",
                  size, attributes.space == DmaSpace::GuestPhysical ? "guest-physical " : "", address,
                  attributes.pasid ? fmt::format(" with PASID {}", *attributes.pasid) : "", to_string(status));
  switch (status) {
    case DmaStatus::BusMasterDisabled:
      diagnostic.expected = initiate_condition();
      diagnostic.blame = "the driver, which took memory access away while the device still had work";
      break;
    case DmaStatus::ReadOnly:
      diagnostic.expected = "memory that the device may write";
      diagnostic.blame = "the driver or application that gave the device this address";
      break;
    default:
      diagnostic.expected = "memory that the host mapped for the device";
      diagnostic.blame = "the driver or application that gave the device this address";
      break;
  }
  diagnostics_.report(std::move(diagnostic));
}

void PciFunction::report_beyond_config(std::string_view access, std::uint32_t offset, std::size_t size) {
  diagnostics_.report({.category = FaultCategory::GuestError,
                       .where = fmt::format("{} configuration space", shape_.name),
                       .expected = fmt::format("an access within {} bytes", ConfigSpace::kSize),
                       .came = fmt::format("{} of {} bytes at {:#x}", access, size, offset),
                       .blame = "the host or its virtual machine monitor"});
}

}  // namespace aie4::pci
