// SPDX-License-Identifier: Apache-2.0
// AIE2. Its control processor is no uC of the array; opcodes of CERT take the time of its commands.
#include <array>

#include "sim/config/preset_tables.hpp"

namespace aie4::config {
namespace {

using enum Confidence;

constexpr std::string_view kAm020 = "AM020 (AIE-ML)";
constexpr std::string_view kApi = "shapes of AIE-ML matrix products in the AIE API";
constexpr std::string_view kGuide = "mlir-aie programming guide 4c";
constexpr std::string_view kFit = "fitted to kernels in arXiv 2512.13282, table 1 (tests/calibration/fit.py)";
constexpr std::string_view kControl = "register writes from NPU1's controller, event traces (xdna-emu)";
constexpr std::string_view kShim = "shim DMA sweeps on NPU1, event traces (xdna-emu)";
constexpr std::string_view kNone = "no public evidence";

constexpr auto kValues = std::to_array<PresetValue>({
    {"array.columns", 4, Documented, "columns with a shim tile; a fifth has none"},
    {"array.mem_tile_bytes", 524288, Documented, kAm020},
    {"memory.mem_tile_banks", 16, Documented, kAm020},
    {"clock.aie_mhz", 1000, Measured, "maximum in arXiv 2512.13282"},
    {"clock.npu_h_mhz", 600, Inferred, "amdxdna: the level whose second clock is 1024"},
    {"compute.i8_macs", 256, Documented, kAm020},
    {"compute.i8_r", 4, Documented, kApi},
    {"compute.i8_s", 8, Documented, kApi},
    {"compute.i8_t", 8, Documented, kApi},
    {"compute.i8_i4_macs", 512, Documented, kAm020},
    {"compute.i8_i4_r", 4, Documented, kApi},
    {"compute.i8_i4_s", 16, Documented, kApi},
    {"compute.i8_i4_t", 8, Documented, kApi},
    {"compute.i16_macs", 64, Documented, kGuide},
    {"compute.i16_r", 4, Documented, kApi},
    {"compute.i16_s", 4, Documented, kApi},
    {"compute.i16_t", 4, Documented, kApi},
    {"compute.bf16_macs", 128, Documented, kAm020},
    {"compute.bf16_r", 8, Documented, "four 4 x 8 x 4 steps, as kernels group them"},
    {"compute.bf16_s", 8, Documented, "the same"},
    {"compute.bf16_t", 8, Documented, "the same"},
    {"compute.bfp16_macs", 32, Assumed, "AIE2 has none: emulated, as fp32"},
    {"compute.bfp16_r", 4, Assumed, kNone},
    {"compute.bfp16_s", 8, Assumed, kNone},
    {"compute.bfp16_t", 4, Assumed, kNone},
    {"compute.fp32_macs", 32, Assumed, "emulated with bf16 products: a third to a ninth of their rate"},
    {"compute.fp32_r", 4, Assumed, kNone},
    {"compute.fp32_s", 8, Assumed, kNone},
    {"compute.fp32_t", 4, Assumed, kNone},
    {"compute.load_bytes", 32, Documented, kGuide},
    {"compute.store_bytes", 32, Documented, kGuide},
    {"compute.vector_bytes", 64, Documented, kGuide},
    {"compute.vector_macs", 64, Assumed, kNone},
    {"compute.accumulate_1", 84600, Inferred, kFit},
    {"compute.accumulate_2", 144020, Inferred, kFit},
    {"compute.accumulate_bf16", 106250, Inferred, kFit},
    {"compute.accumulate_4", 355900, Inferred, kFit},
    {"compute.lookup_cycles", 4, Assumed, "parallel tables: 4 to 8"},
    {"stream.beat_words", 1, Measured, "1.00 cycles a word (xdna-emu)"},
    {"stream.fifo_port_beats", 16, Documented, kAm020},
    {"dma.egress_fifo_beats", 48, Measured, "48 words from memory to stream (xdna-emu)"},
    {"dma.ingress_fifo_beats", 16, Measured, "xdna-emu"},
    {"dma.lock_release_cycles", 14, Inferred,
     "fitted to 15 cycles from a core's S2MM to its lock (tests/calibration/fit.py)"},
    {"core.stream_fifo_beats", 4, Documented, kAm020},
    {"noc.latency_ns", 400, Assumed, "300 to 500 fits the first task of a cold channel"},
    {"noc.bytes_per_us", 17000, Inferred,
     "about 15 GB/s in a GEMM-shaped pattern (arXiv 2512.13282), of which runs of 448 bytes and their overhead have 88 "
     "%"},
    {"noc.register_access_ns", 100, Measured, kControl},
    {"shim.axi_bytes_per_cycle", 16, Assumed, "128 bit; the stream is the bottleneck"},
    {"shim.outstanding", 16, Assumed, kNone},
    {"shim.read_task_ns", 325, Measured, kShim},
    {"shim.write_task_ns", 165, Inferred, "fitted to 171 cycles beside the words of a task (tests/calibration/fit.py)"},
    {"shim.cold_read_ns", 1330, Measured, kShim},
    {"shim.cold_write_ns", 341, Measured, kShim},
    {"shim.dispatch_ns", 1086, Inferred, "from dispatch to start of a channel's first task on NPU1 (xdna-emu)"},
    {"shim.read_push_ns", 2700, Measured, kShim},
    {"shim.write_push_ns", 2870, Measured, kShim},
    {"uc.dma_bd_ns", 100, Measured, kControl},
    {"uc.dma_bytes_per_cycle", 1, Assumed, "the slowest that can be said"},
    {"cert.opcode_ns", 0, Inferred, kControl},
});

}  // namespace

std::span<const PresetValue> xdna1_values() {
  return kValues;
}

}  // namespace aie4::config
