// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include <nlohmann/json.hpp>

#include "sim/host/bring_up.hpp"

namespace aie4::host {
namespace {

struct Latency {
  std::uint64_t minimum = 0;
  std::uint64_t mean = 0;
  std::uint64_t p99 = 0;
  std::uint64_t maximum = 0;
};

/// All in picoseconds; zeros if there are no samples.
Latency summarise(std::vector<std::uint64_t> samples) {
  if (samples.empty()) return {};
  std::ranges::sort(samples);
  const std::uint64_t sum = std::accumulate(samples.begin(), samples.end(), std::uint64_t{0});
  return {samples.front(), sum / samples.size(), samples[(samples.size() - 1) * 99 / 100], samples.back()};
}

std::string microseconds(std::uint64_t picoseconds) {
  const std::uint64_t nanoseconds = (picoseconds + 500) / 1000;
  return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

}  // namespace

std::string to_text(const BringUpReport& report) {
  std::string text = fmt::format("{:<18} {:>14} {:>14} {:>7} {:>7} {:>9} {:>10}\n", "phase", "start us", "duration us",
                                 "config", "BAR rd", "BAR wr", "interrupts");
  for (const BringUpPhase& phase : report.phases) {
    text += fmt::format("{:<18} {:>14} {:>14} {:>7} {:>7} {:>9} {:>10}\n", phase.name, microseconds(phase.start_ps),
                        microseconds(phase.duration_ps), phase.accesses.config_reads + phase.accesses.config_writes,
                        phase.accesses.bar_reads, phase.accesses.bar_writes, phase.interrupts);
  }
  if (report.tiles) {
    text += fmt::format("array: {} columns, {} rows ({} shim, {} memory, {} core)\n", report.tiles->cols,
                        report.tiles->rows, report.tiles->shim_rows, report.tiles->mem_rows, report.tiles->core_rows);
  }
  text += fmt::format("{} virtual functions, {} contexts: {} of {} commands completed\n", report.vfs, report.contexts,
                      report.completed, report.submitted);
  if (!report.latencies_ps.empty()) {
    const Latency latency = summarise(report.latencies_ps);
    text += fmt::format("doorbell to completion interrupt, simulated us: min {}, mean {}, 99 % {}, max {}\n",
                        microseconds(latency.minimum), microseconds(latency.mean), microseconds(latency.p99),
                        microseconds(latency.maximum));
  }
  text += fmt::format("device DMA: {} reads ({} bytes), {} writes ({} bytes), {} refused\n", report.dma.reads,
                      report.dma.read_bytes, report.dma.writes, report.dma.written_bytes, report.dma.refused);
  for (const KernelLog::Line& line : report.kernel_log) {
    text += fmt::format("kernel log at {} us: {}\n", microseconds(line.time_ps), line.text);
  }
  if (!report.failure.empty()) text += fmt::format("failed: {}\n", report.failure);
  return text;
}

std::string to_json(const BringUpReport& report) {
  nlohmann::ordered_json json;
  json["succeeded"] = report.succeeded();
  json["failure"] = report.failure;
  json["vfs"] = report.vfs;
  json["contexts"] = report.contexts;
  json["submitted"] = report.submitted;
  json["completed"] = report.completed;
  const Latency latency = summarise(report.latencies_ps);
  json["latency_ps"] = {
      {"min", latency.minimum}, {"mean", latency.mean}, {"p99", latency.p99}, {"max", latency.maximum}};
  json["dma"] = {{"reads", report.dma.reads},
                 {"read_bytes", report.dma.read_bytes},
                 {"writes", report.dma.writes},
                 {"written_bytes", report.dma.written_bytes},
                 {"refused", report.dma.refused}};
  json["phases"] = nlohmann::ordered_json::array();
  for (const BringUpPhase& phase : report.phases) {
    json["phases"].push_back({{"name", phase.name},
                              {"start_ps", phase.start_ps},
                              {"duration_ps", phase.duration_ps},
                              {"config_reads", phase.accesses.config_reads},
                              {"config_writes", phase.accesses.config_writes},
                              {"bar_reads", phase.accesses.bar_reads},
                              {"bar_writes", phase.accesses.bar_writes},
                              {"interrupts", phase.interrupts}});
  }
  json["kernel_log"] = nlohmann::ordered_json::array();
  for (const KernelLog::Line& line : report.kernel_log) {
    json["kernel_log"].push_back({{"time_ps", line.time_ps}, {"text", line.text}});
  }
  return json.dump(2);
}

}  // namespace aie4::host
