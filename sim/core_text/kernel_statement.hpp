// SPDX-License-Identifier: Apache-2.0
// The statement `kernel`: operands and parameters by the catalogue.
#pragma once

#include <functional>

#include "models/compute/core/core_program.hpp"
#include "sim/core_text/statement.hpp"

namespace aie4::core_text {

/// Reads an operand from its text.
using OperandParser = std::function<compute::CoreOperand(std::string_view text)>;

/// The rest of the statement behind the kernel's name, into `instruction`.
void parse_kernel_call(Statement& statement, std::string_view kernel, const OperandParser& operand,
                       compute::CoreInstruction& instruction);

/// What can be said of the call before it runs: parameters, and the bytes of the buffers. `program` has the rings.
void check_kernel_call(const Place& place, const compute::CoreProgram& program,
                       const compute::CoreInstruction& instruction);

}  // namespace aie4::core_text
