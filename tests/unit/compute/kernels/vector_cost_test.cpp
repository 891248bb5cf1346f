// SPDX-License-Identifier: Apache-2.0
// Costs of all kernels but gemm, computed by hand from the equations and compared with published measurements.
#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"

using namespace aie4::compute;
using aie4::Parameters;
using aie4::test::CallBuilder;

namespace {

Parameters aie2() {
  Parameters p;
  p.compute_load_bytes = 32;
  p.compute_store_bytes = 32;
  p.compute_vector_bytes = 64;
  p.compute_lookup_cycles = 4;
  return p;
}

CallBuilder scaled(std::string_view schedule) {
  return CallBuilder("mul").set("count", 1024).set("count_b", 1).set("type", "i16").set("schedule", schedule);
}

}  // namespace

// The guide counts the loop without the call.
TEST_CASE("1024 elements of i16 times a scalar take what was measured on AIE-ML") {
  const KernelCost pipelined = scaled("pipelined").cost(aie2());
  CHECK(pipelined.cycles - pipelined.call_cycles == 72);  // 32 vectors * 2 cycles for 64 bytes to store + 8
  CHECK(pipelined.bound == Bound::Store);
  CHECK(pipelined.load_cycles == 32);
  const KernelCost sequential = scaled("sequential").cost(aie2());
  CHECK(sequential.cycles - sequential.call_cycles == 495);  // 32 * 15 + 15
  CHECK(sequential.bound == Bound::Vector);
  const KernelCost scalar = scaled("scalar").cost(aie2());
  CHECK(scalar.cycles - scalar.call_cycles == 10'240);  // measured: about 10,250
  CHECK(scalar.bound == Bound::Scalar);
}

TEST_CASE("Elementwise kernels take the slowest of loads, stores and instructions for each vector") {
  // 100 vectors of 128 bytes: both inputs in one cycle, one store.
  const KernelCost add = CallBuilder("add").set("count", 12'800).cost();
  CHECK(add.load_cycles == 100);
  CHECK(add.store_cycles == 100);
  CHECK(add.cycles == 100 + 8 + 20);
  // 65 elements of bf16 are two vectors of 64.
  CHECK(CallBuilder("gelu").set("count", 65).cost().cycles == 2 * 2 + 8 + 20);
  CHECK(CallBuilder("tanh").set("count", 64).cost(aie2()).cycles == 2 * 4 + 8 + 20);
  CHECK(CallBuilder("relu").set("count", 128).cost().cycles == 1 + 8 + 20);
  // bf16 to i8: 64 elements a vector, 128 bytes in, 64 out.
  CHECK(CallBuilder("quantise").set("count", 6400).cost().cycles == 100 + 8 + 20);
  CHECK(CallBuilder("transpose").set("rows", 64).set("columns", 64).cost().cycles == 32 + 8 + 20);
  CHECK(CallBuilder("relayout").set("rows", 64).set("columns", 64).set("type", "fp32").cost().cycles == 128 + 8 + 20);
}

TEST_CASE("Rows cost their passes, the tail of a reduction and a reciprocal") {
  // Two rows of 128 bf16: 2 vectors; passes of 1, 2 and 1 cycles a vector; halving 64 lanes takes 6 steps of 5 cycles.
  const KernelCost softmax = CallBuilder("softmax").set("rows", 2).set("columns", 128).cost();
  CHECK(softmax.vector_cycles == 2 * 2 * (1 + 2 + 1));
  CHECK(softmax.loop_cycles == 2 * (3 * 8 + 6 * 5 + 20));
  CHECK(softmax.cycles == 16 + 148 + 20);
  const KernelCost norm = CallBuilder("rms_norm").set("rows", 2).set("columns", 128).cost();
  CHECK(norm.vector_cycles == 2 * 2 * 2);
  CHECK(norm.loop_cycles == 2 * (2 * 8 + 6 * 5 + 20));
  const KernelCost sums = CallBuilder("reduce").set("rows", 3).set("columns", 256).cost();
  CHECK(sums.vector_cycles == 3 * 2);
  CHECK(sums.loop_cycles == 3 * (8 + 7 * 5));
  const KernelCost down = CallBuilder("reduce").set("rows", 3).set("columns", 256).set("axis", "rows").cost();
  CHECK(down.loop_cycles == 3 * 8);
}

TEST_CASE("A convolution is a product and, beyond 1 x 1, the gathering of its windows") {
  CallBuilder one("conv2d");
  one.set("height", 16).set("width", 16).set("channels", 64).set("out_channels", 64);
  CHECK(one.cost().macs == 256 * 64 * 64);
  CHECK(one.cost().mac_cycles == 256);
  CHECK(one.cost().gather_cycles == 0);
  CHECK(one.cost().cycles == 276);
  one.set("kernel_h", 3)
      .set("kernel_w", 3)
      .set("pad_top", 1)
      .set("pad_bottom", 1)
      .set("pad_left", 1)
      .set("pad_right", 1);
  const KernelCost three = one.cost();
  CHECK(three.macs == 9 * 256 * 64 * 64);
  CHECK(three.mac_cycles == 9 * 256);
  CHECK(three.gather_cycles == 576);  // 256 * 576 bytes / 256
  CHECK(three.cycles == 2304 + 576 + 20);
}

TEST_CASE("A depthwise convolution works on lanes of channels") {
  CallBuilder call("dwconv2d");
  call.set("height", 18).set("width", 18).set("channels", 100).set("kernel_h", 3).set("kernel_w", 3);
  const KernelCost bytes = call.cost();
  CHECK(bytes.macs == 256 * 9 * 100);
  CHECK(bytes.mac_cycles == 256 * 9);
  CHECK(bytes.cycles == 2304 + 8 + 20);
  CHECK(call.set("type_x", "i16").cost().mac_cycles == 256 * 9 * 2);
}

TEST_CASE("A pooling window costs one vector instruction a pixel") {
  CallBuilder call("max_pool");
  call.set("height", 16).set("width", 16).set("channels", 128).set("kernel_h", 2).set("kernel_w", 2);
  call.set("stride_h", 2).set("stride_w", 2);
  CHECK(call.cost().cycles == 64 * 4 + 8 + 20);
  CHECK(call.cost().bound == Bound::Vector);
}
