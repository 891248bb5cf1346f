// SPDX-License-Identifier: Apache-2.0
// Runs the control code of one command on one uC: pages in, jobs in turn, opcodes.
// Source: aiebu isa-spec, firmware-state names of the public runtime (AIE4 control-code notes 1.2 to 1.10, 2.3).
//
// The class is one, its parts are several files: job_runner.cpp has pages and job lists, job_scheduler.cpp which job
// runs, opcode_table.cpp which handler does an opcode, opcodes_*.cpp the handlers by concern, run_report.cpp what is
// said.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>

#include "firmware-stub/cert/control_page.hpp"
#include "firmware-stub/cert/counters.hpp"
#include "firmware-stub/cert/job.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "firmware-stub/cert/page_loader.hpp"
#include "firmware-stub/cert/record_buffer.hpp"
#include "firmware-stub/cert/remote_barriers.hpp"
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

/// What a uC is to run of a command. uCs are bits: 1 << index.
struct RunRequest {
  std::uint64_t code_address = 0;  ///< Of page 0; 4-byte aligned.
  std::uint64_t args_address = 0;
  std::uint32_t args_len = 0;   ///< Bytes (assumed) of the argument list; 0: the host has patched all addresses.
  unsigned lead = 0;            ///< The uC whose handshake asks for the array.
  std::uint32_t party = 0;      ///< uCs that run code of this command; the own one always counts.
  std::uint32_t partition = 0;  ///< uCs that a remote barrier may name; the own one always counts.
};

/// The interpreter. One per uC; all its state is here and nothing heap-owning stands on the stack across a wait.
class JobRunner {
 public:
  static constexpr unsigned kPrivateRegisters = 8;
  static constexpr unsigned kRegisters = 24;
  static constexpr unsigned kLocalBarriers = Page::kLocalBarriers;

  enum class End : std::uint8_t {
    Done,       ///< All jobs of all pages are done.
    Failed,     ///< `code` says why; it has been reported.
    TimedOut,   ///< A deadline passed: `code` is PKT_TIMEOUT, reported.
    Stopped,    ///< The supervisor asked for it.
    Preempted,  ///< Saved at a PREEMPT; the handshake says where to go on.
  };
  struct Result {
    End end = End::Done;
    std::uint32_t code = 0;
  };

  JobRunner(Microcontroller& uc, CertCounters& counters);

  /// Runs a page array, from its start or from where the handshake's restore word points. Spends time. Throws
  /// ControllerReset.
  [[nodiscard]] Result run(const RunRequest& request, const RunSupervisor& supervisor);
  /// Barriers of the present command: whoever starts a command begins them.
  [[nodiscard]] RemoteBarriers& barriers() { return remote_barriers_; }

  /// Says in the handshake and to the diagnostics that the present page hangs and why: for a run that was Stopped
  /// because someone else's patience ended.
  void report_hang();

  // --- queries: as the last run left them ---------------------------------------------------------------------------
  [[nodiscard]] std::span<const Job> jobs() const { return page_.jobs; }
  /// r8..r23.
  [[nodiscard]] std::uint32_t global_register(unsigned number) const {
    return global_registers_.at(number - kPrivateRegisters);
  }

 private:
  /// What an opcode does to the job that executes it. Retry: the job waits as `job.wait` says and executes the opcode
  /// again.
  enum class Step : std::uint8_t { Continue, Yield, Block, Retry, End, Fault };
  using Handler = Step (JobRunner::*)(Job&, const Instruction&);
  struct HandlerTable;
  /// Thrown from wherever a run ends early to `run`.
  struct RunEnded {
    Result result;
  };
  /// Why a page is run, which decides what its faults mean to the host.
  enum class Purpose : std::uint8_t { Program, Configuration };
  /// What CERT itself waits for, with no job able to run meanwhile.
  struct OwnWait {
    JobWait wait;
    sc_core::sc_time since;
  };

