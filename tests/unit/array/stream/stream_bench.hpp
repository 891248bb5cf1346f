// SPDX-License-Identifier: Apache-2.0
// What tests of streams share: a network that is configured by array addresses, as control code does it; senders and
// receivers driven by hand. The clock is 1 GHz: a cycle is a nanosecond.
#pragma once

#include <deque>
#include <fmt/format.h>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "models/array/stream/stream_network.hpp"
#include "models/registers/array/registers.hpp"
#include "models/registers/array/streams.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {

using bench::now;
using bench::ns;
using bench::run;
using bench::settle;
using registers::PortDirection;
using registers::PortGroup;
using registers::Switch;

inline constexpr std::uint32_t kCircuit = 0x8000'0000;  // Enabled, circuit-switched: add the source's id.
inline constexpr std::uint32_t kPacket = 0xC000'0000;

/// Takes what comes, or only as much as a test allows.
class Receiver : public StreamSink {
 public:
  struct Arrival {
    std::vector<std::uint32_t> words;
    bool header;
    bool tlast;
    sc_core::sc_time first_beat;
    sc_core::sc_time last_beat;
    sc_core::sc_time delivered;
  };
  std::vector<Arrival> arrivals;
  std::vector<std::uint32_t> words;  // Of all arrivals.
  std::uint32_t seen_route_words = 0;
  sc_core::sc_time ready;

  /// As if its descriptors took no more than `words`, with what the route's FIFOs hold on top.
  void limit(std::uint32_t words_allowed) {
    limited_ = true;
    room_ = words_allowed;
  }
  void allow(std::uint32_t more) {
    room_ += more;
    credit_grew();
  }

  [[nodiscard]] std::uint32_t credit(std::uint32_t route_words) const override {
    if (!limited_) return std::numeric_limits<std::uint32_t>::max();
    const std::int64_t credit = std::int64_t{room_} + route_words - static_cast<std::int64_t>(words.size());
    return static_cast<std::uint32_t>(std::max<std::int64_t>(credit, 0));
  }
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t /*route_words*/) const override { return ready; }
  void deliver(const StreamBurst& burst) override {
    const auto span = burst.words();
    CHECK(span.size() == burst.count);
    arrivals.push_back({std::vector<std::uint32_t>(span.begin(), span.end()), burst.header, burst.tlast,
                        burst.first_beat, burst.last_beat, now()});
    words.insert(words.end(), span.begin(), span.end());
  }

 private:
  bool limited_ = false;
  std::uint32_t room_ = 0;
};

struct StreamBench : Surroundings {
  std::unique_ptr<StreamNetwork> network;
  std::deque<Receiver> receivers;
  std::deque<Actor> actors;

  explicit StreamBench(const std::function<void(Parameters&)>& change = {}) {
    if (change) change(parameters);
    network = std::make_unique<StreamNetwork>(environment);
  }

  /// A register write at an array-relative address.
  void poke(std::uint64_t address, std::uint32_t value) {
    const auto located = network->geometry().locate(address);
    REQUIRE(located);
    const auto ref = registers::lookup(network->geometry().kind(located->tile), located->offset);
    REQUIRE(ref);
    REQUIRE(network->write(located->tile, *ref, value));
  }
  [[nodiscard]] std::uint32_t peek(std::uint64_t address) {
    const auto located = network->geometry().locate(address);
    const auto ref = registers::lookup(network->geometry().kind(located->tile), located->offset);
    const auto value = network->read(located->tile, *ref);
    REQUIRE(value);
    return *value;
  }

  [[nodiscard]] StreamPortAddress port(TileId tile, PortDirection direction, PortGroup group, unsigned index,
                                       Switch which = Switch::Wide512) const {
    const auto* found = registers::find_port(network->geometry().kind(tile), which, direction, group, index);
    REQUIRE(found != nullptr);
    return {tile, which, found->physical};
  }
  /// Address of the configuration register of a port.
  [[nodiscard]] std::uint64_t config(const StreamPortAddress& at, PortDirection direction) const {
    const TileKind kind = network->geometry().kind(at.tile);
    return network->geometry().base(at.tile) +
           registers::config_offset(kind, at.which, direction, registers::ports(kind, at.which, direction)[at.port]);
  }
  [[nodiscard]] std::uint64_t slot(const StreamPortAddress& subordinate, unsigned number) const {
    const TileKind kind = network->geometry().kind(subordinate.tile);
    return network->geometry().base(subordinate.tile) +
           registers::slot_offset(
               kind, subordinate.which,
               registers::ports(kind, subordinate.which, PortDirection::Subordinate)[subordinate.port], number);
  }
  /// Joins two ports of a switch as a circuit.
  void circuit(TileId tile, PortGroup from, unsigned from_index, PortGroup to, unsigned to_index,
               Switch which = Switch::Wide512) {
    const StreamPortAddress in = port(tile, PortDirection::Subordinate, from, from_index, which);
    poke(config(in, PortDirection::Subordinate), kCircuit);
    poke(config(port(tile, PortDirection::Manager, to, to_index, which), PortDirection::Manager), kCircuit | in.port);
  }

  Receiver& receiver(const StreamPortAddress& manager) {
    network->attach(manager, receivers.emplace_back());
    return receivers.back();
  }
  Receiver& s2mm(TileId tile, unsigned channel) {
    return receiver(s2mm_port(network->geometry(), tile, channel).value());
  }
  StreamSource& mm2s(TileId tile, unsigned channel) {
    return network->source(mm2s_port(network->geometry(), tile, channel).value());
  }

  /// A process that sends when the simulation starts.
  void actor(std::function<void(Actor&)> body) {
    actors.emplace_back(fmt::format("actor{}", actors.size()).c_str(), waits, std::move(body));
  }
};

struct Packet {
  std::vector<std::uint32_t> words;
  bool header = false;
  bool tlast = true;
};

/// Sends the words in as many bursts as it takes, like a DMA channel. Returns when the last beat has left.
inline void send(Actor& actor, StreamSource& source, const Packet& packet) {
  std::size_t sent = 0;
  while (sent < packet.words.size()) {
    const bool header = packet.header && sent == 0;
    const auto left = static_cast<std::uint32_t>(packet.words.size() - sent);
    const auto grant =
        source.wait_ready(actor.process, {.words = left, .header = header, .first_word = packet.words.at(sent)});
    if (grant.outcome != StreamSource::Outcome::Go) return;
    REQUIRE(grant.words >= 1);
    REQUIRE(grant.words <= left);
    StreamBuffer buffer = source.buffer(grant.words);
    std::copy_n(packet.words.begin() + static_cast<std::ptrdiff_t>(sent), grant.words,
                buffer.words(grant.words).begin());
    sent += grant.words;
    const auto free = source.send({.buffer = buffer,
                                   .words = grant.words,
                                   .header = header,
                                   .tlast = packet.tlast && sent == packet.words.size()});
    if (free > now()) sc_core::wait(free - now());
  }
}

/// first, first + 1, ...
inline std::vector<std::uint32_t> counting(std::size_t count, std::uint32_t first = 0) {
  std::vector<std::uint32_t> words(count);
  for (std::size_t i = 0; i < count; ++i) words[i] = first + static_cast<std::uint32_t>(i);
  return words;
}

}  // namespace aie4::array
