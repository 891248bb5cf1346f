// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_core.hpp"

#include "models/compute/kernels/rounding.hpp"
#include "sim/workload/core_builder.hpp"
#include "sim/workload/gemm/gemm_candidates.hpp"
#include "sim/workload/narrow.hpp"

namespace aie4::workload::gemm {
namespace {

constexpr std::uint64_t kAlignment = 64;

}  // namespace

CoreBuffers core_buffers(const GemmProblem& p, const GemmTiling& t) {
  CoreBuffers buffers;
  buffers.a_bytes = narrow(words_of(p.a, std::uint64_t{t.m} * t.k) * 4);
  buffers.b_bytes = narrow(words_of(p.b, std::uint64_t{t.n} * t.k) * 4);
  buffers.c_bytes = narrow(words_of(p.c, std::uint64_t{t.m} * t.n) * 4);
  buffers.sums_bytes = t.sums ? narrow(std::uint64_t{t.m} * t.n * sum_bytes(p)) : 0;
  buffers.a_step = narrow(round_up(buffers.a_bytes, kAlignment));
  buffers.b_step = narrow(round_up(buffers.b_bytes, kAlignment));
  buffers.c_step = narrow(round_up(buffers.c_bytes, kAlignment));
  buffers.b = buffers.a + t.core_buffers * buffers.a_step;
  buffers.c = buffers.b + t.core_buffers * buffers.b_step;
  buffers.sums = buffers.c + t.core_outputs * buffers.c_step;
  return buffers;
}

compute::CoreProgram core_program(const GemmProblem& p, const GemmTiling& t) {
  const CoreBuffers buffers = core_buffers(p, t);
  CoreBuilder core("gemm");
  const auto a = core.ring("a", buffers.a, buffers.a_bytes, buffers.a_step, t.core_buffers);
  const auto b = core.ring("b", buffers.b, buffers.b_bytes, buffers.b_step, t.core_buffers);
  const auto c = core.ring("c", buffers.c, buffers.c_bytes, buffers.c_step, t.core_outputs);
  std::vector<compute::CoreOperand> operands = {{.ring = a}, {.ring = b}, {.ring = c}};
  if (buffers.sums_bytes != 0) operands.push_back({.ring = core.ring("sums", buffers.sums, buffers.sums_bytes, 0, 1)});

  core.loop(t.passes());
  core.acquire(kCEmpty);
  core.loop(t.calls);
  core.acquire(kAFull);
  core.acquire(kBFull);
  core.kernel("gemm", operands,
              {{"M", t.m},
               {"K", t.k},
               {"N", t.n},
               {"type_a", static_cast<std::uint32_t>(p.a)},
               {"type_b", static_cast<std::uint32_t>(p.b)},
               {"type_c", static_cast<std::uint32_t>(p.c)},
               {"s", t.block_k},
               {"transpose_b", p.b_rows ? 0U : 1U},
               {"first", CoreBuilder::kFirstRound},
               {"last", CoreBuilder::kLastRound},
               {"shift", p.shift},
               {"rounding", static_cast<std::uint32_t>(compute::Rounding::conv_even)},
               {"relu", p.relu ? 1U : 0U}});
  core.release(kAEmpty);
  core.release(kBEmpty);
  core.next(a);
  core.next(b);
  core.end();
  core.release(kCFull);
  core.next(c);
  core.end();
  return core.done();
}

}  // namespace aie4::workload::gemm