  // --- job_runner.cpp: pages and job lists --------------------------------------------------------------------------
  void run_main();
  void run_sequence(std::uint32_t first);
  void page_in(std::uint32_t index, std::uint32_t length);
  void run_page();
  void leave_page();
  void parse_next_job();
  [[nodiscard]] bool is_special(const JobHeader& header) const;
  void await_dm2mm();
  void finish_dma();

  // --- job_scheduler.cpp --------------------------------------------------------------------------------------------
  [[nodiscard]] Job* next_runnable();
  void run_job(Job& job);
  void spend_poll(const Job& job);
  void draw(const Job& job, const sc_core::sc_time& begin);
  void settle(Job& job, Step step);
  void release_blocked();
  [[nodiscard]] bool released(Job& job);
  void idle();
  /// When the wait of the job that waits longest becomes too long.
  [[nodiscard]] std::optional<sc_core::sc_time> patience() const;
  [[nodiscard]] const Job* longest_waiting() const;
  void check_interrupted();

  // --- opcode_table.cpp ---------------------------------------------------------------------------------------------
  /// nullptr: an instruction that no job may contain.
  [[nodiscard]] static Handler handler_of(Opcode opcode);

  // --- opcodes_jobs.cpp: jobs, registers, barriers ------------------------------------------------------------------
  Step add(Job& job, const Instruction& instruction);
  Step mov(Job& job, const Instruction& instruction);
  Step nop(Job& job, const Instruction& instruction);
  Step yield(Job& job, const Instruction& instruction);
  Step end_job(Job& job, const Instruction& instruction);
  Step launch_job(Job& job, const Instruction& instruction);
  Step local_barrier(Job& job, const Instruction& instruction);
  Step remote_barrier(Job& job, const Instruction& instruction);
  /// CERT's own barrier over the uCs that run code. Nothing else runs on the uC meanwhile.
  void party_barrier(unsigned id = RemoteBarriers::kCert, bool decision = false);
  /// nullptr, with `problem_` set, if there is no such register.
  [[nodiscard]] std::uint32_t* register_at(Job& job, const Instruction& instruction, std::uint32_t number);

  // --- opcodes_array.cpp: loads, stores, polls ----------------------------------------------------------------------
  Step write_32(Job& job, const Instruction& instruction);
  Step write_32_d(Job& job, const Instruction& instruction);
  Step mask_write_32(Job& job, const Instruction& instruction);
  Step read_32(Job& job, const Instruction& instruction);
  Step read_32_d(Job& job, const Instruction& instruction);
  Step poll_32(Job& job, const Instruction& instruction);
  Step mask_poll_32(Job& job, const Instruction& instruction);
  Step rel_acq_sync(Job& job, const Instruction& instruction);
  /// Reads until (value & wait.mask) == wait.value. `wait`: the poll. `busy`: without giving up the uC.
  Step poll(Job& job, const Instruction& instruction, JobWait wait, bool busy, std::uint32_t counter);
  [[nodiscard]] bool load(const Instruction& instruction, std::uint32_t address, std::uint32_t& value);
  /// The read of a poll.
  [[nodiscard]] bool load(const Instruction& instruction, JobWait& wait, const sc_core::sc_event*& until);
  [[nodiscard]] bool loaded(const Instruction& instruction, std::uint32_t address, bool answered);
  [[nodiscard]] bool store(const Instruction& instruction, std::uint32_t address, std::uint32_t value);

  // --- opcodes_dma.cpp: uC-DMA, tokens, addresses -------------------------------------------------------------------
  Step uc_dma_write_des(Job& job, const Instruction& instruction);
  Step uc_dma_write_des_sync(Job& job, const Instruction& instruction);
  Step wait_uc_dma(Job& job, const Instruction& instruction);
  Step wait_tcts(Job& job, const Instruction& instruction);
  Step apply_offset_57(Job& job, const Instruction& instruction);
  [[nodiscard]] std::optional<UcDma::Handle> start_chain(Job& job, const Instruction& instruction,
                                                         std::uint32_t pointer, std::uint32_t counter, Step& otherwise);

