// SPDX-License-Identifier: Apache-2.0
// Ring arithmetic against a byte buffer: what a producer places, the consumer of that direction finds, in order, in
// every reachable state of a small ring.
#include "firmware-stub/management/ring.hpp"

#include <array>
#include <deque>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/catch.hpp"

namespace m = aie4::management;
using Kind = m::RingStep::Kind;

namespace {

constexpr std::uint32_t kSize = 64;

struct State {
  std::vector<std::byte> ring = std::vector<std::byte>(kSize);
  std::uint32_t head = 0;
  std::uint32_t tail = 0;
  std::deque<std::uint32_t> in_flight;  // payload sizes
  std::uint32_t cached_tail = 0;        // the host's, between a tombstone and the message after it

  auto key() const { return std::tuple(ring, head, tail, in_flight, cached_tail); }
  bool operator<(const State& other) const { return key() < other.key(); }

  std::span<std::byte, 4> word(std::uint32_t offset) {
    REQUIRE(offset + 4 <= kSize);
    return std::span<std::byte, 4>(ring.data() + offset, 4);
  }
  void write_message(std::uint32_t offset, std::uint32_t payload) {
    REQUIRE(offset % 4 == 0);
    REQUIRE(offset + m::kHeaderSize + payload <= kSize);
    const auto header = m::MessageHeader::make(payload, 7, 9);
    m::encode_header(std::span<std::byte, m::kHeaderSize>(ring.data() + offset, m::kHeaderSize), header);
    for (std::uint32_t i = 0; i < payload; ++i) ring[offset + m::kHeaderSize + i] = static_cast<std::byte>(payload);
  }
  void check_message(const m::RingStep& step) {
    REQUIRE_FALSE(in_flight.empty());
    REQUIRE(step.size == in_flight.front());
    const auto header = m::decode_header(std::span<const std::byte, m::kHeaderSize>(ring.data() + step.offset, 16));
    REQUIRE(header == m::MessageHeader::make(step.size, 7, 9));
    for (std::uint32_t i = 0; i < step.size; ++i) {
      REQUIRE(ring[step.offset + m::kHeaderSize + i] == static_cast<std::byte>(step.size));
    }
    in_flight.pop_front();
  }
};

template <typename Next>
std::size_t explore(Next next) {
  std::set<State> seen{State{}};
  std::vector<State> work{State{}};
  while (!work.empty()) {
    const State state = work.back();
    work.pop_back();
    for (State& successor : next(state)) {
      if (seen.insert(successor).second) work.push_back(std::move(successor));
    }
  }
  return seen.size();
}

}  // namespace

TEST_CASE("Responses arrive complete and in order in every reachable state of the ring") {
  unsigned wraps = 0;
  unsigned exact_ends = 0;
  const std::size_t states = explore([&](const State& from) {
    std::vector<State> successors;
    for (const std::uint32_t payload : {4U, 8U, 16U}) {
      State to = from;
      const auto place = m::place_response(kSize, to.head, to.tail, payload);
      if (!place) {
        REQUIRE_FALSE(from.in_flight.empty());  // at most half the ring: an empty ring has room
        continue;
      }
      if (place->tombstone) m::store_word(to.word(*place->tombstone), m::kTombstone);
      to.write_message(place->offset, payload);
      to.tail = place->tail;
      to.in_flight.push_back(payload);
      REQUIRE(to.tail != to.head);
      exact_ends += to.tail == kSize ? 1 : 0;
      successors.push_back(to);
    }
    State to = from;
    const auto first = [&] { return m::load_word(to.word(m::read_offset(kSize, to.head))); };
    auto step = m::next_response(kSize, to.head, to.tail, first());
    if (step.kind == Kind::Wrap) {
      ++wraps;
      to.head = step.head;
      step = m::next_response(kSize, to.head, to.tail, first());
    }
    if (from.in_flight.empty()) {
      REQUIRE(step.kind == Kind::Empty);
    } else {
      REQUIRE(step.kind == Kind::Message);
      to.check_message(step);
      to.head = step.head;
      successors.push_back(to);
    }
    return successors;
  });
  CHECK(states > 100);
  CHECK(wraps > 0);
  CHECK(exact_ends > 0);
}

