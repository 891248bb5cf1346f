// SPDX-License-Identifier: Apache-2.0
// Energy of a run, by hand.
#include "sim/host/energy.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

ResourceUse row(std::string name, std::uint64_t bytes, std::uint64_t busy_ps) {
  ResourceUse use;
  use.name = std::move(name);
  use.bytes = bytes;
  use.busy = sc_core::sc_time::from_value(busy_ps);
  return use;
}

Parameters costs() {
  Parameters parameters;
  parameters.aie_mhz = 1000;
  parameters.compute_i8_macs = 256;
  parameters.energy_idle_mw = 500;
  parameters.energy_mac_fj = 100;
  parameters.energy_core_memory_fj = 2000;
  parameters.energy_mem_tile_fj = 3000;
  parameters.energy_ddr_fj = 40'000;
  return parameters;
}

bool near(double value, double expected) {
  return value > expected * 0.999999 && value < expected * 1.000001;
}

TEST_CASE("Energy is power at rest, busy cycles of matrix units, and bytes of three kinds of memory") {
  const ResourceReport report{
      .duration_ps = 10'000'000,                                                    // 10 us at 0.5 W
      .resources = {row("column 0/compute tile 2/core/matrix unit", 0, 1'000'000),  // 1000 cycles of 256 products
                    row("column 0/compute tile 2/core", 1000, 2'000'000), row("column 0/compute tile 2/memory", 500, 0),
                    row("column 1/memory tile 1/memory", 2000, 0), row("NoC and DDR", 10'000, 5),
                    row("column 0/shim tile 0/DMA/MM2S_0", 9999, 5)}};
  const Energy energy = energy_of(report, costs());
  CHECK(near(energy.idle, 5000));
  CHECK(near(energy.products, 25.6));
  CHECK(near(energy.core_memory, 3));
  CHECK(near(energy.memory_tiles, 6));
  CHECK(near(energy.ddr, 400));
  CHECK(near(energy.total(), 5434.6));
  CHECK(to_text(energy, report) == "5.435 uJ, 0.54 W on average (low confidence): idle 92 %, DDR 7 %");
  CHECK(to_json(energy)["confidence"] == "low");
  CHECK(to_json(energy)["ddr_nj"] == energy.ddr);
}

TEST_CASE("Energies add up, as often as a part counts") {
  Energy sum = {.idle = 1, .products = 2, .core_memory = 3, .memory_tiles = 4, .ddr = 5};
  sum.add({.idle = 10, .products = 20, .core_memory = 30, .memory_tiles = 40, .ddr = 50}, 3);
  CHECK(near(sum.idle, 31));
  CHECK(near(sum.products, 62));
  CHECK(near(sum.core_memory, 93));
  CHECK(near(sum.memory_tiles, 124));
  CHECK(near(sum.ddr, 155));
}

TEST_CASE("No time is no power") {
  CHECK(to_text(energy_of({}, costs()), {}) == "0.000 uJ, 0.00 W on average (low confidence)");
}

}  // namespace
}  // namespace aie4::host
