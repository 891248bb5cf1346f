// SPDX-License-Identifier: Apache-2.0
// The uC that consumes the host queue of a context: takes packets, has them run, completes them.
// Source: AIE4 control-code notes 1.8, 4.4, 4.5; host-interface notes 6.2, 6.7.
#pragma once

#include <cstdint>
#include <optional>

#include <systemc>

#include "firmware-stub/cert/counters.hpp"
#include "firmware-stub/cert/distribution.hpp"
#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/job_runner.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "firmware-stub/cert/queue_port.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

class Lead : private RunSupervisor {
 public:
  Lead(Microcontroller& uc, JobRunner& runner, CertCounters& counters, FaultPlan& faults);

  /// Whether the handshake block makes this uC the lead of a context.
  [[nodiscard]] bool appointed() const;
  /// Whether a wake-up asks for nothing: a worker's word was seen before its wake-up, or a doorbell was answered
  /// before.
  [[nodiscard]] bool nothing_new() const;
  /// Consumes the queue that the handshake names until it is empty, it is unusable, or the management firmware wants
  /// the array for another context; then says so in the handshake and raises the interrupt.
  void serve();

 private:
  void take_doorbell(bool asleep);
  void stop(handshake::FwState state, std::uint32_t idle_status);
  void stop_broken();
  [[nodiscard]] bool switch_requested() const;
  [[nodiscard]] unsigned uc_count() const;

  /// Handle the packet in `packet_`; return its completion word, or nothing if it was preempted.
  [[nodiscard]] std::optional<std::uint32_t> process();
  [[nodiscard]] std::optional<std::uint32_t> execute();
  [[nodiscard]] std::optional<std::uint32_t> run_direct();
  [[nodiscard]] std::optional<std::uint32_t> run_distributed();
  /// Error code of a run of the lead's own, if it failed.
  [[nodiscard]] std::optional<std::uint32_t> run_here(const ExecBuf& exec, std::uint32_t party,
                                                      std::uint32_t partition);
  [[nodiscard]] bool collect_work();
  [[nodiscard]] bool refuse(const Problem& problem);
  [[noreturn]] void never_finish();

  [[nodiscard]] bool chain_failed() const;
  void set_chain_failed(bool failed);

  [[nodiscard]] bool stop_requested() const override { return distribution_.worker_failed(); }
  [[nodiscard]] std::optional<sc_core::sc_time> deadline() const override { return deadline_; }

  Microcontroller& uc_;
  JobRunner& runner_;
  CertCounters& counters_;
  FaultPlan& faults_;
  PrivateWords words_;
  QueuePort queue_;
  Distribution distribution_;
  Packet packet_;
  Distribution::Assignments work_{};
  std::optional<sc_core::sc_time> deadline_;  ///< Of the present packet.
  bool preempted_ = false;                    ///< The present packet was saved at a PREEMPT.
  std::uint32_t idle_status_ = 0;             ///< What was reported last.
};

}  // namespace aie4::cert
