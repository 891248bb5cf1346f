// SPDX-License-Identifier: Apache-2.0
// The job table of a page, and what its jobs wait for.
// Source: AIE4 control-code notes 1.3, 1.4, 1.6.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <systemc>

#include "firmware-stub/cert/control_page.hpp"
#include "models/soc/token_port.hpp"
#include "models/soc/uc_dma.hpp"

namespace aie4::cert {

enum class JobState : std::uint8_t {
  Ready,
  Running,
  Blocked,   ///< Until an event.
  Polling,   ///< Reads again when its turn comes.
  Deferred,  ///< Waits for LAUNCH_JOB.
  Done,
};
[[nodiscard]] constexpr bool waits(JobState state) {
  return state == JobState::Blocked || state == JobState::Polling;
}

enum class JobWaitKind : std::uint8_t {
  None,
  LocalBarrier,
  RemoteBarrier,
  UcDma,       ///< WAIT_UC_DMA.
  UcDmaSync,   ///< UC_DMA_WRITE_DES_SYNC.
  UcDmaQueue,  ///< Room in the queue; then the opcode is tried again.
  Tokens,
  Fence,  ///< The jobs before it; then the opcode is tried again.
  Poll,
};

struct JobWait {
  JobWaitKind kind = JobWaitKind::None;
  std::uint32_t id = 0;     ///< Barrier; address of a poll.
  std::uint32_t mask = 0;   ///< Party of a barrier; mask of a poll; number of tokens.
  std::uint32_t value = 0;  ///< What a poll waits for.
  std::uint32_t seen = 0;   ///< What a poll read last.
  UcDma::Handle handle = 0;
  TokenSource source;
};

/// An entry of a page's job table.
struct Job {
  JobHeader header;
  JobState state = JobState::Ready;
  bool special = false;                      ///< Jobs behind it do not start before it is done.
  bool fetched = false;                      ///< The opcode at pc has been fetched and is tried again.
  bool retried = false;                      ///< Waits since `since`, although it was tried again.
  bool acquiring = false;                    ///< REL_ACQ_SYNC has released and polls.
  std::uint32_t pc = 0;                      ///< Body offset of the next instruction.
  JobWait wait;                              ///< Blocked or Polling: for what.
  sc_core::sc_time since;                    ///< Blocked or Polling: since when.
  std::array<std::uint32_t, 8> registers{};  ///< r0..r7. Start value unknown of the hardware: 0.
};

/// A page that is run. Local barriers live as long as their page.
struct Page {
  static constexpr unsigned kLocalBarriers = 16;
  struct LocalBarrier {
    std::uint32_t arrived = 0;
    std::uint32_t participants = 0;
  };

  std::uint32_t index = 0;
  PageHeader header;
  std::vector<Job> jobs;
  std::array<LocalBarrier, kLocalBarriers> barriers{};
  std::size_t next_job = 0;             ///< Where the round robin goes on.
  std::uint32_t parse_offset = 0;       ///< Body offset of the next entry of the job list.
  bool parsed = false;                  ///< EOF has been seen.
  std::vector<std::uint16_t> launched;  ///< Ids that LAUNCH_JOB named before their jobs were seen.

  /// A special job that is not done holds back those behind it.
  [[nodiscard]] bool fenced() const {
    return std::ranges::any_of(jobs, [](const Job& job) {
      return job.special && job.state != JobState::Done && job.state != JobState::Deferred;
    });
  }
};

}  // namespace aie4::cert
