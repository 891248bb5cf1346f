// SPDX-License-Identifier: Apache-2.0
// Words with a meaning: headers, tokens, control packets, and what is made of nonsense.
#include "models/array/stream/packet.hpp"

#include <bit>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4::array {
namespace {

using Kind = ControlPacketParser::Step::Kind;

TEST_CASE("Headers have odd parity and their fields where the AIE-ML documents have them") {
  // ID 3, type 2, row 5, column 1: 3 + 0x2000 + 0x50000 + 0x200000 has six ones.
  CHECK(encode(PacketHeader{.id = 3, .packet_type = 2, .source = {1, 5}}) == 0x8025'2003);
  CHECK(encode(PacketHeader{.id = 1}) == 1);
  CHECK(encode(PacketHeader{}) == 0x8000'0000);
  CHECK(encode(PacketHeader{.out_of_order_bd = 0xF}) == 0x8000'0F00);
  CHECK(encode(Token{.id = 0, .actor = 6, .tile = {2, 1}}) == 0x8041'6300);
}

TEST_CASE("What is encoded is decoded, with odd parity, for any fields") {
  std::mt19937 random(1);
  const auto bits = [&random](unsigned count) { return static_cast<std::uint8_t>(random() & ((1U << count) - 1)); };
  for (int i = 0; i < 10'000; ++i) {
    const PacketHeader header{
        .id = bits(5), .out_of_order_bd = bits(4), .packet_type = bits(3), .source = {bits(7), bits(5)}};
    CHECK(decode_packet_header(encode(header)) == header);
    CHECK(std::popcount(encode(header)) % 2 == 1);
    const Token token{.id = bits(5), .actor = bits(5), .tile = {bits(7), bits(5)}};
    CHECK(decode_token(encode(token)) == token);
    CHECK(std::popcount(encode(token)) % 2 == 1);
    const ControlHeader control{.address = static_cast<std::uint32_t>(random() & 0xF'FFFF),
                                .words = static_cast<std::uint8_t>(bits(2) + 1),
                                .operation = static_cast<ControlOperation>(bits(2)),
                                .response_id = bits(5)};
    CHECK(decode_control_header(encode(control)) == control);
    CHECK(std::popcount(encode(control)) % 2 == 1);
  }
  CHECK_FALSE(decode_token(encode(PacketHeader{.packet_type = 5})));
}

struct Parsed {
  std::vector<ControlPacketParser::Step> steps;
  std::uint32_t errors = 0;
};

Parsed parse(const std::vector<std::uint32_t>& words, bool stream_header = false, bool tlast = true) {
  ControlPacketParser parser;
  parser.begin(stream_header);
  Parsed parsed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto step = parser.take(words[i], tlast && i + 1 == words.size());
    parsed.errors |= step.errors;
    if (step.kind != Kind::Nothing) parsed.steps.push_back(step);
  }
  return parsed;
}

TEST_CASE("Twelve words without a stream header are three control packets: two of four words and one of one") {
  std::vector<std::uint32_t> words;
  words.push_back(encode(ControlHeader{.address = 0x1'8000, .words = 4}));
  for (std::uint32_t i = 0; i < 4; ++i) words.push_back(0xA0 + i);
  words.push_back(encode(ControlHeader{.address = 0x1'8010, .words = 4}));
  for (std::uint32_t i = 0; i < 4; ++i) words.push_back(0xB0 + i);
  words.push_back(encode(ControlHeader{.address = 0x1'8554, .words = 1}));
  words.push_back(0xC0);
  REQUIRE(words.size() == 12);
  const Parsed parsed = parse(words);
  CHECK(parsed.errors == 0);
  REQUIRE(parsed.steps.size() == 9);
  for (std::uint32_t i = 0; i < 4; ++i) {
    CHECK(parsed.steps[i].address == 0x1'8000 + 4 * i);
    CHECK(parsed.steps[i].data == 0xA0 + i);
    CHECK(parsed.steps[4 + i].address == 0x1'8010 + 4 * i);
    CHECK(parsed.steps[4 + i].data == 0xB0 + i);
  }
  CHECK(parsed.steps[8].address == 0x1'8554);
  CHECK(parsed.steps[8].data == 0xC0);
}

TEST_CASE("A stream header in front is passed over, and its parity is checked") {
  const std::uint32_t write = encode(ControlHeader{.address = 0x10, .words = 1});
  const std::uint32_t header = encode(PacketHeader{.id = 3});
  CHECK(parse({header, write, 7}, true).steps.size() == 1);
  const Parsed bad = parse({header ^ 1, write, 7}, true);
  CHECK(bad.errors == ControlErrors::kFirstHeaderParity);
  REQUIRE(bad.steps.size() == 1);
  CHECK(bad.steps[0].kind == Kind::Error);
}

TEST_CASE("A read asks for its words and the next packet follows at once") {
  const Parsed parsed =
      parse({encode(ControlHeader{.address = 0x40, .words = 3, .operation = ControlOperation::Read, .response_id = 9}),
             encode(ControlHeader{.address = 0x50, .words = 1}), 1});
  REQUIRE(parsed.steps.size() == 2);
  CHECK(parsed.steps[0].kind == Kind::Read);
  CHECK(parsed.steps[0].header.words == 3);
  CHECK(parsed.steps[0].header.response_id == 9);
  CHECK(parsed.steps[1].kind == Kind::Write);
  CHECK(parsed.errors == 0);
}

TEST_CASE("TLAST in the middle of the data is an error, and the next unit begins anew") {
  ControlPacketParser parser;
  parser.begin(false);
  CHECK(parser.take(encode(ControlHeader{.address = 0, .words = 2}), false).kind == Kind::Nothing);
  const auto cut = parser.take(5, true);
  CHECK(cut.kind == Kind::Write);
  CHECK(cut.errors == ControlErrors::kTlast);
  CHECK(parse({encode(ControlHeader{.address = 0, .words = 1})}).errors == ControlErrors::kTlast);
  parser.begin(false);
  CHECK(parser.take(encode(ControlHeader{.address = 0x20, .words = 1}), false).errors == 0);
  CHECK(parser.take(6, true).address == 0x20);
}

TEST_CASE("After a bad control header the rest of the unit is skipped") {
  const std::uint32_t write = encode(ControlHeader{.address = 0x10, .words = 1});
  for (const std::uint32_t bad :
       {write ^ 0x8000'0000, encode(ControlHeader{.operation = ControlOperation::Reserved})}) {
    const Parsed parsed = parse({bad, 7, write, 8});
    REQUIRE(parsed.steps.size() == 1);
    CHECK(parsed.steps[0].kind == Kind::Error);
    CHECK((parsed.errors == ControlErrors::kSecondHeaderParity || parsed.errors == ControlErrors::kSlverr));
  }
}

TEST_CASE("Nonsense makes no more writes than it has words, all of them near the address of some header") {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    ControlPacketParser parser;
    parser.begin((random() & 1) != 0);
    unsigned writes = 0;
    const unsigned count = random() % 64;
    for (unsigned i = 0; i < count; ++i) {
      const auto step = parser.take(static_cast<std::uint32_t>(random()), random() % 8 == 0);
      if (step.kind != Kind::Write) continue;
      ++writes;
      CHECK(step.address - step.header.address < 16);
      CHECK(step.header.address < 1U << 20);
    }
    CHECK(writes <= count);
  }
}

}  // namespace
}  // namespace aie4::array
