// SPDX-License-Identifier: Apache-2.0
// What is built: which PCI functions, which identity, which parameters, which faults.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/common/fault_plan.hpp"
#include "models/common/parameters.hpp"

namespace aie4::compute {
class CoreLibrary;
class KernelExecutor;
}  // namespace aie4::compute

namespace aie4 {

/// How virtual functions come into being.
enum class VfMode : std::uint8_t {
  Sriov,   ///< Hidden until the driver enables them through the PF.
  Static,  ///< Ordinary functions that are always there.
};

/// PCI identity. Both pairs of device ids are bound by the driver (amdxdna of Linux 7.3, PCI id table).
struct PciIdentity {
  std::uint16_t vendor_id = 0x1022;
  std::uint16_t pf_device_id = 0x17F2;  ///< 0x17F2 or 0x1B0B.
  std::uint16_t vf_device_id = 0x17F3;  ///< 0x17F3 or 0x1B0C.
  std::uint8_t revision = 0x10;
  std::uint32_t class_code = 0x118000;
};

struct Configuration {
  static constexpr unsigned kMaxVfs = 16;

  bool has_pf = true;
  unsigned vfs = 4;  ///< 0..kMaxVfs; at least one function in all.
  VfMode vf_mode = VfMode::Sriov;
  PciIdentity identity;
  std::string_view preset = "aie4";  ///< Whose values the parameters began with; static storage.
  Parameters parameters;
  FaultPlan faults;
  /// Who computes the kernels of cores, and who knows foreign core programs; both outlive the NPU. Null: each core
  /// computes by itself when a kernel starts; nobody.
  compute::KernelExecutor* executor = nullptr;
  const compute::CoreLibrary* cores = nullptr;
};

}  // namespace aie4
