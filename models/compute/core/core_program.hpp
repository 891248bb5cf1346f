// SPDX-License-Identifier: Apache-2.0
// What a core does, as data. Pure. Meaning, limits and image: docs/core-programs.md; the format is ours, the
// instruction set of AIE4 cores is not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aie4::compute {

inline constexpr std::size_t kMaxRings = 64;
inline constexpr std::size_t kMaxRingBuffers = 1024;
inline constexpr std::size_t kMaxKernelNames = 256;
inline constexpr std::size_t kMaxCallOperands = 6;
inline constexpr std::size_t kMaxCallParameters = 32;
inline constexpr std::size_t kMaxLoopDepth = 8;
inline constexpr std::size_t kMaxProgramName = 32;
inline constexpr std::size_t kMaxRingName = 16;
inline constexpr std::size_t kMaxKernelName = 24;
inline constexpr std::uint32_t kCascadeBeatBytes = 64;  ///< 512 bits (AIE4 tile-array notes 1.1).

/// The data memories that a core reaches: 128 KiB windows of its address space in this order, and 16 locks of each.
/// Source: AIE4 tile-array notes 1.4 and section 3.
enum class CoreNeighbour : std::uint8_t { South, West, North, Own };
inline constexpr std::uint32_t kCoreDataBase = 0x8'0000;
inline constexpr std::uint32_t kCoreDataWindow = 0x2'0000;
inline constexpr std::uint32_t kCoreDataEnd = kCoreDataBase + 4 * kCoreDataWindow;
inline constexpr unsigned kCoreLockWindow = 16;

[[nodiscard]] constexpr std::uint32_t core_address(CoreNeighbour tile, std::uint32_t offset) {
  return kCoreDataBase + static_cast<std::uint32_t>(tile) * kCoreDataWindow + offset;
}

enum class CoreOpcode : std::uint8_t {
  Acquire = 1,
  Release,
  Loop,
  End,
  Next,
  Kernel,
  GetStream,
  PutStream,
  GetCascade,
  PutCascade,
  Event,
  Write,
  Delay,
  Done
};

/// Bytes at a core data address; inside one tile's memory, at least 1.
struct CoreBuffer {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(const CoreBuffer&, const CoreBuffer&) = default;
};

/// Buffers that a program goes around in; it stands at the first one when the program starts.
struct CoreRing {
  std::string name = {};
  std::vector<CoreBuffer> buffers = {};

  friend bool operator==(const CoreRing&, const CoreRing&) = default;
};

/// A part of the present buffer of a ring; or an optional operand of a kernel that is left out.
struct CoreOperand {
  static constexpr std::uint8_t kNone = 0xFF;

  std::uint8_t ring = 0;  ///< kNone: left out; the rest is 0 then.
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;  ///< 0: to the end of the buffer.

  [[nodiscard]] bool left_out() const { return ring == kNone; }
  friend bool operator==(const CoreOperand&, const CoreOperand&) = default;
};

/// A number, or whether the innermost `depth` + 1 loops are all in their first or last round.
struct CoreParameter {
  enum class Kind : std::uint8_t { Start, End, Number };
  Kind kind = Kind::Number;
  std::uint32_t value = 0;  ///< Of a number; otherwise the depth, 0..7.

  friend bool operator==(const CoreParameter&, const CoreParameter&) = default;
};

/// Members that an opcode does not name are 0.
struct CoreInstruction {
  CoreOpcode opcode = CoreOpcode::Done;
  std::uint8_t lock = 0;                   ///< Acquire, Release: 0..63.
  std::int8_t change = 0;                  ///< Acquire: v waits for equal, -v for at least v; Release: -64..63.
  std::uint32_t count = 0;                 ///< Loop: rounds, 0 = forever; Next: steps; Delay: cycles.
  std::uint8_t ring = 0;                   ///< Next.
  std::uint8_t port = 0;                   ///< GetStream, PutStream.
  bool tlast = false;                      ///< PutStream.
  std::uint8_t event = 0;                  ///< Event: number.
  bool user = false;                       ///< Event: a user event, not an instruction event.
  std::uint32_t offset = 0;                ///< Write: in the window of the core's tile.
  std::uint32_t value = 0;                 ///< Write.
  std::uint16_t kernel = 0;                ///< Kernel: index into CoreProgram::kernels.
  std::vector<CoreOperand> operands = {};  ///< Kernel, and one of streams and cascades.
  std::vector<CoreParameter> parameters = {};

  friend bool operator==(const CoreInstruction&, const CoreInstruction&) = default;
};

struct CoreProgram {
  std::string name = {};
  std::vector<std::string> kernels = {};  ///< Names of the kernels that are called.
  std::vector<CoreRing> rings = {};
  std::vector<CoreInstruction> instructions = {};

  friend bool operator==(const CoreProgram&, const CoreProgram&) = default;
};

/// Where and why something is no core program.
struct CoreProgramError {
  std::string expected;
  std::string came;
  std::optional<std::size_t> instruction = {};  ///< Index, if it is the fault of one.
  std::optional<std::size_t> ring = {};
};

/// "acquire", "get stream": as in the text form.
[[nodiscard]] std::string_view to_string(CoreOpcode opcode);
/// "south", "west", "north", "own".
[[nodiscard]] std::string_view to_string(CoreNeighbour tile);

/// None: the program keeps all limits, its loops match, it ends with `done`. Which kernels there are is not looked at.
[[nodiscard]] std::optional<CoreProgramError> check(const CoreProgram& program);

/// For each `loop` the index of its `end` and the other way round; 0 for other instructions. The program is checked.
[[nodiscard]] std::vector<std::uint32_t> match_loops(const CoreProgram& program);

}  // namespace aie4::compute
