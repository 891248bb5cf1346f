// SPDX-License-Identifier: Apache-2.0
// The configuration space of one function: what each bit does, and what the values mean. It decides; the function acts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/pci/config_layout.hpp"
#include "sim/pci/config_registers.hpp"
#include "sim/pci/ports.hpp"
#include "sim/pci/shape.hpp"

namespace aie4::pci {

/// What a write asks for beyond the values that it stored.
struct ConfigEffects {
  bool function_level_reset = false;  ///< Initiate FLR was written, or D3hot was left: both reset the function.
  bool vf_enable_refused = false;     ///< VF Enable was written with NumVFs 0 or above TotalVFs: it stays clear.
};

/// 4096 bytes, built from the rows of config_layout().
class ConfigSpace {
 public:
  static constexpr std::uint32_t kSize = config::kSize;

  explicit ConfigSpace(const FunctionShape& shape);

  // --- accesses ---------------------------------------------------------------------------------------------------
  /// Any offset and size; bytes beyond the space read as all ones.
  void read(std::uint32_t offset, std::span<std::byte> data) const;
  /// 1..4 bytes within one aligned dword, which is what one configuration request on the link carries. The caller
  /// splits longer writes, because each request takes effect before the next.
  ConfigEffects write(std::uint32_t offset, std::span<const std::byte> data);
  /// Values after `kind`; a function level reset keeps what belongs to the link.
  void reset(ResetKind kind);

  void set_extended_visible(bool visible) { extended_visible_ = visible; }
  /// Vendor and device read 0xFFFF and the BARs 0 (9.3.4.1), as an SR-IOV VF has it on hardware. Shown, the BARs give
  /// their type bits too: from those a virtual machine monitor learns how wide they are.
  void set_identity_hidden(bool hidden) { identity_hidden_ = hidden; }

  // --- what the device records ------------------------------------------------------------------------------------
  /// A read by the function came back as unsupported request.
  void record_received_master_abort();
  /// A request by the host could not be served.
  void record_unsupported_request(bool posted);

  // --- what the values say ----------------------------------------------------------------------------------------
  [[nodiscard]] bool memory_space_enabled() const { return has(config::kCommand, config::kCommandMemorySpace); }
  [[nodiscard]] bool bus_master_enabled() const { return has(config::kCommand, config::kCommandBusMaster); }
  [[nodiscard]] bool in_d0() const { return !has(config::kPmControlStatus, config::kPowerStateMask); }
  [[nodiscard]] bool msix_enabled() const { return has(config::kMsixControl, config::kMsixEnable); }
  [[nodiscard]] bool msix_function_masked() const { return has(config::kMsixControl, config::kMsixFunctionMask); }
  /// Base address that the host programmed into a BAR, 0 for an absent one or an upper half.
  [[nodiscard]] std::uint64_t bar_base(unsigned bar) const;

  /// VFs that are enabled: NumVFs while VF Enable is set, else 0.
  [[nodiscard]] unsigned enabled_vfs() const;
  /// VF Enable and VF Memory Space Enable: the BARs of the VFs decode.
  [[nodiscard]] bool vf_memory_enabled() const;
  /// 0 if there is no SR-IOV capability.
  [[nodiscard]] unsigned total_vfs() const { return total_vfs_; }
  [[nodiscard]] unsigned num_vfs() const { return value(config::kNumVfs) & 0xFFFFU; }
  /// Base address of the BARs of VF 0; VF n is `n * vf_bar_aperture()` above. 0 for an absent BAR.
  [[nodiscard]] std::uint64_t vf_bar_base(unsigned bar) const;
  /// Bytes between the BARs of neighbouring VFs: the size of one, but at least the system page size (9.3.3.14).
  [[nodiscard]] std::uint64_t vf_bar_aperture(unsigned bar) const;

  // --- where things are -------------------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<ConfigRegister>& registers() const { return registers_; }
  [[nodiscard]] static constexpr std::uint32_t power_management_capability_offset() { return config::kPowerManagement; }
  [[nodiscard]] static constexpr std::uint32_t msix_capability_offset() { return config::kMsix; }
  [[nodiscard]] static constexpr std::uint32_t pci_express_capability_offset() { return config::kPciExpress; }
  [[nodiscard]] static constexpr std::uint32_t sriov_capability_offset() { return config::kSriov; }

 private:
  struct Dword {
    std::uint32_t value = 0;
    std::uint32_t reset = 0;
    std::uint32_t writable = 0;
    std::uint32_t write_one_to_clear = 0;
    std::uint32_t kept_by_flr = 0;
  };

  /// The dword that holds `offset`, shifted so that the register at `offset` is at bit 0.
  [[nodiscard]] std::uint32_t value(std::uint32_t offset) const {
    return dwords_[offset / 4].value >> (offset % 4 * 8);
  }
  [[nodiscard]] bool has(std::uint32_t offset, std::uint32_t bits) const { return (value(offset) & bits) != 0; }
  void set(std::uint32_t offset, std::uint32_t bits) { dwords_[offset / 4].value |= bits << (offset % 4 * 8); }
  void clear(std::uint32_t offset, std::uint32_t bits) { dwords_[offset / 4].value &= ~(bits << (offset % 4 * 8)); }
  [[nodiscard]] std::uint32_t visible(std::uint32_t dword) const;
  [[nodiscard]] std::uint32_t writable_now(std::uint32_t dword) const;
  [[nodiscard]] std::uint64_t system_page_size() const;

  std::array<Dword, kSize / 4> dwords_{};
  std::vector<ConfigRegister> registers_;
  std::array<BarShape, kBarCount> bars_;
  std::array<BarShape, kBarCount> vf_bars_{};
  unsigned total_vfs_ = 0;
  bool virtual_function_;
  bool extended_visible_ = true;
  bool identity_hidden_ = true;
};

}  // namespace aie4::pci
