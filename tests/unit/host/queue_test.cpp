// SPDX-License-Identifier: Apache-2.0
// Expected bytes are written by hand from the layouts of the host interface document, 6.4 and 6.5.
#include "sim/host/driver/queue.hpp"

#include <array>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

struct Fixture {
  HostMemory memory;
  DmaDomain domain{memory, AddressMode::Iova};
};

std::array<std::uint32_t, 16> slot(Queue& queue, std::uint64_t offset) {
  std::array<std::uint32_t, 16> words{};
  for (std::uint64_t i = 0; i < 16; ++i) words.at(i) = queue.memory().load<std::uint32_t>(offset + 4 * i);
  return words;
}

}  // namespace

TEST_CASE("a wide header says version 1.0 and where the packets are") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Wide);
  const DmaBuffer& memory = queue.memory();
  CHECK(memory.size() == 8320);
  CHECK(memory.load<std::uint64_t>(0x00) == 0);
  CHECK(memory.load<std::uint32_t>(0x08) == 0x0000'0001);
  CHECK(memory.load<std::uint32_t>(0x0C) == 32);
  CHECK(memory.load<std::uint64_t>(0x10) == 0);
  CHECK(memory.load<std::uint64_t>(0x78) == queue.address() + 0x80);
  queue.publish(7);
  CHECK(memory.load<std::uint64_t>(0x40) == 7);
  CHECK(memory.load<std::uint64_t>(0x10) == 0);
}

TEST_CASE("a compact header says version 0 and has write_index where the kernel looks") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Compact);
  const DmaBuffer& memory = queue.memory();
  CHECK(memory.size() == 32 + 2048 + 6144);
  CHECK(memory.load<std::uint32_t>(0x08) == 0);
  CHECK(memory.load<std::uint32_t>(0x0C) == 32);
  CHECK(memory.load<std::uint64_t>(0x18) == queue.address() + 0x20);
  queue.publish(9);
  CHECK(memory.load<std::uint64_t>(0x10) == 9);
}

TEST_CASE("a direct packet carries the control code itself") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Wide);
  queue.fill(33, {.completion_signal = 0x7FFF'1234'5000, .chained = true, .work = {{0, 0x7FFE'8765'4000}}});
  const std::array<std::uint32_t, 16> expected = {0x0101'0000,               // type 0, opcode 1, chain 1
                                                  0x0000'0018,               // count 24, distribute 0, indirect 0
                                                  0x1234'5000, 0x0000'7FFF,  // completion_signal
                                                  0,           0x8765'4000, 0x0000'7FFE};
  CHECK(slot(queue, 0x80 + 64) == expected);
}

TEST_CASE("an indirect packet lists its microcontrollers, each with a packet of its own") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Wide);
  queue.fill(2, {.completion_signal = 0x1000, .work = {{0, 0xA000}, {2, 0x1'0000'B000}, {5, 0xC000}}});
  const std::uint64_t base = queue.address() + 0x80 + 32 * 64;
  const auto entry = [base](std::uint64_t uc) { return base + (uc * 32 + 2) * 32; };
  const auto words = slot(queue, 0x80 + 2 * 64);
  CHECK(words[0] == 0x0001'0000);
  CHECK(words[1] == 0x0101'0018);  // count 8 x 3, distribute 1, indirect 1
  for (const auto& [index, uc] : {std::pair{4U, 0U}, std::pair{6U, 2U}, std::pair{8U, 5U}}) {
    CHECK(words.at(index) == static_cast<std::uint32_t>(entry(uc)));
    CHECK(words.at(index + 1) == ((entry(uc) >> 32) | (uc << 25)));
  }
  const std::uint64_t second = entry(2) - queue.address();
  CHECK(queue.memory().load<std::uint32_t>(second) == 0x0001'0000);
  CHECK(queue.memory().load<std::uint32_t>(second + 4) == 0x0001'0018);  // count 24, distribute 1, indirect 0
  CHECK(queue.memory().load<std::uint32_t>(second + 12) == 0x0000'B000);
  CHECK(queue.memory().load<std::uint32_t>(second + 16) == 1);
  // The packets of the last uC end where the buffer ends.
  queue.fill(31, {.indirect = true, .work = {{5, 0xD000}}});
  CHECK(queue.memory().load<std::uint32_t>(8320 - 32 + 12) == 0xD000);
}

TEST_CASE("a single microcontroller can be addressed indirectly") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Compact);
  queue.fill(0, {.indirect = true, .work = {{4, 0x8000}}});
  CHECK(slot(queue, 0x20)[1] == 0x0101'0008);
}

TEST_CASE("free slots follow both indices") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Wide);
  CHECK(queue.free_slots() == 32);
  queue.publish(32);
  CHECK(queue.free_slots() == 0);
  queue.memory().store<std::uint64_t>(0, 5);
  CHECK(queue.read_index() == 5);
  CHECK(queue.free_slots() == 5);
}

TEST_CASE("a packet for nobody, for seven or for an unknown microcontroller is refused") {
  Fixture fixture;
  Queue queue(fixture.domain, QueueLayout::Wide);
  CHECK_THROWS_AS(queue.fill(0, {}), std::invalid_argument);
  CHECK_THROWS_AS(queue.fill(0, {.work = std::vector<Work>(7)}), std::invalid_argument);
  CHECK_THROWS_AS(queue.fill(0, {.indirect = true, .work = {{6, 0}}}), std::invalid_argument);
}

}  // namespace aie4::host
