// SPDX-License-Identifier: Apache-2.0
// `aie4sim net`: a network, layer by layer, on the array.
#include <cstdint>
#include <memory>
#include <string>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/config.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/net/network.hpp"

namespace aie4::cli {
namespace {

constexpr std::size_t kDescriptionLimit = std::size_t{16} << 20;

struct NetOptions {
  std::string file;
  std::uint64_t batch = 1;
  WorkloadOptions common;
};

int run(NetOptions& options) {
  const Configuration configuration = options.common.configuration.apply();
  config::check(configuration);
  const std::vector<std::byte> text = read_file(options.file, kDescriptionLimit);
  try {
    const workload::Network network =
        workload::read_network({reinterpret_cast<const char*>(text.data()), text.size()}, options.batch,
                               configuration.parameters, options.common.shape(configuration.parameters));
    return run_workload(options.common, configuration, network);
  } catch (const workload::WorkloadError& error) {
    throw UsageError(options.file + ": " + error.what());
  }
}

}  // namespace

void add_net(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("net", "Run a network on the array, layer by layer");
  const auto options = std::make_shared<NetOptions>();
  command->add_option("file", options->file, "Description: JSON, see docs/workloads.md and docs/examples")->required();
  command->add_option("--batch", options->batch, "Inputs, one after the other")
      ->check(CLI::Range(1U, 4096U))
      ->capture_default_str();
  options->common.add_to(*command);
  command->footer(
      "Where layers have `inputs`, results are inputs of others; else each has seeded data of its own. All times are "
      "simulated.\n\n" +
      examples({"aie4sim net docs/examples/resnet50.json --batch 1 --check"}));
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace aie4::cli
