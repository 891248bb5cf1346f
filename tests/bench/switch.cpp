// SPDX-License-Identifier: Apache-2.0
// What the stream switches cost: host memory -> shim -> memory tile -> shim -> host memory in bursts of 4 KiB, with
// ends that only copy; and packets of 64 bytes that share an arbiter. Printed against memcpy in the same run; never
// part of the suite.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <limits>
#include <span>
#include <vector>

#include <systemc>

#include "models/array/stream/packet.hpp"
#include "models/array/stream/stream_network.hpp"
#include "models/registers/array/registers.hpp"

namespace {

using namespace aie4;
using namespace aie4::array;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kWords = std::size_t{64} << 20U;  // 256 MiB
constexpr std::size_t kRingWords = 1U << 16U;           // 256 KiB in the memory tile.
constexpr unsigned kPackets = 500'000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Takes everything.
class Discarder : public StreamSink {
 public:
  std::uint64_t packets = 0;

  [[nodiscard]] std::uint32_t credit(std::uint32_t /*route_words*/) const override { return 1U << 20U; }
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t /*route_words*/) const override { return {}; }
  void deliver(const StreamBurst& burst) override { packets += burst.tlast ? 1 : 0; }
};

/// Copies what arrives into a ring, and says how far it is.
class Copier : public StreamSink {
 public:
  explicit Copier(std::span<std::uint32_t> ring) : ring_(ring) {}
  sc_core::sc_event grew;
  std::size_t received = 0;
  std::size_t taken = 0;  // By whoever empties the ring.

  void take(std::size_t words) {
    taken += words;
    credit_grew();
  }
  [[nodiscard]] std::uint32_t credit(std::uint32_t /*route_words*/) const override {
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(ring_.size() - (received - taken), std::numeric_limits<std::uint32_t>::max()));
  }
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t /*route_words*/) const override { return {}; }
  void deliver(const StreamBurst& burst) override {
    const auto words = burst.words();
    const std::size_t at = received % ring_.size();
    const std::size_t first = std::min(words.size(), ring_.size() - at);
    std::memcpy(&ring_[at], words.data(), first * 4);
    if (first < words.size()) std::memcpy(ring_.data(), words.data() + first, (words.size() - first) * 4);
    received += words.size();
    grew.notify(burst.last_beat - sc_core::sc_time_stamp());
  }

 private:
  std::span<std::uint32_t> ring_;
};

class Sender : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Sender);
  /// `upstream`: what it sends has to arrive there first; null: it is all there.
  Sender(sc_core::sc_module_name name, WaitRegistry& waits, StreamSource& source, std::span<const std::uint32_t> ring,
         Copier* upstream)
      : sc_module(name), process_(waits, "sender"), source_(source), ring_(ring), upstream_(upstream) {
    SC_THREAD(run);
  }

 private:
  void run() {
    for (std::size_t sent = 0; sent < kWords;) {
      while (upstream_ != nullptr && upstream_->received == sent) wait(upstream_->grew);
      const std::size_t there = upstream_ == nullptr ? kWords : upstream_->received;
      const auto grant = source_.wait_ready(
          process_, {.words = static_cast<std::uint32_t>(std::min(there - sent, ring_.size() - sent % ring_.size()))});
      StreamBuffer buffer = source_.buffer(grant.words);
      std::memcpy(buffer.words(grant.words).data(), &ring_[sent % ring_.size()], grant.words * std::size_t{4});
      sent += grant.words;
      if (upstream_ != nullptr) upstream_->take(grant.words);
      const auto free = source_.send({.buffer = buffer, .words = grant.words});
      wait(free - sc_core::sc_time_stamp());
    }
  }

  WaitRegistry::Process process_;
  StreamSource& source_;
  std::span<const std::uint32_t> ring_;
  Copier* upstream_;
};

class PacketSender : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(PacketSender);
  PacketSender(sc_core::sc_module_name name, WaitRegistry& waits, StreamSource& source, const sc_core::sc_event& go)
      : sc_module(name), process_(waits, "packet sender"), source_(source), go_(go) {
    SC_THREAD(run);
  }

 private:
  void run() {
    wait(go_);
    const std::uint32_t header = encode(PacketHeader{});
    for (unsigned i = 0; i < kPackets; ++i) {
      const auto grant = source_.wait_ready(process_, {.words = 17, .header = true, .first_word = header});
      StreamBuffer buffer = source_.buffer(grant.words);
      buffer.words(grant.words)[0] = header;
      const auto free = source_.send({.buffer = buffer, .words = grant.words, .header = true, .tlast = true});
      const auto now = sc_core::sc_time_stamp();
      if (free > now) wait(free - now);
    }
  }

  WaitRegistry::Process process_;
  StreamSource& source_;
  const sc_core::sc_event& go_;
};

