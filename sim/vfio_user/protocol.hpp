// SPDX-License-Identifier: Apache-2.0
// The vfio-user protocol on the wire: numbers, structures and limits (docs/interop/vfio-user.rst of QEMU; observed
// with QEMU 11.1). Integers travel in host byte order; every structure is as wide as on the wire, without padding.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace aie4::vfio_user {

static_assert(std::endian::native == std::endian::little,
              "PCI data and the messages of an x86 client are little endian");

enum class Command : std::uint16_t {
  Version = 1,
  DmaMap = 2,
  DmaUnmap = 3,
  DeviceGetInfo = 4,
  DeviceGetRegionInfo = 5,
  DeviceGetRegionIoFds = 6,
  DeviceGetIrqInfo = 7,
  DeviceSetIrqs = 8,
  RegionRead = 9,
  RegionWrite = 10,
  DmaRead = 11,
  DmaWrite = 12,
  DeviceReset = 13,
  DirtyPages = 14,
  RegionWriteMulti = 15,
  DeviceFeature = 16,
  MigrationDataRead = 17,
  MigrationDataWrite = 18,
};
inline constexpr std::size_t kCommandCount = 19;

/// "REGION_READ"; "unknown" for a number without a name (0 included).
[[nodiscard]] constexpr std::string_view command_name(std::uint16_t command) {
  constexpr std::array<std::string_view, kCommandCount> kNames = {"unknown",
                                                                  "VERSION",
                                                                  "DMA_MAP",
                                                                  "DMA_UNMAP",
                                                                  "DEVICE_GET_INFO",
                                                                  "DEVICE_GET_REGION_INFO",
                                                                  "DEVICE_GET_REGION_IO_FDS",
                                                                  "DEVICE_GET_IRQ_INFO",
                                                                  "DEVICE_SET_IRQS",
                                                                  "REGION_READ",
                                                                  "REGION_WRITE",
                                                                  "DMA_READ",
                                                                  "DMA_WRITE",
                                                                  "DEVICE_RESET",
                                                                  "DIRTY_PAGES",
                                                                  "REGION_WRITE_MULTI",
                                                                  "DEVICE_FEATURE",
                                                                  "MIG_DATA_READ",
                                                                  "MIG_DATA_WRITE"};
  return command < kNames.size() ? kNames[command] : kNames[0];
}

// --- header flags
// -----------------------------------------------------------------------------------------------------
inline constexpr std::uint32_t kTypeMask = 0xF;
inline constexpr std::uint32_t kTypeCommand = 0;
inline constexpr std::uint32_t kTypeReply = 1;
inline constexpr std::uint32_t kNoReply = 0x10;
inline constexpr std::uint32_t kErrorReply = 0x20;

struct Header {
  std::uint16_t id = 0;  ///< Chosen by the sender; copied into the reply.
  std::uint16_t command = 0;
  std::uint32_t size = 0;  ///< Of the whole message, this header included.
  std::uint32_t flags = 0;
  std::uint32_t error = 0;  ///< Positive errno in a reply with kErrorReply.
};
static_assert(sizeof(Header) == 16);

struct VersionNumbers {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
};
static_assert(sizeof(VersionNumbers) == 4);

inline constexpr std::uint32_t kDmaRead = 1;   ///< The device may read.
inline constexpr std::uint32_t kDmaWrite = 2;  ///< The device may write.
struct DmaMapRequest {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;  ///< In the file of the descriptor, bytes.
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};
static_assert(sizeof(DmaMapRequest) == 32);

inline constexpr std::uint32_t kUnmapDirtyBitmap = 1;
inline constexpr std::uint32_t kUnmapAll = 2;
struct DmaUnmapRequest {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};
static_assert(sizeof(DmaUnmapRequest) == 24);

inline constexpr std::uint32_t kDeviceReset = 1;
inline constexpr std::uint32_t kDevicePci = 2;
struct DeviceInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint32_t regions = 0;
  std::uint32_t irqs = 0;
};
static_assert(sizeof(DeviceInfo) == 16);

inline constexpr std::uint32_t kRegionRead = 1;
inline constexpr std::uint32_t kRegionWrite = 2;
inline constexpr std::uint32_t kRegionConfig = 7;
inline constexpr std::uint32_t kRegionCount = 9;  ///< BAR 0..5, ROM, configuration space, VGA.
struct RegionInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint32_t index = 0;
  std::uint32_t cap_offset = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};
static_assert(sizeof(RegionInfo) == 32);

inline constexpr std::uint32_t kIrqEventfd = 1;
inline constexpr std::uint32_t kIrqMsix = 2;
inline constexpr std::uint32_t kIrqError = 3;
inline constexpr std::uint32_t kIrqRequest = 4;
inline constexpr std::uint32_t kIrqCount = 5;  ///< INTx, MSI, MSI-X, error, request.
struct IrqInfo {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint32_t index = 0;
  std::uint32_t count = 0;
};
static_assert(sizeof(IrqInfo) == 16);

inline constexpr std::uint32_t kIrqDataNone = 0x01;
inline constexpr std::uint32_t kIrqDataBool = 0x02;
inline constexpr std::uint32_t kIrqDataEventfd = 0x04;
inline constexpr std::uint32_t kIrqActionMask = 0x08;
inline constexpr std::uint32_t kIrqActionUnmask = 0x10;
inline constexpr std::uint32_t kIrqActionTrigger = 0x20;
struct SetIrqsRequest {
  std::uint32_t argsz = 0;
  std::uint32_t flags = 0;
  std::uint32_t index = 0;
  std::uint32_t start = 0;
  std::uint32_t count = 0;
};
static_assert(sizeof(SetIrqsRequest) == 20);

struct RegionAccess {
  std::uint64_t offset = 0;
  std::uint32_t region = 0;
  std::uint32_t count = 0;
};
static_assert(sizeof(RegionAccess) == 16);

// --- what this server offers -----------------------------------------------------------------------------------------
/// Largest `count` of a region access. Configuration space (4096 bytes) is the largest thing that is read in one piece.
inline constexpr std::size_t kMaxDataTransfer = 65536;
/// A REGION_WRITE of the largest size is the longest message.
inline constexpr std::size_t kMaxMessage = sizeof(Header) + sizeof(RegionAccess) + kMaxDataTransfer;
/// Descriptors per message; QEMU accepts at most 16.
inline constexpr std::size_t kMaxDescriptors = 16;
/// What is advertised; the table itself holds more (DmaMap::kMaxWindows), because QEMU does not count vIOMMU maps.
inline constexpr std::size_t kMaxDmaMaps = 65535;
inline constexpr std::size_t kConfigSize = 4096;

/// The structure at the front of `bytes`, which holds at least sizeof(T).
template <typename T>
[[nodiscard]] T load(std::span<const std::byte> bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Writes `value` to the front of `bytes`, which holds at least sizeof(T).
template <typename T>
void store(std::span<std::byte> bytes, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(bytes.data(), &value, sizeof(T));
}

}  // namespace aie4::vfio_user
