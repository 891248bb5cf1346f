// SPDX-License-Identifier: Apache-2.0
// The registers of a core: life cycle, status, halts, PC events, what events do to it.
// Source: AIE4 tile-array notes, section 5; positions of status fields as in AIE2PS.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include <systemc>

#include "models/array/deferred_calls.hpp"
#include "models/array/event/event_unit.hpp"
#include "models/array/tile/register_part.hpp"

namespace aie4::array {

/// Why a core stands still while it is enabled. The value is the bit in core_status.
enum class CoreStall : std::uint8_t {
  LockSouth = 6,
  LockWest,
  LockNorth,
  LockOwn,
  StreamIn = 10,
  StreamOut = 12,
  CascadeIn = 14,
  CascadeOut = 15,
  ProcessorBus = 21,
};

/// Reset (bit, or event [assumed: it sets the bit]) puts the PC to 0 and forgets what runs; Enable lets the core run
/// from there. Enable 0 freezes it. A halt for debugging outlives a reset; an error halt does not.
class CoreControl : public RegisterPart, public EventListener {
 public:
  CoreControl(sc_core::sc_module_name name, EventUnit& events);

  /// Called when the core may run and might not before, or the other way round, or was reset.
  std::function<void()> on_change;

  // --- for the core -------------------------------------------------------------------------------------------------
  [[nodiscard]] bool may_run() const { return enable_ && !reset_ && halts_ == 0 && !error_halt_; }
  /// Grows with each reset.
  [[nodiscard]] std::uint64_t resets() const { return resets_; }
  [[nodiscard]] bool done() const { return done_; }
  void set_done() { done_ = true; }
  /// Something went wrong: the core stands until it is reset.
  void halt_on_error();
  void begin(CoreStall stall);
  void end(CoreStall stall) { stalls_ &= ~(1U << static_cast<unsigned>(stall)); }
  void set_pc(std::uint32_t pc) { pc_ = pc; }
  [[nodiscard]] std::uint32_t pc() const { return pc_; }
  /// Whether `boundary` and `instruction_done` have anything to do.
  [[nodiscard]] bool watches_instructions() const { return watches_pc_ || steps_ != 0; }
  /// The core is about to begin the instruction at its PC: PC events fire, and it may have to halt before it.
  void boundary();
  void instruction_done();
  [[nodiscard]] bool processor_bus_enabled() const { return (processor_bus_ & 1U) != 0; }
  void processor_bus_failed() { processor_bus_ |= kSlverr; }
  /// accumulator_control: false: north, south; true: west, east.
  [[nodiscard]] bool cascade_from_west() const { return (accumulator_ & 1U) != 0; }
  [[nodiscard]] bool cascade_to_east() const { return (accumulator_ & 2U) != 0; }

  // --- registers ----------------------------------------------------------------------------------------------------
  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;
  void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

 private:
  static constexpr std::uint32_t kSlverr = 4;
  static constexpr unsigned kPcEvents = 10;
  /// Bits of debug_status.
  enum Halt : std::uint8_t { kDebug, kPc, kMemoryStall, kLockStall, kStreamStall, kEvent0, kEvent1 };

  void set_control(bool enable, bool reset);
  void halt(Halt reason);
  void resume();
  void act(std::uint8_t event);
  void listen();
  void changed() const {
    if (on_change) on_change();
  }
  [[nodiscard]] std::uint32_t status() const;

  DeferredCalls later_;
  EventUnit& events_;
  bool enable_ = false;
  bool reset_ = false;
  bool done_ = false;
  bool error_halt_ = false;
  std::uint32_t stalls_ = 0;  // Bits of core_status.
  std::uint32_t halts_ = 0;   // Bits of debug_status; none: not halted.
  std::uint32_t steps_ = 0;   // Instructions until the next halt; 0: no stepping.
  std::uint32_t pc_ = 0;
  std::uint64_t resets_ = 0;
  bool watches_pc_ = false;
  std::uint32_t ranges_ = 0;  // PC ranges that the PC is in.
  std::uint32_t enable_events_ = 0;
  std::uint32_t reset_event_ = 0;
  std::uint32_t debug_events_ = 0;
  std::uint32_t debug_halts_ = 0;
  std::uint32_t error_halt_event_ = 0;
  std::uint32_t processor_bus_ = 0;
  std::uint32_t accumulator_ = 0;
  std::array<std::uint32_t, kPcEvents> pc_events_{};
};

}  // namespace aie4::array
