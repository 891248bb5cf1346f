// SPDX-License-Identifier: Apache-2.0
// A uC that leads no context: takes work from its lead, runs it between two barriers, and sleeps again.
#pragma once

#include <cstdint>
#include <optional>

#include <systemc>

#include "firmware-stub/cert/job_runner.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// The other end of `Distribution`. It keeps no time: the lead does, and tells it to stop.
class Worker : private RunSupervisor {
 public:
  Worker(Microcontroller& uc, JobRunner& runner);

  /// Does all work that has been posted; returns when there is none.
  void serve();

 private:
  enum class Outcome : std::uint8_t { Released, Aborted, Superseded };

  void take();
  void work();
  [[nodiscard]] std::uint32_t run_code();
  [[nodiscard]] Outcome await(std::uint32_t barrier, const WaitLabel& label, bool abortable);
  void report(std::uint32_t word, std::uint32_t value);
  void wake_lead();
  [[nodiscard]] bool work_posted() const { return words_.read(mailbox::kWork) != 0; }
  [[nodiscard]] bool aborted() const { return words_.read(mailbox::kAbort) == command_; }

  // A lead that posts new work has forgotten the old: it was reset.
  [[nodiscard]] bool stop_requested() const override { return aborted() || work_posted(); }
  [[nodiscard]] std::optional<sc_core::sc_time> deadline() const override { return std::nullopt; }

  Microcontroller& uc_;
  JobRunner& runner_;
  PrivateWords words_;
  std::uint32_t command_ = 0;
  unsigned lead_ = 0;
  bool has_code_ = false;
  bool preempted_ = false;
  RunRequest request_;
};

}  // namespace aie4::cert
