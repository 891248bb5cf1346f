// SPDX-License-Identifier: Apache-2.0
// Polls that are known to be in vain are not made. Nothing else may tell: each test runs a program with and without
// that knowledge, and compares.
#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "models/common/probe.hpp"
#include "models/registers/uc.hpp"
#include "tests/unit/cert/runner.hpp"

namespace aie4::cert::bench {
namespace {

constexpr std::uint64_t kStatus = 0x1'8570;
constexpr std::uint32_t kBusy = 0x0008'0005;
constexpr std::uint32_t kMask = 0x01F8'003C;
constexpr std::uint32_t kStopWord = 0x700;  // Of private memory, beyond the handshake.

/// Draws what touches as one.
struct Drawing : Probe {
  TrackId track(std::string_view path) override {
    paths.emplace_back(path);
    return static_cast<TrackId>(paths.size() - 1);
  }
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t) override {
    slices.emplace_back(track, begin.value(), end.value(), name);
  }
  void activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                std::uint64_t flow) override {
    const auto last = std::ranges::find_if(slices.rbegin(), slices.rend(),
                                           [track](const auto& drawn) { return std::get<0>(drawn) == track; });
    if (last != slices.rend() && std::get<2>(*last) == begin.value() && std::get<3>(*last) == name) {
      std::get<2>(*last) = end.value();
    } else {
      slice(track, begin, end, name, flow);
    }
  }
  void instant(TrackId, sc_core::sc_time, std::string_view, std::uint64_t) override {}
  void counter(TrackId, sc_core::sc_time, std::int64_t) override {}

  std::vector<std::string> paths;
  std::vector<std::tuple<TrackId, std::uint64_t, std::uint64_t, std::string>> slices;
};

struct Supervisor : RunSupervisor {
  Microcontroller& uc;
  std::optional<sc_core::sc_time> limit;

  explicit Supervisor(Microcontroller& on) : uc(on) {}
  [[nodiscard]] bool stop_requested() const override { return uc.private_memory()[kStopWord] != std::byte{0}; }
  [[nodiscard]] std::optional<sc_core::sc_time> deadline() const override { return limit; }
};

/// Runs the program at kFree once, and notes when that ended.
struct Supervised : ControllerProgram {
  Microcontroller& uc;
  CertCounters counters;
  Supervisor supervisor;
  JobRunner runner;
  std::uint64_t end_ps = 0;
  unsigned end = 99;

  Supervised(Microcontroller& on, std::optional<sc_core::sc_time> limit)
      : uc(on), supervisor(on), runner(on, counters) {
    supervisor.limit = limit;
  }
  void run() override {
    end = static_cast<unsigned>(runner.run({.code_address = kFree}, supervisor).end);
    end_ps = Bench::now_ps();
    for (;;) uc.sleep({WaitReason::Host, "nothing"});
  }
};

struct Outcome {
  unsigned end = 0;
  std::uint64_t end_ps = 0;
  std::uint32_t polls = 0;
  std::uint64_t busy_ps = 0;
  std::uint64_t operations = 0;
  std::array<std::uint64_t, kWaitReasons> stalled{};
  std::vector<std::tuple<TrackId, std::uint64_t, std::uint64_t, std::string>> slices;
  std::vector<std::uint64_t> writes_ps = {};
  std::string reports = {};

  bool operator==(const Outcome&) const = default;
};

struct Setting {
  Code program;
  std::optional<sc_core::sc_time> limit = {};
  std::uint32_t patience_ms = 0;
  sc_core::sc_time rests = {};  ///< When the channel does, since the program began; 0: never.
  /// What else happens, before and after time has passed.
  std::function<void(Bench&)> meanwhile = [](Bench&) { Bench::run_us(3000); };
};

/// `known`: it is told what the register will not be. `reads`: how many were made.
Outcome run(const Setting& setting, bool known, std::size_t& reads) {
  Supervised* made = nullptr;
  Parameters parameters;
  const std::optional<sc_core::sc_time> limit = setting.limit;
  Bench bench(parameters, [&made, limit](Microcontroller& uc, std::span<const std::byte>) {
    auto program = std::make_unique<Supervised>(uc, limit);
    made = program.get();
    return program;
  });
  ResourceRegistry resources;
  Drawing drawing;
  Microcontroller& uc = *bench.ucs[3];
  uc.observe(resources, &drawing);
  std::uint32_t status = kBusy;
  bench.bus.latency = sc_core::sc_time(60, sc_core::SC_NS);
  bench.bus.readers[kStatus] = [&] { return status; };
  if (known) bench.bus.not_before[kStatus] = [&] { return status == 0 ? nullptr : &bench.bus.done; };
  bench.bus.on_due = [&] { status = 0; };
  bench.host.map(kFree, setting.program.size());
  bench.host.write(kFree, setting.program);
  bench.set_handshake(hs::kLastPdiId, hs::kNothingLoaded, 3);
  bench.set_handshake(hs::kLastCoreElfId, hs::kNothingLoaded, 3);
  bench.set_handshake(hs::kOpcodeTimeoutConfig, setting.patience_ms, 3);
  bench.wake(3);
  if (setting.rests != sc_core::SC_ZERO_TIME) bench.bus.due.notify(setting.rests);
  setting.meanwhile(bench);
  REQUIRE(made != nullptr);
  Outcome outcome{.end = made->end,
                  .end_ps = made->end_ps,
                  .polls = bench.handshake(hs::kPreemptionMaskPoll, 3),
                  .slices = drawing.slices,
                  .reports = bench.diagnostics_text()};
  const ResourceUse& use = resources.rows().front();
  outcome.busy_ps = use.busy.value();
  outcome.operations = use.operations;
  for (std::size_t i = 0; i < kWaitReasons; ++i) outcome.stalled[i] = use.stalled[i].value();
  for (const ArrayAccess& access : bench.bus.log) {
    if (access.write) outcome.writes_ps.push_back(access.time_ps);
  }
  reads = bench.bus.reads_of(kStatus);
  return outcome;
}

