// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/array_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "models/common/fresh_kernel.hpp"
#include "models/compute/kernels/inline_executor.hpp"
#include "sim/host/elf/elf_image.hpp"
#include "sim/host/program_run.hpp"
#include "sim/machine/machine.hpp"
#include "sim/validate/bench.hpp"
#include "sim/validate/slices.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/gemm/gemm_operation.hpp"
#include "sim/workload/operation_run.hpp"

namespace aie4::validate {
namespace {

/// Keeps first and last of what shim DMAs did, and nothing else: there are millions of slices.
class ShimTimes final : public Probe {
 public:
  TrackId track(std::string_view path) override {
    shim_.push_back(path.find("/shim tile 0/DMA/") != std::string_view::npos);
    return static_cast<TrackId>(shim_.size() - 1);
  }
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t /*flow*/) override {
    if (!shim_.at(track) || !name.starts_with("BD ")) return;
    first_ = std::min<std::uint64_t>(first_, begin.value());
    last_ = std::max<std::uint64_t>(last_, end.value());
  }
  void activity(TrackId /*track*/, sc_core::sc_time /*begin*/, sc_core::sc_time /*end*/, std::string_view /*name*/,
                std::uint64_t /*flow*/) override {}
  void instant(TrackId /*track*/, sc_core::sc_time /*at*/, std::string_view /*name*/, std::uint64_t /*flow*/) override {
  }
  void counter(TrackId /*track*/, sc_core::sc_time /*at*/, std::int64_t /*value*/) override {}

  [[nodiscard]] std::uint64_t between() const { return last_ < first_ ? 0 : last_ - first_; }

 private:
  std::vector<bool> shim_;
  std::uint64_t first_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last_ = 0;
};

}  // namespace

std::uint64_t time_of(const Configuration& configuration, const ArrayRun& run,
                      const std::vector<std::string>& assembler) {
  try {
    const Parameters& parameters = configuration.parameters;
    const workload::MachineShape shape{.columns = static_cast<unsigned>(parameters.columns),
                                       .double_buffer = run.double_buffer,
                                       .overlap = run.overlap,
                                       .one_controller = run.one_controller};
    const workload::Operation operation = workload::gemm_operation(run.problem, parameters, shape, run.wishes);
    const workload::TemporaryFolder folder;
    const std::filesystem::path elf = workload::build(operation.plan, "product", assembler, folder.path());
    const workload::Buffers zeros(operation.plan.arguments.size());

    const FreshKernel kernel;
    ShimTimes times;
    compute::TimingOnlyExecutor executor;
    Configuration timed = configuration;
    timed.executor = &executor;
    std::string complaint;
    Machine machine(
        timed,
        [&complaint](const Diagnostic& diagnostic) {
          if (diagnostic.category != FaultCategory::Unmodelled && complaint.empty()) complaint = diagnostic.text();
        },
        &times);
    host::ProgramRunner runner(machine, host::AddressMode::Iova);
    runner.up();
    const workload::OperationReport report = workload::run_operation(runner, operation, elf, zeros, 1, false);
    runner.down();
    if (!report.succeeded()) throw ExperimentError(report.run.failure);
    if (!complaint.empty()) throw ExperimentError(complaint);
    return times.between();
  } catch (const workload::WorkloadError& error) {
    throw ExperimentError(error.what());
  } catch (const host::elf::ElfError& error) {
    throw ExperimentError(error.what());
  }
}

}  // namespace aie4::validate
