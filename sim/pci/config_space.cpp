// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/config_space.hpp"

#include <algorithm>
#include <bit>

namespace aie4::pci {

namespace {

/// First page size of the SR-IOV page size registers: bit n stands for 2^(n + 12) bytes (9.3.3.12).
constexpr std::uint64_t kSmallestPage = 4096;

/// Lowest BAR whose two halves include register `index`: a 64-bit BAR owns the register above it.
unsigned owner_of(const std::array<BarShape, kBarCount>& bars, unsigned index) {
  return index > 0 && bars[index - 1].size != 0 && bars[index - 1].is_64bit ? index - 1 : index;
}

}  // namespace

ConfigSpace::ConfigSpace(const FunctionShape& shape)
    : registers_(config_layout(shape)), bars_(shape.bars), virtual_function_(shape.virtual_function) {
  for (const ConfigRegister& reg : registers_) {
    Dword& dword = dwords_[reg.offset / 4];
    const unsigned shift = reg.offset % 4 * 8;
    dword.reset |= reg.reset << shift;
    dword.writable |= reg.writable << shift;
    dword.write_one_to_clear |= reg.write_one_to_clear << shift;
    dword.kept_by_flr |= reg.kept_by_flr << shift;
  }
  if (shape.sriov) {
    vf_bars_ = shape.sriov->vf_bars;
    total_vfs_ = shape.sriov->total_vfs;
  }
  reset(ResetKind::Conventional);
}

void ConfigSpace::read(std::uint32_t offset, std::span<std::byte> data) const {
  for (std::size_t index = 0; index < data.size(); ++index) {
    const std::uint64_t at = std::uint64_t{offset} + index;
    data[index] = at < kSize ? static_cast<std::byte>(visible(static_cast<std::uint32_t>(at / 4)) >> (at % 4 * 8))
                             : std::byte{0xFF};
  }
}

ConfigEffects ConfigSpace::write(std::uint32_t offset, std::span<const std::byte> data) {
  const std::uint32_t index = offset / 4;
  if (index >= dwords_.size() || (!extended_visible_ && offset >= config::kExtended)) return {};
  std::uint32_t written = 0;
  std::uint32_t lanes = 0;
  for (std::size_t byte = 0; byte < data.size() && offset % 4 + byte < 4; ++byte) {
    const std::size_t shift = (offset % 4 + byte) * 8;
    written |= std::to_integer<std::uint32_t>(data[byte]) << shift;
    lanes |= 0xFFU << shift;
  }

  Dword& dword = dwords_[index];
  const std::uint32_t before = dword.value;
  const std::uint32_t writable = writable_now(index) & lanes;
  dword.value = (before & ~writable) | (written & writable);
  dword.value &= ~(written & dword.write_one_to_clear);

  ConfigEffects effects;
  switch (index) {
    case config::kDeviceControl / 4:
      effects.function_level_reset = (written & config::kInitiateFlr) != 0;
      break;
    case config::kPmControlStatus / 4: {
      const std::uint32_t from = before & config::kPowerStateMask;
      const std::uint32_t to = dword.value & config::kPowerStateMask;
      // A write of a state that is not supported completes and is discarded (7.5.2.2).
      if (to != config::kPowerStateD0 && to != config::kPowerStateD3Hot) dword.value = before;
      effects.function_level_reset = from == config::kPowerStateD3Hot && to == config::kPowerStateD0;
      break;
    }
    case config::kSriovControl / 4:
      if ((dword.value & ~before & config::kVfEnable) != 0 && (num_vfs() == 0 || num_vfs() > total_vfs_)) {
        clear(config::kSriovControl, config::kVfEnable);
        effects.vf_enable_refused = true;
      }
      break;
    default:
      break;
  }
  return effects;
}

void ConfigSpace::reset(ResetKind kind) {
  for (Dword& dword : dwords_) {
    const std::uint32_t kept = kind == ResetKind::FunctionLevel ? dword.kept_by_flr : 0;
    dword.value = (dword.reset & ~kept) | (dword.value & kept);
  }
}

void ConfigSpace::record_received_master_abort() {
  set(config::kStatus, config::kStatusReceivedMasterAbort);
}

void ConfigSpace::record_unsupported_request(bool posted) {
  // An unsupported non-posted request is the requester's to report, so here it is only advisory (6.2.3.2.4.1).
  set(config::kDeviceStatus, config::kDeviceStatusUnsupportedRequest |
                                 (posted ? config::kDeviceStatusNonFatal : config::kDeviceStatusCorrectable));
}

std::uint64_t ConfigSpace::bar_base(unsigned bar) const {
  if (bar >= kBarCount || bars_[bar].size == 0) return 0;
  const std::uint32_t at = config::kBar0 + 4 * bar;
  const std::uint64_t upper = bars_[bar].is_64bit ? std::uint64_t{value(at + 4)} << 32 : 0;
  return upper | (value(at) & ~config::kBarTypeBits);
}

unsigned ConfigSpace::enabled_vfs() const {
  return total_vfs_ != 0 && has(config::kSriovControl, config::kVfEnable) ? num_vfs() : 0;
}

bool ConfigSpace::vf_memory_enabled() const {
  return enabled_vfs() != 0 && has(config::kSriovControl, config::kVfMemorySpaceEnable);
}

std::uint64_t ConfigSpace::vf_bar_base(unsigned bar) const {
  if (bar >= kBarCount || vf_bars_[bar].size == 0) return 0;
  const std::uint32_t at = config::kVfBar0 + 4 * bar;
  const std::uint64_t upper = vf_bars_[bar].is_64bit ? std::uint64_t{value(at + 4)} << 32 : 0;
  return (upper | value(at)) & ~(vf_bar_aperture(bar) - 1);
}

std::uint64_t ConfigSpace::vf_bar_aperture(unsigned bar) const {
  if (bar >= kBarCount || vf_bars_[bar].size == 0) return 0;
  return std::max(vf_bars_[bar].size, system_page_size());
}

std::uint32_t ConfigSpace::visible(std::uint32_t dword) const {
  if (dword >= config::kExtended / 4) return extended_visible_ ? dwords_[dword].value : 0;
  if (virtual_function_) {
    if (dword == config::kVendorId / 4 && identity_hidden_) return 0xFFFF'FFFF;
    const std::uint32_t bar = dword - config::kBar0 / 4;  // Wraps below BAR0.
    if (bar < kBarCount) return identity_hidden_ ? 0 : bar_type_bits(bars_[bar]);
  }
  return dwords_[dword].value;
}

std::uint32_t ConfigSpace::writable_now(std::uint32_t dword) const {
  const std::uint32_t writable = dwords_[dword].writable;
  if (dword == config::kNumVfs / 4 || dword == config::kSystemPageSize / 4) return enabled_vfs() != 0 ? 0 : writable;
  const std::uint32_t vf_bar = dword - config::kVfBar0 / 4;  // Wraps below VF BAR0.
  if (total_vfs_ == 0 || vf_bar >= kBarCount) return writable;
  const unsigned owner = owner_of(vf_bars_, vf_bar);
  return writable & bar_address_mask(vf_bar_aperture(owner), vf_bar - owner);
}

std::uint64_t ConfigSpace::system_page_size() const {
  const std::uint32_t pages = value(config::kSystemPageSize) & config::kPageSizes;
  return pages == 0 ? kSmallestPage : kSmallestPage << std::countr_zero(pages);
}

}  // namespace aie4::pci
