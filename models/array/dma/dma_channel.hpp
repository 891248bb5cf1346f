// SPDX-License-Identifier: Apache-2.0
// What S2MM and MM2S channels have in common: task queue, order of BDs, locks, tokens, status.
// Source: AIE4 tile-array notes 2.3, 2.4; timing notes 1.5, 3.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <systemc>

#include "models/array/dma/bd_pool.hpp"
#include "models/array/dma/dma_client.hpp"
#include "models/array/dma/dma_registers.hpp"
#include "models/array/environment.hpp"
#include "models/array/memory/dma_memory.hpp"
#include "models/array/memory/lock_unit.hpp"
#include "models/common/ring.hpp"
#include "models/common/time.hpp"

namespace aie4::array {

/// One channel. Its process sleeps until there is a task.
///
/// A BD is loaded when the channel turns to it, at the earliest while the BD before it moves its last words. Times are
/// annotated: a process wakes once a burst (MM2S) or once a BD (S2MM), and a method completes each BD when its last
/// word has landed (S2MM) or left (MM2S).
class DmaChannel : public sc_core::sc_module {
 public:
  /// What surrounds the channel; all of it outlives it.
  struct Site {
    const Environment& environment;
    TileId tile;
    TileKind kind = TileKind::Shim;
    unsigned index = 0;  ///< In dma_channels(kind).
    BdPool& pool;
    DmaMemory& memory;
    const LockSpace& locks;
    DmaClient& client;

    [[nodiscard]] const DmaChannelInfo& info() const { return dma_channels(kind)[index]; }
  };

  SC_HAS_PROCESS(DmaChannel);
  DmaChannel(sc_core::sc_module_name name, const Site& site);

  // --- registers --------------------------------------------------------------------------------------------------
  [[nodiscard]] std::uint32_t control() const { return encode_control(site_.kind, info_, control_); }
  void set_control(std::uint32_t word);
  void push_task(std::uint32_t word);
  [[nodiscard]] std::uint32_t status() const;
  [[nodiscard]] const sc_core::sc_event* status_not_before(std::uint32_t mask, std::uint32_t wanted) const;
  [[nodiscard]] virtual std::uint32_t current_write_count() const { return 0; }
  [[nodiscard]] virtual std::uint32_t pop_fot_count() { return 0; }
  [[nodiscard]] bool paused() const { return paused_; }
  void set_paused(bool paused);
  /// AXI transactions under way.
  [[nodiscard]] virtual std::uint32_t outstanding() const { return 0; }

  // --- wires ------------------------------------------------------------------------------------------------------
  void token_queue_drained();
  /// As after power-on; what is under way is forgotten.
  void power_on_reset();

 protected:
  /// Unwinds the process of a channel that is reset.
  struct Reset {};

  /// One execution of one BD.
  struct Execution {
    BufferDescriptor bd;
    unsigned bd_id = 0;
    bool first_of_task = false;
    bool last_of_task = false;
    bool token = false;       ///< Issue one after this BD.
    sc_core::sc_time loaded;  ///< When the channel turned to it.
    sc_core::sc_time ready;   ///< When it may touch its first word.
    std::uint64_t words = 0;  ///< Moved so far.
    std::uint64_t flow = 0;
    std::optional<std::uint32_t> token_count;
  };

  /// What is left to do when the last word of an execution has moved.
  struct Ending {
    unsigned bd_id = 0;
    std::uint32_t lock_rel_id = 0;
    std::int8_t lock_rel_value = 0;
    bool last_of_task = false;
    bool token = false;
    std::optional<std::uint32_t> token_count;
    sc_core::sc_time loaded;
    std::uint64_t words = 0;
    std::uint64_t flow = 0;

    Ending() = default;
    explicit Ending(const Execution& execution);
  };

  /// Runs in the channel's process, for ever; Reset ends it.
  virtual void session() = 0;
  /// Forgets what is under way, at once.
  virtual void forget() = 0;
  /// Control or pause bits changed.
  virtual void control_changed() = 0;
  [[nodiscard]] virtual bool stalled_on_stream() const = 0;
  /// Whether the channel still has BDs that it has not posted.
  [[nodiscard]] virtual bool executing() const = 0;

