// SPDX-License-Identifier: Apache-2.0
// Trace units: the frames, and the way of the packets to host memory.
#include <map>

#include "models/array/packet.hpp"
#include "models/array/trace_encoder.hpp"
#include "tests/unit/array/array_bench.hpp"

namespace aie4::array {
namespace {

using bench::ns;

/// Slots that were active, by cycle. Written from the description of the format, without the encoder.
std::map<std::uint64_t, unsigned> decode(const std::vector<std::uint32_t>& words) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t word : words) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  std::map<std::uint64_t, unsigned> cycles;
  std::uint64_t now = 0;
  unsigned last = 0;
  const auto number = [&](std::size_t at, unsigned count) {
    std::uint64_t value = 0;
    for (unsigned byte = 0; byte < count; ++byte) value = value << 8 | bytes.at(at + byte);
    return value;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned byte = bytes[at];
    unsigned length = 1;
    std::uint64_t delta = 0;
    if (byte == 0xFE) {
      ++at;
      continue;
    }
    if (byte == 0xF0) {
      now = number(at + 1, 7);
      at += 8;
      continue;
    }
    if (byte >> 4 == 0xE || byte >> 2 == 0x36) {
      const std::uint64_t times = byte >> 4 == 0xE ? byte & 0xF : number(at, 2) & 0x3FF;
      for (std::uint64_t time = 0; time < times; ++time) cycles[++now] = last;
      at += byte >> 4 == 0xE ? 1 : 2;
      continue;
    }
    if (byte >> 7 == 0) {
      last = 1U << (byte >> 4);
      delta = byte & 0xF;
    } else if (byte >> 5 == 4) {
      length = 2;
      last = 1U << (byte >> 2 & 7);
      delta = number(at, 2) & 0x3FF;
    } else if (byte >> 5 == 5) {
      length = 3;
      last = 1U << (byte >> 2 & 7);
      delta = number(at, 3) & 0x3'FFFF;
    } else if (byte >> 4 == 0xC) {
      length = 2;
      last = number(at, 2) >> 4 & 0xFF;
      delta = number(at, 2) & 0xF;
    } else if (byte >> 2 == 0x34) {
      length = 3;
      last = number(at, 3) >> 10 & 0xFF;
      delta = number(at, 3) & 0x3FF;
    } else if (byte >> 2 == 0x35) {
      length = 4;
      last = number(at, 4) >> 18 & 0xFF;
      delta = number(at, 4) & 0x3'FFFF;
    } else {
      FAIL("byte " << byte << " begins no frame");
    }
    now += delta;
    cycles[now] = last;
    at += length;
  }
  return cycles;
}

TEST_CASE("Every kind of frame says which slots were active when") {
  TraceEncoder encoder;
  std::map<std::uint64_t, unsigned> expected;
  std::uint64_t now = 0xAB'CDEF'0123'4567;
  encoder.start(now);
  for (const std::uint64_t delta :
       {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{16}, std::uint64_t{1023}, std::uint64_t{1024},
        std::uint64_t{0x3'FFFF}, std::uint64_t{0x4'0000}, std::uint64_t{1} << 40}) {
    for (const unsigned slots : {0x01U, 0x80U, 0x81U, 0xFFU}) {
      now += delta + 1;
      encoder.frame(static_cast<std::uint8_t>(slots), now);
      expected[now] = slots;
      const std::uint64_t repeats = delta % 3000;
      encoder.repeat(repeats);
      for (std::uint64_t time = 0; time < repeats; ++time) expected[++now] = slots;
    }
  }
  encoder.finish();
  std::vector<std::uint32_t> words;
  for (const TraceEncoder::Payload& payload : encoder.take()) words.insert(words.end(), payload.begin(), payload.end());
  CHECK(decode(words) == expected);
}

