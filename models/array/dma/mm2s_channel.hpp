// SPDX-License-Identifier: Apache-2.0
// A DMA channel from memory to a stream. Source: AIE4 tile-array notes 2.4 to 2.6.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>

#include "models/array/dma/address_generator.hpp"
#include "models/array/dma/dma_channel.hpp"
#include "models/array/stream/stream_output.hpp"

namespace aie4::array {

/// Reads ahead of the stream, as far as its FIFO allows (tiles) or as hides the latency of host memory (shim), over the
/// ends of BDs that wait for no lock, and wakes once a burst, when its first beat leaves.
class Mm2sChannel : public DmaChannel {
 public:
  Mm2sChannel(sc_core::sc_module_name name, const Site& site);

  void connect(std::unique_ptr<StreamOutput> output) { output_ = std::move(output); }

  std::uint32_t constant_pad_value = 0;

  [[nodiscard]] std::uint32_t outstanding() const override;

 private:
  /// Words that were read and did not leave yet.
  struct Ahead {
    StreamBuffer buffer;
    std::uint32_t words = 0;
    std::uint32_t sent = 0;
    bool header = false;  // The first word is one.
    bool tlast = false;   // After the last word.
    bool ends_bd = false;
    std::uint64_t flow = 0;
    sc_core::sc_time done;   // When the last word has been read.
    sc_core::sc_time start;  // When the first beat may leave, so that no beat leaves before it was read.
  };

  void session() override;
  void forget() override;
  void control_changed() override {}
  [[nodiscard]] bool stalled_on_stream() const override { return blocked_; }
  [[nodiscard]] bool executing() const override { return executing_ || !ahead_.empty(); }

  void read_ahead();
  void begin(const Execution& execution);
  void start_next();
  /// Nothing more is read once so many words wait to leave.
  [[nodiscard]] std::uint32_t window_words() const;
  [[nodiscard]] bool next_is_plain() const;
  void read_burst();
  struct ReadTimes {
    sc_core::sc_time first;  // When the first beat can leave.
    sc_core::sc_time done;   // When the last word is there.
  };
  [[nodiscard]] ReadTimes read(std::span<std::uint32_t> words);
  void send();

  std::unique_ptr<StreamOutput> output_;
  std::uint32_t beat_words_;
  std::uint32_t burst_words_;
  std::uint32_t transaction_words_ = 16;
  Ring<Ahead> ahead_;
  Ring<Ending> ending_;  // Those of the BDs that end in ahead_.
  std::uint32_t ahead_words_ = 0;
  Execution execution_;  // The BD that is being read.
  AddressGenerator generator_;
  bool executing_ = false;
  bool header_due_ = false;
  bool blocked_ = false;
  std::uint64_t flows_ = 0;
  sc_core::sc_time read_free_;  // When the next word may be asked for.
  sc_core::sc_time latency_;    // Of the latest read, beyond its share of the memory's time.
  sc_core::sc_time link_free_;
  std::vector<MemoryRun> runs_;
  std::vector<AddressGenerator::Run> pieces_;
  std::vector<std::uint32_t> scratch_;  // Memory words of a padded burst.
};

}  // namespace aie4::array
