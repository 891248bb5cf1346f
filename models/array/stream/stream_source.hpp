// SPDX-License-Identifier: Apache-2.0
// The sending end of a stream: what a DMA MM2S channel, tile control, a trace unit, a core or a microcontroller holds
// for its subordinate port.
//
//   loop:  grant = source.wait_ready(process, {.words = left, .header = ..., .first_word = ...});
//          buffer = source.buffer(grant.words); fill it; data = when the last word of it has been read
//          wait(source.send({.buffer = buffer, .words = grant.words, .tlast = ..., .start = data}) - now)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <systemc>

#include "models/array/stream/stream_buffer.hpp"
#include "models/array/stream/stream_route.hpp"
#include "models/common/wait_registry.hpp"

namespace aie4::array {

class StreamNetwork;

class StreamSource : public ArbiterClient {
 public:
  struct Request {
    std::uint32_t words = 0;  ///< Wanted, at least 1; a header counts.
    bool header = false;      ///< The first of them is a header that the sender made: it takes a beat of its own.
    /// First word of the packet, by which packet-switched inputs route it. Looked at when a packet begins.
    std::optional<std::uint32_t> first_word = {};
  };
  enum class Outcome : std::uint8_t {
    Go,
    NeedFirstWord,  ///< The route depends on the first word of the packet: ask again with it.
    Cancelled,      ///< `reset` was called meanwhile.
  };
  struct Grant {
    Outcome outcome = Outcome::Go;
    std::uint32_t words = 0;  ///< That may be sent now; 1 or more if Go.
  };
  struct Burst {
    StreamBuffer buffer;
    std::uint32_t words = 0;   ///< At most what was granted.
    std::uint32_t offset = 0;  ///< Of the first of them in the buffer: what was granted can be less than was read.
    bool header = false;       ///< As in the request.
    bool tlast = false;        ///< The packet ends with the last word.
    std::uint64_t flow = 0;    ///< See StreamBurst.
    sc_core::sc_time start =
        {};  ///< Absolute: the first beat leaves no earlier. If not in the future: as early as it can.
  };

  StreamSource(StreamNetwork& network, const StreamPortAddress& port);
  StreamSource(const StreamSource&) = delete;
  StreamSource& operator=(const StreamSource&) = delete;
  ~StreamSource() override;

  /// For SC_THREADs: returns when a route exists, the arbiters on it are held (for a packet, until its TLAST), and
  /// every receiver takes some words. At most stream.burst_bytes are granted at a time; less than wanted is granted in
  /// whole beats. What is granted stays granted until it is sent.
  Grant wait_ready(WaitRegistry::Process& process, const Request& request);

  /// Hands over at once what leaves from `start` on. Returns when the link is free again, absolute; the caller may
  /// wait for that, or go on: the next burst queues behind.
  sc_core::sc_time send(const Burst& burst);

  /// A buffer for that many words. What is in it is left from an earlier use.
  [[nodiscard]] StreamBuffer buffer(std::uint32_t words);

  /// The channel is reset: gives up the packet under way with its arbiters, and cancels a `wait_ready`.
  void reset();

  [[nodiscard]] const StreamPortAddress& port() const { return port_; }
  /// Words of a beat on the present route: 16, or 1 if it uses the narrow switch anywhere.
  [[nodiscard]] std::uint32_t beat_words() const { return beat_words_; }

 private:
  struct Held {
    Arbiter* arbiter = nullptr;
    std::uint8_t input = 0;
    std::uint32_t cycles = 0;   // From here to the arbiter.
    sc_core::sc_time earliest;  // For the first beat to be arbitrated.
  };

  /// One route for each packet ID, and one for streams that no input looks into.
  static constexpr std::size_t kAnyPacket = 32;

  void arbiter_changed(const sc_core::sc_time& at) override;
  [[nodiscard]] const Route& find_route(std::optional<std::uint32_t> first_word);
  [[nodiscard]] Grant grant_for(WaitRegistry::Process& process, const Request& request);
  [[nodiscard]] bool keeps_arbiters() const;
  /// False: time has passed, look again.
  [[nodiscard]] bool acquire(WaitRegistry::Process& process);
  [[nodiscard]] bool credit_for(const Request& request, std::uint32_t& words, StreamSink*& starved) const;
  void give_up_arbiters(const sc_core::sc_time& at);
  void sleep(WaitRegistry::Process& process, const WaitLabel& label);
  /// The beats leave at `start`; they could have at `asked`.
  void account(const Burst& burst, const sc_core::sc_time& asked, const sc_core::sc_time& start,
               const sc_core::sc_time& duration) const;
  void report_closed(const Request& request);

  StreamNetwork& network_;
  StreamPortAddress port_;
  sc_core::sc_event wake_;
  std::uint32_t beat_words_;
  std::array<std::unique_ptr<Route>, kAnyPacket + 1> routes_;

  const Route* route_ = nullptr;             // Of the present grant.
  std::optional<std::uint32_t> first_word_;  // Of the packet under way.
  bool in_packet_ = false;                   // Words went out since the last TLAST.
  std::vector<Held> held_;                   // In the order of the path.
  Arbiter* requested_ = nullptr;             // Asked, not held yet.
  bool slept_ = false;                       // While it was asked.
  sc_core::sc_time wanted_;                  // When the words of the present grant were asked for.
  sc_core::sc_time slack_;                   // How long before now their first beat may have left.
  sc_core::sc_time link_free_;
  std::uint64_t reported_ = 0;  // Generation whose closed route was reported.
  bool waiting_ = false;
  bool cancelled_ = false;
};

}  // namespace aie4::array
