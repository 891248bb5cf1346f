// SPDX-License-Identifier: Apache-2.0
// C4 (its stream), C5, C6, C7: DMAs of shim, memory and compute tiles.
#include <fmt/format.h>

#include "sim/validate/array_code.hpp"
#include "sim/validate/bench.hpp"
#include "sim/validate/measurement.hpp"

namespace aie4::validate {
namespace {

using array::DmaDirection;
using array::TileId;
using array::TileKind;
using registers::PortGroup;

constexpr std::string_view kTraces = "event traces of NPU1 (xdna-emu)";
constexpr TileId kShim{.column = 0, .row = 0};
constexpr TileId kMemory{.column = 0, .row = 1};
constexpr TileId kCompute{.column = 0, .row = 2};
constexpr Channel kShimRead{.tile = kShim, .direction = DmaDirection::Mm2s};
constexpr Channel kShimWrite{.tile = kShim, .direction = DmaDirection::S2mm};
constexpr Channel kMemoryIn{.tile = kMemory, .direction = DmaDirection::S2mm};
constexpr Channel kMemoryOut{.tile = kMemory, .direction = DmaDirection::Mm2s};
constexpr Channel kCoreIn{.tile = kCompute, .direction = DmaDirection::S2mm};
constexpr std::string_view kShimReadTrack = "column 0/shim tile 0/DMA/MM2S_0";
constexpr std::string_view kShimWriteTrack = "column 0/shim tile 0/DMA/S2MM_0";
constexpr std::string_view kMemoryInTrack = "column 0/memory tile 1/DMA/S2MM_0";
constexpr std::string_view kMemoryOutTrack = "column 0/memory tile 1/DMA/MM2S_0";
constexpr std::string_view kCoreInTrack = "column 0/compute tile 2/DMA/S2MM_0";
constexpr std::string_view kCoreTrack = "column 0/compute tile 2/core";

array::BufferDescriptor buffer(std::uint64_t base, std::uint32_t words) {
  constexpr std::uint32_t kLongestBurst = 3;
  return {.base_address = base,
          .buffer_length = words,
          .d1_stepsize = 1,
          .d2_stepsize = 1,
          .d3_stepsize = 1,
          .iteration_stepsize = 1,
          .burst_length = kLongestBurst};
}

array::BufferDescriptor in_memory_tile(std::uint32_t words) {
  array::BufferDescriptor result = buffer(own_memory(TileKind::Memory), words);
  result.burst_length = 0;
  return result;
}

/// Three dimensions, no bursts.
array::BufferDescriptor in_compute_tile(std::uint32_t words) {
  array::BufferDescriptor result = buffer(own_memory(TileKind::Compute), words);
  result.burst_length = 0;
  result.d3_stepsize = 0;
  return result;
}

std::vector<Slice> descriptors(const Bench& bench, std::string_view track, std::size_t count) {
  std::vector<Slice> result = bench.slices().find(track, "BD ");
  if (result.size() != count) {
    throw ExperimentError(fmt::format("{} descriptors on {} instead of {}", result.size(), track, count));
  }
  return result;
}

double duration(const Bench& bench, const Slice& slice) {
  return bench.cycles(slice.end_ps - slice.begin_ps);
}

/// Cycles of each of `tasks` tasks of one shim channel that move `words` words between host memory and a memory tile,
/// one after the other.
std::vector<double> shim_tasks(const Configuration& configuration, bool reading, std::uint32_t words, unsigned tasks) {
  Bench bench(configuration);
  const std::uint64_t address = bench.allocate(std::size_t{4} * words);
  const Channel& shim = reading ? kShimRead : kShimWrite;
  const Channel& memory = reading ? kMemoryIn : kMemoryOut;
  ArrayCode code{array::Geometry{}};
  if (reading) {
    code.circuit(kShim, {PortGroup::Dma, 0}, {PortGroup::North, 0}).circuit(kMemory, {PortGroup::South, 0}, {});
  } else {
    code.circuit(kMemory, {}, {PortGroup::South, 0}).circuit(kShim, {PortGroup::North, 0}, {});
  }
  code.descriptor(shim, 0, buffer(address, words)).descriptor(memory, 0, in_memory_tile(words));
  bench.run(code.finish());
  for (unsigned i = 0; i < tasks; ++i) {
    ArrayCode next{array::Geometry{}};
    next.task(memory, 0).task(shim, 0).wait_idle(reading ? memory : shim);
    bench.run(next.finish());
  }
  std::vector<double> result;
  for (const Slice& slice : descriptors(bench, reading ? kShimReadTrack : kShimWriteTrack, tasks)) {
    result.push_back(duration(bench, slice));
  }
  return result;
}

/// Cycles of each word in the second task of a channel, and what the task takes beside them.
struct Line {
  double slope = 0;
  double offset = 0;
};

Line sweep(const Configuration& configuration, bool reading) {
  constexpr std::uint32_t kShort = 1024;
  constexpr std::uint32_t kLong = 8192;
  const double shorter = shim_tasks(configuration, reading, kShort, 2).at(1);
  const double longer = shim_tasks(configuration, reading, kLong, 2).at(1);
  const double slope = (longer - shorter) / (kLong - kShort);
  return {.slope = slope, .offset = shorter - slope * kShort};
}

double warm_task(const Configuration& configuration, bool reading) {
  constexpr unsigned kTasks = 8;
  constexpr std::uint32_t kWords = 64;
  return shim_tasks(configuration, reading, kWords, kTasks).back();
}

void add_sweeps(std::vector<Measurement>& list) {
  const auto add = [&list](std::string what, double measured, std::string_view unit, Kind kind, Basis basis,
                           std::vector<std::string_view> parameters,
                           std::function<double(const Configuration&)> simulate) {
    list.push_back({.row = "C5",
                    .what = std::move(what),
                    .preset = "xdna1",
                    .measured = measured,
                    .unit = unit,
                    .kind = kind,
                    .basis = basis,
                    .source = kTraces,
                    .parameters = std::move(parameters),
                    .simulate = std::move(simulate)});
  };
  add("shim read, each word", 1.05, "cycles", Kind::Bandwidth, Basis::Fitted, {"stream.beat_words", "noc.bytes_per_us"},
      [](const Configuration& c) { return sweep(c, true).slope; });
  add("shim write, each word", 1.00, "cycles", Kind::Bandwidth, Basis::Fitted,
      {"stream.beat_words", "noc.bytes_per_us"}, [](const Configuration& c) { return sweep(c, false).slope; });
  add("shim read, second task, beside its words", 747, "cycles", Kind::Latency, Basis::Fitted,
      {"shim.read_task_ns", "shim.cold_read_ns", "shim.cold_read_decay_percent", "noc.latency_ns"},
      [](const Configuration& c) { return sweep(c, true).offset; });
  add("shim write, second task, beside its words", 171, "cycles", Kind::Latency, Basis::Fitted, {"shim.write_task_ns"},
      [](const Configuration& c) { return sweep(c, false).offset; });
  add("shim read of 64 words, warm", 313, "cycles", Kind::Latency, Basis::Predicted, {"shim.read_task_ns"},
      [](const Configuration& c) { return warm_task(c, true); });
  add("shim write of 64 words, warm", 241, "cycles", Kind::Latency, Basis::Predicted, {"shim.write_task_ns"},
      [](const Configuration& c) { return warm_task(c, false); });
}

/// Between the starts of task `gap` and the next one, of 8 writing tasks of 64 words.
double start_gap(const Configuration& configuration, std::size_t gap) {
  constexpr unsigned kTasks = 8;
  constexpr std::uint32_t kWords = 64;
  Bench bench(configuration);
  const std::uint64_t address = bench.allocate(std::size_t{4} * kWords);
  ArrayCode code{array::Geometry{}};
  code.circuit(kMemory, {}, {PortGroup::South, 0}).circuit(kShim, {PortGroup::North, 0}, {});
  code.descriptor(kMemoryOut, 0, in_memory_tile(kTasks * kWords)).task(kMemoryOut, 0);
  // As run-time sequences do: each task with a descriptor that is written for it.
  for (unsigned i = 0; i < kTasks; ++i) code.descriptor(kShimWrite, i, buffer(address, kWords)).task(kShimWrite, i);
  code.wait_idle(kShimWrite);
  bench.run(code.finish());
  const std::vector<Slice> tasks = descriptors(bench, kShimWriteTrack, kTasks);
  return bench.cycles(tasks.at(gap + 1).begin_ps - tasks.at(gap).begin_ps);
}

void add_chain(std::vector<Measurement>& list) {
  constexpr double kGaps[] = {2522, 2791, 2971, 2811, 2810, 2926, 3098};
  std::size_t number = 0;
  for (const double measured : kGaps) {
    list.push_back({.row = "C6",
                    .what = fmt::format("8 shim writes of 64 words, start {} to {}", number + 1, number + 2),
                    .preset = "xdna1",
                    .measured = measured,
                    .unit = "cycles",
                    .kind = Kind::Latency,
                    .basis = Basis::Fitted,
                    .source = kTraces,
                    .parameters = {"shim.write_push_ns"},
                    .simulate = [number](const Configuration& c) { return start_gap(c, number); }});
    ++number;
  }
}

constexpr std::uint64_t kPicosecondsPerNanosecond = 1000;

/// A chunk from host memory through a memory tile to a core that waits for it: when each stage is through, in cycles
/// since the one before.
std::vector<double> cold_pipeline(const Configuration& configuration) {
  constexpr std::uint32_t kChunk = 16;
  Bench bench(configuration);
  const std::uint64_t address = bench.allocate(std::size_t{4} * kChunk);
  ArrayCode code{array::Geometry{}};
  code.circuit(kShim, {PortGroup::Dma, 0}, {PortGroup::North, 0}).circuit(kMemory, {PortGroup::South, 0}, {});
  code.circuit(kMemory, {}, {PortGroup::North, 0}).circuit(kCompute, {PortGroup::South, 0}, {});
  array::BufferDescriptor in = in_memory_tile(kChunk);
  in.lock_rel_id = own_lock(TileKind::Memory, 0);
  in.lock_rel_value = 1;
  array::BufferDescriptor out = in_memory_tile(kChunk);
  out.lock_acq_enable = true;
  out.lock_acq_id = own_lock(TileKind::Memory, 0);
  out.lock_acq_value = -1;
  array::BufferDescriptor core = in_compute_tile(kChunk);
  core.lock_rel_id = 0;
  core.lock_rel_value = 1;
  code.descriptor(kMemoryIn, 0, in).descriptor(kMemoryOut, 0, out).descriptor(kCoreIn, 0, core);
  code.descriptor(kShimRead, 0, buffer(address, kChunk));
  code.start_core(kCompute, "core waits\nacquire own.0 >= 1\ndone\n");
  code.task(kCoreIn, 0).task(kMemoryOut, 0).task(kMemoryIn, 0).task(kShimRead, 0).wait_core(kCompute);
  bench.run(code.finish());
  const std::vector<Slice> waits = bench.slices().find(kCoreTrack, "lock stall");
  if (waits.size() != 1) throw ExperimentError("the core does not wait for its lock");
  // The shim's task is pushed one register write after the memory tile's, which starts at once.
  const Slice memory_in = descriptors(bench, kMemoryInTrack, 1)[0];
  const std::uint64_t dispatch =
      memory_in.begin_ps +
      kPicosecondsPerNanosecond * (bench.parameters().register_access_ns + bench.parameters().opcode_ns);
  const std::uint64_t times[] = {dispatch, memory_in.end_ps, descriptors(bench, kMemoryOutTrack, 1)[0].end_ps,
                                 descriptors(bench, kCoreInTrack, 1)[0].end_ps, waits[0].end_ps};
  std::vector<double> result;
  for (std::size_t i = 1; i < std::size(times); ++i) result.push_back(bench.cycles(times[i] - times[i - 1]));
  return result;
}

void add_pipeline(std::vector<Measurement>& list) {
  struct Stage {
    std::string_view what;
    double measured;
    std::vector<std::string_view> parameters;
    Basis basis = Basis::Predicted;
  };
  const Stage stages[] = {
      {"cold start: shim dispatch to the first chunk in the memory tile",
       2699,
       {"shim.dispatch_ns", "shim.cold_read_ns", "shim.read_task_ns"}},
      {"memory tile: chunk in to chunk out", 13, {"lock.mem_release_cycles", "dma.bd_setup_cycles"}},
      {"memory tile out to compute tile in", 21, {"stream.external_hop_cycles", "stream.link_cycles"}},
      {"compute tile in to the lock of its core", 15, {"dma.lock_release_cycles", "lock.core_cycles"}, Basis::Fitted},
  };
  std::size_t number = 0;
  for (const Stage& stage : stages) {
    list.push_back({.row = "C7",
                    .what = fmt::format("{} (16 words here)", stage.what),
                    .preset = "xdna1",
                    .measured = stage.measured,
                    .unit = "cycles",
                    .kind = Kind::Latency,
                    .basis = stage.basis,
                    .source = kTraces,
                    .parameters = stage.parameters,
                    .simulate = [number](const Configuration& c) { return cold_pipeline(c).at(number); }});
    ++number;
  }
}

/// A memory tile sends to a compute tile.
double stream_cycles(const Configuration& configuration) {
  constexpr std::uint32_t kWords = 512;
  Bench bench(configuration);
  ArrayCode code{array::Geometry{}};
  code.circuit(kMemory, {}, {PortGroup::North, 0}).circuit(kCompute, {PortGroup::South, 0}, {});
  array::BufferDescriptor in = in_compute_tile(kWords);
  in.burst_length = 0;
  code.descriptor(kMemoryOut, 0, in_memory_tile(kWords)).descriptor(kCoreIn, 0, in);
  code.task(kCoreIn, 0).task(kMemoryOut, 0).wait_idle(kCoreIn);
  bench.run(code.finish());
  return duration(bench, descriptors(bench, kMemoryOutTrack, 1)[0]);
}

}  // namespace

void add_transfers(std::vector<Measurement>& list) {
  list.push_back({.row = "C4",
                  .what = "1024 x i16 over a stream",
                  .preset = "xdna1",
                  .measured = 512,
                  .unit = "cycles",
                  .kind = Kind::Bandwidth,
                  .basis = Basis::Fitted,
                  .source = "mlir-aie programming guide 4c",
                  .parameters = {"stream.beat_words", "dma.bd_setup_cycles", "memory.latency_cycles"},
                  .simulate = stream_cycles});
  add_sweeps(list);
  add_chain(list);
  add_pipeline(list);
}

}  // namespace aie4::validate
