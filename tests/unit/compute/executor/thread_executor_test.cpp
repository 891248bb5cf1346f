// SPDX-License-Identifier: Apache-2.0
// Executors leave the same bytes, whoever computes and in whatever order calls are joined.
#include "sim/compute/thread_executor.hpp"

#include <memory>
#include <random>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/inline_executor.hpp"
#include "tests/support/catch.hpp"

using namespace aie4::compute;

namespace {

using Buffer = std::vector<std::byte>;

// Products of 8 x 8 x 8 in which each block of C adds up several: what cores do.
class Cores {
 public:
  static constexpr std::uint32_t kExtent = 8;

  Cores(std::size_t count, unsigned seed) : random_(seed) {
    for (std::size_t i = 0; i < count; ++i) {
      cores_.push_back({random_buffer(64), random_buffer(64), Buffer(256)});
    }
  }
  [[nodiscard]] KernelJob job(std::size_t core, bool first) {
    KernelJob job;
    job.call = default_call(*kernel_index("gemm"));
    const Kernel& gemm = kernels()[job.call.kernel];
    for (const std::string_view name : {"M", "K", "N"}) job.call.parameters[*parameter_index(gemm, name)] = kExtent;
    job.call.parameters[*parameter_index(gemm, "first")] = first ? 1 : 0;
    job.call.parameters[*parameter_index(gemm, "last")] = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      job.operands[i] = cores_[core][i];
      job.call.operands[i] = {static_cast<std::uint32_t>(i * 0x1000),
                              static_cast<std::uint32_t>(cores_[core][i].size())};
    }
    return job;
  }
  [[nodiscard]] const Buffer& result(std::size_t core) const { return cores_[core][2]; }
  [[nodiscard]] std::size_t size() const { return cores_.size(); }
  std::mt19937_64& random() { return random_; }

 private:
  Buffer random_buffer(std::size_t size) {
    Buffer buffer(size);
    for (std::byte& byte : buffer) byte = static_cast<std::byte>(random_());
    return buffer;
  }
  std::mt19937_64 random_;
  std::vector<std::array<Buffer, 3>> cores_;
};

// Each core has at most one call under way; joins come in a random order.
void run_rounds(KernelExecutor& executor, Cores& cores, unsigned rounds) {
  std::vector<KernelExecutor::Ticket> tickets(cores.size(), 0);
  std::vector<bool> begun(cores.size(), false);
  for (unsigned i = 0; i < rounds; ++i) {
    const std::size_t core = cores.random()() % cores.size();
    if (tickets[core] != 0) executor.join(tickets[core]);
    tickets[core] = executor.submit(cores.job(core, !begun[core]));
    REQUIRE(tickets[core] != 0);
    begun[core] = true;
  }
  for (std::size_t core = cores.size(); core-- > 0;) {
    if (tickets[core] != 0) executor.join(tickets[core]);
  }
}

}  // namespace

TEST_CASE("Any number of threads leaves the bytes that one leaves") {
  const unsigned threads = GENERATE(1U, 2U, 3U, 8U);
  Cores expected(12, 7);
  InlineExecutor inline_executor;
  run_rounds(inline_executor, expected, 3000);
  Cores cores(12, 7);
  ThreadExecutor executor(threads);
  CHECK(executor.threads() == threads);
  run_rounds(executor, cores, 3000);
  for (std::size_t core = 0; core < cores.size(); ++core) CHECK(cores.result(core) == expected.result(core));
}

TEST_CASE("A call is done when it has been joined, even if nobody else computes") {
  Cores cores(1, 1);
  ThreadExecutor executor(1);
  const KernelExecutor::Ticket ticket = executor.submit(cores.job(0, true));
  CHECK(cores.result(0) == Buffer(256));
  executor.join(ticket);
  CHECK(cores.result(0) != Buffer(256));
}

TEST_CASE("An executor can end with calls that nobody joined, or without any") {
  Cores cores(64, 2);
  ThreadExecutor idle(4);
  ThreadExecutor executor(4);
  for (std::size_t core = 0; core < cores.size(); ++core) {
    CHECK(executor.submit(cores.job(core, true)) == core + 1);
  }
}

TEST_CASE("Zero threads are as many as the host has, and there is a limit") {
  CHECK(ThreadExecutor(0).threads() >= 1);
  CHECK(ThreadExecutor(100'000).threads() == ThreadExecutor::kMaxThreads);
}

TEST_CASE("The executor for times alone leaves outputs as they are") {
  Cores cores(1, 3);
  TimingOnlyExecutor executor;
  const KernelExecutor::Ticket ticket = executor.submit(cores.job(0, true));
  CHECK(ticket != 0);
  executor.join(ticket);
  CHECK(cores.result(0) == Buffer(256));
}