TEST_CASE("Requests of a host that waits for room arrive complete and in order in every reachable state") {
  unsigned wraps = 0;
  const std::size_t states = explore([&](const State& from) {
    std::vector<State> successors;
    for (const std::uint32_t payload : {0U, 4U, 8U, 16U}) {
      State to = from;
      const auto plan = m::plan_request(kSize, to.head, to.cached_tail, payload);
      // The driver's own hole: it wraps onto unread messages at offset 0 when the head never moved.
      if (plan.tombstone && to.head == 0 && !to.in_flight.empty()) continue;
      if (plan.tombstone) {
        m::store_word(to.word(*plan.tombstone), m::kTombstone);
        to.cached_tail = 0;
      }
      if (!plan.wait) {
        to.write_message(plan.offset, payload);
        to.cached_tail = to.tail = plan.tail;
        to.in_flight.push_back(payload);
        REQUIRE(to.tail <= kSize - 4);
        REQUIRE(to.tail != to.head);
      } else {
        REQUIRE(to.cached_tail < to.head);
        continue;  // the same plan again once the head has moved: covered by the receiving branch
      }
      successors.push_back(to);
    }
    State to = from;
    const auto first = [&] { return m::load_word(to.word(m::read_offset(kSize, to.head))); };
    auto step = m::next_request(kSize, to.head, to.tail, first());
    if (step.kind == Kind::Wrap) {
      ++wraps;
      to.head = step.head;
      step = m::next_request(kSize, to.head, to.tail, first());
    }
    if (from.in_flight.empty()) {
      REQUIRE(step.kind == Kind::Empty);
    } else {
      REQUIRE(step.kind == Kind::Message);
      to.check_message(step);
      to.head = step.head;
      successors.push_back(to);
    }
    return successors;
  });
  CHECK(states > 100);
  CHECK(wraps > 0);
}

TEST_CASE("A response never overlaps what the host has not read, for all heads, tails and sizes") {
  for (std::uint32_t head = 0; head <= kSize; head += 4) {
    for (std::uint32_t tail = 0; tail <= kSize; tail += 4) {
      for (std::uint32_t payload = 4; payload <= kSize; payload += 4) {
        const auto place = m::place_response(kSize, head, tail, payload);
        if (!place) continue;
        CAPTURE(head, tail, payload);
        std::array<bool, kSize> unread{};
        const std::uint32_t from = head == kSize && tail < head ? 0 : head;
        if (head <= tail) {
          for (std::uint32_t i = head; i < tail; ++i) unread[i] = true;
        } else {
          for (std::uint32_t i = from; from != 0 && i < kSize; ++i) unread[i] = true;
          for (std::uint32_t i = 0; i < tail; ++i) unread[i] = true;
        }
        for (std::uint32_t i = 0; i < m::kHeaderSize + payload; ++i) REQUIRE_FALSE(unread.at(place->offset + i));
        if (place->tombstone) REQUIRE_FALSE(unread.at(*place->tombstone));
        REQUIRE(place->tail == place->offset + m::kHeaderSize + payload);
        REQUIRE(place->tail != head);
      }
    }
  }
}

