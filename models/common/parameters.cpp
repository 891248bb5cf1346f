// SPDX-License-Identifier: Apache-2.0
#include "models/common/parameters.hpp"

#include <array>

namespace aie4 {
namespace {

using enum Confidence;
using P = Parameters;

constexpr std::string_view kArrayAttributes = "NPU3 array attributes of the public profiling plug-in";
constexpr std::string_view kDriver = "amdxdna, Linux 7.3";
constexpr std::string_view kChainedNoop = "fitted to the published chained no-op rate (190,152 op/s)";
constexpr std::string_view kAm020 = "AM020 (AIE-ML) chapter 2";
constexpr std::string_view kAie2Traces = "event traces of AIE2 hardware (xdna-emu)";
constexpr std::string_view kAieMl = "AM020 and the mlir-aie programming guide (AIE-ML)";
constexpr std::string_view kGuide4c = "mlir-aie programming guide 4c, AIE-ML hardware";
constexpr std::string_view kCore276 = "276 cycles for 1 Mi products, accepted by XRT's GEMM test of NPU3";
constexpr std::string_view kMatrixShape = "the smallest that feeds the matrix unit from two 1024-bit loads";
constexpr std::string_view kQuarter = "a quarter of AIE2P's, which was fitted to published GEMM rates";
constexpr std::string_view kNone = "no public evidence";
constexpr std::string_view kEnergy =
    "no public figure; an order of magnitude below 1.6 W while decoding Llama 3.2-1B on AIE2P";

constexpr auto kTable = std::to_array<ParameterInfo>({
    {"array.columns", &P::columns, "1", 3, 1, 60, Documented, kArrayAttributes, "columns of the array"},
    {"array.mem_rows", &P::mem_rows, "1", 1, 1, 2, Documented, kArrayAttributes, "memory-tile rows"},
    {"array.core_rows", &P::core_rows, "1", 4, 1, 8, Documented, kArrayAttributes, "compute rows"},
    {"array.core_dma_channels", &P::core_dma_channels, "1", 3, 0, 65535, Documented, kArrayAttributes,
     "DMA channels of a compute tile (2 S2MM + 1 MM2S)"},
    {"array.mem_dma_channels", &P::mem_dma_channels, "1", 18, 0, 65535, Documented, kArrayAttributes,
     "DMA channels of a memory tile (8 S2MM + 10 MM2S)"},
    {"array.shim_dma_channels", &P::shim_dma_channels, "1", 6, 0, 65535, Documented, kArrayAttributes,
     "data DMA channels of a shim tile (2 S2MM + 4 MM2S)"},
    {"array.core_locks", &P::core_locks, "1", 16, 0, 65535, Documented, kArrayAttributes, "locks of a compute tile"},
    {"array.mem_locks", &P::mem_locks, "1", 64, 0, 65535, Documented, kArrayAttributes, "locks of a memory tile"},
    {"array.shim_locks", &P::shim_locks, "1", 32, 0, 65535, Documented, kArrayAttributes, "locks of a shim tile"},
    {"array.core_events", &P::core_events, "1", 229, 0, 65535, Documented, kArrayAttributes,
     "events of a compute tile"},
    {"array.mem_events", &P::mem_events, "1", 200, 0, 65535, Documented, kArrayAttributes, "events of a memory tile"},
    {"array.shim_events", &P::shim_events, "1", 246, 0, 65535, Documented, kArrayAttributes, "events of a shim tile"},
    {"array.column_dump_bytes", &P::column_dump_bytes, "bytes", 4096, 1, 1U << 20, Assumed, kNone,
     "size of the status dump of one column that AIE_TILE_INFO announces"},
    {"array.mem_tile_bytes", &P::mem_tile_bytes, "bytes", 3U << 20, 1U << 16, 4U << 20, Documented, kArrayAttributes,
     "data memory of a memory tile, and the size of the window in which its neighbours see it"},

    {"lock.acquire_cycles", &P::lock_acquire_cycles, "cycles", 1, 0, 10'000, Measured, kAie2Traces,
     "lock acquire, granted at once"},
    {"lock.core_cycles", &P::lock_core_cycles, "cycles", 1, 0, 10'000, Measured, kAie2Traces,
     "arbitration on top for each lock request of a core"},
    {"lock.mem_release_cycles", &P::lock_mem_release_cycles, "cycles", 63, 0, 10'000, Measured, kAie2Traces,
     "end of a memory tile's buffer descriptor to its lock release"},

    {"memory.latency_cycles", &P::memory_latency_cycles, "cycles", 5, 0, 10'000, Assumed, kNone,
     "access of a DMA to a tile memory, request to first beat"},
    {"memory.compute_bytes_per_cycle", &P::memory_compute_bytes_per_cycle, "bytes", 128, 32, 4096, Documented,
     kArrayAttributes, "memory side of a DMA channel of a compute tile (1024 bit)"},
    {"memory.mem_tile_bytes_per_cycle", &P::memory_mem_tile_bytes_per_cycle, "bytes", 64, 64, 4096, Documented,
     kArrayAttributes, "memory side of a DMA channel of a memory tile (512 bit)"},
    {"memory.mem_tile_banks", &P::memory_mem_tile_banks, "1", 24, 1, 24, Inferred,
     "24 bank-conflict events (a register comment says 16)", "banks of a memory tile"},

    {"compute.i8_macs", &P::compute_i8_macs, "MAC/cycle", 4096, 1, 1U << 20, Inferred, kCore276,
     "i8 x i8 products of one core"},
    {"compute.i8_r", &P::compute_i8_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, i8 x i8"},
    {"compute.i8_s", &P::compute_i8_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, i8 x i8"},
    {"compute.i8_t", &P::compute_i8_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, i8 x i8"},
    {"compute.i8_i4_macs", &P::compute_i8_i4_macs, "MAC/cycle", 8192, 1, 1U << 20, Assumed,
     "AIE-ML does twice its i8 rate (AM020)", "i8 x i4 products of one core"},
    {"compute.i8_i4_r", &P::compute_i8_i4_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, i8 x i4"},
    {"compute.i8_i4_s", &P::compute_i8_i4_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, i8 x i4"},
    {"compute.i8_i4_t", &P::compute_i8_i4_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, i8 x i4"},
    {"compute.i16_macs", &P::compute_i16_macs, "MAC/cycle", 1024, 1, 1U << 20, Assumed,
     "the quarter of the i8 rate that AIE-ML has", "i16 x i16 products of one core"},
    {"compute.i16_r", &P::compute_i16_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, i16 x i16"},
    {"compute.i16_s", &P::compute_i16_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, i16 x i16"},
    {"compute.i16_t", &P::compute_i16_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, i16 x i16"},
    {"compute.bf16_macs", &P::compute_bf16_macs, "MAC/cycle", 2048, 1, 1U << 20, Assumed,
     "the half of the i8 rate that AIE-ML has; 1024 is as likely", "bf16 x bf16 products of one core"},
    {"compute.bf16_r", &P::compute_bf16_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, bf16 x bf16"},
    {"compute.bf16_s", &P::compute_bf16_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, bf16 x bf16"},
    {"compute.bf16_t", &P::compute_bf16_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, bf16 x bf16"},
    {"compute.bfp16_macs", &P::compute_bfp16_macs, "MAC/cycle", 4096, 1, 1U << 20, Assumed,
     "the i8 rate, as in AIE2P; 2048 is as likely", "bfp16 x bfp16 products of one core"},
    {"compute.bfp16_r", &P::compute_bfp16_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, bfp16 x bfp16"},
    {"compute.bfp16_s", &P::compute_bfp16_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, bfp16 x bfp16"},
    {"compute.bfp16_t", &P::compute_bfp16_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, bfp16 x bfp16"},
    {"compute.fp32_macs", &P::compute_fp32_macs, "MAC/cycle", 512, 1, 1U << 20, Assumed,
     "emulated with bf16 products: a quarter of their rate (AIE-ML: a third to a ninth)",
     "fp32 x fp32 products of one core"},
    {"compute.fp32_r", &P::compute_fp32_r, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "rows of A in one step of the matrix unit, fp32 x fp32"},
    {"compute.fp32_s", &P::compute_fp32_s, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of A, rows of B in one step of the matrix unit, fp32 x fp32"},
    {"compute.fp32_t", &P::compute_fp32_t, "1", 16, 1, 4096, Assumed, kMatrixShape,
     "columns of B in one step of the matrix unit, fp32 x fp32"},
    {"compute.register_block", &P::compute_register_block, "1", 2, 1, 16, Inferred,
     "2 x 2 blocks in AIE2 and AIE2P kernels",
     "steps of the matrix unit, in each direction, that share a loaded operand"},
    {"compute.load_bytes", &P::compute_load_bytes, "B/cycle", 128, 1, 4096, Assumed,
     "AIE-ML 32, AIE2P 64; what the published GEMM tile needs at least", "width of a load port"},
    {"compute.load_ports", &P::compute_load_ports, "1", 2, 1, 8, Documented, kAieMl, "loads in one cycle"},
    {"compute.store_bytes", &P::compute_store_bytes, "B/cycle", 128, 1, 4096, Assumed, "AIE-ML 32, AIE2P 64",
     "width of the store port"},
    {"compute.vector_bytes", &P::compute_vector_bytes, "bytes", 128, 1, 4096, Assumed, "AIE-ML and AIE2P 64",
     "vector of elementwise code"},
    {"compute.vector_macs", &P::compute_vector_macs, "MAC/cycle", 128, 1, 65536, Assumed,
     "one for each byte of a vector",
     "elementwise multiply-adds of bytes, as in depthwise convolution; fewer for wider types"},
    {"compute.accumulate_1", &P::compute_accumulate_1, "cycles/1e6", 15425, 0, 10000000, Assumed, kQuarter,
     "reloading and storing running sums, for each element of a 1-byte C"},
    {"compute.accumulate_2", &P::compute_accumulate_2, "cycles/1e6", 23175, 0, 10000000, Assumed, kQuarter,
     "the same, 2-byte integer C"},
    {"compute.accumulate_bf16", &P::compute_accumulate_bf16, "cycles/1e6", 23175, 0, 10000000, Assumed, kQuarter,
     "the same, bf16 C"},
    {"compute.accumulate_4", &P::compute_accumulate_4, "cycles/1e6", 45500, 0, 10000000, Assumed, kQuarter,
     "the same, 4-byte C"},
    {"compute.gemm_pipe_cycles", &P::compute_gemm_pipe_cycles, "cycles", 0, 0, 10000, Inferred,
     "the published GEMM rates leave nothing beside the call and the sums",
     "filling and draining the pipeline in a GEMM or convolution"},
    {"compute.pipe_cycles", &P::compute_pipe_cycles, "cycles", 8, 0, 10000, Measured, kGuide4c,
     "filling and draining the pipeline of an elementwise loop"},
    {"compute.call_cycles", &P::compute_call_cycles, "cycles", 20, 0, 10000, Inferred, kCore276, "calling a kernel"},
    {"compute.lookup_cycles", &P::compute_lookup_cycles, "cycles", 2, 1, 1000, Assumed,
     "AIE2P, which has tanh and exp; AIE2 looks tables up in 4 to 8", "a transcendental function of a vector"},
    {"compute.unpipelined_cycles", &P::compute_unpipelined_cycles, "cycles", 15, 1, 10000, Measured, kGuide4c,
     "a vector in an elementwise loop that is not software-pipelined"},
    {"compute.scalar_cycles", &P::compute_scalar_cycles, "cycles", 10, 1, 10000, Measured, kGuide4c,
     "an element in code without vectors"},
    {"compute.reduction_step_cycles", &P::compute_reduction_step_cycles, "cycles", 5, 0, 10000, Assumed, kNone,
     "each halving of a vector that is reduced to one value"},
    {"compute.reciprocal_cycles", &P::compute_reciprocal_cycles, "cycles", 20, 0, 10000, Assumed, kNone,
     "a scalar reciprocal or reciprocal square root"},
    {"compute.compiler_percent", &P::compute_compiler_percent, "%", 100, 100, 1000, Assumed,
     "AIE2P: 110 to 130 for Peano instead of chess", "cycles of the matrix unit, of the ideal"},

    {"core.instruction_cycles", &P::core_instruction_cycles, "cycles", 1, 1, 10'000, Documented, kAm020,
     "loop, next, event, done of a core program, and an end that leaves its loop: one bundle each"},
    {"core.loop_cycles", &P::core_loop_cycles, "cycles", 3, 1, 10'000, Documented, kAm020,
     "back to the start of a loop of a core program: a branch with delay slots that are partly filled"},
    {"core.bus_cycles", &P::core_bus_cycles, "cycles", 8, 1, 10'000, Assumed, kNone,
     "register write of a core over its processor bus"},
    {"core.stream_fifo_beats", &P::core_stream_fifo_beats, "beats", 4, 1, 1024, Assumed, kNone,
     "FIFO of a stream port of a core, in beats of 512 bit"},
    {"core.cascade_fifo_beats", &P::core_cascade_fifo_beats, "beats", 2, 1, 1024, Assumed, kNone,
     "FIFO of a cascade input of a core, in beats of 512 bit"},

    {"pci.pf_vectors", &P::pf_vectors, "1", 1, 1, 64, Assumed, kNone, "MSI-X table size of the PF"},
    {"pci.vf_vectors", &P::vf_vectors, "1", 16, 2, 64, Assumed, kNone,
     "MSI-X table size of a VF; vector 0 is the mailbox's, contexts share the others"},

    {"clock.aie_mhz", &P::aie_mhz, "MHz", 1200, 1, 10000, Documented, kDriver, "AIE clock: array and microcontrollers"},
    {"clock.npu_h_mhz", &P::npu_h_mhz, "MHz", 1200, 1, 10000, Documented, kDriver,
     "NPU-H clock: management and NoC side"},

    {"smu.command_us", &P::smu_command_us, "us", 50, 0, 10'000'000, Assumed, kNone, "SMU busy time per command"},
    {"psp.validate_us", &P::psp_validate_us, "us", 2000, 0, 10'000'000, Assumed, kNone,
     "PSP busy time of VALIDATE and VALIDATE_CERT, beside the fetch"},
    {"psp.start_us", &P::psp_start_us, "us", 500, 0, 10'000'000, Assumed, kNone, "PSP busy time of START"},
    {"psp.release_us", &P::psp_release_us, "us", 200, 0, 10'000'000, Assumed, kNone, "PSP busy time of RELEASE_TMR"},
    {"firmware.boot_us", &P::firmware_boot_us, "us", 5000, 0, 10'000'000, Assumed, kNone,
     "from START to mailbox_info.valid"},

    {"firmware.message_ns", &P::message_ns, "ns", 5000, 0, 10'000'000'000, Assumed, kNone,
     "handling of one management message"},
    {"firmware.contexts_per_vf", &P::contexts_per_vf, "1", 256, 1, 480, Assumed,
     "public array sizes say 128 (protocol 5) and 1024 (protocol 6)", "hardware contexts of one VF"},
    {"firmware.context_switch_us", &P::context_switch_us, "us", 10, 0, 10'000'000, Assumed, kNone,
     "handing the array from one context to the next"},
    {"firmware.quantum_us", &P::quantum_us, "us", 1000, 1, 10'000'000, Documented,
     "context switch hysteresis default of the newer driver", "time slice while another context of the band waits"},
    {"firmware.protocol_major", &P::protocol_major, "1", 5, 0, 65535, Documented, kDriver, "mailbox protocol, major"},
    {"firmware.protocol_minor", &P::protocol_minor, "1", 24, 0, 65535, Documented, kDriver, "mailbox protocol, minor"},
    {"firmware.write_index_mirror", &P::write_index_mirror, "1", 1, 0, 1, Documented,
     "observed conflict of kernel 7.3 with XRT 2.25 (docs/driver-bring-up.md)",
     "1: keep the word at offset 0x10 of wide queues, where the driver reads write_index, at read_index + 32; not "
     "behaviour of real hardware"},

    {"stream.beat_words", &P::stream_beat_words, "words", 16, 1, 16, Documented, kArrayAttributes,
     "a beat of the main stream switches (16: 512 bit)"},
    {"stream.local_hop_cycles", &P::stream_local_hop_cycles, "AIE cycles", 3, 0, 1000, Documented, kAm020,
     "through a stream switch, from a port of the tile to a port of the tile"},
    {"stream.external_hop_cycles", &P::stream_external_hop_cycles, "AIE cycles", 4, 0, 1000, Documented, kAm020,
     "through a stream switch, if another tile is at either end"},
    {"stream.link_cycles", &P::stream_link_cycles, "AIE cycles", 2, 0, 1000, Measured, kAie2Traces,
     "from tile to tile, beside the switches"},
    {"stream.arbitration_cycles", &P::stream_arbitration_cycles, "AIE cycles", 1, 0, 1000, Assumed, kNone,
     "for each packet at each arbiter"},
    {"stream.subordinate_fifo_beats", &P::stream_subordinate_fifo_beats, "beats", 4, 1, 4096, Documented, kAm020,
     "FIFO of an input whose sender is in the tile"},
    {"stream.manager_fifo_beats", &P::stream_manager_fifo_beats, "beats", 2, 1, 4096, Documented, kAm020,
     "FIFO of an output whose receiver is in the tile"},
    {"stream.link_fifo_beats", &P::stream_link_fifo_beats, "beats", 4, 1, 4096, Documented, kAm020,
     "FIFO of a link from tile to tile"},
    {"stream.fifo_port_beats", &P::stream_fifo_port_beats, "beats", 16, 1, 4096, Assumed,
     "AIE-ML switches have FIFOs of 16 words", "each of the FIFO ports of a 512-bit switch"},
    {"stream.burst_bytes", &P::stream_burst_bytes, "bytes", 4096, 64, 1U << 20, Assumed,
     "a choice of the simulator: fewer events against finer interleaving", "what a sender moves at a time, at most"},

    {"tile_control.word_cycles", &P::tile_control_word_cycles, "AIE cycles", 4, 0, 10'000, Inferred,
     "3.5 ns a word, slope of published AIE2P control-packet configuration",
     "handling of one word of a control packet"},
    {"tile_control.token_queue", &P::tile_control_token_queue, "1", 128, 1, 65535, Assumed,
     "xdna-emu measured more than 8 on AIE2", "task-complete tokens that wait in a tile to be sent"},
    {"tile_control.response_queue", &P::tile_control_response_queue, "1", 4, 1, 65535, Assumed, kNone,
     "responses to control packets that wait in a tile to be sent; more hold up the packets behind them"},

    {"dma.channel_start_cycles", &P::dma_channel_start_cycles, "AIE cycles", 2, 0, 10'000, Assumed, kNone,
     "from the first task of a DMA channel at rest to its first buffer descriptor"},
    {"dma.bd_setup_cycles", &P::dma_bd_setup_cycles, "AIE cycles", 4, 0, 10'000, Assumed, "xdna-emu",
     "loading a buffer descriptor and starting its address generator"},
    {"dma.bd_bubble_cycles", &P::dma_bd_bubble_cycles, "AIE cycles", 1, 0, 10'000, Measured, kAie2Traces,
     "between two buffer descriptors of a channel, the second prefetched"},
    {"dma.bd_chain_cycles", &P::dma_bd_chain_cycles, "AIE cycles", 2, 0, 10'000, Assumed, "xdna-emu",
     "the same, if the second comes too late to be prefetched"},
    {"dma.lock_release_cycles", &P::dma_lock_release_cycles, "AIE cycles", 1, 0, 10'000, Measured, kAie2Traces,
     "end of a buffer descriptor of a compute or shim tile to its lock release"},
    {"dma.ingress_fifo_beats", &P::dma_ingress_fifo_beats, "beats", 16, 1, 4096, Measured,
     "16 words of a one-word stream on AIE2 (xdna-emu)", "FIFO between the stream and an S2MM channel"},
    {"dma.egress_fifo_beats", &P::dma_egress_fifo_beats, "beats", 12, 1, 4096, Measured,
     "12 memory accesses in flight on AIE2 (xdna-emu)", "what an MM2S channel of a tile reads ahead of its stream"},
    {"dma.shim_read_ahead_bytes", &P::dma_shim_read_ahead_bytes, "bytes", 65'536, 64, 1U << 24, Assumed,
     "enough to hide the latency of a cold channel",
     "what a shim MM2S channel asks host memory for ahead of its stream, at most"},
    {"dma.fot_fifo_depth", &P::dma_fot_fifo_depth, "1", 16, 1, 4096, Assumed, kNone,
     "counts that a finish-on-TLAST channel keeps until they are read"},

    {"event.vertical_hop_cycles", &P::event_vertical_hop_cycles, "cycles", 2, 0, 1000, Measured, kAie2Traces,
     "broadcast line, to the tile in the north or south"},
    {"event.horizontal_hop_cycles", &P::event_horizontal_hop_cycles, "cycles", 4, 0, 1000, Measured, kAie2Traces,
     "broadcast line, to the tile in the west or east"},

    {"noc.latency_ns", &P::noc_latency_ns, "ns", 400, 0, 1'000'000, Assumed, kNone,
     "host memory access, request to first data"},
    {"noc.bytes_per_us", &P::noc_bytes_per_us, "B/us", 80'000, 1, 10'000'000, Assumed, kNone,
     "host memory bandwidth shared by all engines (80 GB/s)"},
    {"noc.register_access_ns", &P::register_access_ns, "ns", 60, 0, 1'000'000, Assumed, kNone,
     "one 32-bit access of a controller to a register"},
    {"noc.run_overhead_bytes", &P::noc_run_overhead_bytes, "bytes", 60, 0, 65536, Inferred,
     "16-byte against contiguous runs on AIE2P (IRON GEMM notes)",
     "bandwidth that each contiguous run of a shim DMA costs beside its bytes"},

    {"shim.address_offset", &P::shim_address_offset, "bytes", 0x8000'0000, 0, std::uint64_t{1} << 40, Documented,
     "XRT elf_patcher (0 on the emulation target npu3_snl)", "host memory lies this much higher for shim DMAs"},
    {"shim.axi_bytes_per_cycle", &P::shim_axi_bytes_per_cycle, "bytes", 64, 1, 4096, Assumed, kNone,
     "AXI port of a shim DMA channel, per cycle of the NPU-H clock"},
    {"shim.outstanding", &P::shim_outstanding, "1", 32, 1, 4096, Assumed, kNone,
     "AXI bursts of a shim DMA channel under way at a time; each takes noc.latency_ns"},
    {"shim.read_task_ns", &P::shim_read_task_ns, "ns", 250, 0, 1'000'000, Assumed, kNone,
     "overhead of a task that reads host memory"},
    {"shim.write_task_ns", &P::shim_write_task_ns, "ns", 150, 0, 1'000'000, Assumed, kNone,
     "overhead of a task that writes host memory"},
    {"shim.cold_read_ns", &P::shim_cold_read_ns, "ns", 1300, 0, 1'000'000, Assumed,
     "scaled from event traces of AIE2 hardware (xdna-emu)", "on top for the first reading task of a channel"},
    {"shim.cold_read_decay_percent", &P::shim_cold_read_decay_percent, "%", 31, 0, 100, Measured, kAie2Traces,
     "what is left of it in each following task"},
    {"shim.cold_write_ns", &P::shim_cold_write_ns, "ns", 340, 0, 1'000'000, Assumed,
     "scaled from event traces of AIE2 hardware (xdna-emu)", "on top for the first writing task of a channel"},
    {"shim.dispatch_ns", &P::shim_dispatch_ns, "ns", 0, 0, 1'000'000, Assumed,
     "AIE2's controller lets 1.1 us pass (xdna-emu); nothing says that AIE4's does",
     "from the push of a task of a shim channel to its start"},
    {"shim.read_push_ns", &P::shim_read_push_ns, "ns", 0, 0, 1'000'000, Assumed,
     "AIE2's controller lets 2.7 us pass (xdna-emu); nothing says that AIE4's does",
     "between two reading tasks of a channel, from push to push, if the second one's descriptor was written anew"},
    {"shim.write_push_ns", &P::shim_write_push_ns, "ns", 0, 0, 1'000'000, Assumed,
     "AIE2's controller lets 2.9 us pass (xdna-emu); nothing says that AIE4's does", "the same for writing tasks"},

    {"uc.dma_queue_depth", &P::uc_dma_queue_depth, "1", 8, 1, 31, Assumed, kNone,
     "chains that wait in a uC-DMA engine beside the one that runs"},
    {"uc.dma_bd_ns", &P::uc_dma_bd_ns, "ns", 150, 0, 1'000'000, Assumed, kNone,
     "fetch and start of one descriptor of a uC-DMA chain"},
    {"uc.dma_bytes_per_cycle", &P::uc_dma_bytes_per_cycle, "B/cycle", 4, 1, 64, Assumed, kNone,
     "words of a uC-DMA towards the array, per cycle of the NPU-H clock"},

    {"cert.doorbell_pickup_ns", &P::doorbell_pickup_ns, "ns", 1500, 0, 1'000'000'000, Assumed, kNone,
     "doorbell write to CERT's first look at the queue"},
    {"cert.packet_fetch_ns", &P::packet_fetch_ns, "ns", 400, 0, 1'000'000'000, Inferred, kChainedNoop,
     "decoding a packet, beside its fetch over the NoC"},
    {"cert.packet_launch_ns", &P::packet_launch_ns, "ns", 1900, 0, 1'000'000'000, Inferred, kChainedNoop,
     "from a decoded packet to the first page fetch"},
    {"cert.opcode_ns", &P::opcode_ns, "ns", 60, 0, 1'000'000'000, Assumed, kNone, "fetch and decode of one opcode"},
    {"cert.job_start_ns", &P::job_start_ns, "ns", 300, 0, 1'000'000'000, Assumed, kNone, "START_JOB"},
    {"cert.completion_ns", &P::completion_ns, "ns", 700, 0, 1'000'000'000, Inferred, kChainedNoop,
     "post-work, beside the writes to host memory"},
    {"cert.poll_interval_ns", &P::poll_interval_ns, "ns", 60, 1, 1'000'000, Assumed, kNone,
     "between two rounds of polls when nothing else can run, beside the reads themselves"},
    {"cert.token_wait_ns", &P::token_wait_ns, "ns", 100, 0, 1'000'000, Assumed, kNone,
     "from the last token that WAIT_TCTS waits for to the next opcode"},
    {"cert.preempt_check_ns", &P::preempt_check_ns, "ns", 50, 0, 1'000'000, Assumed, kNone,
     "PREEMPT when nobody asks for the array, beside its barrier"},
    {"cert.packet_timeout_ms", &P::packet_timeout_ms, "ms", 2000, 0, 10'000'000, Assumed, kNone,
     "a command that runs longer ends with PKT_TIMEOUT; 0 = never"},
    {"cert.opcode_timeout_ms", &P::opcode_timeout_ms, "ms", 0, 0, 10'000'000, Assumed, kNone,
     "a job that waits longer at one opcode ends its command with PKT_TIMEOUT; 0 = never"},

    {"energy.idle_mw", &P::energy_idle_mw, "mW", 300, 0, 1'000'000, Assumed, kEnergy, "power of the NPU at rest"},
    {"energy.mac_fj", &P::energy_mac_fj, "fJ", 150, 0, 1'000'000, Assumed, kEnergy,
     "an i8 x i8 product; those of slower types cost as much more as they are slower"},
    {"energy.core_memory_fj", &P::energy_core_memory_fj, "fJ/B", 1000, 0, 1'000'000'000, Assumed, kEnergy,
     "a byte in or out of the data memory of a compute tile"},
    {"energy.mem_tile_fj", &P::energy_mem_tile_fj, "fJ/B", 3000, 0, 1'000'000'000, Assumed, kEnergy,
     "a byte in or out of a memory tile"},
    {"energy.ddr_fj", &P::energy_ddr_fj, "fJ/B", 30'000, 0, 1'000'000'000, Assumed, kEnergy,
     "a byte in or out of host memory"},
});

}  // namespace

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Measured:
      return "measured";
    case Documented:
      return "documented";
    case Inferred:
      return "inferred";
    case Assumed:
      return "assumed";
  }
  return "assumed";
}

Parameters::Parameters() {  // NOLINT(cppcoreguidelines-pro-type-member-init): the table sets every member
  for (const ParameterInfo& info : kTable) this->*info.member = info.default_value;
}

std::span<const ParameterInfo> parameter_table() {
  return kTable;
}

}  // namespace aie4