/// Runs both ways; the outcome, which is the same, with far fewer reads.
Outcome compare(const Setting& setting) {
  std::size_t all = 0;
  std::size_t few = 0;
  const Outcome expected = run(setting, false, all);
  const Outcome came = run(setting, true, few);
  CHECK(came == expected);
  CHECK(all > 100);
  CHECK(few < all / 10);
  return came;
}

Code polling_job() {
  return code::job(0, {code::mask_poll_32(static_cast<std::uint32_t>(kStatus), kMask, 0), code::write_32(0x1000, 1)});
}

sc_core::sc_time ns(std::uint64_t count) {
  return sc_core::sc_time(static_cast<double>(count), sc_core::SC_NS);
}

TEST_CASE("polls that would be in vain cost no reads, and the program goes on at the same time") {
  // More than a round, in steps in which it meets their middle and their end.
  for (std::uint64_t after = 40'000; after <= 40'260; after += 5) {
    INFO(after);
    const Outcome outcome = compare({.program = code::program({{polling_job()}}), .rests = ns(after)});
    CHECK(outcome.end == static_cast<unsigned>(JobRunner::End::Done));
    REQUIRE(outcome.writes_ps.size() == 1);
  }
}

TEST_CASE("polls go on for as long as it takes") {
  const Outcome outcome = compare({.program = code::program({{polling_job()}}), .rests = ns(2'345'678)});
  CHECK(outcome.end == static_cast<unsigned>(JobRunner::End::Done));
  CHECK(outcome.polls > 15'000);
}

TEST_CASE("a request to stop is seen in the middle of polls") {
  for (std::uint64_t after = 50'000; after <= 50'130; after += 13) {
    INFO(after);
    const auto stop = [after](Bench& bench) {
      Bench::run_ns(after);
      std::uint32_t word = 1;
      tlm::tlm_generic_payload store;
      store.set_write();
      store.set_address(registers::uc::kPrivateDataMemory + kStopWord);
      store.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
      store.set_data_length(4);
      store.set_streaming_width(4);
      sc_core::sc_time delay;
      bench.bus.out.at(3)->b_transport(store, delay);
      Bench::run_us(100);
    };
    const Outcome outcome = compare({.program = code::program({{polling_job()}}), .meanwhile = stop});
    CHECK(outcome.end == static_cast<unsigned>(JobRunner::End::Stopped));
  }
}

TEST_CASE("a reset ends polls, and what they took until then counts") {
  for (std::uint64_t after = 50'000; after <= 50'130; after += 13) {
    INFO(after);
    const auto reset = [after](Bench& bench) {
      Bench::run_ns(after);
      bench.ucs[3]->set_reset(true);
      Bench::run_us(100);
    };
    std::size_t reads = 0;
    const Setting setting{.program = code::program({{polling_job()}}), .meanwhile = reset};
    Outcome expected = run(setting, false, reads);
    Outcome came = run(setting, true, reads);
    expected.polls = came.polls = 0;  // Nobody reads the handshake of a microcontroller that was reset.
    CHECK(came == expected);
  }
}

TEST_CASE("patience and deadlines end polls when they would have ended") {
  for (std::uint64_t limit = 60'000; limit <= 60'130; limit += 13) {
    INFO(limit);
    const Outcome outcome = compare({.program = code::program({{polling_job()}}), .limit = ns(limit)});
    CHECK(outcome.end == static_cast<unsigned>(JobRunner::End::TimedOut));
    CHECK(outcome.reports.find("last read 0x80005") != std::string::npos);
  }
  const Outcome outcome = compare({.program = code::program({{polling_job()}}), .patience_ms = 1});
  CHECK(outcome.end == static_cast<unsigned>(JobRunner::End::TimedOut));
}

TEST_CASE("a job that polls beside others gets its turns as ever") {
  const Code other = code::job(1, {code::mask_poll_32(0x2000, 1, 1), code::write_32(0x1004, 1)});
  const Setting setting{.program = code::program({{polling_job(), other}}), .rests = ns(30'000)};
  std::size_t all = 0;
  std::size_t known = 0;
  CHECK(run(setting, true, known) == run(setting, false, all));
  CHECK(known == all);
}

}  // namespace
}  // namespace aie4::cert::bench
