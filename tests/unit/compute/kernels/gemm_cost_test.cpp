// SPDX-License-Identifier: Apache-2.0
// Costs of matrix products, computed by hand from the equations and compared with published measurements.
#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"

using namespace aie4::compute;
using aie4::Parameters;
using aie4::test::CallBuilder;

namespace {

CallBuilder product(unsigned m, unsigned k, unsigned n, std::string_view type_c) {
  return CallBuilder("gemm").set("M", m).set("K", k).set("N", n).set("type_c", type_c);
}

// c_out of the timing notes, 3.1, in cycles per 1e6 elements.
Parameters aie2() {
  Parameters p;
  p.compute_i8_macs = 256;
  p.compute_i8_r = 4;
  p.compute_i8_s = 8;
  p.compute_i8_t = 8;
  p.compute_load_bytes = 32;
  p.compute_store_bytes = 32;
  p.compute_accumulate_1 = 89'500;
  p.compute_accumulate_2 = 149'000;
  p.compute_accumulate_4 = 365'000;
  return p;
}

Parameters aie2p() {
  Parameters p;
  p.compute_i8_macs = 512;
  p.compute_i8_r = 8;
  p.compute_i8_s = 8;
  p.compute_i8_t = 8;
  p.compute_load_bytes = 64;
  p.compute_store_bytes = 64;
  p.compute_accumulate_1 = 61'700;
  p.compute_accumulate_2 = 92'700;
  p.compute_accumulate_4 = 182'000;
  return p;
}

// Kernels of the published table add to sums in memory.
double accumulating_rate(unsigned m, unsigned k, unsigned n, std::string_view type_c, const Parameters& parameters) {
  const KernelCost cost = product(m, k, n, type_c).set("first", 0).set("last", 0).cost(parameters);
  return static_cast<double>(cost.macs) / static_cast<double>(cost.cycles);
}

bool within_5_percent(double value, double expected) {
  return std::abs(value - expected) <= 0.05 * expected;
}

}  // namespace

TEST_CASE("The published GEMM tile of NPU3 takes 276 cycles") {
  const KernelCost cost = product(128, 64, 128, "i8").cost();
  CHECK(cost.macs == 1U << 20);
  CHECK(cost.mac_cycles == 256);
  CHECK(cost.load_cycles == 256);   // 2^20 * (1/32 + 1/32) bytes / 256
  CHECK(cost.store_cycles == 128);  // 16384 bytes / 128
  CHECK(cost.accumulate_cycles == 0);
  CHECK(cost.cycles == 276);
  CHECK(cost.bound == Bound::Mac);
}

TEST_CASE("Published GEMM rates of one AIE2 and one AIE2P core are met within 5 %") {
  CHECK(within_5_percent(accumulating_rate(64, 232, 64, "i8", aie2()), 233.0));
  CHECK(within_5_percent(accumulating_rate(64, 216, 64, "i16", aie2()), 217.6));
  CHECK(within_5_percent(accumulating_rate(48, 280, 48, "i32", aie2()), 192.0));
  CHECK(within_5_percent(accumulating_rate(64, 232, 64, "i8", aie2p()), 450.6));
  CHECK(within_5_percent(accumulating_rate(64, 216, 64, "i16", aie2p()), 419.8));
  CHECK(within_5_percent(accumulating_rate(48, 280, 48, "i32", aie2p()), 384.0));
}

TEST_CASE("A product is padded to the shape of the matrix unit") {
  const KernelCost odd = product(17, 33, 1, "i32").cost();
  CHECK(odd.macs == 17 * 33);
  CHECK(odd.mac_cycles == 6);  // 32 * 48 * 16 / 4096
}

TEST_CASE("Running sums in memory cost their reloading, their storing, or both") {
  // 128 * 128 * 0.0455 = 745.472 for both.
  CHECK(product(128, 64, 128, "i32").set("first", 0).set("last", 0).cost().accumulate_cycles == 746);
  CHECK(product(128, 64, 128, "i32").set("first", 0).set("last", 1).cost().accumulate_cycles == 373);
  CHECK(product(128, 64, 128, "i32").set("first", 1).set("last", 0).cost().accumulate_cycles == 373);
}

TEST_CASE("A product that writes more than it computes is bound by its stores") {
  const KernelCost cost = product(128, 16, 128, "i32").cost();
  CHECK(cost.store_cycles == 512);
  CHECK(cost.cycles == 532);
  CHECK(cost.bound == Bound::Store);
}
