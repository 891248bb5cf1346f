// SPDX-License-Identifier: Apache-2.0
// The lead's hands on the host queue: which reads and writes of host memory happen, in which order.
// Source: AIE4 host-interface notes 6.4 (mirror), 6.5, 6.7 (order of completion).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "firmware-stub/cert/counters.hpp"
#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// One host queue at a time. read_index in host memory moves only at the end of a chain; where CERT is inside a chain
/// is in the handshake (runlist_read_idx), so that the management firmware can save it with the context.
class QueuePort {
 public:
  QueuePort(Microcontroller& uc, CertCounters& counters, FaultPlan& faults);

  /// Turns to the queue whose header is at `address` and samples write_index. False: unusable, and reported.
  [[nodiscard]] bool open(std::uint64_t address);
  /// Samples write_index again. False: the queue has become unusable, and that is reported.
  [[nodiscard]] bool sample();
  [[nodiscard]] bool empty() const { return consumer_ == header_.write_index; }

  /// Reads the next packet into `packet`. False: its slot cannot be read.
  [[nodiscard]] bool fetch(Packet& packet, unsigned uc_count);
  /// Index of the packet that was fetched last, for messages.
  [[nodiscard]] std::uint64_t index() const { return consumer_; }

  /// Reads what an indirect entry points to; empty: it cannot be read.
  [[nodiscard]] std::span<const std::byte> read_indirect(const IndirectEntry& entry);

  /// Ends the packet that was fetched last: completion word and, at the end of a chain, read_index and the completion
  /// interrupt.
  void complete(const Packet& packet, std::uint32_t word);

 private:
  struct WrongReadIndex {
    std::uint64_t queue = 0;
    std::uint64_t written = 0;
    std::uint64_t right = 0;
  };

  [[nodiscard]] bool refuse(const Problem& problem);
  void mirror();
  void name_unmirrored_queue();
  void write_completion_word(const Packet& packet, std::uint32_t word);
  void write_read_index();
  [[nodiscard]] std::span<std::byte> shared(std::uint32_t offset, std::uint32_t size);

  Microcontroller& uc_;
  CertCounters& counters_;
  FaultPlan& faults_;
  PrivateWords words_;
  std::uint64_t address_ = 0;
  QueueHeader header_;
  std::uint64_t unmirrored_queue_ = 0;   ///< The queue that was named last; 0 = none.
  std::uint64_t consumer_ = 0;           ///< Packets consumed, those of an unfinished chain included.
  std::optional<WrongReadIndex> wrong_;  ///< What the fault read-index-beyond left in host memory.
};

}  // namespace aie4::cert
