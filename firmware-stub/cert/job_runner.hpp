// SPDX-License-Identifier: Apache-2.0
// Runs the control code of one command on one uC: pages in, jobs in turn, opcodes.
// Source: aiebu isa-spec, firmware-state names of the public runtime (AIE4 control-code notes 1.2 to 1.7, 2.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <systemc>

#include "firmware-stub/cert/control_page.hpp"
#include "firmware-stub/cert/counters.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// Who decides from outside that a run has to end: asked between runs of jobs and at every wake-up.
class RunSupervisor {
 public:
  virtual ~RunSupervisor() = default;
  [[nodiscard]] virtual bool stop_requested() const = 0;
  /// Absolute; none: never.
  [[nodiscard]] virtual std::optional<sc_core::sc_time> deadline() const = 0;
};

enum class JobState : std::uint8_t { Ready, Running, Blocked, Deferred, Done };

/// An entry of a page's job table.
struct Job {
  JobHeader header;
  JobState state = JobState::Ready;
  std::uint32_t pc = 0;                      ///< Body offset of the next instruction.
  std::uint32_t barrier = 0;                 ///< Blocked: the local barrier.
  std::array<std::uint32_t, 8> registers{};  ///< r0..r7. Start value unknown of the hardware: 0.
};

/// The interpreter. One per uC; all its state is here and nothing heap-owning stands on the stack across a wait.
class JobRunner {
 public:
  static constexpr unsigned kPrivateRegisters = 8;
  static constexpr unsigned kRegisters = 24;
  static constexpr unsigned kLocalBarriers = 16;

  enum class End : std::uint8_t {
    Done,      ///< All jobs of all pages are done.
    Failed,    ///< `code` says why; it has been reported.
    TimedOut,  ///< The deadline passed: `code` is PKT_TIMEOUT, reported.
    Stopped,   ///< The supervisor asked for it.
  };
  struct Result {
    End end = End::Done;
    std::uint32_t code = 0;
  };

  JobRunner(Microcontroller& uc, CertCounters& counters);

  /// Runs the page array at `code_address`, 4-byte aligned. Spends time. Throws ControllerReset.
  [[nodiscard]] Result run(std::uint64_t code_address, const RunSupervisor& supervisor);

  /// Says in the handshake and to the diagnostics that the present page hangs and why: for a run that was Stopped
  /// because someone else's patience ended.
  void report_hang();

  // --- queries: as the last run left them ---------------------------------------------------------------------------
  [[nodiscard]] std::span<const Job> jobs() const { return jobs_; }
  /// r8..r23.
  [[nodiscard]] std::uint32_t global_register(unsigned number) const {
    return global_registers_.at(number - kPrivateRegisters);
  }

 private:
  /// What an opcode does to the job that executes it.
  enum class Step : std::uint8_t { Continue, Yield, Block, End, Fault };
  using Handler = Step (JobRunner::*)(Job&, const Instruction&);
  struct HandlerTable;
  struct Barrier {
    std::uint32_t arrived = 0;
    std::uint32_t participants = 0;
  };

  [[nodiscard]] std::optional<Result> page_in(std::uint64_t code_address);
  [[nodiscard]] std::optional<Result> initial_pass(const RunSupervisor& supervisor);
  [[nodiscard]] std::optional<Result> event_loop(const RunSupervisor& supervisor);
  [[nodiscard]] std::optional<Result> run_job(Job& job);
  [[nodiscard]] std::optional<Result> wait_for_release(const RunSupervisor& supervisor);
  [[nodiscard]] std::optional<Result> interrupted(const RunSupervisor& supervisor);
  /// nullptr: an instruction that is known but not modelled.
  [[nodiscard]] static Handler handler_of(Opcode opcode);

  Step add(Job& job, const Instruction& instruction);
  Step mov(Job& job, const Instruction& instruction);
  Step nop(Job& job, const Instruction& instruction);
  Step yield(Job& job, const Instruction& instruction);
  Step end_job(Job& job, const Instruction& instruction);
  Step local_barrier(Job& job, const Instruction& instruction);

  [[nodiscard]] std::uint32_t* register_of(Job& job, const Instruction& instruction);
  Step invalid_operand(const Instruction& instruction, std::string_view expected, std::uint32_t value);
  [[nodiscard]] Result fail(const CodeProblem& problem);
  [[nodiscard]] Result fail_unmodelled(Opcode opcode, std::uint32_t offset);
  [[nodiscard]] std::string here() const;
  [[nodiscard]] std::string blocked_jobs() const;
  void charge_opcode();
  void spend();

  Microcontroller& uc_;
  CertCounters& counters_;
  PrivateWords words_;
  sc_core::sc_time opcode_time_;
  sc_core::sc_time job_start_time_;

  // The command.
  std::array<std::uint32_t, kRegisters - kPrivateRegisters> global_registers_{};
  // The page.
  std::uint32_t page_index_ = 0;
  std::uint32_t page_length_ = 0;  ///< Bytes to fetch.
  PageHeader page_;
  std::span<const std::byte> body_;
  std::vector<Job> jobs_;
  std::array<Barrier, kLocalBarriers> barriers_{};
  std::size_t next_job_ = 0;              ///< Where the round robin goes on.
  std::optional<std::uint16_t> running_;  ///< Id of the job that has the uC, for messages.
  CodeProblem problem_;                   ///< Set by a handler that answers Step::Fault.
  sc_core::sc_time pending_;              ///< Time of executed opcodes that is not yet spent.
};

}  // namespace aie4::cert
