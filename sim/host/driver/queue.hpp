// SPDX-License-Identifier: Apache-2.0
// The user-space half of a hardware context's queue: header, slots, indirect packets (host-interface, 6.4 and 6.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/host/memory.hpp"

namespace aie4::host {

enum class QueueLayout : std::uint8_t {
  Compact,  ///< 32-byte header, as the kernel of Linux 7.3 declares it.
  Wide,     ///< 128-byte header, version 1.0, as XRT 2.25 writes it.
};

/// Control code for one microcontroller.
struct Work {
  std::uint8_t uc = 0;             ///< 0..5. A direct packet runs on the lead whatever it says.
  std::uint64_t control_code = 0;  ///< Device address of page 0.
};

struct Packet {
  std::uint64_t completion_signal = 0;  ///< Device address of a 32-bit word.
  bool chained = false;                 ///< More packets of the same chain follow.
  bool indirect = false;                ///< Set, or more than one Work: a list of indirect packets.
  std::vector<Work> work;               ///< 1..6.
};

/// Queue memory as the application sees it. Fills in, publishes, looks; rings no doorbell.
class Queue {
 public:
  static constexpr std::uint32_t kCapacity = 32;
  static constexpr std::uint32_t kPacketSize = 64;
  static constexpr std::uint32_t kMaxUcs = 6;

  explicit Queue(DmaDomain& domain, QueueLayout layout = QueueLayout::Wide);

  /// Of the header.
  [[nodiscard]] std::uint64_t address() const { return memory_.address(); }
  [[nodiscard]] QueueLayout layout() const { return layout_; }
  [[nodiscard]] DmaBuffer& memory() { return memory_; }

  [[nodiscard]] std::uint64_t read_index() const;
  [[nodiscard]] std::uint64_t write_index() const;
  /// Slots that may be filled now.
  [[nodiscard]] std::uint64_t free_slots() const;

  /// Fills slot `index` (free-running) without publishing it.
  void fill(std::uint64_t index, const Packet& packet);
  /// As above with 64 bytes of the caller's own.
  void fill_raw(std::uint64_t index, std::span<const std::byte, kPacketSize> packet);
  /// Makes everything before `write_index` visible to the device.
  void publish(std::uint64_t write_index);

 private:
  [[nodiscard]] std::uint64_t slot_offset(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t indirect_offset(std::uint8_t uc, std::uint64_t index) const;

  QueueLayout layout_;
  std::uint32_t header_size_;
  std::uint32_t write_index_offset_;
  DmaBuffer memory_;
};

}  // namespace aie4::host
