// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/config_layout.hpp"

#include <array>

#include "sim/pci/config_registers.hpp"

namespace aie4::pci {

namespace {

using Rows = std::vector<ConfigRegister>;
using BarNames = std::array<std::string_view, kBarCount>;

constexpr BarNames kBarNames = {"BAR0", "BAR1", "BAR2", "BAR3", "BAR4", "BAR5"};
constexpr BarNames kVfBarNames = {"SR-IOV VF BAR0", "SR-IOV VF BAR1", "SR-IOV VF BAR2",
                                  "SR-IOV VF BAR3", "SR-IOV VF BAR4", "SR-IOV VF BAR5"};

// Capability ids: PCI Code and ID Assignment Specification 1.11, section 2.
constexpr std::uint32_t kIdPowerManagement = 0x01;
constexpr std::uint32_t kIdPciExpress = 0x10;
constexpr std::uint32_t kIdMsix = 0x11;
constexpr std::uint32_t kExtendedIdSriov = 0x0010;

void append_bars(Rows& rows, const std::array<BarShape, kBarCount>& bars, const BarNames& names, std::uint32_t base) {
  for (unsigned index = 0; index < kBarCount; ++index) {
    const BarShape& bar = bars[index];
    const bool is_upper_half = index > 0 && bars[index - 1].size != 0 && bars[index - 1].is_64bit;
    const std::uint32_t writable =
        is_upper_half ? bar_address_mask(bars[index - 1].size, 1) : bar_address_mask(bar.size, 0);
    rows.push_back({names[index], base + 4 * index, 4, bar_type_bits(bar), writable});
  }
}

void append_header(Rows& rows, const FunctionShape& shape) {
  using namespace config;
  const bool vf = shape.virtual_function;
  // A VF takes error handling and interrupt disable from its PF (9.3.4.1.3). Its Memory Space Enable is hardwired to 0
  // on hardware and decides nothing here either, but it is kept: QEMU maps the BARs of the function by the value that
  // the guest writes, and a guest that read back 0 would clear it with its next read-modify-write.
  const std::uint16_t command = vf ? kCommandMemorySpace | kCommandBusMaster
                                   : kCommandMemorySpace | kCommandBusMaster | kCommandParityErrorResponse |
                                         kCommandSerr | kCommandInterruptDisable;
  rows.push_back({"Vendor ID", kVendorId, 2, shape.vendor_id});
  rows.push_back({"Device ID", kDeviceId, 2, shape.device_id});
  rows.push_back({"Command", kCommand, 2, 0, command});
  rows.push_back({"Status", kStatus, 2, kStatusCapabilitiesList, 0, kStatusErrors});
  rows.push_back({"Revision ID", kRevisionId, 1, shape.revision});
  rows.push_back({"Class Code", kClassCode, 3, shape.class_code});
  rows.push_back({"Cache Line Size", kCacheLineSize, 1, 0, vf ? 0U : 0xFFU});
  rows.push_back({"Latency Timer", kLatencyTimer, 1});
  rows.push_back({"Header Type", kHeaderType, 1});
  rows.push_back({"BIST", kBist, 1});
  // The BARs of a VF are in its PF's SR-IOV capability; its own are read-only 0 (9.3.4.1.11).
  append_bars(rows, vf ? std::array<BarShape, kBarCount>{} : shape.bars, kBarNames, kBar0);
  rows.push_back({"Cardbus CIS Pointer", kCardbusCisPointer, 4});
  rows.push_back({"Subsystem Vendor ID", kSubsystemVendorId, 2, shape.subsystem_vendor_id});
  rows.push_back({"Subsystem ID", kSubsystemId, 2, shape.subsystem_id});
  rows.push_back({"Expansion ROM Base Address", kExpansionRom, 4});
  rows.push_back({"Capabilities Pointer", kCapabilitiesPointer, 1, kPowerManagement});
  rows.push_back({"Interrupt Line", kInterruptLine, 1, 0, vf ? 0U : 0xFFU});
  rows.push_back({"Interrupt Pin", kInterruptPin, 1});  // MSI-X only: no INTx.
  rows.push_back({"Min_Gnt", kMinGnt, 1});
  rows.push_back({"Max_Lat", kMaxLat, 1});
}

void append_power_management(Rows& rows) {
  using namespace config;
  // Version 3; neither D1 nor D2 nor PME. No_Soft_Reset (bit 3 of the control register) is 0: leaving D3hot resets.
  rows.push_back({"Power Management Capability ID", kPowerManagement, 1, kIdPowerManagement});
  rows.push_back({"Power Management Next Capability", kPowerManagement + 1, 1, kMsix});
  rows.push_back({"Power Management Capabilities", kPmCapabilities, 2, 0x0003});
  rows.push_back({"Power Management Control/Status", kPmControlStatus, 2, 0, kPowerStateMask});
  rows.push_back({"Power Management Data", kPmControlStatus + 2, 2});
}

void append_msix(Rows& rows, const MsixShape& msix) {
  using namespace config;
  rows.push_back({"MSI-X Capability ID", kMsix, 1, kIdMsix});
  rows.push_back({"MSI-X Next Capability", kMsix + 1, 1, kPciExpress});
  rows.push_back({"MSI-X Message Control", kMsixControl, 2, msix.vectors - 1U, kMsixEnable | kMsixFunctionMask});
  rows.push_back({"MSI-X Table Offset/BIR", kMsixTable, 4, msix.table_offset | msix.bar});
  rows.push_back({"MSI-X PBA Offset/BIR", kMsixPba, 4, msix.pba_offset | msix.bar});
}

void append_pci_express(Rows& rows, bool vf) {
  using namespace config;
  // Payloads of 256 bytes, extended tags, role-based error reporting, FLR.
  constexpr std::uint32_t kCapabilities = 0x0000'8021 | kDeviceCapabilitiesFlr;
  // Reporting enables, relaxed ordering, payload, extended tag, no snoop, read request size.
  constexpr std::uint16_t kControlWritable = 0x79FF;
  constexpr std::uint16_t kControlReset = 0x2910;  // Relaxed ordering, extended tag, no snoop, reads of 512 bytes.
  constexpr std::uint16_t kMaxPayload = 0x00E0;
  // 16 GT/s, eight lanes, no ASPM, ASPM optionality compliance. No public source: the driver does not look.
  constexpr std::uint32_t kLink = 0x0040'0084;
  constexpr std::uint16_t kLinkControlWritable = 0x00CB;  // ASPM, RCB, common clock, extended synch.
  constexpr std::uint16_t kLinkState = 0x0084;            // 16 GT/s, eight lanes.
  // Completion timeout can be disabled; extended fmt field and one end-end TLP prefix, which PASID needs.
  constexpr std::uint32_t kCapabilities2 = 0x0050'0010 | kEndEndTlpPrefixSupported;
  constexpr std::uint16_t kControl2Writable = 0x0010;  // Completion timeout disable.
  constexpr std::uint32_t kLinkSpeeds = 0x0000'001E;   // 2.5, 5, 8 and 16 GT/s.
  constexpr std::uint16_t kTargetLinkSpeed = 0x000F;
  constexpr std::uint16_t kTargetLinkSpeedReset = 0x0004;

  // In a VF the controls are reserved, except FLR, because those of the PF count (9.3.5.4, 9.3.5.7).
  const auto controls = [vf](std::uint32_t bits) { return vf ? 0U : bits; };
  rows.push_back({"PCI Express Capability ID", kPciExpress, 1, kIdPciExpress});
  rows.push_back({"PCI Express Next Capability", kPciExpress + 1, 1, 0});
  rows.push_back({"PCI Express Capabilities", kPcieCapabilities, 2, 0x0002});  // Version 2, endpoint.
  rows.push_back({"Device Capabilities", kDeviceCapabilities, 4, kCapabilities});
  // Initiate FLR acts when it is written and always reads 0, so it is not among the writable bits.
  rows.push_back({"Device Control", kDeviceControl, 2, controls(kControlReset), controls(kControlWritable), 0,
                  controls(kMaxPayload)});
  rows.push_back({"Device Status", kDeviceStatus, 2, 0, 0, kDeviceStatusErrors});
  rows.push_back({"Link Capabilities", kLinkCapabilities, 4, kLink});
  rows.push_back(
      {"Link Control", kLinkControl, 2, 0, controls(kLinkControlWritable), 0, controls(kLinkControlWritable)});
  rows.push_back({"Link Status", kLinkStatus, 2, controls(kLinkState)});
  rows.push_back({"Slot Capabilities", kSlotCapabilities, 4});
  rows.push_back({"Slot Control", kSlotControl, 2});
  rows.push_back({"Slot Status", kSlotStatus, 2});
  rows.push_back({"Root Control", kRootControl, 2});
  rows.push_back({"Root Capabilities", kRootCapabilities, 2});
  rows.push_back({"Root Status", kRootStatus, 4});
  rows.push_back({"Device Capabilities 2", kDeviceCapabilities2, 4, kCapabilities2});
  rows.push_back({"Device Control 2", kDeviceControl2, 2, 0, controls(kControl2Writable)});
  rows.push_back({"Device Status 2", kDeviceStatus2, 2});
  rows.push_back({"Link Capabilities 2", kLinkCapabilities2, 4, kLinkSpeeds});
  // Target Link Speed is sticky, and the link is not the function's to reset.
  rows.push_back({"Link Control 2", kLinkControl2, 2, controls(kTargetLinkSpeedReset), controls(kTargetLinkSpeed), 0,
                  controls(kTargetLinkSpeed)});
  rows.push_back({"Link Status 2", kLinkStatus2, 2});
  rows.push_back({"Slot Capabilities 2", kSlotCapabilities2, 4});
  rows.push_back({"Slot Control 2", kSlotControl2, 2});
  rows.push_back({"Slot Status 2", kSlotStatus2, 2});
}

void append_sriov(Rows& rows, const SriovShape& sriov) {
  using namespace config;
  constexpr std::uint32_t kVersion = 1;
  rows.push_back({"SR-IOV Extended Capability Header", kSriov, 4, kVersion << 16 | kExtendedIdSriov});
  rows.push_back({"SR-IOV Capabilities", kSriovCapabilities, 4});  // No migration, no ARI.
  rows.push_back({"SR-IOV Control", kSriovControl, 2, 0, kVfEnable | kVfMemorySpaceEnable});
  rows.push_back({"SR-IOV Status", kSriovStatus, 2});
  rows.push_back({"SR-IOV InitialVFs", kInitialVfs, 2, sriov.total_vfs});  // = TotalVFs without migration (9.3.3.5).
  rows.push_back({"SR-IOV TotalVFs", kTotalVfs, 2, sriov.total_vfs});
  rows.push_back({"SR-IOV NumVFs", kNumVfs, 2, 0, 0xFFFF});  // Locked while VF Enable is set.
  rows.push_back({"SR-IOV Function Dependency Link", kFunctionDependencyLink, 1});
  rows.push_back({"SR-IOV First VF Offset", kFirstVfOffset, 2, sriov.first_vf_offset});
  rows.push_back({"SR-IOV VF Stride", kVfStride, 2, sriov.vf_stride});
  rows.push_back({"SR-IOV VF Device ID", kVfDeviceId, 2, sriov.vf_device_id});
  rows.push_back({"SR-IOV Supported Page Sizes", kSupportedPageSizes, 4, kPageSizes});
  rows.push_back({"SR-IOV System Page Size", kSystemPageSize, 4, 1, kPageSizes});  // Locked while VF Enable is set.
  append_bars(rows, sriov.vf_bars, kVfBarNames, kVfBar0);
  rows.push_back({"SR-IOV VF Migration State Array Offset", kVfMigrationStateArray, 4});
}

}  // namespace

std::uint32_t bar_type_bits(const BarShape& bar) {
  if (bar.size == 0) return 0;
  return (bar.is_64bit ? config::kBar64Bit : 0U) | (bar.prefetchable ? config::kBarPrefetchable : 0U);
}

std::vector<ConfigRegister> config_layout(const FunctionShape& shape) {
  Rows rows;
  append_header(rows, shape);
  append_power_management(rows);
  append_msix(rows, shape.msix);
  append_pci_express(rows, shape.virtual_function);
  if (shape.sriov) append_sriov(rows, *shape.sriov);
  return rows;
}

}  // namespace aie4::pci
