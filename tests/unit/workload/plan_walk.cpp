// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/workload/plan_walk.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace aie4::workload::test {
namespace {

using array::BufferDescriptor;
using array::DmaDirection;
using array::TileId;
using compute::CoreOpcode;
using enum registers::PortGroup;

unsigned key(TileId tile) {
  return tile.column * 16U + tile.row;
}

/// Word offsets from the base (shim: in words) that one execution visits, kPadding for padding.
constexpr std::uint32_t kWalkedMemoryTileBytes = 3U << 20;
constexpr std::uint64_t kPadding = ~std::uint64_t{0};

std::vector<std::uint64_t> walk(const BufferDescriptor& bd) {
  std::vector<std::uint64_t> result;
  std::uint64_t left = bd.buffer_length;
  const auto pad = [&result](std::uint64_t words) { result.insert(result.end(), words, kPadding); };
  const bool padded = bd.d0_pad_after + bd.d1_pad_after + bd.d2_pad_after != 0;
  if (padded && (bd.d0_wrap == 0 || bd.d1_wrap == 0 || bd.d2_wrap == 0))
    throw std::logic_error("padding without wraps");
  const std::uint64_t row_words = bd.d0_wrap + bd.d0_pad_after;
  const std::uint64_t plane_words = (bd.d1_wrap + bd.d1_pad_after) * row_words;
  for (std::uint64_t i3 = 0; left > 0; ++i3) {
    for (std::uint64_t i2 = 0; left > 0 && (bd.d2_wrap == 0 || i2 < bd.d2_wrap); ++i2) {
      for (std::uint64_t i1 = 0; left > 0 && (bd.d1_wrap == 0 || i1 < bd.d1_wrap); ++i1) {
        for (std::uint64_t i0 = 0; left > 0 && (bd.d0_wrap == 0 || i0 < bd.d0_wrap); ++i0, --left) {
          result.push_back(i0 + i1 * bd.d1_stepsize + i2 * bd.d2_stepsize + i3 * bd.d3_stepsize);
        }
        pad(bd.d0_pad_after);
      }
      pad(bd.d1_pad_after * row_words);
    }
    pad(bd.d2_pad_after * plane_words);
  }
  return result;
}

std::uint64_t stream_words(const BufferDescriptor& bd) {
  if (bd.d2_pad_after + bd.d1_pad_after + bd.d0_pad_after == 0) return bd.buffer_length;
  return walk(bd).size();
}

}  // namespace

PlanWalk::PlanWalk(const Plan& plan, Kernel kernel) : plan_(plan), kernel_(std::move(kernel)) {
  for (const Argument& argument : plan.arguments) {
    visits_.emplace_back(argument.bytes / 4, 0U);
    content_.emplace_back(argument.bytes / 4, Word{0});
  }
  for (const TileChannel& channel : plan.channels) {
    channels_.push_back({.channel = channel.channel, .bds = channel.bds, .first_bd = channel.first_bd});
    channels_.back().tasks.assign(channel.tasks.begin(), channel.tasks.end());
  }
  for (const HostTransfer& transfer : plan.transfers) {
    auto found = std::ranges::find(channels_, transfer.channel, &Running::channel);
    if (found == channels_.end()) found = channels_.insert(found, {.channel = transfer.channel});
    found->transfers.push_back({transfer.bd, transfer.argument});
  }
  for (Running& channel : channels_) {
    if (channel.channel.direction == DmaDirection::Mm2s) channel.to = receivers(channel.channel);
  }
  for (const LockValue& value : plan.locks) lock(value.tile, value.lock) = value.value;
  for (const CoreLoad& load : plan.cores) {
    const compute::CoreProgram& program = plan.programs.at(load.program);
    cores_.push_back({.tile = load.tile, .program = &program});
    cores_.back().rings.resize(program.rings.size());
  }
}

int& PlanWalk::lock(TileId tile, unsigned number) {
  return locks_[key(tile) * 64 + number];
}

