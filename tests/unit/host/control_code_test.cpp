// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/control_code.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> result;
  for (const unsigned value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

bool zero(std::span<const std::byte> data) {
  return std::ranges::all_of(data, [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

// The page as aiebu-asm 2.25 of the distribution emits it for the four-line program.
TEST_CASE("the NOP program is the page that the distribution's assembler makes") {
  const auto page = nop_program().pages();
  REQUIRE(page.size() == 8192);
  const auto golden = bytes({0xff, 0xff, 0,    0, 0, 0, 0,    0, 0x24, 0, 0,    0, 0, 0, 0,    0, 0, 0,
                             0,    0,    0x10, 0, 0, 0, 0x16, 0, 0,    0, 0x07, 0, 0, 0, 0xff, 0, 0, 0});
  CHECK(std::ranges::equal(std::span(page).first(golden.size()), golden));
  CHECK(zero(std::span(page).subspan(golden.size())));
}

TEST_CASE("opcodes are laid out as the instruction set has them") {
  ControlCode code;
  code.start_job(0x0102).yield().local_barrier(3, 2).remote_barrier(1, 0x15).add(8, 0x11223344).mov(23, 0xFFFFFFFF);
  const auto page = code.write_32(0x2200000, 7).end_job().end_page().pages();
  const auto golden = bytes({0x00, 0, 0x02, 0x01, 0x38, 0,    0,    0,                 // START_JOB 0x102, 56 bytes
                             0x08, 0, 0,    0,                                         // YIELD
                             0x11, 0, 3,    2,                                         // LOCAL_BARRIER 3, 2
                             0x12, 0, 1,    0,    0x15, 0,    0,    0,                 // REMOTE_BARRIER 1, 0x15
                             0x0F, 0, 8,    0,    0x44, 0x33, 0x22, 0x11,              // ADD
                             0x10, 0, 23,   0,    0xFF, 0xFF, 0xFF, 0xFF,              // MOV
                             0x05, 0, 0,    0,    0x00, 0x00, 0x20, 0x02, 7, 0, 0, 0,  // WRITE_32
                             0x07, 0, 0,    0,                                         // END_JOB
                             0xFF, 0, 0,    0});
  CHECK(std::ranges::equal(std::span(page).subspan(16, golden.size()), golden));
}

TEST_CASE("each page knows its index, its length and that of the next") {
  ControlCode code;
  code.start_job(0).end_job().end_page().start_job(0).nop().nop().end_job().end_page();
  const auto pages = code.pages();
  REQUIRE(pages.size() == 2 * 8192);
  // 16 + 8 + 4 + 4 = 0x20, then two NOPs more.
  CHECK(std::ranges::equal(std::span(pages).first(16),
                           bytes({0xff, 0xff, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x28, 0, 0, 0, 0, 0})));
  CHECK(std::ranges::equal(std::span(pages).subspan(8192, 16),
                           bytes({0xff, 0xff, 1, 0, 0, 0, 0, 0, 0x28, 0, 0, 0, 0, 0, 0, 0})));
}

TEST_CASE("an open page is closed by EOF, and a page has an end") {
  ControlCode code;
  code.start_job(0).end_job();
  CHECK(code.pages() == ControlCode().start_job(0).end_job().end_page().pages());
  ControlCode full;
  for (int i = 0; i < 2043; ++i) full.nop();
  CHECK(ControlCode(full).end_page().pages().size() == 8192);
  CHECK_THROWS_AS(full.nop().end_page(), std::length_error);
}

}  // namespace aie4::host
