// SPDX-License-Identifier: Apache-2.0
// Control packets from a hostile program: a byte that says whether a stream header is in front and where TLAST is, then
// words.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "models/array/stream/packet.hpp"

namespace {

using namespace aie4::array;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_words(std::uint32_t word) {
  const std::uint32_t header = encode(decode_packet_header(word));
  require(decode_packet_header(header) == decode_packet_header(word));
  require(std::popcount(header) % 2 == 1);
  const ControlHeader control = decode_control_header(word);
  require(control.words >= 1 && control.words <= 4 && control.address < 1U << 20U);
  require(decode_control_header(encode(control)) == control);
  if (const auto token = decode_token(word)) require(decode_token(encode(*token)) == token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const unsigned choice = data[0];
  const unsigned unit = 1 + (choice >> 1U) % 32;
  ControlPacketParser parser;
  parser.begin((choice & 1U) != 0);
  const std::size_t count = (size - 1) / 4;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, data + 1 + 4 * i, sizeof word);
    check_words(word);
    const bool tlast = (i + 1) % unit == 0;
    const auto step = parser.take(word, tlast);
    using Kind = ControlPacketParser::Step::Kind;
    if (step.kind == Kind::Write) require(step.address - step.header.address < 4U * step.header.words);
    if (step.kind == Kind::Read) require(step.header.operation == ControlOperation::Read);
    require((step.kind == Kind::Error) <= (step.errors != 0));
    if (tlast) parser.begin((choice & 1U) != 0);
  }
  return 0;
}
