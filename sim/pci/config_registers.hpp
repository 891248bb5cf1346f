// SPDX-License-Identifier: Apache-2.0
// Where the registers of a function's configuration space are, and which bits of them act.
//
// Offsets inside a structure and bit positions: PCI Express Base Specification 5.0, sections 7.5.1 (header), 7.5.2
// (power management), 7.5.3 (PCI Express), 7.7.2 (MSI-X), 9.3.3 (SR-IOV). Where the structures start is ours, and the
// same for every function, so that an offset has a name without knowing the function.
#pragma once

#include <cstdint>

namespace aie4::pci::config {

inline constexpr std::uint32_t kSize = 4096;
inline constexpr std::uint32_t kExtended = 0x100;  ///< Start of the extended space.

// Type 0 header.
inline constexpr std::uint32_t kVendorId = 0x00;
inline constexpr std::uint32_t kDeviceId = 0x02;
inline constexpr std::uint32_t kCommand = 0x04;
inline constexpr std::uint32_t kStatus = 0x06;
inline constexpr std::uint32_t kRevisionId = 0x08;
inline constexpr std::uint32_t kClassCode = 0x09;
inline constexpr std::uint32_t kCacheLineSize = 0x0C;
inline constexpr std::uint32_t kLatencyTimer = 0x0D;
inline constexpr std::uint32_t kHeaderType = 0x0E;
inline constexpr std::uint32_t kBist = 0x0F;
inline constexpr std::uint32_t kBar0 = 0x10;
inline constexpr std::uint32_t kCardbusCisPointer = 0x28;
inline constexpr std::uint32_t kSubsystemVendorId = 0x2C;
inline constexpr std::uint32_t kSubsystemId = 0x2E;
inline constexpr std::uint32_t kExpansionRom = 0x30;
inline constexpr std::uint32_t kCapabilitiesPointer = 0x34;
inline constexpr std::uint32_t kInterruptLine = 0x3C;
inline constexpr std::uint32_t kInterruptPin = 0x3D;
inline constexpr std::uint32_t kMinGnt = 0x3E;
inline constexpr std::uint32_t kMaxLat = 0x3F;

inline constexpr std::uint16_t kCommandMemorySpace = 1U << 1;
inline constexpr std::uint16_t kCommandBusMaster = 1U << 2;
inline constexpr std::uint16_t kCommandParityErrorResponse = 1U << 6;
inline constexpr std::uint16_t kCommandSerr = 1U << 8;
inline constexpr std::uint16_t kCommandInterruptDisable = 1U << 10;

inline constexpr std::uint16_t kStatusCapabilitiesList = 1U << 4;
inline constexpr std::uint16_t kStatusReceivedMasterAbort = 1U << 13;
inline constexpr std::uint16_t kStatusErrors = 0xF900;  ///< Bits 8 and 11..15, write-1-to-clear.

// Type bits of a BAR.
inline constexpr std::uint32_t kBar64Bit = 0x4;
inline constexpr std::uint32_t kBarPrefetchable = 0x8;
inline constexpr std::uint32_t kBarTypeBits = 0xF;

// Power management capability, 8 bytes.
inline constexpr std::uint32_t kPowerManagement = 0x40;
inline constexpr std::uint32_t kPmCapabilities = kPowerManagement + 0x02;
inline constexpr std::uint32_t kPmControlStatus = kPowerManagement + 0x04;

inline constexpr std::uint32_t kPowerStateMask = 0x3;
inline constexpr std::uint32_t kPowerStateD0 = 0;
inline constexpr std::uint32_t kPowerStateD3Hot = 3;

// MSI-X capability, 12 bytes.
inline constexpr std::uint32_t kMsix = 0x50;
inline constexpr std::uint32_t kMsixControl = kMsix + 0x02;
inline constexpr std::uint32_t kMsixTable = kMsix + 0x04;
inline constexpr std::uint32_t kMsixPba = kMsix + 0x08;

inline constexpr std::uint16_t kMsixFunctionMask = 1U << 14;
inline constexpr std::uint16_t kMsixEnable = 1U << 15;

// PCI Express capability, version 2. All 60 bytes exist although an endpoint needs fewer: QEMU emulates the link 2
// registers at 44..51 and would overwrite whatever else lived there.
inline constexpr std::uint32_t kPciExpress = 0x60;
inline constexpr std::uint32_t kPciExpressSize = 60;
inline constexpr std::uint32_t kPcieCapabilities = kPciExpress + 0x02;
inline constexpr std::uint32_t kDeviceCapabilities = kPciExpress + 0x04;
inline constexpr std::uint32_t kDeviceControl = kPciExpress + 0x08;
inline constexpr std::uint32_t kDeviceStatus = kPciExpress + 0x0A;
inline constexpr std::uint32_t kLinkCapabilities = kPciExpress + 0x0C;
inline constexpr std::uint32_t kLinkControl = kPciExpress + 0x10;
inline constexpr std::uint32_t kLinkStatus = kPciExpress + 0x12;
inline constexpr std::uint32_t kSlotCapabilities = kPciExpress + 0x14;
inline constexpr std::uint32_t kSlotControl = kPciExpress + 0x18;
inline constexpr std::uint32_t kSlotStatus = kPciExpress + 0x1A;
inline constexpr std::uint32_t kRootControl = kPciExpress + 0x1C;
inline constexpr std::uint32_t kRootCapabilities = kPciExpress + 0x1E;
inline constexpr std::uint32_t kRootStatus = kPciExpress + 0x20;
inline constexpr std::uint32_t kDeviceCapabilities2 = kPciExpress + 0x24;
inline constexpr std::uint32_t kDeviceControl2 = kPciExpress + 0x28;
inline constexpr std::uint32_t kDeviceStatus2 = kPciExpress + 0x2A;
inline constexpr std::uint32_t kLinkCapabilities2 = kPciExpress + 0x2C;
inline constexpr std::uint32_t kLinkControl2 = kPciExpress + 0x30;
inline constexpr std::uint32_t kLinkStatus2 = kPciExpress + 0x32;
inline constexpr std::uint32_t kSlotCapabilities2 = kPciExpress + 0x34;
inline constexpr std::uint32_t kSlotControl2 = kPciExpress + 0x38;
inline constexpr std::uint32_t kSlotStatus2 = kPciExpress + 0x3A;

inline constexpr std::uint32_t kDeviceCapabilitiesFlr = 1U << 28;
inline constexpr std::uint16_t kInitiateFlr = 1U << 15;
inline constexpr std::uint16_t kDeviceStatusCorrectable = 1U << 0;
inline constexpr std::uint16_t kDeviceStatusNonFatal = 1U << 1;
inline constexpr std::uint16_t kDeviceStatusUnsupportedRequest = 1U << 3;
inline constexpr std::uint16_t kDeviceStatusErrors = 0x000F;  ///< Write-1-to-clear.
inline constexpr std::uint32_t kEndEndTlpPrefixSupported = 1U << 21;

// SR-IOV extended capability, 64 bytes.
inline constexpr std::uint32_t kSriov = kExtended;
inline constexpr std::uint32_t kSriovCapabilities = kSriov + 0x04;
inline constexpr std::uint32_t kSriovControl = kSriov + 0x08;
inline constexpr std::uint32_t kSriovStatus = kSriov + 0x0A;
inline constexpr std::uint32_t kInitialVfs = kSriov + 0x0C;
inline constexpr std::uint32_t kTotalVfs = kSriov + 0x0E;
inline constexpr std::uint32_t kNumVfs = kSriov + 0x10;
inline constexpr std::uint32_t kFunctionDependencyLink = kSriov + 0x12;
inline constexpr std::uint32_t kFirstVfOffset = kSriov + 0x14;
inline constexpr std::uint32_t kVfStride = kSriov + 0x16;
inline constexpr std::uint32_t kVfDeviceId = kSriov + 0x1A;
inline constexpr std::uint32_t kSupportedPageSizes = kSriov + 0x1C;
inline constexpr std::uint32_t kSystemPageSize = kSriov + 0x20;
inline constexpr std::uint32_t kVfBar0 = kSriov + 0x24;
inline constexpr std::uint32_t kVfMigrationStateArray = kSriov + 0x3C;

inline constexpr std::uint16_t kVfEnable = 1U << 0;
inline constexpr std::uint16_t kVfMemorySpaceEnable = 1U << 3;
/// 4 KiB, 8 KiB, 64 KiB, 256 KiB, 1 MiB, 4 MiB: what every PF must support. Bit n = 2^(n+12) bytes.
inline constexpr std::uint32_t kPageSizes = 0x553;

}  // namespace aie4::pci::config
