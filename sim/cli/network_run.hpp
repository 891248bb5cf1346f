// SPDX-License-Identifier: Apache-2.0
// Runs the layers of a network, or of one operation, on a machine, and prints what came out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/cli/workload_options.hpp"
#include "sim/host/energy.hpp"
#include "sim/host/program_run.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/net/network.hpp"
#include "sim/workload/net/tensor_store.hpp"
#include "sim/workload/operation_run.hpp"
#include "sim/workload/program_cache.hpp"

namespace aie4::cli {

class NetworkRun {
 public:
  /// Both outlive the object. Throws WorkloadError if there is no assembler.
  NetworkRun(WorkloadOptions& options, const workload::Network& network);

  /// Layer by layer. False if one failed or was wrong; a chain ends where one failed.
  bool run(host::ProgramRunner& runner);

  [[nodiscard]] nlohmann::ordered_json json() const;
  /// What is to say of the network as a whole, for people.
  [[nodiscard]] std::string summary() const;
  /// Programs, and data if they are wanted.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  [[nodiscard]] bool chained() const { return network_.output.has_value(); }
  [[nodiscard]] bool as_table() const { return chained() || network_.layers.size() > 1; }
  workload::OperationReport run_layer(host::ProgramRunner& runner, std::size_t number, workload::LayerTotals& totals);
  workload::OperationReport run_once(host::ProgramRunner& runner, const workload::Layer& layer,
                                     const std::filesystem::path& elf, const workload::Flow* flow,
                                     const std::string& file_suffix);
  void emit_recipe(const std::filesystem::path& place, const std::vector<workload::Argument>& arguments) const;
  void finish_chain();

  WorkloadOptions& options_;
  const workload::Network& network_;
  workload::ProgramCache programs_;
  workload::TemporaryFolder folder_;
  std::optional<workload::TensorStore> tensors_;  ///< Where data flows from layer to layer.
  std::vector<std::byte> results_;                ///< Of the layer that runs, dense.
  std::uint64_t next_seed_;
  std::uint64_t executions_ = 0;
  workload::LayerTotals totals_;
  host::ResourceReport use_;
  host::Energy energy_;
  std::vector<std::pair<std::string, std::uint64_t>> parts_;
  std::vector<std::string> degenerate_;
  std::string failure_;
  std::string output_hash_;
  nlohmann::ordered_json reports_ = nlohmann::ordered_json::array();
};

}  // namespace aie4::cli
