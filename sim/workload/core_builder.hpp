// SPDX-License-Identifier: Apache-2.0
// Core programs by name: rings, locks, loops and kernel calls with the parameters that matter. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/compute/core/core_program.hpp"

namespace aie4::workload {

class CoreBuilder {
 public:
  enum RoundOfLoop : std::uint8_t { kFirstRound, kLastRound };
  using Value = std::variant<std::uint32_t, RoundOfLoop>;
  using Parameters = std::vector<std::pair<std::string_view, Value>>;

  explicit CoreBuilder(std::string name);

  /// `count` buffers of the own data memory, `step` bytes apart. Returns the number of the ring.
  std::uint8_t ring(std::string name, std::uint32_t offset, std::uint32_t bytes, std::uint32_t step, unsigned count);
  /// An own lock, at least 1.
  void acquire(std::uint8_t lock);
  void release(std::uint8_t lock);
  void loop(std::uint32_t count);
  void end();
  void next(std::uint8_t ring);
  /// Operands in the kernel's order: a ring, or a part of its present buffer. Parameters by name; the others have their
  /// defaults.
  void kernel(std::string_view name, const std::vector<compute::CoreOperand>& operands, const Parameters& parameters);
  [[nodiscard]] compute::CoreProgram done();

 private:
  compute::CoreProgram program_;
};

}  // namespace aie4::workload
