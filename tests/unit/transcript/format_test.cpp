// SPDX-License-Identifier: Apache-2.0
// The bytes of the format: fixed examples, round trips, and refusal of everything that no encoder writes.
#include "sim/transcript/format.hpp"

#include <array>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/transcript/events.hpp"

using namespace aie4::transcript;        // NOLINT(google-build-using-namespace)
using namespace aie4::transcript::test;  // NOLINT(google-build-using-namespace)

namespace {

Bytes encode(const std::vector<OwnedEvent>& events) {
  EventEncoder encoder;
  Bytes out;
  for (const OwnedEvent& event : events) encoder.encode(event.view(), out);
  return out;
}

std::string refusal(const Bytes& input) {
  EventDecoder decoder;
  Event event;
  try {
    std::span<const std::byte> rest(input);
    while (!rest.empty()) {
      const std::size_t taken = decoder.decode(rest, event);
      if (taken == 0) return "incomplete";
      rest = rest.subspan(taken);
    }
  } catch (const TranscriptError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("Reading a register again costs seven bytes before compression") {
  const auto out = encode({bar_event(EventKind::BarRead, 1000, 1, 4, 0xAEC, word(0x8000'0000)),
                           bar_event(EventKind::BarRead, 1000, 1, 4, 0xAEC, word(0x8000'0001))});
  CHECK(out == bytes({0x42, 0xE8, 0x07, 1, 4, 0xD8, 0x2B, 0, 0, 0, 0x80,  //
                      0x72, 4, 0, 1, 0, 0, 0x80}));
}

TEST_CASE("Every event survives encoding and decoding") {
  const auto events = random_events(1, 5000);
  const Bytes stream = encode(events);
  EventDecoder decoder;
  std::span<const std::byte> rest(stream);
  for (const OwnedEvent& expected : events) {
    Event event;
    const std::size_t taken = decoder.decode(rest, event);
    REQUIRE(taken > 0);
    REQUIRE(OwnedEvent(event) == expected);
    rest = rest.subspan(taken);
  }
  CHECK(rest.empty());
}

TEST_CASE("An event that is not complete yet is neither taken nor remembered") {
  const auto events = random_events(2, 300);
  for (const OwnedEvent& expected : events) {
    const Bytes whole = encode({expected});
    EventDecoder decoder;
    Event event;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      REQUIRE(decoder.decode(std::span(whole).first(size), event) == 0);
    }
    REQUIRE(decoder.decode(whole, event) == whole.size());
    REQUIRE(OwnedEvent(event) == expected);
  }
}

TEST_CASE("Bytes that no encoder writes are refused") {
  CHECK(refusal(bytes({0x0B})).find("tag") != std::string::npos);              // unknown kind
  CHECK(refusal(bytes({0xB5})).find("tag") != std::string::npos);              // reserved bit
  CHECK(refusal(bytes({0x75})).find("no data") != std::string::npos);          // four bytes of a connect
  CHECK(refusal(bytes({0x26, 0})).find("time") != std::string::npos);          // zero delta, spelt out
  CHECK(refusal(bytes({0x16, 0})).find("without need") != std::string::npos);  // same function, spelt out
  CHECK(refusal(bytes({0x72, 6})).find("BAR 6") != std::string::npos);
  CHECK(refusal(bytes({0x79, 0x05})).find("DMA detail") != std::string::npos);  // status 5
  CHECK(refusal(bytes({0x79, 0x10})).find("DMA detail") != std::string::npos);  // reserved bit
  CHECK(refusal(bytes({0x30, 0, 4, 0, 0, 0, 0})).find("without need") != std::string::npos);
  CHECK(refusal(bytes({0x30, 0, 0x81, 0x80, 0x80, 8})).find("access of") != std::string::npos);  // 16 MiB + 1
  CHECK(refusal(bytes({0x37, 0x80, 0})).find("longer than it need be") != std::string::npos);
  CHECK(refusal(bytes({0x37, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2})).find("64 bits") != std::string::npos);
  CHECK(refusal(bytes({0x26, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x26, 1})).find("time") !=
        std::string::npos);  // beyond 2^64 ps
}

TEST_CASE("The encoder refuses what the format cannot hold") {
  EventEncoder encoder;
  Bytes out;
  encoder.encode(bar_event(EventKind::BarRead, 10, 0, 0, 0, word(0)).view(), out);
  CHECK_THROWS_AS(encoder.encode(bar_event(EventKind::BarRead, 9, 0, 0, 0, word(0)).view(), out), TranscriptError);
  CHECK_THROWS_AS(encoder.encode(bar_event(EventKind::BarRead, 10, 0, 6, 0, word(0)).view(), out), TranscriptError);
  const OwnedEvent large = bar_event(EventKind::BarRead, 10, 0, 0, 0, Bytes(kMaxData + 1));
  CHECK_THROWS_AS(encoder.encode(large.view(), out), TranscriptError);
}

TEST_CASE("A boundary event keeps only what its kind has") {
  aie4::pci::BoundaryEvent event;
  event.kind = aie4::pci::BoundaryEventKind::Interrupt;
  event.function = 3;
  event.bar = 2;
  event.address = 5;
  event.space = aie4::DmaSpace::GuestPhysical;
  const Event result = event_of(event, 77);
  CHECK(result.kind == EventKind::Interrupt);
  CHECK(result.time_ps == 77);
  CHECK(result.function == 3);
  CHECK(result.bar == 0);
  CHECK(result.address == 5);
  CHECK(result.space == aie4::DmaSpace::Function);
}

TEST_CASE("A boundary event of an unknown kind is refused") {
  CHECK(kind_of(aie4::pci::BoundaryEventKind::DmaWrite) == EventKind::DmaWrite);
  CHECK_THROWS_AS(kind_of(static_cast<aie4::pci::BoundaryEventKind>(10)), TranscriptError);
}

TEST_CASE("Kinds have names that read back") {
  for (std::uint8_t i = 0; i < kEventKinds; ++i) {
    const auto kind = static_cast<EventKind>(i);
    CHECK(find_kind(to_string(kind)) == kind);
  }
  CHECK_FALSE(find_kind("read").has_value());
  CHECK(started_by_host(EventKind::Disconnect));
  CHECK(started_by_host(EventKind::HostView));
  CHECK_FALSE(started_by_host(EventKind::Interrupt));
  CHECK_FALSE(started_by_host(EventKind::DmaWrite));
}

TEST_CASE("Header and footer survive encoding, and others are refused") {
  const auto header = encode_header({"aie4sim", "vfs = 1"});
  std::array<std::byte, kPrefixSize> prefix{};
  std::copy_n(header.begin(), prefix.size(), prefix.begin());
  CHECK(decode_prefix(prefix).producer == 7);
  CHECK(decode_prefix(prefix).configuration == 7);
  const auto with = [&](std::size_t index, unsigned value) {
    auto other = prefix;
    other.at(index) = static_cast<std::byte>(value);
    try {
      static_cast<void>(decode_prefix(other));
    } catch (const TranscriptError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(with(0, 'A').find("magic") != std::string::npos);
  CHECK(with(6, '\n').find("magic") != std::string::npos);
  CHECK(with(8, 2) == "transcript of format version 2: this program reads version 1");
  CHECK(with(10, 1).find("reserved") != std::string::npos);
  CHECK(with(14, 1).find("too long") != std::string::npos);
  CHECK(with(19, 1).find("too long") != std::string::npos);
  CHECK_THROWS_AS(encode_header({std::string(kMaxProducer + 1, 'x'), ""}), TranscriptError);

  Footer footer;
  footer.events = 0x1'0000'0002;
  footer.hash[31] = std::byte{0xAB};
  const auto encoded = encode_footer(footer);
  CHECK(decode_footer(encoded) == footer);
  CHECK(to_hex(footer.hash).ends_with("00ab"));
  auto damaged = encoded;
  damaged[0] = std::byte{0};
  CHECK_THROWS_AS(decode_footer(damaged), TranscriptError);
}
