// SPDX-License-Identifier: Apache-2.0
// What a server has done, for the summary at exit.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/vfio_user/protocol.hpp"

namespace aie4::vfio_user {

struct ServerStatistics {
  std::array<std::uint64_t, kCommandCount> messages{};  ///< Executed or refused, by command; 0 = unknown numbers.
  std::uint64_t errors_answered = 0;
  std::uint64_t malformed = 0;               ///< Messages that broke the protocol, stray replies included.
  std::uint64_t posted_writes_dropped = 0;   ///< Posted and invalid: nobody could be told.
  std::uint64_t answered_too_late = 0;       ///< Answered with ETIMEDOUT instead of data.
  std::uint64_t descriptors_lost = 0;        ///< Messages with more descriptors than agreed.
  std::uint64_t dma_without_descriptor = 0;  ///< Device accesses to memory that the client did not share.
  std::uint64_t interrupts = 0;
  std::uint64_t interrupts_out_of_range = 0;
  std::uint64_t clients = 0;
  std::uint64_t clients_refused = 0;   ///< Second clients of a socket.
  std::uint64_t service_ns_total = 0;  ///< From taking a message to its answer handed to the kernel.
  std::uint64_t service_ns_max = 0;
  std::uint64_t service_samples = 0;

  /// One line per group, for people.
  [[nodiscard]] std::vector<std::string> summary() const;
};

}  // namespace aie4::vfio_user
