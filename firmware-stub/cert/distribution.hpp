// SPDX-License-Identifier: Apache-2.0
// The lead's side of a command that runs on several uCs: work descriptors, pre-work and post-work barrier, giving up.
// All of it goes through words in the private memories of the uCs (memory_map.hpp) and wake-ups, by AXI-MM.
// Source of the sequence: AIE4 control-code notes 1.8 (firmware-state names of the public runtime). Real CERT copies
// the descriptors by uC-DMA; ours stores their four words.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <systemc>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "firmware-stub/cert/remote_barriers.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

class Distribution {
 public:
  Distribution(Microcontroller& uc, RemoteBarriers& barriers);

  using Deadline = std::optional<sc_core::sc_time>;
  /// What each uC is to run; those with nothing take part in the barriers.
  using Assignments = std::array<std::optional<ExecBuf>, kMaxUcs>;

  /// Hands out the work to the other `uc_count` - 1 uCs and waits at the pre-work barrier. False: one did not arrive
  /// in time; `finish` will say so.
  [[nodiscard]] bool start(const Assignments& work, unsigned uc_count, const Deadline& deadline);
  /// uCs that run code, and all uCs, of the present command; a bit for each.
  [[nodiscard]] std::uint32_t party() const { return party_; }
  [[nodiscard]] std::uint32_t partition() const { return (1U << uc_count_) - 1U; }
  /// A worker has ended with an error: true until `finish`.
  [[nodiscard]] bool worker_failed() const { return first_failure().has_value(); }
  /// Waits at the post-work barrier. `own_failure`: error code of the lead's own run. Returns the error code of the
  /// command, nothing if all went well. On a failure, all workers that still run are stopped first. If all went well,
  /// `preempted` says whether workers saved themselves at a PREEMPT.
  [[nodiscard]] std::optional<std::uint32_t> finish(std::optional<std::uint32_t> own_failure, const Deadline& deadline,
                                                    bool& preempted);

 private:
  void post(unsigned worker, const std::optional<ExecBuf>& exec);
  void tell(unsigned worker, std::uint32_t offset, std::uint32_t value);
  void wake(unsigned worker);
  [[nodiscard]] bool is_worker(unsigned uc) const { return uc < uc_count_ && uc != uc_.index(); }
  [[nodiscard]] bool arrived(unsigned worker) const;
  [[nodiscard]] bool finished(unsigned worker) const;
  /// The lowest worker that is missing at a barrier.
  [[nodiscard]] std::optional<unsigned> first_missing(std::uint32_t barrier) const;
  /// Error code of the lowest worker that has failed.
  [[nodiscard]] std::optional<std::uint32_t> first_failure() const;
  void give_up(std::optional<unsigned> hung);
  void report_absent(unsigned worker);

  [[nodiscard]] bool any_preempted() const;

  Microcontroller& uc_;
  RemoteBarriers& barriers_;
  PrivateWords words_;
  std::uint32_t party_ = 0;
  unsigned uc_count_ = 0;
  std::uint32_t command_ = 0;  ///< Number of the present command; 0: none.
};

}  // namespace aie4::cert
