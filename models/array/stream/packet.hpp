// SPDX-License-Identifier: Apache-2.0
// Words with a meaning on the streams: packet headers, task-complete tokens, control packets. Pure; every bit position
// is written down here and nowhere else.
// Sources: AIE-ML documentation for the headers (AIE4 publishes none); AIE4 tile-array notes 4.4 to 4.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/array/geometry.hpp"

namespace aie4::array {

/// True if bits 31..0 together have an odd number of ones.
[[nodiscard]] constexpr bool parity_is_odd(std::uint32_t word) {
  word ^= word >> 16;
  word ^= word >> 8;
  word ^= word >> 4;
  word ^= word >> 2;
  word ^= word >> 1;
  return (word & 1U) != 0;
}

/// Sets or clears bit 31 so that the whole word has odd parity.
[[nodiscard]] constexpr std::uint32_t with_odd_parity(std::uint32_t word) {
  word &= 0x7FFF'FFFFU;
  return parity_is_odd(word) ? word : word | 0x8000'0000U;
}

/// The word in front of a packet that packet-switched inputs look at. Source: 4.4, the layout of AIE-ML [P].
struct PacketHeader {
  std::uint8_t id = 0;  ///< 4:0, compared with the slots of an input.
  std::uint8_t out_of_order_bd =
      0;                         ///< 11:8, selects the descriptor of an S2MM channel in out-of-order mode [assumed].
  std::uint8_t packet_type = 0;  ///< 14:12.
  TileId source = {};            ///< Row 20:16, column 27:21.

  friend constexpr bool operator==(const PacketHeader&, const PacketHeader&) = default;
};

[[nodiscard]] std::uint32_t encode(const PacketHeader& header);
/// Fields of any word; whether its parity is right is `parity_is_odd(word)`.
[[nodiscard]] PacketHeader decode_packet_header(std::uint32_t word);
/// What switches look at.
[[nodiscard]] constexpr std::uint8_t packet_id(std::uint32_t word) {
  return word & 0x1FU;
}

/// A task-complete token: one word with TLAST. AIE4 needs five actor bits and publishes no layout; 11:7 is the AIE2
/// position (11:8) widened downwards [assumed]. Type 14:12 = 6. Source: 4.6.
struct Token {
  std::uint8_t id = 0;     ///< 4:0, from Controller_ID 4:0: routes the token.
  std::uint8_t actor = 0;  ///< 0..31, which channel of the tile.
  TileId tile = {};

  friend constexpr bool operator==(const Token&, const Token&) = default;
};

[[nodiscard]] std::uint32_t encode(const Token& token);
/// None: another type than that of tokens.
[[nodiscard]] std::optional<Token> decode_token(std::uint32_t word);

/// Operation field of a control header. Source: 4.5, AIE-ML [P]. Both writes go to successive registers: programs write
/// blocks of 1..4 words, and how AIE4 tells the two apart is not public [assumed].
enum class ControlOperation : std::uint8_t {
  Write = 0,
  Read = 1,
  WriteIncrement = 2,
  Reserved = 3,
};

/// The first word of a control packet.
struct ControlHeader {
  std::uint32_t address = 0;                             ///< 19:0, byte offset in the tile.
  std::uint8_t words = 1;                                ///< 1..4; stored minus one in 21:20.
  ControlOperation operation = ControlOperation::Write;  ///< 23:22.
  std::uint8_t response_id = 0;                          ///< 28:24, packet ID of the answer to a read.

  friend constexpr bool operator==(const ControlHeader&, const ControlHeader&) = default;
};

[[nodiscard]] std::uint32_t encode(const ControlHeader& header);
[[nodiscard]] ControlHeader decode_control_header(std::uint32_t word);

/// Sticky errors of the control packet handler, by bit of control_packet_handler_status. Source: 4.5.
struct ControlErrors {
  static constexpr std::uint32_t kFirstHeaderParity = 1U << 0;
  static constexpr std::uint32_t kSecondHeaderParity = 1U << 1;
  static constexpr std::uint32_t kSlverr = 1U << 2;
  static constexpr std::uint32_t kTlast = 1U << 3;
};

/// Cuts a stream into control packets, word by word, whatever the stream holds.
///
/// One TLAST unit holds any number of control packets, after a stream header if `begin(true)` said so. A header with
/// wrong parity makes the handler skip to the end of the unit. [assumed: what hardware does then is not public]
class ControlPacketParser {
 public:
  struct Step {
    enum class Kind : std::uint8_t {
      Nothing,  ///< More words are needed, or this one is skipped.
      Write,    ///< Write `data` at `address`.
      Read,     ///< Read `header.words` words from `address` on and answer with `header.response_id`.
      Error,    ///< `errors` came to light.
    } kind = Kind::Nothing;
    ControlHeader header;
    std::uint32_t address = 0;
    std::uint32_t data = 0;
    std::uint32_t errors = 0;  ///< ControlErrors.
  };

  /// The next word starts a TLAST unit; `stream_header`: with a stream header.
  void begin(bool stream_header) {
    *this = {};
    expect_stream_header_ = stream_header;
  }
  [[nodiscard]] Step take(std::uint32_t word, bool tlast);

 private:
  [[nodiscard]] Step take_word(std::uint32_t word);

  ControlHeader header_;
  std::uint8_t done_ = 0;  // Words of the running write.
  bool in_data_ = false;
  bool skip_ = false;
  bool expect_stream_header_ = false;
};

}  // namespace aie4::array
