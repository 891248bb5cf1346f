// SPDX-License-Identifier: Apache-2.0
#include "models/soc/msix_table.hpp"

#include <algorithm>
#include <cstring>

namespace aie4 {
namespace {

constexpr std::size_t kControlOffset = 12;  // Vector Control within an entry.

}  // namespace

MsixTable::MsixTable(unsigned vectors) : table_(std::size_t{vectors} * kEntryBytes), pending_(vectors) {
  reset();
}

void MsixTable::reset() {
  std::ranges::fill(table_, std::byte{0});
  for (std::size_t vector = 0; vector < pending_.size(); ++vector) {
    table_[vector * kEntryBytes + kControlOffset] = std::byte{kMasked};
  }
  pending_.assign(pending_.size(), false);
}

bool MsixTable::blocked(unsigned vector) const {
  const auto control = std::to_integer<unsigned>(table_[std::size_t{vector} * kEntryBytes + kControlOffset]);
  return function_masked_ || !can_signal_ || (!masks_held_by_host_ && (control & kMasked) != 0);
}

void MsixTable::raise(unsigned vector) {
  if (vector >= pending_.size() || !enabled_) return;
  if (blocked(vector)) {
    pending_[vector] = true;
  } else if (deliver) {
    deliver(vector);
  }
}

void MsixTable::flush() {
  if (!enabled_) return;
  for (unsigned vector = 0; vector < size(); ++vector) {
    if (!pending_[vector] || blocked(vector)) continue;
    pending_[vector] = false;
    if (deliver) deliver(vector);
  }
}

void MsixTable::set_masks_held_by_host(bool held) {
  masks_held_by_host_ = held;
  flush();
}

void MsixTable::set_control(bool enabled, bool function_masked, bool can_signal) {
  if (!enabled) pending_.assign(pending_.size(), false);
  enabled_ = enabled;
  function_masked_ = function_masked;
  can_signal_ = can_signal;
  flush();
}

void MsixTable::read_table(std::uint64_t offset, std::span<std::byte> data) const {
  std::ranges::fill(data, std::byte{0});
  if (offset >= table_.size()) return;
  std::memcpy(data.data(), table_.data() + offset, std::min<std::size_t>(data.size(), table_.size() - offset));
}

void MsixTable::write_table(std::uint64_t offset, std::span<const std::byte> data) {
  if (offset >= table_.size()) return;
  std::memcpy(table_.data() + offset, data.data(), std::min<std::size_t>(data.size(), table_.size() - offset));
  flush();
}

void MsixTable::read_pba(std::uint64_t offset, std::span<std::byte> data) const {
  for (std::size_t i = 0; i < data.size(); ++i) {
    unsigned bits = 0;
    for (std::uint64_t bit = 0; bit < 8; ++bit) {
      const std::uint64_t vector = (offset + i) * 8 + bit;
      if (vector < pending_.size() && pending_[vector]) bits |= 1U << bit;
    }
    data[i] = static_cast<std::byte>(bits);
  }
}

}  // namespace aie4
