// SPDX-License-Identifier: Apache-2.0
// Packets through the switches of a column: slots, headers, and senders that merge.
#pragma once

#include "models/array/stream/packet.hpp"
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {

inline constexpr TileId kShim{0, 0};
inline constexpr TileId kMemory{0, 1};

/// Slot: exact packet ID, msel, arbiter.
constexpr std::uint32_t slot_value(std::uint32_t id, std::uint32_t msel, std::uint32_t arbiter,
                                   std::uint32_t mask = 0x1F) {
  return id << 24 | mask << 16 | 1U << 8 | msel << 4 | arbiter;
}
/// Manager: takes these msels (mask) of the arbiter.
constexpr std::uint32_t taker(std::uint32_t msels, std::uint32_t arbiter, bool drop = false) {
  return kPacket | (drop ? 0x80U : 0U) | msels << 3 | arbiter;
}

inline std::uint32_t header(std::uint32_t id) {
  return encode(PacketHeader{.id = static_cast<std::uint8_t>(id), .source = kMemory});
}
/// A header and `data` words.
inline Packet packet(std::uint32_t id, std::size_t data, std::uint32_t first = 0) {
  Packet result{.words = counting(data, first), .header = true};
  result.words.insert(result.words.begin(), header(id));
  return result;
}

/// MM2S channels of the memory tile that share its South_0 through arbiter 0; South_0 ends at the shim's S2MM_0.
struct MergeBench : StreamBench {
  Receiver& s2mm;

  explicit MergeBench(unsigned senders, const std::function<void(Parameters&)>& change = {})
      : StreamBench(change), s2mm(StreamBench::s2mm(kShim, 0)) {
    for (unsigned channel = 0; channel < senders; ++channel) {
      const auto in = mm2s_port(network->geometry(), kMemory, channel).value();
      poke(config(in, PortDirection::Subordinate), kPacket);
      poke(slot(in, 0), slot_value(0, 0, 0, 0));  // Any ID.
    }
    poke(0x12'0014, taker(1, 0));
    circuit(kShim, PortGroup::North, 0, PortGroup::Dma, 0);
  }

  void sender(unsigned channel, unsigned packets, std::size_t data) {
    actor([this, channel, packets, data](Actor& actor) {
      for (unsigned i = 0; i < packets; ++i) send(actor, mm2s(kMemory, channel), packet(channel, data, 100 * i));
    });
  }
  /// Who sent what arrived, by packet.
  [[nodiscard]] std::string order() const {
    std::string text;
    bool begins = true;
    for (const Receiver::Arrival& arrival : s2mm.arrivals) {
      if (begins) text += static_cast<char>('A' + packet_id(arrival.words.at(0)));
      begins = arrival.tlast;
    }
    return text;
  }
};

}  // namespace aie4::array
