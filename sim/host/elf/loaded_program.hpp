// SPDX-License-Identifier: Apache-2.0
// A program in memory that the device reads: buffers, patches applied, ready to be submitted (control-code notes, 3.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/host/driver/queue.hpp"
#include "sim/host/elf/program.hpp"
#include "sim/host/memory.hpp"

namespace aie4::host::elf {

/// Owns instruction, control-packet and scratch buffers of one instance.
class LoadedProgram {
 public:
  /// Preemption scratch buffer of each column (XRT: 3 MiB on every AIE4 part).
  static constexpr std::uint64_t kScratchPerColumn = 3ULL << 20;

  /// Copies and patches. `arguments`: device addresses by number; one that no patch names may be missing.
  /// `columns`: of the partition, for programs that do not say. Throws ElfError: a patch names something unknown or an
  /// argument that was not given.
  LoadedProgram(DmaDomain& domain, const Instance& instance, std::span<const std::uint64_t> arguments,
                unsigned columns);

  /// What a packet names, by ascending uC.
  [[nodiscard]] const std::vector<Work>& work() const { return work_; }

 private:
  [[nodiscard]] std::uint64_t value_of(const Patch& patch, const Instance& instance,
                                       std::span<const std::uint64_t> arguments) const;

  std::unique_ptr<DmaBuffer> code_;
  std::vector<std::uint64_t> code_addresses_;  // By index in the instance.
  std::vector<DmaBuffer> control_packets_;
  std::unique_ptr<DmaBuffer> scratch_;
  std::vector<Work> work_;
};

}  // namespace aie4::host::elf
