// SPDX-License-Identifier: Apache-2.0
// What a PCI function looks like before anybody touches it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace aie4::pci {

inline constexpr unsigned kBarCount = 6;

/// One memory BAR. `size` is a power of two of at least 16, or 0 = absent. A 64-bit BAR occupies its index and the
/// next.
struct BarShape {
  std::uint64_t size = 0;
  bool is_64bit = false;
  bool prefetchable = false;
};

/// The SR-IOV capability of a PF.
struct SriovShape {
  std::uint16_t total_vfs = 4;
  std::uint16_t first_vf_offset = 8;  ///< Routing id of VF 0 minus that of the PF: 8 = the next device number.
  std::uint16_t vf_stride = 8;
  std::uint16_t vf_device_id = 0;
  std::array<BarShape, kBarCount> vf_bars{};
};

/// MSI-X structures: both live in one BAR, each in pages of its own.
struct MsixShape {
  std::uint16_t vectors = 1;  ///< 1..2048.
  std::uint8_t bar = 0;
  std::uint32_t table_offset = 0;
  std::uint32_t pba_offset = 0;
};

struct FunctionShape {
  std::string name;  ///< "pf", "vf0", ...: names the function in every message.
  std::uint16_t vendor_id = 0;
  std::uint16_t device_id = 0;
  std::uint8_t revision = 0;
  std::uint32_t class_code = 0;  ///< 24 bits: base class, sub-class, interface.
  std::uint16_t subsystem_vendor_id = 0;
  std::uint16_t subsystem_id = 0;
  std::array<BarShape, kBarCount> bars{};
  MsixShape msix;
  std::optional<SriovShape> sriov;
  /// An SR-IOV virtual function: identity reads 0xFFFF and decoding follows the PF's VF Memory Space Enable.
  bool virtual_function = false;
};

/// What is wrong with a shape, as a phrase; empty if PCI allows it.
[[nodiscard]] std::string shape_problem(const FunctionShape& shape);

}  // namespace aie4::pci
