// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace aie4::cert {

/// What all CERTs of a device have done since it was built.
struct CertCounters {
  std::uint64_t doorbells = 0;           ///< Seen; several that ring before CERT looks are one.
  std::uint64_t mirrors = 0;             ///< Words written at offset 0x10 of wide queues.
  std::uint64_t packets = 0;             ///< Taken from queues.
  std::uint64_t commands_completed = 0;  ///< Ended with COMPLETED.
  std::uint64_t commands_failed = 0;     ///< Ended with ERROR.
  std::uint64_t commands_aborted = 0;    ///< Not run, because an earlier one of their chain failed.
  std::uint64_t preemptions = 0;         ///< Commands that were saved at a PREEMPT, once for each uC.
  std::uint64_t pages = 0;               ///< Control pages whose header was good.
  std::uint64_t jobs = 0;                ///< Started.
  std::uint64_t opcodes = 0;             ///< Executed, START_JOB, END_JOB and EOF included.
};

}  // namespace aie4::cert
