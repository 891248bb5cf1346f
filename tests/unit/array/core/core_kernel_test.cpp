// SPDX-License-Identifier: Apache-2.0
// Kernel calls of cores: results against sums written down here, times against the catalogue's costs, and what happens
// when somebody looks while a kernel runs.
#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/executor.hpp"
#include "tests/unit/array/core/core_bench.hpp"

namespace aie4::array {
namespace {

using namespace core;
using bench::ns;
using compute::kernels;

constexpr std::uint64_t kTile = compute(0, 1);
constexpr std::uint32_t kM = 16;
constexpr std::uint32_t kN = 16;
constexpr std::uint32_t kK = 16;

/// gemm of 16 x 16 x 16 i8 with i32 results on rings a, b, c, which are the operands' numbers.
CoreInstruction gemm(std::vector<std::pair<std::string_view, CoreParameter>> more = {}) {
  const std::uint32_t number = *compute::kernel_index("gemm");
  const compute::Kernel& kernel = kernels()[number];
  const compute::KernelCall defaults = compute::default_call(number);
  CoreInstruction instruction{.opcode = CoreOpcode::Kernel};
  for (std::uint8_t ring = 0; ring < 3; ++ring) instruction.operands.push_back({.ring = ring});
  for (std::size_t index = 0; index < kernel.parameters.size(); ++index) {
    instruction.parameters.push_back({.value = defaults.parameters[index]});
  }
  const auto set = [&](std::string_view name, const CoreParameter& value) {
    const auto index = compute::parameter_index(kernel, name);
    REQUIRE(index);
    instruction.parameters[*index] = value;
  };
  set("M", {.value = kM});
  set("N", {.value = kN});
  set("K", {.value = kK});
  set("type_c", {.value = static_cast<std::uint32_t>(compute::ElementType::i32)});
  for (const auto& [name, value] : more) set(name, value);
  return instruction;
}

std::uint64_t cost_of(const CoreInstruction& instruction, const Parameters& parameters) {
  compute::KernelCall call = compute::default_call(*compute::kernel_index("gemm"));
  for (std::size_t index = 0; index < instruction.parameters.size(); ++index) {
    call.parameters[index] = instruction.parameters[index].value;
  }
  return compute::cost(call, compute::ComputeCosts(parameters)).cycles;
}

const std::vector<compute::CoreBuffer> kBuffers{{0xE'0000, kM* kK}, {0xE'1000, kK* kN}, {0xE'2000, 4 * kM* kN}};

struct Bench : CoreBench {
  using CoreBench::CoreBench;

  std::vector<std::int8_t> a = std::vector<std::int8_t>(kM * kK);
  std::vector<std::int8_t> b = std::vector<std::int8_t>(kK * kN);

  void put(std::uint64_t address, std::span<std::int8_t> bytes) {
    master.access(tlm::TLM_WRITE_COMMAND, address, std::as_writable_bytes(bytes));
  }
  void fill() {
    for (std::uint32_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::int8_t>(i * 37 + 11);
    for (std::uint32_t i = 0; i < b.size(); ++i) b[i] = static_cast<std::int8_t>(i * 91 + 5);
    put(kTile, a);
    put(kTile + 0x1000, b);
  }
  /// Elements of C that are not `times` A x B.
  [[nodiscard]] std::uint32_t wrong(int times = 1) {
    std::uint32_t count = 0;
    for (std::uint32_t m = 0; m < kM; ++m) {
      for (std::uint32_t n = 0; n < kN; ++n) {
        std::int32_t sum = 0;
        for (std::uint32_t k = 0; k < kK; ++k) sum += a[m * kK + k] * b[k * kN + n];
        if (static_cast<std::int32_t>(read(kTile + 0x2000 + 4 * (m * kN + n))) != times * sum) ++count;
      }
    }
    return count;
  }
};

TEST_CASE("A kernel computes on the core's memory and takes its cost") {
  Bench bench(1);
  bench.fill();
  const CoreInstruction call = gemm();
  const double expected = static_cast<double>(cost_of(call, bench.parameters)) + 1;  // done
  CHECK(bench.cycles_of(kTile, CoreBench::image({call, done()}, kBuffers)) == expected);
  CHECK(bench.wrong() == 0);
  CHECK(bench.text().empty());
  const auto row =
      std::ranges::find(bench.resources.rows(), "column 0/compute tile 3/core/matrix unit", &ResourceUse::name);
  REQUIRE(row != bench.resources.rows().end());
  CHECK(row->operations == kM * kN * kK);
  CHECK(row->busy == ns(1));  // 4096 products at 4096 a cycle.
}

TEST_CASE("A loop's first and last round choose what a kernel does") {
  Bench bench(1);
  bench.fill();
  const CoreInstruction call = gemm({{"first", {.kind = CoreParameter::Kind::Start, .value = 0}},
                                     {"last", {.kind = CoreParameter::Kind::End, .value = 0}}});
  (void)bench.cycles_of(kTile, CoreBench::image({loop(3), call, end(), done()}, kBuffers));
  CHECK(bench.wrong(3) == 0);
  CHECK(bench.text().empty());
}

TEST_CASE("Two loops together have one first and one last round") {
  Bench bench(1);
  bench.fill();
  const CoreInstruction call = gemm({{"first", {.kind = CoreParameter::Kind::Start, .value = 1}},
                                     {"last", {.kind = CoreParameter::Kind::End, .value = 1}}});
  (void)bench.cycles_of(kTile, CoreBench::image({loop(2), loop(3), call, end(), end(), done()}, kBuffers));
  CHECK(bench.wrong(6) == 0);
}

TEST_CASE("A core computes on the memory of its neighbours") {
  Bench bench(1);
  bench.fill();
  // The core in the south of the data's tile finds it in its north, 0xC0000.
  const std::vector<compute::CoreBuffer> north{{0xC'0000, 256}, {0xC'1000, 256}, {0xC'2000, 1024}};
  (void)bench.cycles_of(compute(0, 0), CoreBench::image({gemm(), done()}, north));
  CHECK(bench.wrong() == 0);
}

TEST_CASE("Rings hand out their buffers in turn") {
  Bench bench(1);
  bench.fill();
  compute::CoreProgram program{.name = "ring", .kernels = {"gemm"}};
  program.rings = {
      {"a", {{0xE'4000, 256}, {0xE'0000, 256}, {0xE'5000, 256}}}, {"b", {kBuffers[1]}}, {"c", {kBuffers[2]}}};
  // 0 -> 2 -> 1.
  program.instructions = {next(0, 2), next(0, 2), gemm(), done()};
  (void)bench.cycles_of(kTile, CoreBench::encoded(program));
  CHECK(bench.wrong() == 0);
}

TEST_CASE("A call that the kernel refuses halts the core with the reason") {
  const FreshKernel kernel;
  Bench bench(1);
  const bool too_short = GENERATE(false, true);
  if (too_short) {
    std::vector<compute::CoreBuffer> buffers = kBuffers;
    buffers[2].bytes = 1020;
    bench.load(kTile, CoreBench::image({gemm(), done()}, buffers));
  } else {
    bench.load(kTile, CoreBench::image({gemm({{"M", {.value = 0}}}), done()}, kBuffers));
  }
  bench.enable(kTile);
  bench::run(ns(10));
  CHECK(bench.status(kTile) == (1 | kErrorHalt));
  CHECK(bench.count(FaultCategory::GuestError,
                    too_short ? "gemm: operand c needs 1024 bytes, its buffer has 1020" : "gemm: M must be") == 1);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/compute tile 3/core program test PC 0x") == 1);
}

TEST_CASE("A kernel that the catalogue does not have halts the core") {
  Bench bench(1);
  compute::CoreProgram program{.name = "odd", .kernels = {"fft"}, .instructions = {done()}};
  bench.load(kTile, CoreBench::encoded(program));
  bench.enable(kTile);
  bench::run(ns(10));
  CHECK(bench.count(FaultCategory::GuestError, "expected a kernel of the catalogue, came \"fft\"") == 1);
}

/// Computes only when it is joined: whoever looks too early sees nothing.
struct LateExecutor : compute::KernelExecutor {
  compute::Workspace workspace;
  std::optional<compute::KernelJob> job;
  unsigned joined = 0;

  Ticket submit(const compute::KernelJob& next) override {
    REQUIRE(!job);
    job = next;
    return 1;
  }
  void join(Ticket ticket) override {
    REQUIRE(ticket == 1);
    REQUIRE(job);
    compute::run(job->call, job->operands, workspace);
    job.reset();
    ++joined;
  }
};

/// Before the array: its cores ask for the executor when they are made.
struct Late {
  LateExecutor executor;
};
struct LateBench : Late, Bench {
  LateBench() : Bench(1, [this](Environment& around) { around.executor = &executor; }) {}

  void start() {
    fill();
    load(kTile, image({gemm(), done()}, kBuffers));
    enable(kTile);
    bench::run(ns(5));
    REQUIRE(executor.job);
  }
};

TEST_CASE("A kernel is joined at the end of its time") {
  LateBench bench;
  bench.start();
  REQUIRE(bench::run_until([&] { return bench.is_done(kTile); }));
  CHECK(bench.executor.joined == 1);
  CHECK(bench.wrong() == 0);
  CHECK(bench.text().empty());
}

TEST_CASE("Whoever reads the output of a running kernel sees all of it, and is reported") {
  LateBench bench;
  bench.start();
  CHECK(bench.wrong() == 0);
  CHECK(bench.executor.joined == 1);
  CHECK(bench.count(FaultCategory::GuestError, "expected nobody else at the operands of gemm before it is through") ==
        1);
  REQUIRE(bench::run_until([&] { return bench.is_done(kTile); }));
  CHECK(bench.executor.joined == 1);
}

TEST_CASE("Whoever writes an input of a running kernel comes too late, and is reported") {
  LateBench bench;
  bench.start();
  bench.write(kTile + 0x1000, 0xFFFF'FFFF);
  CHECK(bench.executor.joined == 1);
  CHECK(bench.wrong() == 0);
  CHECK(bench.seen.size() == 1);
}

TEST_CASE("Reading an input or memory beside a running kernel is nobody's business") {
  LateBench bench;
  bench.start();
  (void)bench.read(kTile);
  (void)bench.read(kTile + 0x1000);
  bench.write(kTile + 0x2400, 1);
  CHECK(bench.executor.joined == 0);
  CHECK(bench.text().empty());
}

TEST_CASE("A core that is reset in a kernel leaves the output of the finished kernel") {
  LateBench bench;
  bench.start();
  bench.write(kTile + kCoreControl, 2);
  bench::run(ns(1));
  CHECK(bench.executor.joined == 1);
  CHECK(bench.wrong() == 0);
  CHECK(bench.text().empty());
}

TEST_CASE("A core that is frozen in a kernel takes the rest of its time afterwards") {
  LateBench bench;
  bench.start();
  bench.write(kTile + kCoreControl, 0);
  bench::run(ns(10'000));
  CHECK(bench.executor.joined == 0);
  const double left = static_cast<double>(cost_of(gemm(), bench.parameters)) - 5 + 1;
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  bench.enable(kTile);
  REQUIRE(bench::run_until([&] { return bench.is_done(kTile); }));
  CHECK((sc_core::sc_time_stamp() - start) / ns(1) == left);
  CHECK(bench.wrong() == 0);
}

TEST_CASE("Power that is lost in a kernel waits for the arithmetic") {
  LateBench bench;
  bench.start();
  bench.array->power_off();
  bench::run(ns(1));
  CHECK(bench.executor.joined == 1);
  CHECK(bench.status(kTile) == 0);
  CHECK(bench.read(kTile + 0x2000) == 0);
}

/// Keeps the slices of cores.
struct Slices : Probe {
  struct Slice {
    std::string track;
    sc_core::sc_time begin;
    sc_core::sc_time end;
    std::string name;
  };
  std::vector<std::string> tracks;
  std::vector<Slice> slices;

  TrackId track(std::string_view path) override {
    tracks.emplace_back(path);
    return static_cast<TrackId>(tracks.size() - 1);
  }
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t /*flow*/) override {
    if (tracks[track].ends_with("/core")) slices.push_back({tracks[track], begin, end, std::string(name)});
  }
  void instant(TrackId /*track*/, sc_core::sc_time /*at*/, std::string_view /*name*/, std::uint64_t /*flow*/) override {
  }
  void counter(TrackId /*track*/, sc_core::sc_time /*at*/, std::int64_t /*value*/) override {}
};

TEST_CASE("A timeline shows each kernel with what bounds it, and each stall") {
  Slices probe;
  CoreBench bench(1, [&probe](Environment& around) { around.probe = &probe; });
  bench.load(kTile, CoreBench::image({acquire_ge(kOwn, 1), gemm(), done()}, kBuffers));
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  bench.enable(kTile);
  bench::run(ns(51));
  bench.set_lock(kTile, 0, 1);
  REQUIRE(bench::run_until([&] { return bench.is_done(kTile); }));
  REQUIRE(probe.slices.size() == 2);
  CHECK(probe.slices[0].track == "column 0/compute tile 3/core");
  CHECK(probe.slices[0].name == "lock stall");
  CHECK(probe.slices[0].begin - start == ns(1));
  CHECK(probe.slices[0].end - start == ns(52));
  compute::KernelCall call = compute::default_call(*compute::kernel_index("gemm"));
  const CoreInstruction instruction = gemm();
  for (std::size_t index = 0; index < instruction.parameters.size(); ++index) {
    call.parameters[index] = instruction.parameters[index].value;
  }
  const compute::KernelCost cost = compute::cost(call, compute::ComputeCosts(bench.parameters));
  CHECK(probe.slices[1].name == "kernel gemm (" + std::string(compute::to_string(cost.bound)) + ")");
  CHECK(probe.slices[1].begin - start == ns(52));
  CHECK(probe.slices[1].end - start == ns(52 + cost.cycles));
}

}  // namespace
}  // namespace aie4::array