int run() {
  Parameters parameters;
  ClockDomain clock("aie", parameters.aie_mhz);
  WaitRegistry waits;
  Diagnostics diagnostics;
  ResourceRegistry resources;
  const Environment environment{parameters, clock, waits, diagnostics, resources};
  const Geometry geometry = environment.geometry();
  constexpr TileId kShim{0, 0};
  constexpr TileId kMemory{0, 1};

  std::vector<std::uint32_t> from(kWords);
  std::vector<std::uint32_t> to(kWords);
  for (std::size_t i = 0; i < kWords; ++i) from[i] = static_cast<std::uint32_t>(i * 2654435761U);
  std::memcpy(to.data(), from.data(), kWords * 4);
  auto start = SteadyClock::now();
  std::memcpy(to.data(), from.data(), kWords * 4);
  const double reference = kWords * 4 / seconds_since(start) / 1e9;
  std::ranges::fill(to, 0);

  StreamNetwork network(environment);
  const auto poke = [&](std::uint64_t address, std::uint32_t value) {
    const auto located = geometry.locate(address);
    if (!network.write(located->tile, *registers::lookup(geometry.kind(located->tile), located->offset), value)) {
      throw std::runtime_error("no register of a switch");
    }
  };
  std::vector<std::uint32_t> ring(kRingWords);
  Copier memory(ring);
  Copier host(to);
  network.attach(s2mm_port(geometry, kMemory, 0).value(), memory);
  network.attach(s2mm_port(geometry, kShim, 0).value(), host);
  for (const auto& [address, value] : {std::pair<std::uint64_t, std::uint32_t>{0x8040, 0x8000'0000},
                                       {0x8020, 0x8000'0000},
                                       {0x12'005C, 0x8000'0000},
                                       {0x12'0000, 0x8000'000E},
                                       {0x12'0040, 0x8000'0000},
                                       {0x12'0014, 0x8000'0000},
                                       {0x8064, 0x8000'0000},
                                       {0x8000, 0x8000'0012}}) {
    poke(address, value);
  }
  Sender first("first", waits, network.source(mm2s_port(geometry, kShim, 0).value()), from, nullptr);
  Sender second("second", waits, network.source(mm2s_port(geometry, kMemory, 0).value()), ring, &memory);

  // Two channels of another column's memory tile merge into its South_0, which ends in the shim.
  sc_core::sc_event go;
  Discarder sink;
  std::deque<PacketSender> packet_senders;
  const TileId other{1, 1};
  network.attach(s2mm_port(geometry, {1, 0}, 0).value(), sink);
  const std::uint64_t base = geometry.base(other);
  for (const std::uint64_t channel : {0U, 1U}) {
    poke(base + 0x2'0040 + 4 * channel, 0xC000'0000);
    poke(base + 0x2'0080 + 0x10 * channel, 0x0000'0100);
    packet_senders.emplace_back(fmt::format("packets{}", channel).c_str(), waits,
                                network.source(mm2s_port(geometry, other, static_cast<unsigned>(channel)).value()), go);
  }
  poke(base + 0x2'0014, 0xC000'0008);
  poke(geometry.base({1, 0}) + 0x8064, 0x8000'0000);
  poke(geometry.base({1, 0}) + 0x8000, 0x8000'0012);

  start = SteadyClock::now();
  sc_core::sc_start();
  const double rate = kWords * 4 / seconds_since(start) / 1e9;
  if (to != from) throw std::runtime_error("the words that came back are others");
  fmt::print("memcpy of {} MiB: {:.2f} GB/s\n", kWords * 4 >> 20U, reference);
  fmt::print(
      "loopback in bursts of {} bytes: {:.2f} GB/s, {:.2f} x memcpy, {:.0f} ns a burst and hop; {:.3f} s simulated\n",
      parameters.stream_burst_bytes, rate, rate / reference,
      static_cast<double>(parameters.stream_burst_bytes) / rate / 2, sc_core::sc_time_stamp().to_seconds());
  start = SteadyClock::now();
  go.notify(sc_core::SC_ZERO_TIME);
  sc_core::sc_start();
  const double seconds = seconds_since(start);
  if (sink.packets != 2 * kPackets) throw std::runtime_error("packets are missing");
  fmt::print("packets of 64 bytes from two senders through one arbiter: {:.2f} M/s, {:.0f} ns each\n",
             2 * kPackets / seconds / 1e6, seconds * 1e9 / (2 * kPackets));
  return 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
