// SPDX-License-Identifier: Apache-2.0
// Opcodes for whoever looks at a run later, and those that are refused. Source: AIE4 control-code notes 2.3.
#include <array>
#include <fmt/format.h>

#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

/// The clock is not public: simulated nanoseconds.
JobRunner::Step JobRunner::save_timestamps(Job& /*job*/, const Instruction& instruction) {
  spend();
  const auto now = static_cast<std::uint64_t>(sc_core::sc_time_stamp() / sc_core::sc_time(1, sc_core::SC_NS));
  records_.append(
      std::array{instruction.operands[0], static_cast<std::uint32_t>(now >> 32U), static_cast<std::uint32_t>(now)});
  return Step::Continue;
}

JobRunner::Step JobRunner::save_register(Job& /*job*/, const Instruction& instruction) {
  std::uint32_t value = 0;
  if (!load(instruction, instruction.operands[0], value)) return Step::Fault;
  spend();
  records_.append(std::array{value, instruction.operands[1]});
  return Step::Continue;
}

JobRunner::Step JobRunner::rejected(Job& /*job*/, const Instruction& instruction) {
  return invalid(instruction, "an opcode that release firmware for AIE4 executes",
                 std::string(instruction.info->mnemonic));
}

}  // namespace aie4::cert
