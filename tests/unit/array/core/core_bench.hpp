// SPDX-License-Identifier: Apache-2.0
// An array whose cores get programs as control code gives them: by writes into program memory and to core_control.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/common/fresh_kernel.hpp"
#include "models/compute/core/core_image.hpp"
#include "tests/unit/array/tile/array_bench.hpp"

namespace aie4::array {

// In the window of a compute tile; typed in from the AIE4 tile-array notes, section 5.
inline constexpr std::uint64_t kProgramMemory = 0x8'0000;
inline constexpr std::uint64_t kCoreControl = 0xA'3000;
inline constexpr std::uint64_t kCoreStatus = 0xA'3004;
inline constexpr std::uint64_t kPc = 0x9'5540;
inline constexpr std::uint64_t kLocks = 0xA'E000;
inline constexpr std::uint32_t kDone = 1U << 20;
inline constexpr std::uint32_t kErrorHalt = 1U << 19;
inline constexpr std::uint32_t kDebugHalt = 1U << 16;

/// Rows of compute tiles from the south: 0..3.
[[nodiscard]] constexpr std::uint64_t compute(unsigned column, unsigned row) {
  return column * kColumn + 0x60'0000 + row * 0x10'0000ULL;
}

/// Instructions, made short.
namespace core {

using compute::CoreInstruction;
using compute::CoreOpcode;
using compute::CoreParameter;

inline constexpr unsigned kSouth = 0;
inline constexpr unsigned kWest = 16;
inline constexpr unsigned kNorth = 32;
inline constexpr unsigned kOwn = 48;

inline CoreInstruction acquire_ge(unsigned lock, int value) {
  return {.opcode = CoreOpcode::Acquire,
          .lock = static_cast<std::uint8_t>(lock),
          .change = static_cast<std::int8_t>(-value)};
}
inline CoreInstruction acquire_eq(unsigned lock, int value) {
  return {.opcode = CoreOpcode::Acquire,
          .lock = static_cast<std::uint8_t>(lock),
          .change = static_cast<std::int8_t>(value)};
}
inline CoreInstruction release(unsigned lock, int change) {
  return {.opcode = CoreOpcode::Release,
          .lock = static_cast<std::uint8_t>(lock),
          .change = static_cast<std::int8_t>(change)};
}
inline CoreInstruction loop(std::uint32_t rounds) {
  return {.opcode = CoreOpcode::Loop, .count = rounds};
}
inline CoreInstruction end() {
  return {.opcode = CoreOpcode::End};
}
inline CoreInstruction next(unsigned ring, std::uint32_t steps = 1) {
  return {.opcode = CoreOpcode::Next, .count = steps, .ring = static_cast<std::uint8_t>(ring)};
}
inline CoreInstruction delay(std::uint32_t cycles) {
  return {.opcode = CoreOpcode::Delay, .count = cycles};
}
inline CoreInstruction transfer(CoreOpcode opcode, unsigned ring, unsigned port = 0, bool tlast = false) {
  return {.opcode = opcode,
          .port = static_cast<std::uint8_t>(port),
          .tlast = tlast,
          .operands = {{.ring = static_cast<std::uint8_t>(ring)}}};
}
inline CoreInstruction done() {
  return {};
}

}  // namespace core

struct CoreBench : ArrayBench {
  using ArrayBench::ArrayBench;

  /// A program of these instructions on these rings.
  [[nodiscard]] static std::vector<std::byte> image(std::vector<compute::CoreInstruction> instructions,
                                                    std::vector<compute::CoreBuffer> buffers = {}) {
    compute::CoreProgram program{.name = "test", .kernels = {"gemm"}, .instructions = std::move(instructions)};
    for (const compute::CoreBuffer& buffer : buffers) {
      program.rings.push_back({"r" + std::to_string(program.rings.size()), {buffer}});
    }
    return encoded(program);
  }
  [[nodiscard]] static std::vector<std::byte> encoded(const compute::CoreProgram& program) {
    auto result = compute::encode_core_image(program);
    if (const auto* error = std::get_if<compute::CoreProgramError>(&result))
      FAIL(error->expected << ": " << error->came);
    return std::get<std::vector<std::byte>>(std::move(result));
  }
  void load(std::uint64_t tile, std::vector<std::byte> bytes) {
    master.access(tlm::TLM_WRITE_COMMAND, tile + kProgramMemory, bytes);
    REQUIRE(master.ok());
  }
  void enable(std::uint64_t tile) { write(tile + kCoreControl, 1); }
  [[nodiscard]] std::uint32_t status(std::uint64_t tile) { return read(tile + kCoreStatus); }
  [[nodiscard]] bool is_done(std::uint64_t tile) { return (status(tile) & kDone) != 0; }
  /// Loads, enables, and returns after how many cycles (nanoseconds) the core is done.
  double cycles_of(std::uint64_t tile, std::vector<std::byte> bytes) {
    load(tile, std::move(bytes));
    const sc_core::sc_time start = sc_core::sc_time_stamp();
    enable(tile);
    REQUIRE(bench::run_until([&] { return is_done(tile); }));
    return (sc_core::sc_time_stamp() - start) / bench::ns(1);
  }
  void set_lock(std::uint64_t tile, unsigned lock, std::uint32_t value) { write(tile + kLocks + 0x10 * lock, value); }
  [[nodiscard]] std::uint32_t lock(std::uint64_t tile, unsigned number) { return read(tile + kLocks + 0x10 * number); }
};

}  // namespace aie4::array
