// SPDX-License-Identifier: Apache-2.0
// Kernel calls of a core. A kernel sees its operands as they are when it starts, and what it writes counts as written
// then; nobody else may look before its time is over.
#include <algorithm>
#include <fmt/format.h>

#include "models/array/core/core.hpp"

namespace aie4::array {

using compute::CoreInstruction;
using compute::Direction;
using registers::ComputeEvent;

void Core::call_kernel(const CoreInstruction& instruction) {
  const KernelPlan& plan = plans_.find(image_->program, index_, loops_);
  if (!plan.error.empty()) fail(ComputeEvent::instr_error, "a call that its kernel allows", plan.error);
  compute::KernelCall call = plan.call;
  for (std::size_t operand = 0; operand < instruction.operands.size(); ++operand) {
    if (instruction.operands[operand].left_out()) continue;  // As the plan has it.
    const compute::CoreBuffer buffer = place_of(instruction.operands[operand]);
    call.operands[operand] = {.address = buffer.address, .bytes = buffer.bytes};
  }
  if (const std::string error = compute::check(call); !error.empty()) {
    fail(ComputeEvent::instr_error, "a call that its kernel allows", error);
  }
  submit(plan, call);

  const sc_core::sc_time start = local_;  // Locks are held already: operands may be lent a few cycles early.
  const compute::KernelCost& cost = plan.cost;
  const std::string_view name = plan.kernel->name;
  const auto unit = [&](ComputeEvent event, std::uint64_t active) {
    if (active == 0) return;
    raise(event, EventPhase::Begin, start);
    raise(event, EventPhase::End, start + cycles(active));
  };
  raise(ComputeEvent::instr_call);
  unit(ComputeEvent::instr_matrix, cost.mac_cycles);
  unit(ComputeEvent::instr_vector, cost.vector_cycles);
  unit(ComputeEvent::instr_load_a, cost.load_cycles);
  unit(ComputeEvent::instr_store, cost.store_cycles);
  spend(cost.cycles);
  {
    const WaitRegistry::Scope scope(process_, {WaitReason::Clock, name, index_, "the end of the kernel"});
    sync();
  }
  end_kernel();
  raise(ComputeEvent::instr_return);
  ++use_.operations;
  matrix_use_.operations += cost.macs;
  matrix_use_.busy += cycles(cost.mac_cycles);
  if (environment_.probe != nullptr)
    show(start, now(), fmt::format("kernel {} ({})", name, compute::to_string(cost.bound)));
}

void Core::submit(const KernelPlan& plan, const compute::KernelCall& call) {
  compute::KernelJob job{.call = call, .operands = {}};
  const compute::Kernel& kernel = *plan.kernel;
  // All of them are looked at before any is lent: a kernel does not race with itself.
  for (std::size_t operand = 0; operand < kernel.operands.size(); ++operand) {
    if (!call.has(operand)) continue;
    job.operands[operand] = bytes_at(call.operands[operand].address, plan.footprint[operand],
                                     kernel.operands[operand].direction != Direction::In);
    use_.bytes += plan.footprint[operand];
  }
  for (std::size_t operand = 0; operand < kernel.operands.size(); ++operand) {
    if (!call.has(operand)) continue;
    const std::uint32_t place = call.operands[operand].address - compute::kCoreDataBase;
    ZeroedBytes& memory = *reach_.memories[place / compute::kCoreDataWindow];
    memory.lend(*this, place % compute::kCoreDataWindow, plan.footprint[operand],
                kernel.operands[operand].direction != Direction::In);
    job_.lenders.push_back(&memory);
  }
  job_.kernel = kernel.name;
  job_.ticket = executor_.submit(job);
}

void Core::end_kernel() {
  if (job_.ticket == 0) return;
  executor_.join(job_.ticket);
  for (ZeroedBytes* memory : job_.lenders) memory->give_back(*this);
  job_.lenders.clear();
  job_.ticket = 0;
}

void Core::recall() {
  environment_.diagnostics.report(
      {.category = FaultCategory::GuestError,
       .where = place(),
       .expected = fmt::format("nobody else at the operands of {} before it is through", job_.kernel),
       .came = "an access that depends on how far it is",
       .blame = "locks of the program that do not keep DMAs, cores or control code away"});
  end_kernel();
}

}  // namespace aie4::array
