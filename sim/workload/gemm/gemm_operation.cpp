// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_operation.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>

#include "models/compute/kernels/catalogue.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/gemm/gemm_candidates.hpp"
#include "sim/workload/gemm/gemm_plan.hpp"
#include "sim/workload/gemm/gemm_routes.hpp"
#include "sim/workload/reference/gemm_reference.hpp"

namespace aie4::workload {
namespace {

using enum compute::ElementType;

/// Products that --check does at most; more are sampled.
constexpr std::uint64_t kCheckedMacs = std::uint64_t{1} << 30;

compute::MacType mac_type(const GemmProblem& p) {
  switch (p.a) {
    case i16:
      return compute::MacType::i16;
    case bf16:
      return compute::MacType::bf16;
    case bfp16:
      return compute::MacType::bfp16;
    case fp32:
      return compute::MacType::fp32;
    default:
      return p.b == i4 ? compute::MacType::i8_i4 : compute::MacType::i8;
  }
}

compute::KernelCall call_of(const GemmProblem& p, std::uint32_t m, std::uint32_t k, std::uint32_t n, bool first,
                            bool last) {
  const std::uint32_t index = compute::kernel_index("gemm").value();
  compute::KernelCall call = compute::default_call(index);
  const compute::Kernel& kernel = compute::kernels()[index];
  const auto set = [&](std::string_view name, std::uint32_t value) {
    call.parameters.at(compute::parameter_index(kernel, name).value()) = value;
  };
  set("M", m);
  set("K", k);
  set("N", n);
  set("type_a", static_cast<std::uint32_t>(p.a));
  set("type_b", static_cast<std::uint32_t>(p.b));
  set("type_c", static_cast<std::uint32_t>(p.c));
  set("transpose_b", p.b_rows ? 0 : 1);
  set("first", first ? 1 : 0);
  set("last", last ? 1 : 0);
  set("shift", p.shift);
  return call;
}

reference::GemmMatrices matrices_of(const GemmProblem& p, const GemmLayout& layout) {
  const std::uint64_t b_columns = p.b_rows ? p.n : p.k;
  return {.a = {p.a, layout.a_row_words * 4, layout.a_rows, p.k},
          .b = {p.b, layout.b_row_words * 4, layout.b_rows, b_columns},
          .c = {p.c, layout.c_row_words * 4, layout.c_rows, p.n}};
}

/// Buffers may have more rows than matrices.
TensorLayout layout_of(const reference::Matrix& matrix, std::uint64_t rows) {
  return {.type = matrix.type, .shape = {rows, matrix.columns}, .row_bytes = matrix.row_bytes};
}

}  // namespace

GemmTarget gemm_target(const GemmProblem& p, const Parameters& parameters, const MachineShape& shape) {
  const auto costs = std::make_shared<const compute::ComputeCosts>(parameters);
  const compute::ComputeCosts::Matrix& unit = costs->of(mac_type(p));
  GemmTarget target;
  target.columns = shape.columns;
  target.double_buffer = shape.double_buffer;
  target.rows = static_cast<unsigned>(std::min<std::uint64_t>(gemm::kMostRows, parameters.core_rows));
  target.memory_tile_bytes = parameters.mem_tile_bytes;
  target.beat_bytes = static_cast<double>(4 * parameters.stream_beat_words);
  target.unit_m = static_cast<std::uint32_t>(unit.r);
  target.unit_k = static_cast<std::uint32_t>(unit.s);
  target.unit_n = static_cast<std::uint32_t>(unit.t);
  target.call_cycles = [costs, p](std::uint32_t m, std::uint32_t k, std::uint32_t n, bool first, bool last) {
    return compute::cost(call_of(p, m, k, n, first, last), *costs).cycles;
  };
  const double cycles_per_us = static_cast<double>(parameters.aie_mhz);
  target.host_bytes_per_cycle = static_cast<double>(parameters.noc_bytes_per_us) / cycles_per_us;
  target.host_run_overhead = static_cast<double>(parameters.noc_run_overhead_bytes);
  target.channel_bursts_per_cycle = static_cast<double>(parameters.shim_outstanding) * 1000 /
                                    std::max<double>(1, static_cast<double>(parameters.noc_latency_ns)) / cycles_per_us;
  // A wait, three descriptors, three pushes.
  const auto control_ns = static_cast<double>(2 * parameters.token_wait_ns + 8 * parameters.opcode_ns +
                                              3 * parameters.uc_dma_bd_ns + 3 * parameters.register_access_ns);
  target.control_cycles = control_ns * cycles_per_us / 1000;
  target.one_controller = shape.one_controller;
  return target;
}

std::uint32_t usual_shift(const GemmProblem& p) {
  if (!compute::is_integer(p.a) || p.c == i32) return 0;
  const auto deviation = [](compute::ElementType type) {
    return std::ldexp(1.0, static_cast<int>(compute::bits_of(type))) / std::sqrt(12.0);
  };
  const double sums = deviation(p.a) * deviation(p.b) * std::sqrt(static_cast<double>(p.k));
  return static_cast<std::uint32_t>(std::max(0.0, std::round(std::log2(sums / deviation(p.c)))));
}

Operation product_operation(const GemmProblem& problem, const GemmTiling& t, const Parameters& parameters,
                            const MachineShape& shape) {
  Operation operation;
  operation.title = fmt::format("gemm {} x {} x {}, {} x {} -> {}", problem.m, problem.k, problem.n,
                                to_string(problem.a), to_string(problem.b), to_string(problem.c));
  operation.plan = plan_gemm(problem, t);
  operation.plan.overlap = shape.overlap;
  operation.plan.one_controller = shape.one_controller;
  // Control code is worth its while for some microseconds of work.
  constexpr double kBatchMicroseconds = 4;
  const double batch = kBatchMicroseconds * static_cast<double>(parameters.aie_mhz) * t.passes() / (t.cycles + 1);
  operation.plan.steps_in_batch = static_cast<std::uint32_t>(std::clamp(batch, 1.0, 4.0));
  operation.operations = 2 * problem.m * problem.k * problem.n;
  operation.facts = {{"array", fmt::format("{} x {} cores", t.columns, t.rows)},
                     {"tile", fmt::format("{} x {} x {} of {} x {} x {} in {} call{}", t.m, t.k, t.n, t.m, problem.k,
                                          t.n, t.calls, t.calls == 1 ? "" : "s")},
                     {"passes", fmt::format("{} x {}, {} stays in memory tiles for {}", t.m_passes, t.n_passes,
                                            t.a_stays ? "A" : "B", t.a_stays ? t.a.replays : t.b.replays)},
                     {"expected", fmt::format("{:.0f} cycles, bound by {}", t.cycles, t.bound)}};
  return operation;
}

Operation gemm_operation(const GemmProblem& problem, const Parameters& parameters, const MachineShape& shape,
                         const GemmWishes& wishes) {
  gemm::check_problem(problem);
  if (const std::string error = compute::check_parameters(call_of(problem, 64, 64, 64, true, true)); !error.empty()) {
    throw WorkloadError(error);
  }
  const GemmTiling t = tile_gemm(problem, gemm_target(problem, parameters, shape), wishes);
  Operation operation = product_operation(problem, t, parameters, shape);
  const reference::GemmMatrices matrices = matrices_of(problem, gemm_layout(problem, t));
  operation.inputs = [matrices](std::uint64_t seed) {
    return Buffers{random_matrix(matrices.a, 2 * seed), random_matrix(matrices.b, 2 * seed + 1), {}};
  };
  operation.check = [problem, matrices](const Buffers& before, const Buffers& after) {
    return reference::check_gemm(problem, matrices, before[gemm_argument::a], before[gemm_argument::b],
                                 after[gemm_argument::c], kCheckedMacs);
  };
  operation.operands = {layout_of(matrices.a, problem.m),
                        layout_of(matrices.b, problem.b_rows ? problem.k : problem.n)};
  operation.result = layout_of(matrices.c, problem.m);
  operation.products_in_sum = problem.k;
  return operation;
}

}  // namespace aie4::workload
