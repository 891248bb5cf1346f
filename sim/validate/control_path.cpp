// SPDX-License-Identifier: Apache-2.0
// C8, C9, C10: the control processor and its commands.
#include <fmt/format.h>

#include "models/registers/array/registers.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/validate/array_code.hpp"
#include "sim/validate/bench.hpp"
#include "sim/validate/measurement.hpp"

namespace aie4::validate {
namespace {

using array::TileId;
using registers::ComputeRegister;
using registers::Half;
using registers::offset_of;

constexpr std::string_view kTraces = "event traces of NPU1 (xdna-emu)";
constexpr std::string_view kStrix = "xrt-smi on Strix, sample in AMD's documentation";
constexpr std::string_view kNpu3 = "xdna-driver pull request 1620 (NPU3, virtual function)";
constexpr TileId kNear{.column = 0, .row = 2};
constexpr unsigned kFew = 50;
constexpr unsigned kMany = 350;  // Of 16 bytes at most: one page holds them.

/// Cycles of one of what `code(n)` does n times.
template <typename Code>
double each(const Configuration& configuration, const Code& code) {
  Bench bench(configuration);
  bench.warm_up();
  const std::uint64_t few = bench.run(code(kFew));
  const std::uint64_t many = bench.run(code(kMany));
  return bench.cycles(many - few) / (kMany - kFew);
}

double register_write(const Configuration& configuration, TileId tile) {
  return each(configuration, [tile](unsigned count) {
    ArrayCode code{array::Geometry{}};
    for (unsigned i = 0; i < count; ++i) code.write(tile, offset_of(ComputeRegister::lock_value), 0);
    return code.finish();
  });
}

double masked_write(const Configuration& configuration) {
  return each(configuration, [](unsigned count) {
    ArrayCode code{array::Geometry{}};
    for (unsigned i = 0; i < count; ++i) code.mask_write(kNear, offset_of(ComputeRegister::lock_value), 1, 0);
    return code.finish();
  });
}

double block_write(const Configuration& configuration) {
  constexpr unsigned kWords = 8;
  return each(configuration, [](unsigned count) {
    ArrayCode code{array::Geometry{}};
    code.block_writes(kNear, offset_of(ComputeRegister::datamemory), kWords, count);
    return code.finish();
  });
}

void add_register_writes(std::vector<Measurement>& list) {
  const auto add = [&list](std::string_view what, double measured, Basis basis,
                           std::vector<std::string_view> parameters,
                           std::function<double(const Configuration&)> simulate) {
    list.push_back({.row = "C8",
                    .what = std::string(what),
                    .preset = "xdna1",
                    .measured = measured,
                    .unit = "cycles",
                    .kind = Kind::Latency,
                    .basis = basis,
                    .source = kTraces,
                    .parameters = std::move(parameters),
                    .simulate = std::move(simulate)});
  };
  const std::vector<std::string_view> access = {"noc.register_access_ns", "cert.opcode_ns"};
  add("register write", 100.5, Basis::Fitted, access, [](const Configuration& c) { return register_write(c, kNear); });
  add("register write to the farthest tile (1.3 cycles of spread measured)", 100.5, Basis::Predicted, access,
      [](const Configuration& c) {
        return register_write(c, {.column = static_cast<std::uint8_t>(c.parameters.columns - 1), .row = 5});
      });
  add("masked register write", 210, Basis::Predicted, access, masked_write);
  add("block write of 8 words", 203, Basis::Fitted,
      {"uc.dma_bd_ns", "uc.dma_bytes_per_cycle", "noc.register_access_ns", "cert.opcode_ns"}, block_write);
}

double single_noop(const Configuration& configuration) {
  Bench bench(configuration);
  bench.warm_up();
  return static_cast<double>(bench.run(host::nop_program())) / kPicosecondsPerMicrosecond;
}

constexpr unsigned kChain = 24;

/// Microseconds a command of a chain of 24, the way to and fro included.
double chained_latency(const Configuration& configuration) {
  Bench bench(configuration);
  bench.warm_up();
  return static_cast<double>(bench.run_many(host::nop_program(), kChain, true)) / kPicosecondsPerMicrosecond / kChain;
}

/// Commands a second.
double rate(const Configuration& configuration, bool chained) {
  Bench bench(configuration);
  bench.warm_up();
  const double one = static_cast<double>(bench.run_many(host::nop_program(), 1, chained));
  const double many = static_cast<double>(bench.run_many(host::nop_program(), kChain, chained));
  return 1e12 * (kChain - 1) / (many - one);
}

/// Microseconds of a loop of one word from host memory through a shim tile and back, with its token: one loop after the
/// other in each of the first `columns`. One controller pushes the tasks of all and waits for the tokens of all.
double token_loop(const Configuration& configuration, unsigned columns) {
  constexpr array::DmaDirection kRead = array::DmaDirection::Mm2s;
  constexpr array::DmaDirection kWrite = array::DmaDirection::S2mm;
  constexpr unsigned kFewLoops = 20;
  constexpr unsigned kManyLoops = 60;
  Bench bench(configuration);
  const std::uint64_t from = bench.allocate(64);
  const std::uint64_t to = bench.allocate(64);
  const auto code = [&](unsigned loops) {
    ArrayCode result{array::Geometry{}};
    result.token_routes(columns);
    const auto shim = [](unsigned column, array::DmaDirection direction) {
      return Channel{.tile = workload::shim_tile(column), .direction = direction};
    };
    const auto word = [](std::uint64_t base) {
      return array::BufferDescriptor{.base_address = base,
                                     .buffer_length = 1,
                                     .d1_stepsize = 1,
                                     .d2_stepsize = 1,
                                     .d3_stepsize = 1,
                                     .iteration_stepsize = 1};
    };
    for (unsigned column = 0; column < columns; ++column) {
      result.circuit(workload::shim_tile(column), {}, {});
      result.descriptor(shim(column, kRead), 0, word(from)).descriptor(shim(column, kWrite), 1, word(to));
    }
    for (unsigned i = 0; i < loops; ++i) {
      for (unsigned column = 0; column < columns; ++column) {
        result.task(shim(column, kWrite), 1, true).task(shim(column, kRead), 0);
      }
      for (unsigned column = 0; column < columns; ++column) result.wait_token(shim(column, kWrite));
    }
    return result.finish();
  };
  bench.warm_up();
  const std::uint64_t few = bench.run(code(kFewLoops));
  const std::uint64_t many = bench.run(code(kManyLoops));
  return static_cast<double>(many - few) / kPicosecondsPerMicrosecond / (kManyLoops - kFewLoops) / columns;
}

void add_commands(std::vector<Measurement>& list) {
  const auto add = [&list](std::string_view row, std::string_view preset, std::string_view what, double measured,
                           std::string_view unit, Basis basis, std::string_view source,
                           std::vector<std::string_view> parameters,
                           std::function<double(const Configuration&)> simulate) {
    list.push_back({.row = row,
                    .what = std::string(what),
                    .preset = preset,
                    .measured = measured,
                    .unit = unit,
                    .kind = Kind::Latency,
                    .basis = basis,
                    .source = source,
                    .parameters = std::move(parameters),
                    .simulate = std::move(simulate)});
  };
  const std::vector<std::string_view> chained = {"cert.packet_fetch_ns", "cert.packet_launch_ns", "cert.completion_ns",
                                                 "noc.latency_ns"};
  std::vector<std::string_view> single = chained;
  single.emplace_back("cert.doorbell_pickup_ns");
  const auto chained_rate = [](const Configuration& c) { return rate(c, true); };
  add("C9", "xdna2", "no-op, alone (with what the host adds)", 79.8, "us", Basis::Fitted, kStrix, single, single_noop);
  add("C9", "xdna2", "no-op, one of a chain", 18.7, "us", Basis::Fitted, kStrix, chained, chained_latency);
  add("C9", "xdna2", "no-ops in a chain", 50'869, "1/s", Basis::Predicted, kStrix, chained, chained_rate);
  add("C9", "xdna2", "no-ops, many in flight", 62'169, "1/s", Basis::Predicted, kStrix, chained,
      [](const Configuration& c) { return rate(c, false); });
  const std::vector<std::string_view> loop = {"shim.dispatch_ns", "shim.read_task_ns", "shim.write_task_ns",
                                              "cert.token_wait_ns", "noc.register_access_ns"};
  const auto one_loop = [](const Configuration& c) { return token_loop(c, 1); };
  add("C9", "xdna2", "token of a one-word loop, one column", 2.67, "us", Basis::Predicted, kStrix, loop, one_loop);
  add("C9", "xdna1", "token of a one-word loop, one column", 2.0, "us", Basis::Predicted,
      "xdna-driver issue 46 (Phoenix)", loop, one_loop);
  add("C9", "xdna2", "token of one-word loops in all columns", 1.33, "us", Basis::Fitted, kStrix, loop,
      [](const Configuration& c) { return token_loop(c, static_cast<unsigned>(c.parameters.columns)); });
  add("C10", "aie4", "no-ops in a chain", 190'152, "1/s", Basis::Fitted, kNpu3, chained, chained_rate);
  add("C10", "aie4", "no-op, one of a chain", 6.0, "us", Basis::Predicted, kNpu3, chained, chained_latency);
}

}  // namespace

void add_control_path(std::vector<Measurement>& list) {
  add_register_writes(list);
  add_commands(list);
}

}  // namespace aie4::validate
