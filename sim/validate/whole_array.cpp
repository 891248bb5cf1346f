// SPDX-License-Identifier: Apache-2.0
// C2, C11, C12: whole products on the whole array, as the paper that measured them cuts them up: every pass loads its
// operands, one buffer of C in each core, and one controller for all columns.
#include <map>
#include <memory>
#include <tuple>

#include "sim/validate/array_run.hpp"
#include "sim/validate/bench.hpp"
#include "sim/validate/measurement.hpp"

namespace aie4::validate {
namespace {

using enum compute::ElementType;

constexpr std::string_view kPaper = "arXiv 2512.13282";
constexpr std::string_view kNoAssembler = "aiebu-asm, which makes programs of it, is not there (--aiebu-asm)";

/// 19 calls of 216 products each are as near to a cube of 4096 as the tiles of the paper come.
ArrayRun paper_run() {
  constexpr std::uint32_t kTile = 64;
  constexpr std::uint32_t kTileK = 216;
  constexpr std::uint32_t kCalls = 19;
  constexpr std::uint64_t kSize = 4096;
  return {.problem = {.m = kSize, .k = kCalls * kTileK, .n = kSize, .a = i8, .b = i8, .c = i16, .shift = 8},
          .wishes = {.m = kTile, .k = kTileK, .n = kTile, .outputs = 1, .stay = workload::Stay::Nothing}};
}

/// Times of products, each simulated once: several rows compare with the same one.
class Times {
 public:
  explicit Times(std::vector<std::string> assembler) : assembler_(std::move(assembler)) {}

  double picoseconds(const Configuration& configuration, const ArrayRun& run) {
    std::vector<std::uint64_t> values;
    for (const ParameterInfo& parameter : parameter_table())
      values.push_back(configuration.parameters.*parameter.member);
    const Key key{std::move(values), run.wishes.outputs, run.double_buffer, run.overlap};
    const auto found = times_.find(key);
    if (found != times_.end()) return found->second;
    return times_[key] = static_cast<double>(time_of(configuration, run, assembler_));
  }

 private:
  using Key = std::tuple<std::vector<std::uint64_t>, std::uint32_t, bool, bool>;
  std::vector<std::string> assembler_;
  std::map<Key, double> times_;
};

double tera_operations(const Configuration& configuration, Times& times) {
  const ArrayRun run = paper_run();
  const workload::GemmProblem& p = run.problem;
  return static_cast<double>(2 * p.m * p.k * p.n) / times.picoseconds(configuration, run);
}

/// Percent of the rate of the usual run that the other one has not.
double loss(const Configuration& configuration, Times& times, const ArrayRun& usual, const ArrayRun& other) {
  return 100 * (1 - times.picoseconds(configuration, usual) / times.picoseconds(configuration, other));
}

double output_loss(const Configuration& configuration, Times& times) {
  ArrayRun two = paper_run();
  two.wishes.outputs = 2;
  return loss(configuration, times, two, paper_run());
}

double overlap_loss(const Configuration& configuration, Times& times) {
  ArrayRun without = paper_run();
  without.overlap = false;
  return loss(configuration, times, paper_run(), without);
}

double buffer_loss(const Configuration& configuration, Times& times) {
  ArrayRun without = paper_run();
  without.double_buffer = false;
  return loss(configuration, times, paper_run(), without);
}

}  // namespace

void add_whole_array(std::vector<Measurement>& list, const std::vector<std::string>& assembler) {
  const auto times = std::make_shared<Times>(assembler);
  using Simulate = double (*)(const Configuration&, Times&);
  const auto add = [&](std::string_view row, std::string_view preset, std::string_view what, double measured,
                       std::string_view unit, Kind kind, std::vector<std::string_view> parameters, Simulate simulate) {
    Measurement measurement{.row = row,
                            .what = std::string(what),
                            .preset = preset,
                            .measured = measured,
                            .unit = unit,
                            .kind = kind,
                            .basis = Basis::Predicted,
                            .source = kPaper,
                            .parameters = std::move(parameters)};
    if (simulate != nullptr && !assembler.empty()) {
      measurement.simulate = [times, simulate](const Configuration& c) { return simulate(c, *times); };
    } else {
      measurement.why_not = kNoAssembler;
    }
    list.push_back(std::move(measurement));
  };
  const std::vector<std::string_view> memory = {"noc.bytes_per_us", "noc.run_overhead_bytes"};
  const std::vector<std::string_view> control = {"noc.register_access_ns", "uc.dma_bd_ns", "cert.opcode_ns",
                                                 "cert.token_wait_ns"};
  add("C2", "xdna1", "4096-cube (K of 4104) i8 -> i16 on 4 x 4 cores, bound by DDR", 4.03, "TOPS", Kind::WholeArray,
      memory, tera_operations);
  add("C2", "xdna2", "4096-cube (K of 4104) i8 -> i16 on 8 x 4 cores, bound by DDR", 17.86, "TOPS", Kind::WholeArray,
      memory, tera_operations);
  add("C11", "xdna2", "zeroing an output tile, of one kernel call (at most)", 10, "%", Kind::Effect,
      {"compute.store_bytes"}, nullptr);
  list.back().why_not = "kernels begin their sums at 0 and have no pass that zeroes";
  list.back().at_most = true;
  add("C11", "xdna2", "single-buffered output, K / k above 20 (at most)", 5, "%", Kind::Effect, {"stream.beat_words"},
      output_loss);
  list.back().at_most = true;
  add("C12", "xdna2", "4096-cube (K of 4104) without overlap of descriptor programming, rate lost", 27.5, "%",
      Kind::Effect, control, overlap_loss);
  add("C12", "xdna2", "4096-cube (K of 4104) without double buffers, rate lost (measured only without overlap)", 27.5,
      "%", Kind::Effect, {"stream.beat_words", "noc.bytes_per_us"}, buffer_loss);
}

}  // namespace aie4::validate
