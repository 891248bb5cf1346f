// SPDX-License-Identifier: Apache-2.0
// C1, C3, C4: kernel calls on a core.
#include <fmt/format.h>

#include "sim/validate/array_code.hpp"
#include "sim/validate/bench.hpp"
#include "sim/validate/measurement.hpp"

namespace aie4::validate {
namespace {

constexpr std::string_view kTable1 = "arXiv 2512.13282, table 1 (event traces)";
constexpr std::string_view kGuide = "mlir-aie programming guide 4c";
constexpr array::TileId kTile{.column = 0, .row = 2};
constexpr std::string_view kCore = "column 0/compute tile 2/core";

/// Cycles of the only kernel call of a core program.
double kernel_cycles(const Configuration& configuration, std::string_view kernel, std::string_view text) {
  Bench bench(configuration);
  ArrayCode code{array::Geometry{}};
  code.start_core(kTile, text).wait_core(kTile);
  bench.run(code.finish());
  const std::vector<Slice> calls = bench.slices().find(kCore, fmt::format("kernel {} (", kernel));
  if (calls.size() != 1) throw ExperimentError(fmt::format("{} calls of {} instead of one", calls.size(), kernel));
  return bench.cycles(calls[0].end_ps - calls[0].begin_ps);
}

struct Product {
  std::string_view type_a;
  std::string_view type_c;
  unsigned m = 0;
  unsigned k = 0;
  unsigned n = 0;
  bool sums = true;  ///< Reads and writes running sums, as a call in the middle of a long K does.

  [[nodiscard]] double macs() const { return static_cast<double>(m) * k * n; }
  [[nodiscard]] std::string text() const {
    const unsigned bytes = type_a == "bf16" ? 2 : 1;
    constexpr unsigned kPart = 0x6000;
    std::string result = fmt::format("core product\nring a = 0:{}\nring b = {:#x}:{}\nring c = {:#x}:{}\n",
                                     bytes * m * k, kPart, bytes * k * n, 2 * kPart, 4 * m * n);
    if (sums) result += fmt::format("ring sums = {:#x}:{}\n", 3 * kPart, 4 * m * n);
    const int edge = sums ? 0 : 1;
    return result +
           fmt::format("kernel gemm a b c{} M={} K={} N={} type_a={} type_b={} type_c={} first={} last={}\ndone\n",
                       sums ? " sums" : "", m, k, n, type_a, type_a, type_c, edge, edge);
  }
};

std::vector<std::string_view> product_parameters(std::string_view macs, std::string_view accumulate) {
  return {macs, accumulate, "compute.call_cycles", "compute.gemm_pipe_cycles"};
}

void add_table_1(std::vector<Measurement>& list) {
  struct Line {
    Product product;
    double xdna1;
    double xdna2;
    std::string_view macs;
    std::string_view accumulate;
  };
  const auto add = [&list](const Line& line, std::string_view preset, double measured) {
    list.push_back({.row = "C1",
                    .what = fmt::format("{0} x {0} -> {1}, {2} x {3} x {4}", line.product.type_a, line.product.type_c,
                                        line.product.m, line.product.k, line.product.n),
                    .preset = preset,
                    .measured = measured,
                    .unit = "MAC/cycle",
                    .kind = Kind::Kernel,
                    .basis = Basis::Fitted,
                    .source = kTable1,
                    .parameters = product_parameters(line.macs, line.accumulate),
                    .simulate = [product = line.product](const Configuration& configuration) {
                      return product.macs() / kernel_cycles(configuration, "gemm", product.text());
                    }});
  };
  const Line lines[] = {
      {{"i8", "i8", 64, 232, 64}, 233.0, 450.6, "compute.i8_macs", "compute.accumulate_1"},
      {{"i8", "i16", 64, 216, 64}, 217.6, 419.8, "compute.i8_macs", "compute.accumulate_2"},
      {{"i8", "i32", 48, 280, 48}, 192.0, 384.0, "compute.i8_macs", "compute.accumulate_4"},
  };
  for (const Line& line : lines) {
    add(line, "xdna1", line.xdna1);
    add(line, "xdna2", line.xdna2);
  }
  add({{"bf16", "bf16", 64, 104, 64}, 0, 0, "compute.bf16_macs", "compute.accumulate_bf16"}, "xdna1", 112.6);
  add({{"bf16", "bf16", 48, 152, 48}, 0, 0, "compute.bf16_macs", "compute.accumulate_bf16"}, "xdna2", 158.1);
}

void add_tiles(std::vector<Measurement>& list) {
  const auto add = [&list](std::string_view preset, const Product& product, double measured, std::string_view what,
                           std::string_view source) {
    list.push_back({.row = "C3",
                    .what = std::string(what),
                    .preset = preset,
                    .measured = measured,
                    .unit = "cycles",
                    .kind = Kind::Kernel,
                    .basis = Basis::Fitted,
                    .source = source,
                    .parameters = {"compute.i8_macs", "compute.call_cycles", "compute.gemm_pipe_cycles"},
                    .simulate = [product](const Configuration& configuration) {
                      return kernel_cycles(configuration, "gemm", product.text());
                    }});
  };
  add("aie4", {"i8", "i8", 128, 64, 128, false}, 276, "1 Mi products of i8 (shape not public: 128 x 64 x 128 here)",
      "XRT and shim tests of NPU3 (262 to 290 pass)");
  add("xdna2", {"i8", "i8", 64, 24, 64, false}, 229, "98,304 products of i8 (shape not public: 64 x 24 x 64 here)",
      "XRT pull request 8058, Strix");
}

void add_elementwise(std::vector<Measurement>& list) {
  const auto add = [&list](std::string_view schedule, double measured, std::string_view parameter) {
    list.push_back({.row = "C4",
                    .what = fmt::format("1024 x i16 times a scalar, {} loop", schedule),
                    .preset = "xdna1",
                    .measured = measured,
                    .unit = "cycles",
                    .kind = Kind::Kernel,
                    .basis = Basis::Fitted,
                    .source = kGuide,
                    .parameters = {parameter, "compute.vector_bytes", "compute.store_bytes", "compute.pipe_cycles"},
                    .simulate = [schedule](const Configuration& configuration) {
                      const std::string text = fmt::format(
                          "core scale\nring a = 0:2048\nring b = 0x1000:2\nring c = 0x2000:2048\n"
                          "kernel mul a b c count=1024 count_b=1 type=i16 schedule={}\ndone\n",
                          schedule);
                      // The trace begins and ends inside the kernel.
                      return kernel_cycles(configuration, "mul", text) -
                             static_cast<double>(configuration.parameters.compute_call_cycles);
                    }});
  };
  add("scalar", 10'250, "compute.scalar_cycles");
  add("sequential", 495, "compute.unpipelined_cycles");
  add("pipelined", 72, "compute.pipe_cycles");
}

}  // namespace

void add_kernels(std::vector<Measurement>& list) {
  add_table_1(list);
  add_tiles(list);
  add_elementwise(list);
}

}  // namespace aie4::validate