std::vector<Word>& PlanWalk::memory(TileId tile) {
  std::vector<Word>& words = memories_[key(tile)];
  if (words.empty()) words.resize((tile.row == 1 ? kWalkedMemoryTileBytes : kCoreBytes) / 4);
  return words;
}

std::vector<std::size_t> PlanWalk::receivers(const Channel& sender) const {
  std::vector<std::size_t> found;
  follow(sender.tile, {Dma, sender.number}, found, 0);
  if (found.empty()) throw std::logic_error("a sender without a receiver");
  return found;
}

void PlanWalk::follow(TileId tile, Port input, std::vector<std::size_t>& found, unsigned hops) const {
  if (hops > 32) throw std::logic_error("a circuit goes round in circles");
  for (const Circuit& circuit : plan_.circuits) {
    if (!(circuit.tile == tile) || circuit.from != input) continue;
    const auto step = [&](int columns, int rows, registers::PortGroup group) {
      follow({static_cast<std::uint8_t>(tile.column + columns), static_cast<std::uint8_t>(tile.row + rows)},
             {group, circuit.to.index}, found, hops + 1);
    };
    switch (circuit.to.group) {
      case North:
        step(0, 1, South);
        break;
      case South:
        step(0, -1, North);
        break;
      case East:
        step(1, 0, West);
        break;
      case West:
        step(-1, 0, East);
        break;
      case Dma: {
        const Channel receiver{tile, DmaDirection::S2mm, circuit.to.index};
        const auto channel = std::ranges::find(channels_, receiver, &Running::channel);
        if (channel == channels_.end()) throw std::logic_error("a circuit to a channel without tasks");
        found.push_back(static_cast<std::size_t>(channel - channels_.begin()));
        break;
      }
      default:
        throw std::logic_error("a port that plans do not use");
    }
  }
}

bool PlanWalk::acquire(TileId tile, unsigned number, int value) {
  int& held = lock(tile, number);
  if (value >= 0 ? held != value : held < -value) return false;
  held -= value >= 0 ? value : -value;
  return true;
}

bool PlanWalk::step(Running& c) {
  const bool shim = c.channel.tile.row == 0;
  if (shim ? c.transfers.empty() : c.tasks.empty()) return false;
  if (!shim && !c.in_chain) c.bd = c.tasks.front().bd;
  c.in_chain = true;
  const unsigned index = c.bd - c.first_bd;
  BufferDescriptor& bd = shim ? c.transfers.front().bd : c.bds.at(index);
  const bool receives = c.channel.direction == DmaDirection::S2mm;
  const std::uint64_t needed = stream_words(bd);
  if (receives && c.queue.size() < needed) return false;
  // A receiver takes no more than its descriptor before that is through.
  if (!receives && std::ranges::any_of(c.to, [this](std::size_t to) {
        const Running& receiver = channels_[to];
        if (receiver.queue.empty()) return false;
        if (receiver.channel.tile.row == 0) {
          return receiver.transfers.empty() || receiver.queue.size() >= receiver.transfers.front().bd.buffer_length;
        }
        if (receiver.tasks.empty()) return true;
        const unsigned at = receiver.in_chain ? receiver.bd : receiver.tasks.front().bd;
        return receiver.queue.size() >= receiver.bds.at(at - receiver.first_bd).buffer_length;
      })) {
    return false;
  }
  const unsigned own = c.channel.tile.row == 1 ? kOwnLock : 0;
  if (bd.lock_acq_enable && !acquire(c.channel.tile, bd.lock_acq_id - own, bd.lock_acq_value)) return false;

  std::uint64_t base = bd.base_address + std::uint64_t{bd.iteration_current} * bd.iteration_stepsize;
  if (shim) base /= 4;
  if (c.channel.tile.row == 1) base -= kOwnMemoryWord;
  for (const std::uint64_t offset : walk(bd)) {
    Word* place = nullptr;
    if (offset != kPadding && shim) {
      const std::uint32_t argument = c.transfers.front().argument;
      ++visits_[argument].at(base + offset);
      place = &content_[argument].at(base + offset);
      if (!receives) {
        for (const std::size_t to : c.to) channels_[to].queue.push_back(host_word(argument, base + offset));
        continue;
      }
    } else if (offset != kPadding) {
      place = &memory(c.channel.tile).at(base + offset);
    }
    if (receives) {
      *place = c.queue.front();
      c.queue.pop_front();
    } else {
      for (const std::size_t to : c.to) channels_[to].queue.push_back(place == nullptr ? 0 : *place);
    }
  }

  if (bd.lock_rel_value != 0) {
    int& held = lock(c.channel.tile, bd.lock_rel_id - own);
    held += bd.lock_rel_value;
    if (held < 0 || held > 63) throw std::logic_error("a lock leaves its range");
  }
  bd.iteration_current = bd.iteration_current == bd.iteration_wrap ? 0 : bd.iteration_current + 1;
  if (shim) {
    c.transfers.pop_front();
    c.in_chain = false;
  } else if (bd.use_next_bd) {
    c.bd = bd.next_bd;
  } else {
    c.in_chain = false;
    if (--c.tasks.front().executions == 0) c.tasks.pop_front();
  }
  return true;
}