TEST_CASE("A response may end exactly at the end of the ring and the next one starts at 0 without a tombstone") {
  CHECK(m::place_response(64, 20, 44, 4) == m::Placement{std::nullopt, 44, 64});
  CHECK(m::place_response(64, 44, 64, 4) == m::Placement{std::nullopt, 0, 20});
  CHECK(m::place_response(64, 64, 64, 4) == m::Placement{std::nullopt, 0, 20});
  CHECK(m::place_response(64, 48, 48, 4) == m::Placement{48, 0, 20});
  CHECK_FALSE(m::place_response(64, 20, 48, 4).has_value());  // would make the tail meet the head
  CHECK(m::place_response(64, 24, 48, 4).has_value());
  CHECK_FALSE(m::place_response(64, 0, 48, 4).has_value());
  CHECK_FALSE(m::place_response(64, 0, 0, 0xFFFF'FFF0).has_value());
}

TEST_CASE("A request leaves the last word of the ring to a tombstone") {
  CHECK(m::plan_request(64, 0, 40, 4) == m::RequestPlan{std::nullopt, false, 40, 60});
  CHECK(m::plan_request(64, 44, 44, 4) == m::RequestPlan{44, false, 0, 20});
  CHECK(m::plan_request(64, 20, 44, 4) == m::RequestPlan{44, true, 0, 20});  // tombstone first, then the wait
  CHECK(m::plan_request(64, 40, 0, 24) == m::RequestPlan{std::nullopt, true, 0, 40});
  CHECK(m::plan_request(64, 44, 0, 24) == m::RequestPlan{std::nullopt, false, 0, 40});
  // The driver's hole, documented: head 0 does not stop a wrap.
  CHECK(m::plan_request(64, 0, 44, 4) == m::RequestPlan{44, false, 0, 20});
}

TEST_CASE("The firmware refuses registers and sizes that no driver writes") {
  const auto reason = [](std::uint32_t head, std::uint32_t tail, std::uint32_t word) {
    const auto step = m::next_request(64, head, tail, word);
    CHECK(step.kind == Kind::Error);
    return step.error;
  };
  CHECK(reason(0, 64, 4) == m::RingError::BadRegister);
  CHECK(reason(0, 22, 4) == m::RingError::BadRegister);
  CHECK(reason(64, 0, 4) == m::RingError::BadRegister);
  CHECK(reason(2, 0, 4) == m::RingError::BadRegister);
  CHECK(reason(0, 0xFFFF'FFFC, 4) == m::RingError::BadRegister);
  CHECK(reason(0, 20, 6) == m::RingError::BadSize);
  CHECK(reason(0, 20, 8) == m::RingError::Overrun);
  CHECK(reason(0, 20, 0xFFFF'FFF0) == m::RingError::Overrun);
  CHECK(reason(40, 20, 8) == m::RingError::Overrun);
  CHECK(reason(0, 20, m::kTombstone) == m::RingError::Tombstone);
  CHECK(m::next_request(0, 0, 0, 0).error == m::RingError::BadRegister);
  CHECK(m::next_request(64, 40, 20, 4).kind == Kind::Message);
  CHECK(m::next_request(64, 40, 20, m::kTombstone) == m::RingStep{Kind::Wrap});
}

TEST_CASE("The host's checks fail with the driver's own reasons") {
  const auto reason = [](std::uint32_t head, std::uint32_t tail, std::uint32_t word) {
    const auto step = m::next_response(64, head, tail, word);
    CHECK(step.kind == Kind::Error);
    return step.error;
  };
  CHECK(reason(0, 68, 4) == m::RingError::BadRegister);
  CHECK(reason(0, 21, 4) == m::RingError::BadRegister);
  CHECK(reason(0, 20, 0) == m::RingError::BadSize);
  CHECK(reason(0, 20, 5) == m::RingError::BadSize);
  CHECK(reason(0, 20, 8) == m::RingError::Overrun);
  CHECK(reason(48, 20, 4) == m::RingError::Overrun);
  CHECK(reason(0, 20, m::kTombstone) == m::RingError::Tombstone);
  CHECK(m::next_response(64, 64, 20, 4) == m::RingStep{Kind::Message, m::RingError::None, 0, 4, 20});
  CHECK(m::next_response(64, 44, 64, 4) == m::RingStep{Kind::Message, m::RingError::None, 44, 4, 64});
  CHECK(m::next_response(64, 64, 64, 4).kind == Kind::Empty);
}

TEST_CASE("A header survives encoding, and only the driver's sz_ver is consistent") {
  const auto header = m::MessageHeader::make(24, 0x1D00'0003, 0x3'0003);
  CHECK(header.sz_ver == 0x0001'0018);
  std::array<std::byte, 16> bytes{};
  m::encode_header(bytes, header);
  CHECK(m::decode_header(bytes) == header);
  CHECK(bytes[11] == std::byte{0x1D});
  CHECK(header.consistent());
  auto other = header;
  other.sz_ver = 0x0002'0018;
  CHECK_FALSE(other.consistent());
}
