// SPDX-License-Identifier: Apache-2.0
// `aie4sim gemm`: a matrix product of any shape on the array.
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/config.hpp"
#include "sim/workload/error.hpp"

namespace aie4::cli {
namespace {

struct GemmOptions {
  workload::GemmProblem problem;
  std::string dtype = "i8";
  std::string dtype_b;
  std::string dtype_c;
  std::string b_layout = "nk";
  int shift = -1;
  std::vector<std::uint32_t> tile;
  std::uint32_t group = 0;
  WorkloadOptions common;
};

int run(GemmOptions& options) {
  const Configuration configuration = options.common.configuration.apply();
  config::check(configuration);
  workload::GemmProblem problem = options.problem;
  problem.a = parse_type("--dtype", options.dtype);
  problem.b = options.dtype_b.empty() ? problem.a : parse_type("--dtype-b", options.dtype_b);
  problem.c = options.dtype_c.empty() ? problem.a : parse_type("--dtype-c", options.dtype_c);
  problem.b_rows = options.b_layout == "kn";
  workload::GemmWishes wishes{.group = options.group};
  if (!options.tile.empty()) {
    wishes.m = options.tile[0];
    wishes.k = options.tile[1];
    wishes.n = options.tile[2];
  }
  try {
    problem.shift = options.shift >= 0 ? static_cast<std::uint32_t>(options.shift) : workload::usual_shift(problem);
    const workload::Operation operation =
        workload::gemm_operation(problem, configuration.parameters, options.common.shape(), wishes);
    return run_workload(options.common, configuration, operation);
  } catch (const workload::WorkloadError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_gemm(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("gemm", "Multiply matrices on the array: time, rate, what bounds it");
  const auto options = std::make_shared<GemmOptions>();
  command->add_option("--m", options->problem.m, "Rows of A and C")->required();
  command->add_option("--n", options->problem.n, "Columns of B and C")->required();
  command->add_option("--k", options->problem.k, "Columns of A, rows of B")->required();
  command->add_option("--dtype", options->dtype, "Type of A: i8, i16, bf16, fp32 or bfp16")->capture_default_str();
  command->add_option("--dtype-b", options->dtype_b, "Type of B: that of A, or i4 with i8");
  command->add_option("--dtype-c", options->dtype_c, "Type of C (default: that of A)");
  command
      ->add_option("--b-layout", options->b_layout,
                   "B lies as N x K (nk, like weights of linear layers) or as K x N (kn)")
      ->check(CLI::IsMember({"nk", "kn"}))
      ->capture_default_str();
  command->add_option("--shift", options->shift, "Bits to shift sums of integers (default: what suits random data)")
      ->check(CLI::Range(0, 62));
  command->add_flag("--relu", options->problem.relu, "Negative results become 0");
  command->add_option("--tile", options->tile, "M,K,N of a kernel call; 0: the planner's choice")
      ->delimiter(',')
      ->expected(3);
  command->add_option("--group", options->group, "Passes for which an operand stays in memory tiles");
  options->common.add_to(*command);
  command->footer("All times are simulated; equal arguments give equal results.\n\n" +
                  examples({"aie4sim gemm --m 4096 --n 4096 --k 4096 --dtype i8",
                            "aie4sim gemm --m 100 --n 77 --k 333 --dtype bf16 --check --columns 1",
                            "aie4sim gemm --m 512 --n 512 --k 512 --no-overlap --set noc.bytes_per_us=40000"}));
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace aie4::cli
