// SPDX-License-Identifier: Apache-2.0
// An operation made into an ELF and run on a machine with no virtual machine around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/host/program_run.hpp"
#include "sim/workload/breakdown.hpp"
#include "sim/workload/net/spread.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

/// Control code and ELF of a plan, as files `name`.asm, .json and .elf of the folder. Returns the ELF's path.
std::filesystem::path build(const Plan& plan, const std::string& name, const std::vector<std::string>& assembler,
                            const std::filesystem::path& folder);

struct OperationReport {
  std::string title;
  std::uint64_t operations = 0;
  std::vector<std::pair<std::string, std::string>> facts;
  host::ProgramRunReport run = {};  ///< Without its outputs, which are in `after`.
  Breakdown breakdown = {};
  Buffers after = {};                              ///< All arguments; empty if no data was moved.
  std::optional<reference::Verdict> verdict = {};  ///< If it was checked.
  std::optional<Spread> spread = {};               ///< Of the results, in chained networks.

  [[nodiscard]] bool succeeded() const { return run.succeeded() && (!verdict || verdict->ok()); }
  /// Of the last run.
  [[nodiscard]] std::uint64_t duration_ps() const { return run.durations_ps.empty() ? 0 : run.durations_ps.back(); }
  [[nodiscard]] double tera_operations_per_second() const;
};

/// In a context of its own, with `inputs`: contents of all arguments. Throws host::elf::ElfError if the ELF cannot be
/// loaded.
[[nodiscard]] OperationReport run_operation(host::ProgramRunner& runner, const Operation& operation,
                                            const std::filesystem::path& elf, Buffers inputs, unsigned repeat,
                                            bool check);

/// What all executions of a layer take together, as often as they count.
struct LayerTotals {
  std::uint64_t times = 0;
  std::uint64_t ps = 0;
  std::uint64_t operations = 0;

  void add(const LayerTotals& other);
};

/// One line for each layer of a network, what stands above them, and below.
/// `width`: of the longest name.
[[nodiscard]] std::string to_row(const std::string& name, std::size_t width, const LayerTotals& totals,
                                 const OperationReport& report);
[[nodiscard]] std::string row_head(std::size_t width, bool spread);
[[nodiscard]] std::string row_foot(std::size_t width, const LayerTotals& totals);
/// For people, and one JSON object for machines.
[[nodiscard]] std::string to_text(const OperationReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const OperationReport& report);

}  // namespace aie4::workload