bool PlanWalk::step(Core& core) {
  if (core.done) return false;
  const compute::CoreInstruction& i = core.program->instructions.at(core.pc);
  switch (i.opcode) {
    case CoreOpcode::Acquire:
      if (i.lock < 48 || !acquire(core.tile, i.lock - 48U, i.change)) return false;
      break;
    case CoreOpcode::Release:
      lock(core.tile, i.lock - 48U) += i.change;
      break;
    case CoreOpcode::Loop:
      core.loops.emplace_back(core.pc, 0U);
      break;
    case CoreOpcode::End: {
      auto& [start, round] = core.loops.back();
      if (++round < core.program->instructions[start].count) {
        core.pc = start;
      } else {
        core.loops.pop_back();
      }
      break;
    }
    case CoreOpcode::Next:
      core.rings[i.ring] =
          (core.rings[i.ring] + i.count) % static_cast<std::uint32_t>(core.program->rings[i.ring].buffers.size());
      break;
    case CoreOpcode::Kernel: {
      std::vector<std::uint32_t> rounds;
      for (const auto& loop : core.loops) rounds.push_back(loop.second);
      std::vector<compute::CoreBuffer> operands;
      for (const compute::CoreOperand& operand : i.operands) {
        operands.push_back(core.program->rings[operand.ring].buffers.at(core.rings[operand.ring]));
        operands.back().address -= compute::core_address(compute::CoreNeighbour::Own, 0);
      }
      kernel_(core.tile, rounds, memory(core.tile), operands);
      break;
    }
    case CoreOpcode::Done:
      core.done = true;
      break;
    default:
      throw std::logic_error("an instruction that plans do not use");
  }
  ++core.pc;
  return true;
}

std::string PlanWalk::run() {
  for (bool moved = true; moved;) {
    moved = false;
    for (Running& channel : channels_) {
      while (step(channel)) moved = true;
    }
    for (Core& core : cores_) {
      while (step(core)) moved = true;
    }
  }
  std::string waits;
  for (const Running& c : channels_) {
    if (!c.tasks.empty() || !c.transfers.empty() || !c.queue.empty()) {
      waits += fmt::format("column {} row {} {} {}: {} tasks, {} transfers, {} words; ", c.channel.tile.column,
                           c.channel.tile.row, c.channel.direction == DmaDirection::S2mm ? "S2MM" : "MM2S",
                           c.channel.number, c.tasks.size(), c.transfers.size(), c.queue.size());
    }
  }
  for (const Core& core : cores_) {
    if (!core.done) waits += fmt::format("core {} {} at {}; ", core.tile.column, core.tile.row, core.pc);
  }
  return waits;
}

}  // namespace aie4::workload::test
