// SPDX-License-Identifier: Apache-2.0
// One program on one bare uC, without host queue: for tests of opcodes.
#pragma once

#include <memory>
#include <optional>

#include "firmware-stub/cert/job_runner.hpp"
#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {

using Numbers = std::vector<std::uint32_t>;

struct Patient : RunSupervisor {
  [[nodiscard]] bool stop_requested() const override { return false; }
  [[nodiscard]] std::optional<sc_core::sc_time> deadline() const override { return std::nullopt; }
};

/// Firmware that does nothing but run the program at kFree once.
struct RunOnce : ControllerProgram {
  Microcontroller& uc;
  CertCounters counters;
  Patient patient;
  JobRunner runner;
  std::optional<JobRunner::Result> result;

  explicit RunOnce(Microcontroller& on) : uc(on), runner(on, counters) {}
  void run() override {
    result = runner.run({.code_address = kFree}, patient);
    for (;;) uc.sleep({WaitReason::Host, "nothing"});
  }
};

/// Runs `program` on a bare uC 3.
struct Runner {
  static constexpr unsigned kUc = 3;
  RunOnce* program = nullptr;
  Bench bench;

  /// The program begins when the test lets time pass.
  explicit Runner(const Code& code, const Parameters& parameters = {})
      : bench(parameters, [this](Microcontroller& uc, std::span<const std::byte>) {
          auto made = std::make_unique<RunOnce>(uc);
          program = made.get();
          return made;
        }) {
    bench.host.map(kFree, code.size());
    bench.host.write(kFree, code);
    bench.set_handshake(hs::kLastPdiId, hs::kNothingLoaded, kUc);
    bench.set_handshake(hs::kLastCoreElfId, hs::kNothingLoaded, kUc);
    bench.wake(kUc);
  }
  void finish(std::uint64_t us = 10'000) {
    Bench::run_us(us);
    REQUIRE(program != nullptr);
    REQUIRE(program->result);
  }
  [[nodiscard]] JobRunner::Result result() const { return *program->result; }
  /// The body offsets at which the uC was given up, in order. One opcode takes 1000 ns, START_JOB nothing more.
  Numbers handovers(std::uint64_t us) {
    Numbers seen;
    for (std::uint64_t i = 0; i < 2 * us; ++i) {
      Bench::run_ns(500);
      const std::uint32_t ppc = bench.handshake(hs::kPpc, kUc);
      if (seen.empty() ? ppc != 0 : ppc != seen.back()) seen.push_back(ppc);
    }
    return seen;
  }
};

}  // namespace aie4::cert::bench
