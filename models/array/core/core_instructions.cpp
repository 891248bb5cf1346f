// SPDX-License-Identifier: Apache-2.0
// What the instructions of a core program do, but for kernel calls.
#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "models/array/core/core.hpp"

namespace aie4::array {

using compute::CoreInstruction;
using compute::CoreOpcode;
using registers::ComputeEvent;

void Core::execute(const CoreInstruction& instruction) {
  const Parameters& parameters = environment_.parameters;
  switch (instruction.opcode) {
    case CoreOpcode::Acquire:
      acquire(instruction);
      break;
    case CoreOpcode::Release:
      release(instruction);
      break;
    case CoreOpcode::Loop:
      loops_.enter(instruction.count);
      spend(parameters.core_instruction_cycles);
      break;
    case CoreOpcode::End:
      end_of_loop();
      return;
    case CoreOpcode::Next: {
      std::uint32_t& position = ring_positions_[instruction.ring];
      position = static_cast<std::uint32_t>((position + instruction.count) %
                                            image_->program.rings[instruction.ring].buffers.size());
      spend(parameters.core_instruction_cycles);
      break;
    }
    case CoreOpcode::Kernel:
      call_kernel(instruction);
      break;
    case CoreOpcode::GetStream:
      get_stream(instruction);
      break;
    case CoreOpcode::PutStream:
      put_stream(instruction);
      break;
    case CoreOpcode::GetCascade:
      get_cascade(instruction);
      break;
    case CoreOpcode::PutCascade:
      put_cascade(instruction);
      break;
    case CoreOpcode::Event: {
      const auto first =
          static_cast<unsigned>(instruction.user ? ComputeEvent::user_event_0 : ComputeEvent::instr_event_0);
      raise(static_cast<ComputeEvent>(first + instruction.event));
      spend(parameters.core_instruction_cycles);
      break;
    }
    case CoreOpcode::Write:
      write_register(instruction);
      break;
    case CoreOpcode::Delay:
      spend(instruction.count);
      sync();
      break;
    case CoreOpcode::Done:
      finish();
      return;
  }
  ++index_;
}

void Core::end_of_loop() {
  const Parameters& parameters = environment_.parameters;
  if (loops_.next_round()) {
    spend(std::max<std::uint64_t>(parameters.core_loop_cycles, 1));
    index_ = partners_[index_] + 1;
  } else {
    spend(parameters.core_instruction_cycles);
    ++index_;
  }
}

// --- locks
// ------------------------------------------------------------------------------------------------------------

LockReference Core::find_lock(unsigned lock) {
  const LockReference reference = locks_.find(lock);
  if (reference.unit != nullptr) return reference;
  fail(ComputeEvent::lock_access_to_unavailable, "a lock of a compute tile that exists",
       fmt::format("lock {}.{}", to_string(static_cast<compute::CoreNeighbour>(lock / compute::kCoreLockWindow)),
                   lock % compute::kCoreLockWindow));
}

void Core::acquire(const CoreInstruction& instruction) {
  const LockReference lock = find_lock(instruction.lock);
  spend(environment_.parameters.lock_core_cycles);
  sync();
  raise(ComputeEvent::instr_lock_acquire_req);
  const auto stall =
      static_cast<CoreStall>(static_cast<unsigned>(CoreStall::LockSouth) + instruction.lock / compute::kCoreLockWindow);
  // A core that is frozen meanwhile withdraws, and asks again afterwards.
  while (!lock.unit->available(lock.lock, instruction.change)) {
    const sc_core::sc_time since = local_;
    control_.begin(stall);
    const bool granted = lock.unit->acquire(waiter_, lock.lock, instruction.change, &changed_);
    control_.end(stall);
    local_ = granted ? std::max(now(), waiter_.granted_at()) : now();
    stalled(WaitReason::Lock, ComputeEvent::lock_stall, "lock stall", since, local_);
    obey();
    if (granted) return;
  }
  (void)lock.unit->acquire(waiter_, lock.lock, instruction.change);
  local_ = std::max(local_, waiter_.granted_at());
}

void Core::release(const CoreInstruction& instruction) {
  const LockReference lock = find_lock(instruction.lock);
  const Parameters& parameters = environment_.parameters;
  raise(ComputeEvent::instr_lock_release_req);
  spend(parameters.lock_core_cycles + parameters.lock_acquire_cycles);
  lock.unit->release(lock.lock, instruction.change, process_.name(), local_);
}

// --- memory
// -----------------------------------------------------------------------------------------------------------

compute::CoreBuffer Core::place_of(const compute::CoreOperand& operand) const {
  const compute::CoreBuffer& buffer = image_->program.rings[operand.ring].buffers[ring_positions_[operand.ring]];
  return {.address = buffer.address + operand.offset,
          .bytes = operand.bytes != 0 ? operand.bytes : buffer.bytes - operand.offset};
}

std::span<std::byte> Core::bytes_at(std::uint32_t address, std::uint64_t bytes, bool write) {
  if (const auto span = core_bytes(reach_.memories, address, bytes, write)) return *span;
  const auto tile = static_cast<compute::CoreNeighbour>((address - compute::kCoreDataBase) / compute::kCoreDataWindow);
  fail(ComputeEvent::dm_access_to_unavailable, "data memory of a compute tile that exists",
       fmt::format("{} bytes at core address {:#x} in the {}", bytes, address, to_string(tile)));
}

std::span<std::byte> Core::bytes_of(const compute::CoreOperand& operand, bool write) {
  const compute::CoreBuffer buffer = place_of(operand);
  return bytes_at(buffer.address, buffer.bytes, write);
}

// --- streams
// ----------------------------------------------------------------------------------------------------------

void Core::get_stream(const CoreInstruction& instruction) {
  sync();
  std::span<std::byte> bytes = bytes_of(instruction.operands.front(), true);
  CoreStreamInput& input = inputs_[instruction.port];
  raise(instruction.port == 0 ? ComputeEvent::instr_stream_0_get : ComputeEvent::instr_stream_1_get);
  use_.bytes += bytes.size();
  input.want(static_cast<std::uint32_t>(bytes.size() / 4));
  while (!bytes.empty()) {
    const sc_core::sc_time since = local_;
    while (input.empty()) {
      stall(CoreStall::StreamIn, {WaitReason::Stream, "words at stream port", instruction.port, "their sender"},
            input.filled);
    }
    const CoreStreamInput::Taken taken = input.take(bytes, cycles(1));
    bytes = bytes.subspan(std::size_t{4} * taken.words);
    const sc_core::sc_time there = std::max(local_, taken.last + cycles(1));
    local_ = since;
    const std::uint32_t beat = wide_beat_words(environment_.parameters);
    spend((taken.words + beat - 1) / beat);
    if (there <= local_) continue;
    stalled(WaitReason::Stream, ComputeEvent::stream_stall, "stream stall", since, since + (there - local_));
    local_ = there;
  }
}

void Core::put_stream(const CoreInstruction& instruction) {
  sync();
  std::span<const std::byte> bytes = bytes_of(instruction.operands.front(), false);
  raise(ComputeEvent::instr_stream_put);
  use_.bytes += bytes.size();
  while (!bytes.empty()) {
    const sc_core::sc_time since = now();
    const auto words = static_cast<std::uint32_t>(bytes.size() / 4);
    std::uint32_t first_word = 0;
    std::memcpy(&first_word, bytes.data(), 4);
    control_.begin(CoreStall::StreamOut);  // Seen only if it has to wait.
    const StreamSource::Grant grant = output_.wait_ready(process_, {.words = words, .first_word = first_word});
    control_.end(CoreStall::StreamOut);
    if (grant.outcome == StreamSource::Outcome::Cancelled) throw Reset{};
    local_ = std::max(local_, now());
    stalled(WaitReason::Stream, ComputeEvent::stream_stall, "stream stall", since, local_);
    obey();
    StreamBuffer buffer = output_.buffer(grant.words);
    std::memcpy(buffer.words(grant.words).data(), bytes.data(), std::size_t{4} * grant.words);
    bytes = bytes.subspan(std::size_t{4} * grant.words);
    const sc_core::sc_time free = output_.send(
        {.buffer = buffer, .words = grant.words, .tlast = instruction.tlast && bytes.empty(), .start = local_});
    use_.busy += free - local_;
    local_ = free;
    sync();
  }
}

// --- cascade
// ----------------------------------------------------------------------------------------------------------

void Core::get_cascade(const CoreInstruction& instruction) {
  sync();
  std::span<std::byte> bytes = bytes_of(instruction.operands.front(), true);
  CascadeInput& input = cascade_inputs_[control_.cascade_from_west() ? 1 : 0];
  raise(ComputeEvent::instr_cascade_get);
  use_.bytes += bytes.size();
  input.want(bytes.size() / CascadeInput::kBeatBytes);
  while (!bytes.empty()) {
    const sc_core::sc_time since = local_;
    while (input.empty()) {
      stall(CoreStall::CascadeIn, {WaitReason::Cascade, "beats from the cascade", 0, "the core before this one"},
            input.filled);
    }
    const CascadeInput::Taken taken = input.take(bytes, cycles(1));
    bytes = bytes.subspan(taken.beats * CascadeInput::kBeatBytes);
    local_ = std::max(since, taken.first);
    stalled(WaitReason::Cascade, ComputeEvent::cascade_stall, "cascade stall", since, local_);
    spend(taken.beats);
  }
}

void Core::put_cascade(const CoreInstruction& instruction) {
  sync();
  std::span<const std::byte> bytes = bytes_of(instruction.operands.front(), false);
  const bool east = control_.cascade_to_east();
  CascadeInput* target = east ? reach_.cascade_east : reach_.cascade_south;
  if (target == nullptr) {
    fail(ComputeEvent::instr_error, "a core behind the cascade output that accumulator_control names",
         fmt::format("none in the {}", east ? "east" : "south"));
  }
  raise(ComputeEvent::instr_cascade_put);
  use_.bytes += bytes.size();
  while (!bytes.empty()) {
    const sc_core::sc_time since = local_;
    while (target->room() == 0) {
      stall(CoreStall::CascadeOut, {WaitReason::Cascade, "room in the cascade", 0, "the core behind this one"},
            target->space);
    }
    stalled(WaitReason::Cascade, ComputeEvent::cascade_stall, "cascade stall", since, local_);
    const std::size_t beats = std::min<std::size_t>(target->room(), bytes.size() / CascadeInput::kBeatBytes);
    target->send(bytes.first(beats * CascadeInput::kBeatBytes), local_ + cycles(1));
    bytes = bytes.subspan(beats * CascadeInput::kBeatBytes);
    spend(beats);
  }
}

// --- the processor bus
// ------------------------------------------------------------------------------------------------

void Core::write_register(const CoreInstruction& instruction) {
  sync();
  if (!control_.processor_bus_enabled()) {
    fail(ComputeEvent::processor_bus_error, "core_processor_bus.Enable before a write over it",
         fmt::format("a write of {:#x}", instruction.offset));
  }
  control_.begin(CoreStall::ProcessorBus);
  spend(environment_.parameters.core_bus_cycles);
  sync();
  control_.end(CoreStall::ProcessorBus);
  if (!bus_(instruction.offset, instruction.value)) {
    control_.processor_bus_failed();
    raise(ComputeEvent::processor_bus_error);
  }
}

}  // namespace aie4::array
