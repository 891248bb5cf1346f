// SPDX-License-Identifier: Apache-2.0
// Carries out a plan word by word, with words that know where they come from. Written from the hardware description
// (AIE4 tile-array notes 2.4 to 2.6, 3, 4.1) and apart from the models: addresses by nested loops, locks as numbers,
// streams as queues that take one descriptor's worth at a time. There is no time in it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/workload/plan.hpp"

namespace aie4::workload::test {

/// Where a word was first: argument + 1 in bits 63:56, its index below. 0: padding, or nothing was ever there.
using Word = std::uint64_t;
[[nodiscard]] constexpr Word host_word(std::uint32_t argument, std::uint64_t index) {
  return (std::uint64_t{argument} + 1) << 56 | index;
}

class PlanWalk {
 public:
  /// Reads and writes the core's memory.
  using Kernel = std::function<void(array::TileId tile, const std::vector<std::uint32_t>& rounds,
                                    std::vector<Word>& memory, const std::vector<compute::CoreBuffer>& operands)>;

  PlanWalk(const Plan& plan, Kernel kernel);

  /// Until nothing can happen any more. Empty if everything is done, or what still waits.
  [[nodiscard]] std::string run();

  /// How often each word of an argument was read or written.
  [[nodiscard]] const std::vector<std::uint32_t>& visits(std::uint32_t argument) const { return visits_[argument]; }
  /// What was written to a word of an argument last.
  [[nodiscard]] const std::vector<Word>& content(std::uint32_t argument) const { return content_[argument]; }

 private:
  struct Job {
    array::BufferDescriptor bd;
    std::uint32_t argument = 0;
  };
  struct Running {
    Channel channel;
    std::vector<array::BufferDescriptor> bds = {};
    std::uint8_t first_bd = 0;
    std::deque<Task> tasks = {};
    std::deque<Job> transfers = {};  // Of shim tiles.
    unsigned bd = 0;
    bool in_chain = false;
    std::deque<Word> queue = {};       // S2MM: what has arrived.
    std::vector<std::size_t> to = {};  // MM2S: receivers.
  };
  struct Core {
    array::TileId tile;
    const compute::CoreProgram* program = nullptr;
    std::size_t pc = 0;
    std::vector<std::uint32_t> rings = {};
    std::vector<std::pair<std::size_t, std::uint32_t>> loops = {};  // Instruction, round.
    bool done = false;
  };

  [[nodiscard]] std::vector<std::size_t> receivers(const Channel& sender) const;
  void follow(array::TileId tile, Port input, std::vector<std::size_t>& found, unsigned hops) const;
  bool step(Running& channel);
  bool step(Core& core);
  bool acquire(array::TileId tile, unsigned lock, int value);
  int& lock(array::TileId tile, unsigned number);
  std::vector<Word>& memory(array::TileId tile);

  const Plan& plan_;
  Kernel kernel_;
  std::vector<Running> channels_;
  std::vector<Core> cores_;
  std::map<unsigned, int> locks_;
  std::map<unsigned, std::vector<Word>> memories_;
  std::vector<std::vector<std::uint32_t>> visits_;
  std::vector<std::vector<Word>> content_;
};

}  // namespace aie4::workload::test
