// SPDX-License-Identifier: Apache-2.0
// What most tests of CERT start from: a bench, a queue, a few programs in host memory.
#pragma once

#include <cstdint>
#include <vector>

#include "firmware-stub/cert/handshake.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/cert/guest.hpp"

namespace aie4::cert::bench {

namespace hs = handshake;

inline constexpr std::uint64_t kQueue = 0x10'0000;
inline constexpr std::uint64_t kNop = 0x800'0000;       ///< A NOP program.
inline constexpr std::uint64_t kBad = 0x801'0000;       ///< An unassigned opcode: ends with error code 3.
inline constexpr std::uint64_t kFree = 0x900'0000;      ///< For the test's own programs.
inline constexpr std::uint64_t kNowhere = 0xDEAD'0000;  ///< Not mapped.

inline constexpr std::uint32_t kNew = GuestQueue::kCompletionState;
inline constexpr std::uint32_t kCompleted = 4;
inline constexpr std::uint32_t kAborted = 6;
[[nodiscard]] constexpr std::uint32_t error(std::uint32_t code) {
  return code << 4 | 5;
}

struct Rig {
  Bench bench;
  GuestQueue queue;

  explicit Rig(const Parameters& parameters = {}, QueueLayout layout = QueueLayout::Wide, std::uint32_t capacity = 32,
               std::uint64_t first_index = 0)
      : bench(parameters), queue(bench, kQueue, layout, capacity, first_index) {
    load(kNop, code::nop_program());
    load(kBad, code::program({{code::job(0, {code::bytes({0x24, 0, 0, 0})})}}));
    bench.connect(kQueue);
  }

  void load(std::uint64_t address, const Code& program) {
    bench.host.map(address, program.size());
    bench.host.write(address, program);
  }
  /// Doorbell, and long enough for a few dozen short commands.
  void ring(std::uint64_t us = 1000) {
    bench.doorbell();
    Bench::run_us(us);
  }
  /// Runs a program on the lead; returns its completion word.
  std::uint32_t run(const Code& program) {
    load(kFree, program);
    const std::uint64_t index = queue.direct(kFree);
    ring();
    return queue.completion(index);
  }
  [[nodiscard]] std::vector<std::uint32_t> completions(std::uint64_t first, std::size_t count) const {
    std::vector<std::uint32_t> words;
    for (std::size_t i = 0; i < count; ++i) words.push_back(queue.completion(first + i));
    return words;
  }
  [[nodiscard]] bool idle() { return (bench.handshake(hs::kCertIdleStatus) & hs::kIdleCert) != 0; }
};

}  // namespace aie4::cert::bench
