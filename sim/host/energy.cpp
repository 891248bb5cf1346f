// SPDX-License-Identifier: Apache-2.0
#include "sim/host/energy.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

#include <nlohmann/json.hpp>

namespace aie4::host {
namespace {

constexpr double kFemtojoulesPerNanojoule = 1e6;

double charge(std::uint64_t count, std::uint64_t femtojoules) {
  return static_cast<double>(count) * static_cast<double>(femtojoules) / kFemtojoulesPerNanojoule;
}

struct Part {
  std::string_view name;
  double nanojoules = 0;
};

std::array<Part, 5> parts(const Energy& energy) {
  return {Part{"idle", energy.idle}, Part{"products", energy.products}, Part{"core memories", energy.core_memory},
          Part{"memory tiles", energy.memory_tiles}, Part{"DDR", energy.ddr}};
}

}  // namespace

void Energy::add(const Energy& part, std::uint64_t times) {
  const auto factor = static_cast<double>(times);
  idle += factor * part.idle;
  products += factor * part.products;
  core_memory += factor * part.core_memory;
  memory_tiles += factor * part.memory_tiles;
  ddr += factor * part.ddr;
}

Energy energy_of(const ResourceReport& report, const Parameters& parameters) {
  constexpr double kPicosecondsPerCycle = 1e6;  // At 1 MHz.
  Energy energy;
  energy.idle = static_cast<double>(report.duration_ps) * static_cast<double>(parameters.energy_idle_mw) / 1e6;
  for (const ResourceUse& use : report.resources) {
    const std::string_view name = use.name;
    if (name.ends_with("/matrix unit")) {
      // A busy cycle costs the same whatever it multiplies.
      const double cycles =
          static_cast<double>(use.busy.value()) * static_cast<double>(parameters.aie_mhz) / kPicosecondsPerCycle;
      energy.products += cycles * charge(parameters.compute_i8_macs, parameters.energy_mac_fj);
    } else if (name.ends_with("/memory")) {
      const bool core = name.find("/compute tile ") != std::string_view::npos;
      const double part = charge(use.bytes, core ? parameters.energy_core_memory_fj : parameters.energy_mem_tile_fj);
      (core ? energy.core_memory : energy.memory_tiles) += part;
    } else if (name.ends_with("/core")) {
      energy.core_memory += charge(use.bytes, parameters.energy_core_memory_fj);
    } else if (name == "NoC and DDR") {
      energy.ddr += charge(use.bytes, parameters.energy_ddr_fj);
    }
  }
  return energy;
}

std::string to_text(const Energy& energy, const ResourceReport& report) {
  constexpr double kNanojoulesPerMicrojoule = 1e3;
  constexpr double kWatts = 1e3;  // Of a nanojoule a picosecond.
  const double watts = report.duration_ps == 0 ? 0 : kWatts * energy.total() / static_cast<double>(report.duration_ps);
  std::string text =
      fmt::format("{:.3f} uJ, {:.2f} W on average (low confidence)", energy.total() / kNanojoulesPerMicrojoule, watts);
  std::array<Part, 5> sorted = parts(energy);
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &Part::nanojoules);
  std::string_view separator = ": ";
  for (const Part& part : sorted) {
    const double percent = energy.total() == 0 ? 0 : 100 * part.nanojoules / energy.total();
    if (percent < 1) continue;
    text += fmt::format("{}{} {:.0f} %", separator, part.name, percent);
    separator = ", ";
  }
  return text;
}

nlohmann::ordered_json to_json(const Energy& energy) {
  return {{"confidence", "low"},
          {"total_nj", energy.total()},
          {"idle_nj", energy.idle},
          {"products_nj", energy.products},
          {"core_memories_nj", energy.core_memory},
          {"memory_tiles_nj", energy.memory_tiles},
          {"ddr_nj", energy.ddr}};
}

}  // namespace aie4::host
