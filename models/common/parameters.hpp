// SPDX-License-Identifier: Apache-2.0
// Every latency, width, depth and count that can be configured: name, unit, default, range, source, confidence.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace aie4 {

/// How far a number can be believed.
enum class Confidence : std::uint8_t {
  Measured,    ///< On hardware, by the cited source.
  Documented,  ///< In a manual, a driver or a public tool.
  Inferred,    ///< Follows from measured or documented facts.
  Assumed,     ///< No public evidence.
};

[[nodiscard]] std::string_view to_string(Confidence confidence);

/// The values. Each member is described by one row of `parameter_table()`, which also holds its default.
struct Parameters {
  Parameters();

  // Geometry of the array.
  std::uint64_t columns;
  std::uint64_t mem_rows;
  std::uint64_t core_rows;
  std::uint64_t core_dma_channels;
  std::uint64_t mem_dma_channels;
  std::uint64_t shim_dma_channels;
  std::uint64_t core_locks;
  std::uint64_t mem_locks;
  std::uint64_t shim_locks;
  std::uint64_t core_events;
  std::uint64_t mem_events;
  std::uint64_t shim_events;
  std::uint64_t column_dump_bytes;
  std::uint64_t mem_tile_bytes;
  // Locks and memories of the tiles.
  std::uint64_t lock_acquire_cycles;
  std::uint64_t lock_core_cycles;
  std::uint64_t lock_mem_release_cycles;
  std::uint64_t memory_latency_cycles;
  std::uint64_t memory_compute_bytes_per_cycle;
  std::uint64_t memory_mem_tile_bytes_per_cycle;
  std::uint64_t memory_mem_tile_banks;
  // Arithmetic of the cores.
  std::uint64_t compute_i8_macs;
  std::uint64_t compute_i8_r;
  std::uint64_t compute_i8_s;
  std::uint64_t compute_i8_t;
  std::uint64_t compute_i8_i4_macs;
  std::uint64_t compute_i8_i4_r;
  std::uint64_t compute_i8_i4_s;
  std::uint64_t compute_i8_i4_t;
  std::uint64_t compute_i16_macs;
  std::uint64_t compute_i16_r;
  std::uint64_t compute_i16_s;
  std::uint64_t compute_i16_t;
  std::uint64_t compute_bf16_macs;
  std::uint64_t compute_bf16_r;
  std::uint64_t compute_bf16_s;
  std::uint64_t compute_bf16_t;
  std::uint64_t compute_bfp16_macs;
  std::uint64_t compute_bfp16_r;
  std::uint64_t compute_bfp16_s;
  std::uint64_t compute_bfp16_t;
  std::uint64_t compute_fp32_macs;
  std::uint64_t compute_fp32_r;
  std::uint64_t compute_fp32_s;
  std::uint64_t compute_fp32_t;
  std::uint64_t compute_register_block;
  std::uint64_t compute_load_bytes;
  std::uint64_t compute_load_ports;
  std::uint64_t compute_store_bytes;
  std::uint64_t compute_vector_bytes;
  std::uint64_t compute_vector_macs;
  std::uint64_t compute_accumulate_1;
  std::uint64_t compute_accumulate_2;
  std::uint64_t compute_accumulate_bf16;
  std::uint64_t compute_accumulate_4;
  std::uint64_t compute_gemm_pipe_cycles;
  std::uint64_t compute_pipe_cycles;
  std::uint64_t compute_call_cycles;
  std::uint64_t compute_lookup_cycles;
  std::uint64_t compute_unpipelined_cycles;
  std::uint64_t compute_scalar_cycles;
  std::uint64_t compute_reduction_step_cycles;
  std::uint64_t compute_reciprocal_cycles;
  std::uint64_t compute_compiler_percent;
  // Cores.
  std::uint64_t core_instruction_cycles;
  std::uint64_t core_loop_cycles;
  std::uint64_t core_bus_cycles;
  std::uint64_t core_stream_fifo_beats;
  std::uint64_t core_cascade_fifo_beats;
  // PCI.
  std::uint64_t pf_vectors;
  std::uint64_t vf_vectors;
  // Clocks.
  std::uint64_t aie_mhz;
  std::uint64_t npu_h_mhz;
  // SMU and PSP.
  std::uint64_t smu_command_us;
  std::uint64_t psp_validate_us;
  std::uint64_t psp_start_us;
  std::uint64_t psp_release_us;
  std::uint64_t firmware_boot_us;
  // Management firmware.
  std::uint64_t message_ns;
  std::uint64_t contexts_per_vf;
  std::uint64_t context_switch_us;
  std::uint64_t quantum_us;
  std::uint64_t protocol_major;
  std::uint64_t protocol_minor;
  std::uint64_t write_index_mirror;
  // Stream switches.
  std::uint64_t stream_beat_words;
  std::uint64_t stream_local_hop_cycles;
  std::uint64_t stream_external_hop_cycles;
  std::uint64_t stream_link_cycles;
  std::uint64_t stream_arbitration_cycles;
  std::uint64_t stream_subordinate_fifo_beats;
  std::uint64_t stream_manager_fifo_beats;
  std::uint64_t stream_link_fifo_beats;
  std::uint64_t stream_fifo_port_beats;
  std::uint64_t stream_burst_bytes;
  // Control packets and tokens.
  std::uint64_t tile_control_word_cycles;
  std::uint64_t tile_control_token_queue;
  std::uint64_t tile_control_response_queue;
  // DMA of the tiles.
  std::uint64_t dma_channel_start_cycles;
  std::uint64_t dma_bd_setup_cycles;
  std::uint64_t dma_bd_bubble_cycles;
  std::uint64_t dma_bd_chain_cycles;
  std::uint64_t dma_lock_release_cycles;
  std::uint64_t dma_ingress_fifo_beats;
  std::uint64_t dma_egress_fifo_beats;
  std::uint64_t dma_shim_read_ahead_bytes;
  std::uint64_t dma_fot_fifo_depth;
  // Events.
  std::uint64_t event_vertical_hop_cycles;
  std::uint64_t event_horizontal_hop_cycles;
  // NoC and DDR.
  std::uint64_t noc_latency_ns;
  std::uint64_t noc_bytes_per_us;
  std::uint64_t register_access_ns;
  std::uint64_t noc_run_overhead_bytes;
  // Host side of the shim DMAs.
  std::uint64_t shim_address_offset;
  std::uint64_t shim_axi_bytes_per_cycle;
  std::uint64_t shim_outstanding;
  std::uint64_t shim_read_task_ns;
  std::uint64_t shim_write_task_ns;
  std::uint64_t shim_cold_read_ns;
  std::uint64_t shim_cold_read_decay_percent;
  std::uint64_t shim_cold_write_ns;
  std::uint64_t shim_dispatch_ns;
  std::uint64_t shim_read_push_ns;
  std::uint64_t shim_write_push_ns;
  // Microcontrollers.
  std::uint64_t uc_dma_queue_depth;
  std::uint64_t uc_dma_bd_ns;
  std::uint64_t uc_dma_bytes_per_cycle;
  // CERT.
  std::uint64_t doorbell_pickup_ns;
  std::uint64_t packet_fetch_ns;
  std::uint64_t packet_launch_ns;
  std::uint64_t opcode_ns;
  std::uint64_t job_start_ns;
  std::uint64_t completion_ns;
  std::uint64_t poll_interval_ns;
  std::uint64_t token_wait_ns;
  std::uint64_t preempt_check_ns;
  std::uint64_t packet_timeout_ms;
  std::uint64_t opcode_timeout_ms;
  // Energy.
  std::uint64_t energy_idle_mw;
  std::uint64_t energy_mac_fj;
  std::uint64_t energy_core_memory_fj;
  std::uint64_t energy_mem_tile_fj;
  std::uint64_t energy_ddr_fj;
};

struct ParameterInfo {
  std::string_view name;  ///< "psp.validate_us": what `--set` and the configuration file use.
  std::uint64_t Parameters::* member = nullptr;
  std::string_view unit;  ///< "1" for counts and switches.
  std::uint64_t default_value = 0;
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  Confidence confidence = Confidence::Assumed;
  std::string_view source;
  std::string_view description;
};

/// All parameters, in the order in which they are printed.
[[nodiscard]] std::span<const ParameterInfo> parameter_table();

}  // namespace aie4