  // --- opcodes_load.cpp: pages out of order -------------------------------------------------------------------------
  Step load_pdi(Job& job, const Instruction& instruction);
  Step load_cores(Job& job, const Instruction& instruction);
  Step load_cores_cp(Job& job, const Instruction& instruction);
  Step load_last_pdi(Job& job, const Instruction& instruction);
  Step load_out_of_order(const Instruction& instruction, std::uint32_t id_word, std::uint32_t page_word);
  Step fence(Job& job);
  [[nodiscard]] bool prior_jobs_done(const Job& job) const;
  void suspend_page();
  void resume_page();
  void replay_cores(std::uint32_t recorded);

  // --- opcodes_preempt.cpp ------------------------------------------------------------------------------------------
  Step preempt(Job& job, const Instruction& instruction);
  [[nodiscard]] bool array_is_wanted();
  void save_context(const Job& job, const Instruction& instruction);
  void restore_registers(Job& job);

  // --- opcodes_record.cpp -------------------------------------------------------------------------------------------
  Step save_timestamps(Job& job, const Instruction& instruction);
  Step save_register(Job& job, const Instruction& instruction);
  Step rejected(Job& job, const Instruction& instruction);

  // --- run_report.cpp -----------------------------------------------------------------------------------------------
  Step invalid_operand(const Instruction& instruction, std::string_view expected, std::uint32_t value);
  Step invalid(const Instruction& instruction, std::string expected, std::string came);
  [[noreturn]] void fail(const CodeProblem& problem);
  /// `opcode_timeout`: ms that an opcode may wait; 0: the whole command has taken too long.
  [[noreturn]] void hang(JobWaitKind kind, std::uint32_t opcode_timeout);
  void report_hang(JobWaitKind kind, std::uint32_t opcode_timeout);
  [[nodiscard]] std::string here() const;
  [[nodiscard]] std::string blocked_jobs() const;
  [[nodiscard]] std::string wait_text(const JobWait& wait) const;
  [[nodiscard]] WaitLabel label_of(const JobWait& wait) const;

  void charge_opcode();
  void charge(std::uint64_t ns);
  void spend();

  Microcontroller& uc_;
  CertCounters& counters_;
  PrivateWords words_;
  PageLoader loader_;
  RemoteBarriers remote_barriers_;
  RecordBuffer records_;
  sc_core::sc_time opcode_time_;
  sc_core::sc_time job_start_time_;
  sc_core::sc_time poll_interval_;

  // The command.
  RunRequest request_;
  const RunSupervisor* supervisor_ = nullptr;
  std::array<std::uint32_t, kRegisters - kPrivateRegisters> global_registers_{};
  Purpose purpose_ = Purpose::Program;
  bool preempted_flag_ = false;                 ///< Consumed by START_COND_JOB_PREEMPT.
  bool resuming_ = false;                       ///< The PREEMPT at hand restores.
  unsigned preempts_ = 0;                       ///< Executed since the run began.
  std::optional<std::uint32_t> resume_offset_;  ///< Body offset of the PREEMPT that saved.
  std::uint64_t dma_failures_ = 0;              ///< Of the DM2MM engine, when the run began.
  std::vector<Page> suspended_;                 ///< Interrupted by out-of-order pages.
  // The page.
  Page page_;
  std::span<const std::byte> body_;
  unsigned failed_polls_ = 0;  ///< In a row, with nothing else done.
  struct VainPoll {
    std::uint32_t counter = 0;                 ///< Of the handshake.
    const sc_core::sc_event* until = nullptr;  ///< Not null: before it, another read would be in vain, too.
  };
  VainPoll vain_poll_;                    ///< The latest one.
  std::optional<std::uint16_t> running_;  ///< Id of the job that has the uC, for messages.
  std::optional<OwnWait> own_wait_;
  CodeProblem problem_;       ///< Set by a handler that answers Step::Fault.
  sc_core::sc_time pending_;  ///< Time of executed opcodes that is not yet spent.
};

}  // namespace aie4::cert