TEST_CASE("A trace of a memory tile comes to host memory through the trace channel of the shim tile") {
  ArrayBench bench;
  // 32-bit switch: trace_0 (id 2) -> 512b_switch_0; 512-bit switches: 32b_switch_0 (30) -> South_0 -> North_0 (18) ->
  // trace S2MM.
  bench.write(kMemory + 0x2'01B0, kEnable | 2);
  bench.write(kMemory + 0x2'01C4, kEnable);
  bench.write(kMemory + 0x2'0014, kEnable | 30);
  bench.enable_subordinate(kMemory, TileKind::Memory, "32b_switch_0");
  bench.write(0x8004, kEnable | 18);
  bench.enable_subordinate(0, TileKind::Shim, "north_0");
  bench.shim_bd(0x1'8480, kHost, 8);
  bench.write(0x1'854C, 0);

  bench.write(kMemory + 0x114, 3U << 12 | 9);                  // Packets of type 3 with ID 9.
  bench.write(kMemory + 0x120, 194U | 195U << 8 | 86U << 16);  // User events 0 and 1, release of lock_sel3.
  bench.write(kMemory + 0x1'020C, 2U << 16);
  bench.write(kMemory + 0x110, 196U << 16 | 197U << 24);  // From user event 2 to user event 3.
  bench.write(kMemory + 0x90, 194);                       // Before the start: not seen.
  bench::run(ns(100));
  const std::uint64_t start = bench.read(kMemory + 0x140);
  bench.write(kMemory + 0x90, 196);
  CHECK(bench.read(kMemory + 0x118) == 1U << 8);
  bench::run(ns(7));
  bench.write(kMemory + 0x90, 194);
  bench::run(ns(20));
  bench.write(kMemory + 0x90, 195);
  CHECK(bench.read(kMemory + 0x1'8000 + 0x400 * 2 + (1 << 2)) == 1);  // Release lock 2.
  bench::run(ns(2000));
  bench.write(kMemory + 0x90, 194);
  bench.write(kMemory + 0x90, 197);
  bench.write(kMemory + 0x90, 195);  // After the stop: not seen.
  bench::run(ns(5000));
  CHECK(bench.read(kMemory + 0x118) == 0);
  CHECK((bench.read(0x1'8574) & kBusy) == 0);

  const auto header = decode_packet_header(bench.host.get(kHost));
  CHECK(header.id == 9);
  CHECK(header.packet_type == 3);
  CHECK(header.source == TileId{0, 1});
  std::vector<std::uint32_t> words;
  for (unsigned word = 1; word < 8; ++word) words.push_back(bench.host.get(kHost + 4 * word));
  CHECK(decode(words) ==
        std::map<std::uint64_t, unsigned>{{start + 7, 0b001}, {start + 27, 0b110}, {start + 2027, 0b001}});
}

TEST_CASE("Events that last are traced in every cycle in which they are active") {
  ArrayBench bench;
  bench.write(kMemory + 0x2'01B0, kEnable | 2);
  bench.write(kMemory + 0x2'01C4, kEnable);
  bench.write(kMemory + 0x2'0014, kEnable | 30);
  bench.enable_subordinate(kMemory, TileKind::Memory, "32b_switch_0");
  bench.write(0x8004, kEnable | 18);
  bench.enable_subordinate(0, TileKind::Shim, "north_0");
  bench.shim_bd(0x1'8480, kHost, 8);
  bench.write(0x1'854C, 0);
  bench.write(kMemory + 0x120, 67);  // dma_s2mm_sel0_running: S2MM_0.
  bench.write(kMemory + 0x110, 196U << 16 | 197U << 24);
  bench.write(kMemory + 0x90, 196);
  bench::run(ns(10));
  const std::uint64_t begin = bench.read(kMemory + 0x140);
  bench.write_words(kMemory + 0x8000, {0x80'0000, 4, 0, 1, 1, 1, 1, 0, 0, 0, 0});
  bench.write(kMemory + 0x9E04, 0);  // Runs, and no stream ever comes.
  bench::run(ns(1500));
  bench.write(kMemory + 0x9E00, 2);  // Reset of the channel.
  bench::run(ns(10));
  bench.write(kMemory + 0x9E00, 0);
  bench.write(kMemory + 0x90, 197);
  bench::run(ns(5000));
  std::vector<std::uint32_t> words;
  for (unsigned word = 1; word < 8; ++word) words.push_back(bench.host.get(kHost + 4 * word));
  std::map<std::uint64_t, unsigned> expected;
  for (std::uint64_t cycle = begin; cycle < begin + 1500; ++cycle) expected[cycle] = 1;
  CHECK(decode(words) == expected);
}

}  // namespace
}  // namespace aie4::array