  // --- time -------------------------------------------------------------------------------------------------------
  [[nodiscard]] sc_core::sc_time cycles(std::uint64_t count) const { return site_.environment.clock.cycles(count); }
  [[nodiscard]] static sc_core::sc_time now() { return time_now(); }
  /// Until `time` (absolute). Throws Reset.
  void sleep_until(sc_core::sc_time time);
  /// Until wake(). Throws Reset.
  void sleep();
  void wake(const sc_core::sc_time& after = sc_core::SC_ZERO_TIME) { wake_.notify(after); }
  void check_reset() const {
    if (reset_pending_) throw Reset{};
  }

  // --- order of BDs -----------------------------------------------------------------------------------------------
  /// Waits for a task.
  void await_task();
  /// Whether there is a BD to turn to without waiting, and which. Not for out-of-order channels.
  [[nodiscard]] std::optional<unsigned> peek() const;
  /// Turns to the next BD, of which there is one. `bd_id`: which one in out-of-order mode.
  [[nodiscard]] Execution load(std::optional<unsigned> bd_id = {});
  /// Waits for the lock of the BD, if it has one; moves `ready`. Throws Reset.
  void acquire(Execution& execution);
  /// All words of the BD were asked for: the next one may be loaded. `end`: when the channel is through with them.
  void passed(const Execution& execution, const sc_core::sc_time& end);
  /// The BD is complete at `at` (absolute, in order): release, events, token, status.
  void post(const Ending& ending, const sc_core::sc_time& at);

  // --- reports ----------------------------------------------------------------------------------------------------
  void raise(DmaEvent event, EventPhase phase, const sc_core::sc_time& at) const {
    site_.client.dma_event(site_.index, event, phase, at);
  }
  /// A stall that is over: statistics, events, timeline.
  void stalled(WaitReason reason, DmaEvent event, const sc_core::sc_time& begin, const sc_core::sc_time& end,
               std::string_view name);
  void memory_failed(MemoryStatus status, std::uint64_t address);
  void guest_error(std::string expected, std::string came);

  const Site site_;
  const DmaChannelInfo& info_;
  WaitRegistry::Process process_;
  ResourceUse& use_;
  DmaControl control_;
  DmaStatusWord errors_;  // Only the sticky bits.
  bool paused_ = false;
  bool stalled_on_count_fifo_ = false;

 private:
  struct Queued {
    DmaTask task;
    sc_core::sc_time pushed;  // No earlier than that it may start.
  };
  struct ActiveTask {
    DmaTask task;
    std::uint32_t left = 0;  // Executions of the chain, the present one included.
    unsigned next_bd = 0;
    bool first = true;             // No BD of it was loaded yet.
    sc_core::sc_time known_since;  // When its next BD could be prefetched.
  };
  struct Completion {
    sc_core::sc_time at;
    Ending ending;
  };

  void process();
  void complete();
  [[nodiscard]] bool finish(const Completion& completion);
  void begin_reset();
  void unwind();
  void rest_if_idle();
  [[nodiscard]] bool idle() const { return !task_ && queue_.empty() && completions_.empty() && !executing(); }
  [[nodiscard]] sc_core::sc_time ready_time() const;
  /// When a task that is pushed now may start: after its way through the controller, at the pace of the controller.
  [[nodiscard]] sc_core::sc_time paced_push(const DmaTask& task);

  sc_core::sc_event wake_;
  sc_core::sc_event cancel_;
  sc_core::sc_event completion_due_;
  sc_core::sc_event rests_;  // No longer running.
  LockWaiter waiter_;
  Ring<Queued> queue_;
  std::optional<sc_core::sc_time> last_push_;
  std::optional<ActiveTask> task_;
  Ring<Completion> completions_;
  bool reset_pending_ = false;
  bool running_ = false;
  bool stalled_on_lock_ = false;
  bool token_refused_ = false;
  bool has_predecessor_ = false;
  sc_core::sc_time predecessor_end_;
  sc_core::sc_time predecessor_ready_;
  sc_core::sc_time present_ready_;
  unsigned cur_bd_ = 0;
  bool has_track_ = false;
  TrackId track_ = 0;
};

}  // namespace aie4::array
