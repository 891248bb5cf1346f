// SPDX-License-Identifier: Apache-2.0
// C2, C11, C12: whole products on the whole array.
#include "sim/validate/measurement.hpp"

namespace aie4::validate {
namespace {

constexpr std::string_view kPaper = "arXiv 2512.13282";
constexpr std::string_view kPlanner = "the planner of products makes programs for AIE4 only";

}  // namespace

void add_whole_array(std::vector<Measurement>& list) {
  const auto add = [&list](std::string_view row, std::string_view preset, std::string_view what, double measured,
                           std::string_view unit, std::vector<std::string_view> parameters, std::string_view why_not) {
    list.push_back({.row = row,
                    .what = std::string(what),
                    .preset = preset,
                    .measured = measured,
                    .unit = unit,
                    .kind = Kind::WholeArray,
                    .basis = Basis::Predicted,
                    .source = kPaper,
                    .parameters = std::move(parameters),
                    .simulate = nullptr,
                    .why_not = why_not});
  };
  add("C2", "xdna1", "4096-cube i8 -> i16 on 4 x 4 cores, bound by DDR", 4.03, "TOPS",
      {"noc.bytes_per_us", "noc.run_overhead_bytes"}, kPlanner);
  add("C2", "xdna2", "4096-cube i8 -> i16 on 8 x 4 cores, bound by DDR", 17.86, "TOPS",
      {"noc.bytes_per_us", "noc.run_overhead_bytes"}, kPlanner);
  add("C11", "xdna2", "zeroing an output tile, of one kernel call (at most)", 10, "%", {"compute.store_bytes"},
      "kernels begin their sums at 0 and have no pass that zeroes");
  add("C11", "xdna2", "single-buffered output, K / k above 20 (at most)", 5, "%", {"stream.beat_words"}, kPlanner);
  add("C12", "xdna2", "4096-cube without overlap of descriptor programming, slower by", 27.5, "%",
      {"noc.register_access_ns", "uc.dma_bd_ns"}, kPlanner);
}

}  // namespace aie4::validate
