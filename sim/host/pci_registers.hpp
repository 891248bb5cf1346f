// SPDX-License-Identifier: Apache-2.0
// The part of configuration space that this host touches, as a driver sees it. Source: PCI Express base specification,
// names as in Linux' pci_regs.h. Written independently of the device's own tables, so that the two check each other.
#pragma once

#include <cstdint>

namespace aie4::host::pci_registers {

inline constexpr std::uint32_t kVendorId = 0x00;
inline constexpr std::uint32_t kDeviceId = 0x02;
inline constexpr std::uint32_t kCommand = 0x04;
inline constexpr std::uint16_t kCommandMemory = 0x2;
inline constexpr std::uint16_t kCommandMaster = 0x4;
inline constexpr std::uint16_t kCommandIntxDisable = 0x400;
inline constexpr std::uint32_t kStatus = 0x06;
inline constexpr std::uint16_t kStatusCapabilities = 0x10;
inline constexpr std::uint32_t kRevision = 0x08;
inline constexpr std::uint32_t kHeaderType = 0x0E;
inline constexpr std::uint32_t kBar0 = 0x10;
inline constexpr std::uint32_t kBarIo = 0x1;
inline constexpr std::uint32_t kBar64 = 0x4;
inline constexpr std::uint32_t kBarPrefetch = 0x8;
inline constexpr std::uint32_t kBarFlags = 0xF;
inline constexpr std::uint32_t kCapabilityPointer = 0x34;
inline constexpr std::uint32_t kExtended = 0x100;

inline constexpr std::uint8_t kCapabilityPm = 0x01;
inline constexpr std::uint8_t kCapabilityExpress = 0x10;
inline constexpr std::uint8_t kCapabilityMsix = 0x11;
inline constexpr std::uint16_t kExtendedSriov = 0x10;

// Relative to the PCI Express capability.
inline constexpr std::uint32_t kExpressDeviceCapabilities = 0x04;
inline constexpr std::uint32_t kExpressFlrCapable = 1U << 28;
inline constexpr std::uint32_t kExpressDeviceControl = 0x08;
inline constexpr std::uint16_t kExpressFlr = 0x8000;
inline constexpr std::uint32_t kExpressDeviceStatus = 0x0A;
inline constexpr std::uint16_t kExpressPending = 0x20;

// Relative to the MSI-X capability.
inline constexpr std::uint32_t kMsixControl = 0x02;
inline constexpr std::uint16_t kMsixSizeMask = 0x7FF;
inline constexpr std::uint16_t kMsixMaskAll = 0x4000;
inline constexpr std::uint16_t kMsixEnable = 0x8000;
inline constexpr std::uint32_t kMsixTable = 0x04;
inline constexpr std::uint32_t kMsixPba = 0x08;
inline constexpr std::uint32_t kMsixBirMask = 0x7;
// One entry of the table.
inline constexpr std::uint32_t kMsixEntrySize = 16;
inline constexpr std::uint32_t kMsixEntryAddressLow = 0x0;
inline constexpr std::uint32_t kMsixEntryAddressHigh = 0x4;
inline constexpr std::uint32_t kMsixEntryData = 0x8;
inline constexpr std::uint32_t kMsixEntryControl = 0xC;
inline constexpr std::uint32_t kMsixEntryMasked = 0x1;

// Relative to the SR-IOV capability.
inline constexpr std::uint32_t kSriovControl = 0x08;
inline constexpr std::uint16_t kSriovVfEnable = 0x1;
inline constexpr std::uint16_t kSriovMemoryEnable = 0x8;
inline constexpr std::uint32_t kSriovInitialVfs = 0x0C;
inline constexpr std::uint32_t kSriovTotalVfs = 0x0E;
inline constexpr std::uint32_t kSriovNumVfs = 0x10;
inline constexpr std::uint32_t kSriovOffset = 0x14;
inline constexpr std::uint32_t kSriovStride = 0x16;
inline constexpr std::uint32_t kSriovVfDeviceId = 0x1A;
inline constexpr std::uint32_t kSriovSystemPageSize = 0x20;
inline constexpr std::uint32_t kSriovBar0 = 0x24;

}  // namespace aie4::host::pci_registers
