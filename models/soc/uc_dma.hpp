// SPDX-License-Identifier: Apache-2.0
// One DMA engine of a microcontroller: moves words between the shared data memory and the array or the NoC, chain of
// descriptors by chain of descriptors, while the core goes on.
// Source: descriptor and order of AIE4 control-code notes 2.4; status bits as in AIE2PS (tile-array notes 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <systemc>
#include <tlm>

#include "models/common/clock_domain.hpp"
#include "models/common/dma.hpp"
#include "models/common/parameters.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"
#include "models/soc/uc_dma_descriptor.hpp"

namespace aie4 {

/// What an engine reaches. Data moves at once; the time that it takes is added to `delay`.
class UcDmaPort {
 public:
  virtual ~UcDmaPort() = default;

  /// A burst of consecutive words.
  virtual tlm::tlm_response_status access_array(tlm::tlm_command command, std::uint64_t address,
                                                std::span<std::byte> data, sc_core::sc_time& delay) = 0;
  virtual DmaStatus access_host(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                std::string_view engine, sc_core::sc_time& delay) = 0;
  /// A task has ended.
  virtual void dma_finished() = 0;
};

enum class UcDmaDirection : std::uint8_t { Mm2dm, Dm2mm };
enum class UcDmaState : std::uint8_t { Pending, Done, Failed };

class UcDma : public sc_core::sc_module {
 public:
  /// Number of a task since power-on, from 1. Tasks end in the order of their numbers.
  using Handle = std::uint64_t;

  SC_HAS_PROCESS(UcDma);
  /// `engine`: "uc2 DM2MM". `memory`: the shared data memory.
  UcDma(sc_core::sc_module_name name, UcDmaDirection direction, std::string engine, std::span<std::byte> memory,
        const Parameters& parameters, UcDmaPort& port);

  // --- queue --------------------------------------------------------------------------------------------------------
  /// Room for one more task (`uc.dma_queue_depth`, beside the one that runs).
  [[nodiscard]] bool can_push() const { return queue_.size() < parameters_.uc_dma_queue_depth; }
  /// Queues the chain that begins at `offset` of the shared data memory. Only if `can_push()`.
  Handle push_chain(std::uint32_t offset);
  /// The same for one transfer that the firmware describes itself. Costs no descriptor fetch.
  Handle push(const UcDmaDescriptor& descriptor);
  [[nodiscard]] UcDmaState state(Handle handle) const;
  /// Number of the task that was pushed last.
  [[nodiscard]] Handle last() const { return last_; }
  /// How host memory answered the last external transfer of a failed task; Ok: that was not the reason.
  [[nodiscard]] DmaStatus refusal(Handle handle) const;
  /// Why a task failed, for the message of whoever asked for it: the engine only sets its status.
  [[nodiscard]] std::string reason(Handle handle) const;
  [[nodiscard]] std::string last_reason() const;
  /// Tasks that have failed since power-on.
  [[nodiscard]] std::uint64_t failures() const { return failure_count_; }
  [[nodiscard]] bool idle() const { return !running_ && queue_.empty(); }

  // --- wires --------------------------------------------------------------------------------------------------------
  /// Forgets all tasks, the running one where it stands, and clears the status. Their handles count as failed.
  void reset();
  /// Error bits stay.
  void abort();
  /// `uc_dma_pause`: no further descriptor begins.
  void set_paused(bool paused);
  /// Frequency of what is moved: the NPU-H clock. Without it the configured frequency is taken.
  void set_clock(const ClockDomain* clock) { clock_ = clock; }
  void observe(ResourceUse* use, Probe* probe);

  /// The core asked for something that is no transfer at all.
  void note_local_out_of_range();

  // --- queries ------------------------------------------------------------------------------------------------------
  [[nodiscard]] const std::string& engine() const { return engine_; }
  /// dma_*_status.
  [[nodiscard]] std::uint32_t status() const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  struct Task {
    Handle handle = 0;
    std::uint32_t offset = 0;  ///< Of the present descriptor.
    unsigned number = 0;       ///< Of it in the chain.
    bool direct = false;
    UcDmaDescriptor descriptor;
  };
  struct Failure {
    std::string reason;
    DmaStatus refusal = DmaStatus::Ok;
  };

  Handle enqueue(Task task);
  void advance();
  void begin_task();
  void wait_for_descriptor(const sc_core::sc_time& transfer);
  void move();
  /// False: the task has failed.
  [[nodiscard]] bool transfer(std::span<std::byte> data, sc_core::sc_time& duration);
  void fail(std::uint32_t bit, std::string reason, const sc_core::sc_time& at = sc_core::SC_ZERO_TIME,
            DmaStatus refusal = DmaStatus::Ok);
  void end();
  [[nodiscard]] sc_core::sc_time descriptor_time() const;
  [[nodiscard]] sc_core::sc_time word_time(std::size_t bytes) const;

  UcDmaDirection direction_;
  std::string engine_;
  std::span<std::byte> memory_;
  const Parameters& parameters_;
  UcDmaPort& port_;
  const ClockDomain* clock_ = nullptr;
  ResourceUse* use_ = nullptr;
  Probe* probe_ = nullptr;
  TrackId track_ = 0;

  std::deque<Task> queue_;
  Task task_;
  bool running_ = false;
  bool moved_ = false;  // The words of the present descriptor, the last of its chain, are under way.
  bool paused_ = false;
  bool stalled_ = false;  // Paused between two descriptors.
  std::uint32_t errors_ = 0;
  Handle last_ = 0;
  Handle ended_ = 0;
  std::map<Handle, Failure> failures_;  // The latest.
  std::uint64_t failure_count_ = 0;
  std::uint64_t bytes_ = 0;
  sc_core::sc_time task_began_;
  sc_core::sc_event step_;
};

}  // namespace aie4
