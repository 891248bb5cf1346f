// SPDX-License-Identifier: Apache-2.0
// A page of control code as bytes: its header, the list of jobs in it, the instructions of a job. Pure: no SystemC.
// Source: aiebu assembler and isa-spec (AIE4 control-code notes 1.2, 1.3, 2.1).
//
// What ends a command with INVALID_PAGE and what with INVALID_OPCODE is our choice, because no public source says more
// than the names: a byte that is no opcode, or an operand that names nothing, is an invalid opcode; everything that is
// wrong with the frame around opcodes (header, job sizes, ids, a missing END_JOB or EOF, an instruction in the wrong
// place or across the end) is an invalid page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "firmware-stub/cert/bytes.hpp"
#include "firmware-stub/cert/opcodes.hpp"

namespace aie4::cert {

struct PageHeader {
  static constexpr std::uint32_t kPageSize = 8192;  ///< Stride of pages in host memory.
  static constexpr std::uint32_t kSize = 16;
  static constexpr std::uint16_t kSignature = 0xFFFF;
  /// The shortest page: header and EOF.
  static constexpr std::uint32_t kMinLength = kSize + 4;

  std::uint16_t signature = 0;
  std::uint16_t page_index = 0;
  std::uint16_t cur_page_len = 0;       ///< Bytes of this page, header included: an upper bound of the bytes used.
  std::uint16_t in_order_page_len = 0;  ///< cur_page_len of the next page of the sequence; 0: this is the last.
  bool busy_poll_hint = false;

  friend bool operator==(const PageHeader&, const PageHeader&) = default;
};

/// `bytes`: at least 16.
[[nodiscard]] PageHeader parse_page_header(std::span<const std::byte> bytes);
/// Whether this is page `expected_index` and all of it is among the `available` bytes that were fetched.
[[nodiscard]] std::optional<Problem> check_page_header(const PageHeader& header, std::uint32_t expected_index,
                                                       std::uint32_t available);

enum class CodeFault : std::uint8_t { InvalidOpcode, InvalidPage };

/// Why code cannot be run any further.
struct CodeProblem {
  CodeFault fault = CodeFault::InvalidPage;
  std::uint32_t offset = 0;  ///< Body offset.
  Problem problem;
};

// In what follows, `body` is what lies between the page header and cur_page_len, and offsets count from its first byte.

/// What stands at START_JOB, START_JOB_DEFERRED or START_COND_JOB_PREEMPT.
struct JobHeader {
  Opcode start_opcode = Opcode::START_JOB;
  std::uint16_t id = 0;
  std::uint32_t start = 0;  ///< Offset of START_*.
  std::uint32_t size = 0;   ///< START_* up to and including END_JOB.

  [[nodiscard]] std::uint32_t first_instruction() const { return start + 8; }
  [[nodiscard]] std::uint32_t end() const { return start + size; }
};

struct EndOfPage {};

/// The next entry of the job list: `offset` is 0 at first, then `end()` of the job before.
[[nodiscard]] std::variant<JobHeader, EndOfPage, CodeProblem> next_job(std::span<const std::byte> body,
                                                                       std::uint32_t offset);
/// The instruction of `job` at `pc`. END_JOB is returned only as the job's last instruction; START_* and EOF never.
[[nodiscard]] std::variant<Instruction, CodeProblem> next_instruction(std::span<const std::byte> body,
                                                                      const JobHeader& job, std::uint32_t pc);

}  // namespace aie4::cert
