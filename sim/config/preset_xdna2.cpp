// SPDX-License-Identifier: Apache-2.0
// AIE2P. Its control processor is no uC of the array; opcodes of CERT take the time of its commands.
#include <array>

#include "sim/config/preset_tables.hpp"

namespace aie4::config {
namespace {

using enum Confidence;

constexpr std::string_view kFit = "fitted to kernels in arXiv 2512.13282, table 1 (tests/calibration/fit.py)";
constexpr std::string_view kRtp = "66 ns for one run-time parameter (IRON GEMM notes)";
constexpr std::string_view kNoop =
    "fitted to the published no-op latencies of Strix (79.8 us, 18.7 us chained); holds what the host adds";
constexpr std::string_view kScaled = "AIE2's, by time";
constexpr std::string_view kNone = "no public evidence";

constexpr auto kValues = std::to_array<PresetValue>({
    {"array.columns", 8, Documented, "amdxdna"},
    {"array.mem_tile_bytes", 524288, Documented, "arXiv 2512.13282"},
    {"memory.mem_tile_banks", 16, Assumed, "as AIE2"},
    {"clock.aie_mhz", 1800, Documented, "amdxdna; the maximum in arXiv 2512.13282"},
    {"clock.npu_h_mhz", 1267, Documented, "amdxdna"},
    {"compute.i8_macs", 512, Inferred, "50 TOPS of 32 cores; kernels in arXiv 2512.13282"},
    {"compute.i8_r", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.i8_s", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.i8_t", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.i8_i4_macs", 1024, Assumed, "as AIE2, scaled by the rate"},
    {"compute.i8_i4_r", 8, Assumed, kNone},
    {"compute.i8_i4_s", 8, Assumed, kNone},
    {"compute.i8_i4_t", 8, Assumed, kNone},
    {"compute.i16_macs", 128, Assumed, "as AIE2, scaled by the rate"},
    {"compute.i16_r", 8, Assumed, kNone},
    {"compute.i16_s", 8, Assumed, kNone},
    {"compute.i16_t", 8, Assumed, kNone},
    {"compute.bf16_macs", 175, Inferred, "emulated with bfp16 products; fitted to arXiv 2512.13282, table 1"},
    {"compute.bf16_r", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.bf16_s", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.bf16_t", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.bfp16_macs", 512, Inferred, "AMD's GEMM on bfp16 (IRON)"},
    {"compute.bfp16_r", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.bfp16_s", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.bfp16_t", 8, Documented, "8 x 8 x 8 in mlir-aie kernels"},
    {"compute.fp32_macs", 44, Assumed, "a quarter of bf16"},
    {"compute.fp32_r", 8, Assumed, kNone},
    {"compute.fp32_s", 8, Assumed, kNone},
    {"compute.fp32_t", 8, Assumed, kNone},
    {"compute.load_bytes", 64, Inferred, "twice the products of AIE2 at the same efficiency"},
    {"compute.store_bytes", 64, Inferred, "twice the products of AIE2 at the same efficiency"},
    {"compute.vector_bytes", 64, Documented, "mlir-aie"},
    {"compute.vector_macs", 64, Assumed, kNone},
    {"compute.accumulate_1", 52700, Inferred, kFit},
    {"compute.accumulate_2", 83600, Inferred, kFit},
    {"compute.accumulate_bf16", 76670, Inferred, kFit},
    {"compute.accumulate_4", 166200, Inferred, kFit},
    {"compute.call_cycles", 37, Inferred, "229 cycles for 98,304 products (XRT, Strix)"},
    {"stream.beat_words", 1, Inferred, "32 bit as AIE2, at a higher clock"},
    {"dma.egress_fifo_beats", 48, Assumed, "as AIE2"},
    {"noc.bytes_per_us", 56700, Inferred,
     "about 50 GB/s in a GEMM-shaped pattern (arXiv 2512.13282), of which runs of 448 bytes and their overhead have 88 "
     "%"},
    {"noc.latency_ns", 400, Assumed, kNone},
    {"noc.register_access_ns", 60, Inferred, kRtp},
    {"shim.axi_bytes_per_cycle", 16, Assumed, kNone},
    {"shim.outstanding", 16, Assumed, kNone},
    {"shim.read_task_ns", 330, Assumed, kScaled},
    {"shim.write_task_ns", 180, Assumed, kScaled},
    {"shim.cold_read_ns", 1300, Assumed, kScaled},
    {"shim.cold_write_ns", 340, Assumed, kScaled},
    {"shim.dispatch_ns", 1086, Assumed, kScaled},
    {"uc.dma_bd_ns", 66, Assumed, "as a register write"},
    {"cert.opcode_ns", 6, Inferred, kRtp},
    {"cert.packet_launch_ns", 12900, Inferred, kNoop},
    {"cert.doorbell_pickup_ns", 61000, Inferred, kNoop},
    {"cert.token_wait_ns", 1117, Inferred,
     "fitted to the published rate of tokens of all columns of Strix (tests/calibration/fit.py)"},
});

}  // namespace

std::span<const PresetValue> xdna2_values() {
  return kValues;
}

}  // namespace aie4::config
