// SPDX-License-Identifier: Apache-2.0
// Tile control of one half of a tile: control packets come in by manager tile_ctrl of the 512-bit switch and become
// register accesses; responses and task-complete tokens leave by subordinate tile_ctrl of the 32-bit switch.
// Source: AIE4 tile-array notes 4.5, 4.6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/stream/packet.hpp"
#include "models/array/stream/stream_endpoint.hpp"
#include "models/array/stream/stream_source.hpp"

namespace aie4::array {

/// The registers of a tile as a control packet sees them. Offsets are bytes in the tile's window.
class TileRegisters {
 public:
  virtual ~TileRegisters() = default;
  /// None: no register there (SLVERR).
  [[nodiscard]] virtual std::optional<std::uint32_t> read32(std::uint32_t offset) = 0;
  /// False: SLVERR, nothing was written.
  [[nodiscard]] virtual bool write32(std::uint32_t offset, std::uint32_t value) = 0;
  /// For the event logic: bits of ControlErrors came to light in the half's handler.
  virtual void control_packet_error(unsigned half, std::uint32_t errors) = 0;
};

/// Words are handled one after another (tile_control.word_cycles each); what a burst writes is visible at the end of
/// the burst. Reads whose responses nobody takes hold up what follows them.
class TileControl : public sc_core::sc_module, public StreamSink {
 public:
  SC_HAS_PROCESS(TileControl);
  /// `owner`: "column 0/memory tile 1/tile control B". `out`: the source at subordinate tile_ctrl of the half.
  TileControl(sc_core::sc_module_name name, const Environment& environment, std::string owner, TileId tile,
              unsigned half, StreamSource& out, TileRegisters& registers);

  /// Queues a token of that actor; `controller_id`: Controller_ID of the channel, its bits 4:0 route the token.
  /// `count`: words written, sent in a second word (FoT mode 2). False: the queue is full (tile_control.token_queue);
  /// try again after `token_sent`.
  bool send_token(std::uint8_t actor, std::uint8_t controller_id, std::optional<std::uint32_t> count = {});
  [[nodiscard]] bool tokens_full() const;
  sc_core::sc_event token_sent;

  /// control_packet_handler_status: ControlErrors, sticky.
  [[nodiscard]] std::uint32_t status() const { return status_; }
  void clear_status(std::uint32_t ones) { status_ &= ~ones; }
  /// Forgets what is queued and under way.
  void reset();

  [[nodiscard]] std::uint32_t credit(std::uint32_t route_words) const override;
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t route_words) const override;
  void deliver(const StreamBurst& burst) override;

 private:
  struct Message {
    bool token = false;
    std::uint8_t count = 0;
    std::array<std::uint32_t, 5> words{};  // A header and up to four words.

    void add(std::uint32_t word) { words[count++] = word; }
  };

  void handle();
  void send_messages();
  bool send_message(const Message& message);
  void push(const Message& message);
  void act(const ControlPacketParser::Step& step);
  void report(std::uint32_t errors, const ControlPacketParser::Step& step);
  void schedule();

  const Environment& environment_;
  std::string owner_;
  TileId tile_;
  unsigned half_;
  StreamSource& out_;
  TileRegisters& registers_;
  WaitRegistry::Process process_;

  std::deque<StreamBurst> arrived_;
  std::uint32_t handled_ = 0;  // Words of the first of them.
  bool begin_ = true;          // The next word begins a TLAST unit.
  ControlPacketParser parser_;
  sc_core::sc_time busy_until_;
  sc_core::sc_event due_;
  std::uint32_t status_ = 0;

  std::deque<Message> messages_;
  std::size_t tokens_ = 0;     // In messages_.
  std::size_t responses_ = 0;  // In messages_.
  std::uint64_t life_ = 0;     // Resets.
  sc_core::sc_event message_;
};

}  // namespace aie4::array
