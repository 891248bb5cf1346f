// SPDX-License-Identifier: Apache-2.0
// The DMA of one tile: its channels, the BDs they share, and what the registers of both do.
// Source: AIE4 tile-array notes 2; timing notes 1.5, 1.6, 3.5, 3.6.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/array/dma/bd_pool.hpp"
#include "models/array/dma/dma_client.hpp"
#include "models/array/dma/dma_registers.hpp"
#include "models/array/geometry.hpp"
#include "models/array/memory/dma_memory.hpp"

namespace aie4::array {

class DmaChannel;
class Mm2sChannel;
class LockSpace;
class StreamSink;
class StreamOutput;
class StreamSource;
struct Environment;

/// Channels are named by their index in dma_channels(kind), pools by theirs in dma_pools(kind). Indices are not
/// checked: who calls has decoded an address. To be built during elaboration, and to be connected before the simulation
/// starts.
class DmaEngine {
 public:
  /// `memory`, `locks` and `client` outlive the engine.
  DmaEngine(const Environment& environment, TileId tile, DmaMemory& memory, const LockSpace& locks, DmaClient& client);
  ~DmaEngine();

  [[nodiscard]] TileKind kind() const { return kind_; }
  [[nodiscard]] std::span<const DmaChannelInfo> channels() const { return dma_channels(kind_); }

  // --- streams --------------------------------------------------------------------------------------------------
  /// Where the route to an S2MM channel ends.
  [[nodiscard]] StreamSink& sink(unsigned channel);
  /// Where an MM2S channel sends. The source outlives the engine.
  void connect(unsigned channel, StreamSource& source);
  /// The same for anything that behaves like one.
  void connect(unsigned channel, std::unique_ptr<StreamOutput> output);

  // --- registers --------------------------------------------------------------------------------------------------
  [[nodiscard]] std::uint32_t read_bd(unsigned pool, unsigned bd, unsigned word) const;
  void write_bd(unsigned pool, unsigned bd, unsigned word, std::uint32_t value);
  [[nodiscard]] std::uint32_t control(unsigned channel) const;
  void set_control(unsigned channel, std::uint32_t value);
  /// The start or task queue.
  void push_task(unsigned channel, std::uint32_t value);
  [[nodiscard]] std::uint32_t status(unsigned channel) const;
  /// The event before which the status cannot be `wanted` under `mask`: a channel that runs goes on until it says that
  /// it rests. Null: it might be at any time.
  [[nodiscard]] const sc_core::sc_event* status_not_before(unsigned channel, std::uint32_t mask,
                                                           std::uint32_t wanted) const;
  /// S2MM: words that the running BD has written.
  [[nodiscard]] std::uint32_t current_write_count(unsigned channel) const;
  /// S2MM: the read of `fot_count_fifo_pop`.
  [[nodiscard]] std::uint32_t pop_fot_count(unsigned channel);
  /// Memory tile, MM2S.
  [[nodiscard]] std::uint32_t constant_pad_value(unsigned channel) const;
  void set_constant_pad_value(unsigned channel, std::uint32_t value);
  /// Shim, `dma_pause`: while paused a channel begins no access to memory.
  [[nodiscard]] bool paused(unsigned channel) const;
  void set_paused(unsigned channel, bool paused);
  /// Shim, `axi_mm_outstanding_transactions` of one half: 0..7, more count as 7.
  [[nodiscard]] std::uint32_t outstanding_transactions(unsigned half) const;

  // --- wires of the tile --------------------------------------------------------------------------------------------
  /// The token unit has room again.
  void token_queue_drained();
  /// Channels and BDs of one half (0: A, 1: B) as after power-on.
  void reset(unsigned half);

 private:
  TileKind kind_;
  std::vector<BdPool> pools_;
  std::vector<std::unique_ptr<DmaChannel>> channels_;
  std::vector<StreamSink*> sinks_;     // By channel; null: MM2S.
  std::vector<Mm2sChannel*> sources_;  // By channel; null: S2MM.
};

}  // namespace aie4::array
