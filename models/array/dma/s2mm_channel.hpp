// SPDX-License-Identifier: Apache-2.0
// A DMA channel from a stream to memory. Source: AIE4 tile-array notes 2.4, 2.7.
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>

#include "models/array/dma/address_generator.hpp"
#include "models/array/dma/dma_channel.hpp"
#include "models/array/stream/stream_endpoint.hpp"

namespace aie4::array {

/// Bursts are written to memory when they are handed over, with the times of their beats; the process wakes at the end
/// of each BD only.
class S2mmChannel : public DmaChannel, public StreamSink {
 public:
  S2mmChannel(sc_core::sc_module_name name, const Site& site);

  [[nodiscard]] std::uint32_t current_write_count() const override;
  [[nodiscard]] std::uint32_t pop_fot_count() override;
  [[nodiscard]] std::uint32_t outstanding() const override;

  [[nodiscard]] std::uint32_t credit(std::uint32_t route_words) const override;
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t route_words) const override;
  void deliver(const StreamBurst& burst) override;

 private:
  struct Pending {
    StreamBurst burst;
    std::uint32_t used = 0;
  };
  struct Write {
    sc_core::sc_time done;
    std::uint32_t words = 0;
  };

  void session() override;
  void forget() override;
  void control_changed() override;
  [[nodiscard]] bool stalled_on_stream() const override;
  [[nodiscard]] bool executing() const override { return executing_; }

  [[nodiscard]] bool held() const { return paused_ || control_.pause_stream || control_.reset; }
  void await_words();
  [[nodiscard]] std::uint32_t take_header();
  void skip_to_tlast();
  void transfer();
  void consume();
  /// Words of `burst` from `used` on that the BD took.
  std::uint32_t take(const StreamBurst& burst, std::uint32_t used);
  void write(std::span<const std::uint32_t> words, const sc_core::sc_time& first, const sc_core::sc_time& last);
  void end_bd();
  void await_count_fifo();

  std::uint32_t beat_words_;
  std::uint32_t fifo_words_;
  Ring<Pending> pending_;
  std::uint32_t queued_words_ = 0;
  Execution execution_;
  AddressGenerator generator_;
  std::vector<MemoryRun> runs_;
  Ring<Write> writes_;  // Under way; shim only.
  Ring<FotCount> counts_;
  std::uint64_t task_words_ = 0;
  std::uint32_t transaction_words_ = 16;
  bool executing_ = false;       // A BD is loaded and not posted.
  bool accepting_ = false;       // It takes words.
  bool ended_ = false;           // It has all its words.
  bool saw_tlast_ = true;        // The last word consumed carried TLAST: the next one begins a packet.
  bool awaiting_ = false;        // The process waits for words.
  sc_core::sc_time last_start_;  // Of the last write, for the count in between.
  std::uint32_t last_words_ = 0;
  sc_core::sc_time accept_end_;  // When the last word accepted has left the FIFO.
  sc_core::sc_time landed_;      // When the last word of the BD is in memory.
};

}  // namespace aie4::array
