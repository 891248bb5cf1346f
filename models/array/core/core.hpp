// SPDX-License-Identifier: Apache-2.0
// The core of a compute tile: runs the core program in program memory. Source: AIE4 tile-array notes, section 5 (life
// cycle), timing notes 1.5, 3.1 (costs); docs/core-programs.md (what a core program is).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/core/cascade.hpp"
#include "models/array/core/core_control.hpp"
#include "models/array/core/core_memory.hpp"
#include "models/array/core/core_stream_input.hpp"
#include "models/array/core/kernel_plans.hpp"
#include "models/array/core/loop_stack.hpp"
#include "models/array/environment.hpp"
#include "models/array/memory/lock_unit.hpp"
#include "models/array/stream/stream_network.hpp"
#include "models/array/tile/tile_events.hpp"
#include "models/compute/core/core_image.hpp"
#include "models/compute/kernels/inline_executor.hpp"
#include "models/registers/array/events.hpp"

namespace aie4::array {

/// A process that sleeps while the core is not enabled. Costs of instructions that nobody can see are added up and
/// waited for together: the core runs ahead of the present by at most 64 cycles until it does something that others
/// see.
class Core : public sc_core::sc_module, private MemoryBorrower {
 public:
  /// What a core reaches outside of itself. By compute::CoreNeighbour where there are four.
  struct Neighbourhood {
    CoreMemories memories{};
    std::vector<LockUnit*> locks = std::vector<LockUnit*>(4);
    CascadeInput* cascade_south = nullptr;  ///< The north input of the core in the south; null: there is none.
    CascadeInput* cascade_east = nullptr;
  };
  /// A write of the processor bus at an offset in the tile's window. False: refused.
  using BusWrite = std::function<bool(std::uint32_t offset, std::uint32_t value)>;

  SC_HAS_PROCESS(Core);
  /// `tile`: "column 0/compute tile 2". `program`: all of program memory.
  Core(sc_core::sc_module_name name, const Environment& environment, StreamNetwork& streams, TileId id,
       const std::string& tile, TileEvents& events, ZeroedBytes& program, BusWrite bus);
  ~Core() override;

  /// Once, before the simulation starts.
  void connect(const Neighbourhood& neighbourhood);
  [[nodiscard]] CoreControl& control() { return control_; }
  [[nodiscard]] CascadeInput& cascade_from_north() { return cascade_inputs_[0]; }
  [[nodiscard]] CascadeInput& cascade_from_west() { return cascade_inputs_[1]; }

 private:
  /// The core was reset: unwinds its process.
  struct Reset {};
  /// The program cannot go on: unwinds to the error halt.
  struct Fault {};

  void process();
  void session();
  void run();
  void execute(const compute::CoreInstruction& instruction);
  void finish();
  void unwind();

  // --- time ---------------------------------------------------------------------------------------------------------
  [[nodiscard]] static sc_core::sc_time now() { return sc_core::sc_time_stamp(); }
  [[nodiscard]] sc_core::sc_time cycles(std::uint64_t count) const { return environment_.clock.cycles(count); }
  /// The core is busy for so many cycles.
  void spend(std::uint64_t count) {
    local_ += cycles(count);
    use_.busy += cycles(count);
  }
  void control_changed();
  /// Lets time catch up with the core.
  void sync();
  /// Waits while the core may not run; throws Reset.
  void obey();
  void set_active(bool active);
  /// Waits for `event`; the core stands still for that reason meanwhile.
  void stall(CoreStall stall, const WaitLabel& label, sc_core::sc_event& event);
  /// It stood still from `begin` to `end`, if that is later.
  void stalled(WaitReason reason, registers::ComputeEvent event, std::string_view name, const sc_core::sc_time& begin,
               const sc_core::sc_time& end);

  // --- instructions -------------------------------------------------------------------------------------------------
  [[nodiscard]] std::optional<compute::CoreImage> load();
  void acquire(const compute::CoreInstruction& instruction);
  void release(const compute::CoreInstruction& instruction);
  void end_of_loop();
  void call_kernel(const compute::CoreInstruction& instruction);
  void get_stream(const compute::CoreInstruction& instruction);
  void put_stream(const compute::CoreInstruction& instruction);
  void get_cascade(const compute::CoreInstruction& instruction);
  void put_cascade(const compute::CoreInstruction& instruction);
  void write_register(const compute::CoreInstruction& instruction);
  [[nodiscard]] LockReference find_lock(unsigned lock);
  [[nodiscard]] compute::CoreBuffer place_of(const compute::CoreOperand& operand) const;
  [[nodiscard]] std::span<std::byte> bytes_of(const compute::CoreOperand& operand, bool write);
  [[nodiscard]] std::span<std::byte> bytes_at(std::uint32_t address, std::uint64_t bytes, bool write);
  void submit(const KernelPlan& plan, const compute::KernelCall& call);
  void end_kernel();
  void recall() override;
  void raise(registers::ComputeEvent event, EventPhase phase = EventPhase::Pulse) { raise(event, phase, local_); }
  void raise(registers::ComputeEvent event, EventPhase phase, const sc_core::sc_time& at);
  /// Reports and throws Fault.
  [[noreturn]] void fail(registers::ComputeEvent event, std::string expected, std::string came);
  [[nodiscard]] std::string place() const;
  void show(const sc_core::sc_time& begin, const sc_core::sc_time& end, std::string_view name);

  const Environment& environment_;
  std::string path_;
  TileEvents& events_;
  ZeroedBytes& memory_;
  BusWrite bus_;
  WaitRegistry::Process process_;
  ResourceUse& use_;
  ResourceUse& matrix_use_;
  LockWaiter waiter_;
  CoreControl control_;
  std::array<CoreStreamInput, 2> inputs_;
  StreamSource& output_;
  std::array<CascadeInput, 2> cascade_inputs_;
  Neighbourhood reach_;
  LockSpace locks_;
  compute::InlineExecutor inline_executor_;
  compute::KernelExecutor& executor_;

  sc_core::sc_event changed_;
  std::uint64_t resets_ = 0;  // That the process has obeyed.
  bool active_ = false;
  sc_core::sc_time local_;  // Where the core is; not before the present while it runs.

  std::optional<compute::CoreImage> image_;
  std::vector<std::uint32_t> partners_;
  KernelPlans plans_;
  std::size_t index_ = 0;  // Of the instruction.
  std::vector<std::uint32_t> ring_positions_;
  LoopStack loops_;
  struct Job {
    compute::KernelExecutor::Ticket ticket = 0;  // 0: none under way.
    std::string_view kernel;
    std::vector<ZeroedBytes*> lenders;
  } job_;
  bool has_track_ = false;
  TrackId track_ = 0;
};

}  // namespace aie4::array
