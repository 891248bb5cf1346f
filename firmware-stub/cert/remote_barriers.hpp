// SPDX-License-Identifier: Apache-2.0
// Barriers between the uCs of a partition: messages through words in their private memories, by AXI-MM.
// Source: AIE4 control-code notes 1.7 (mailbox-style implementation of CERT; the words are our choice).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "firmware-stub/cert/memory_map.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// Each uC tells each other member of a party how often it has arrived, so that a barrier is complete when every member
/// has arrived once more than was seen, whatever parties used it before. Words carry the number of their command:
/// [31:16] command, [15] decision, [14:0] arrivals.
class RemoteBarriers {
 public:
  /// Encoded ids 1 ($rb0) to 8 ($rb7) are the programs'; the others are CERT's own.
  static constexpr unsigned kCert = 0;
  static constexpr unsigned kFirst = 1;
  static constexpr unsigned kLast = 8;
  /// Two in turn, so that no decision is overwritten before all have seen it.
  static constexpr unsigned kDecisions = 9;
  static constexpr unsigned kIds = mailbox::kBarrierIds;

  explicit RemoteBarriers(Microcontroller& uc) : uc_(uc), words_(uc.private_memory()) {}

  /// Forgets all barriers. Before any other uC can have begun the command.
  void begin(std::uint32_t command);
  /// Tells the other members of `party` (a bit for each uC). Spends time. Throws ControllerReset.
  void arrive(unsigned id, std::uint32_t party, bool decision = false);
  /// The lowest member that has not arrived; none: the barrier is complete.
  [[nodiscard]] std::optional<unsigned> missing(unsigned id, std::uint32_t party) const;
  /// What the last arrival of a member decided.
  [[nodiscard]] bool decision(unsigned id, unsigned member) const;
  /// Leaves a complete barrier.
  void leave(unsigned id, std::uint32_t party);

 private:
  [[nodiscard]] std::uint32_t word(unsigned id, unsigned member) const;
  using Counts = std::array<std::array<std::uint16_t, kMaxUcs>, kIds>;

  Microcontroller& uc_;
  PrivateWords words_;
  std::uint32_t command_ = 0;
  Counts sent_{};
  Counts left_{};
};

/// What a hang report calls a barrier: "remote barrier $rb0: arrival of uC".
[[nodiscard]] std::string_view remote_barrier_subject(unsigned id);

}  // namespace aie4::cert
