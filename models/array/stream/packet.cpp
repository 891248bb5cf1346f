// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/packet.hpp"

namespace aie4::array {
namespace {

struct Field {
  unsigned lsb;
  unsigned width;

  [[nodiscard]] constexpr std::uint32_t mask() const { return (1U << width) - 1; }
  [[nodiscard]] constexpr std::uint32_t put(std::uint32_t value) const { return (value & mask()) << lsb; }
  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const { return word >> lsb & mask(); }
};

constexpr Field kId{0, 5};
constexpr Field kOutOfOrderBd{8, 4};
constexpr Field kActor{7, 5};
constexpr Field kType{12, 3};
constexpr Field kRow{16, 5};
constexpr Field kColumn{21, 7};
constexpr std::uint32_t kTokenType = 6;

constexpr Field kAddress{0, 20};
constexpr Field kLength{20, 2};
constexpr Field kOperation{22, 2};
constexpr Field kResponseId{24, 5};

TileId source_of(std::uint32_t word) {
  return {static_cast<std::uint8_t>(kColumn.get(word)), static_cast<std::uint8_t>(kRow.get(word))};
}

}  // namespace

std::uint32_t encode(const PacketHeader& header) {
  return with_odd_parity(kId.put(header.id) | kOutOfOrderBd.put(header.out_of_order_bd) |
                         kType.put(header.packet_type) | kRow.put(header.source.row) |
                         kColumn.put(header.source.column));
}

PacketHeader decode_packet_header(std::uint32_t word) {
  return {.id = packet_id(word),
          .out_of_order_bd = static_cast<std::uint8_t>(kOutOfOrderBd.get(word)),
          .packet_type = static_cast<std::uint8_t>(kType.get(word)),
          .source = source_of(word)};
}

std::uint32_t encode(const Token& token) {
  return with_odd_parity(kId.put(token.id) | kActor.put(token.actor) | kType.put(kTokenType) |
                         kRow.put(token.tile.row) | kColumn.put(token.tile.column));
}

std::optional<Token> decode_token(std::uint32_t word) {
  if (kType.get(word) != kTokenType) return std::nullopt;
  return Token{.id = packet_id(word), .actor = static_cast<std::uint8_t>(kActor.get(word)), .tile = source_of(word)};
}

std::uint32_t encode(const ControlHeader& header) {
  return with_odd_parity(kAddress.put(header.address) | kLength.put(header.words - 1U) |
                         kOperation.put(static_cast<std::uint32_t>(header.operation)) |
                         kResponseId.put(header.response_id));
}

ControlHeader decode_control_header(std::uint32_t word) {
  return {.address = kAddress.get(word),
          .words = static_cast<std::uint8_t>(kLength.get(word) + 1),
          .operation = static_cast<ControlOperation>(kOperation.get(word)),
          .response_id = static_cast<std::uint8_t>(kResponseId.get(word))};
}

ControlPacketParser::Step ControlPacketParser::take(std::uint32_t word, bool tlast) {
  Step step = take_word(word);
  if (tlast) {
    const bool cut = in_data_;
    *this = {};
    if (cut) {
      // The word itself still counts: hardware has written it when it sees that no other follows.
      step.errors |= ControlErrors::kTlast;
      if (step.kind == Step::Kind::Nothing) step.kind = Step::Kind::Error;
    }
  }
  return step;
}

ControlPacketParser::Step ControlPacketParser::take_word(std::uint32_t word) {
  Step step;
  if (expect_stream_header_) {
    expect_stream_header_ = false;
    if (!parity_is_odd(word)) {
      skip_ = true;
      step.kind = Step::Kind::Error;
      step.errors = ControlErrors::kFirstHeaderParity;
    }
    return step;
  }
  if (skip_) return step;
  if (in_data_) {
    step.kind = Step::Kind::Write;
    step.header = header_;
    step.address = header_.address + 4U * done_;
    step.data = word;
    in_data_ = ++done_ < header_.words;
    return step;
  }
  if (!parity_is_odd(word)) {
    skip_ = true;
    step.kind = Step::Kind::Error;
    step.errors = ControlErrors::kSecondHeaderParity;
    return step;
  }
  header_ = decode_control_header(word);
  step.header = header_;
  step.address = header_.address;
  switch (header_.operation) {
    case ControlOperation::Read:
      step.kind = Step::Kind::Read;
      break;
    case ControlOperation::Write:
    case ControlOperation::WriteIncrement:
      in_data_ = true;
      done_ = 0;
      break;
    case ControlOperation::Reserved:
      skip_ = true;
      step.kind = Step::Kind::Error;
      step.errors = ControlErrors::kSlverr;
      break;
  }
  return step;
}

}  // namespace aie4::array
