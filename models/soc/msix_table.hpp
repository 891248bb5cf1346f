// SPDX-License-Identifier: Apache-2.0
// MSI-X table and pending bits of one function. Source: PCI Local Bus Specification 3.0, 6.8.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace aie4 {

/// Decides whether a vector raised by the device becomes a message, stays pending, or is dropped.
class MsixTable {
 public:
  static constexpr std::uint32_t kEntryBytes = 16;
  static constexpr std::uint32_t kMasked = 1U << 0;  ///< Bit of Vector Control.

  explicit MsixTable(unsigned vectors);

  /// Messages that pass every mask.
  std::function<void(unsigned vector)> deliver;

  /// A host that keeps the vector masks itself (a virtual machine monitor that traps the table) never writes ours:
  /// with `true` the mask bits of the entries are taken as clear.
  void set_masks_held_by_host(bool held);
  /// From configuration space. Vectors that become free are delivered, lowest first.
  void set_control(bool enabled, bool function_masked, bool can_signal);
  /// The device raises `vector`. While MSI-X is disabled it is dropped (PCI 3.0: no INTx pin here); while masked it
  /// becomes pending, once.
  void raise(unsigned vector);
  void reset();

  /// Accesses to the table and the pending bit array by byte offset; beyond the end reads give 0.
  void read_table(std::uint64_t offset, std::span<std::byte> data) const;
  void write_table(std::uint64_t offset, std::span<const std::byte> data);
  void read_pba(std::uint64_t offset, std::span<std::byte> data) const;

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(pending_.size()); }
  [[nodiscard]] bool pending(unsigned vector) const { return pending_.at(vector); }

 private:
  [[nodiscard]] bool blocked(unsigned vector) const;
  void flush();

  std::vector<std::byte> table_;
  std::vector<bool> pending_;
  bool enabled_ = false;
  bool function_masked_ = false;
  bool can_signal_ = false;
  bool masks_held_by_host_ = false;
};

}  // namespace aie4
