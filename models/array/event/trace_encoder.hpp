// SPDX-License-Identifier: Apache-2.0
// Event-time trace frames: which of eight slots were active when, as bytes in packets of eight words. Pure.
// Source: the trace format of AIE-ML, as public trace parsers read it; AIE4 tile-array notes 7.5 (framing assumed for
// AIE4).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace aie4::array {

/// Bytes of the stream, first byte in the uppermost bits of a word:
///   1111'0000 and 7 bytes     start: the timer's low 56 bits
///   0eee'cccc                 slot e, c cycles after the frame before
///   100e'eecc c8              the same, 10 bits of cycles
///   101e'eecc c16             18 bits
///   1100'mmmm mmmm'cccc       slots of mask m
///   1101'00mm mmmm'mmcc c8    10 bits of cycles
///   1101'01mm mmmm'mmcc c16   18 bits
///   1110'rrrr                 the frame before again in r following cycles
///   1101'10rr r8              10 bits of r
///   1111'1110                 filler
/// A distance that fits nowhere is bridged by another start frame.
class TraceEncoder {
 public:
  static constexpr unsigned kPayloadWords = 7;
  using Payload = std::array<std::uint32_t, kPayloadWords>;

  /// Begins a trace at a time of the timer, cycles.
  void start(std::uint64_t timer);
  /// Slots of the mask, 1..255, are active at a time not before that of the frame before.
  void frame(std::uint8_t slots, std::uint64_t timer);
  /// The frame before goes on for so many cycles.
  void repeat(std::uint64_t cycles);
  /// Fills the payload under way.
  void finish();

  /// Payloads that are full, in order; they are the caller's now.
  [[nodiscard]] std::vector<Payload> take();

 private:
  void put(std::uint8_t byte);
  void put(std::uint64_t bits, unsigned bytes);

  std::uint64_t last_ = 0;
  std::vector<Payload> full_;
  Payload current_{};
  unsigned filled_ = 0;  // Bytes.
};

}  // namespace aie4::array
