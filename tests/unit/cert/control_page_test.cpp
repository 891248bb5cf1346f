// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/control_page.hpp"

#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/cert/guest.hpp"

namespace aie4::cert {
namespace {

namespace code = bench::code;
using bench::Code;

std::span<const std::byte> body_of(const Code& page) {
  return std::span(page).first(parse_page_header(page).cur_page_len).subspan(PageHeader::kSize);
}

/// "MNEMONIC a b c" of each instruction of a page, with "job ID" and "EOF" between; or where it breaks off and why.
std::vector<std::string> listing(std::span<const std::byte> body) {
  std::vector<std::string> lines;
  const auto broken = [&](const CodeProblem& problem) {
    lines.push_back(fmt::format(
        "{} at {}", problem.fault == CodeFault::InvalidOpcode ? "invalid opcode" : "invalid page", problem.offset));
    return lines;
  };
  for (std::uint32_t offset = 0;;) {
    const auto next = next_job(body, offset);
    if (const auto* problem = std::get_if<CodeProblem>(&next)) return broken(*problem);
    if (std::holds_alternative<EndOfPage>(next)) {
      lines.emplace_back("EOF");
      return lines;
    }
    const auto& job = std::get<JobHeader>(next);
    lines.push_back(fmt::format("job {}", job.id));
    for (std::uint32_t pc = job.first_instruction(); pc < job.end();) {
      const auto decoded = next_instruction(body, job, pc);
      if (const auto* problem = std::get_if<CodeProblem>(&decoded)) return broken(*problem);
      const auto& instruction = std::get<Instruction>(decoded);
      std::string line(instruction.info->mnemonic);
      std::size_t values = 0;
      for (const OperandInfo& operand : instruction.info->operands) {
        if (operand.kind == OperandKind::None || operand.kind == OperandKind::Pad) continue;
        line += fmt::format(" {}", instruction.operands.at(values++));
      }
      lines.push_back(line);
      pc += instruction.info->size;
    }
    offset = job.end();
  }
}

using Lines = std::vector<std::string>;

TEST_CASE("the assembler's NOP page decodes") {
  const Code page = code::nop_program();
  const PageHeader header = parse_page_header(page);
  CHECK(header.signature == 0xFFFF);
  CHECK(header.page_index == 0);
  CHECK(header.cur_page_len == 0x24);
  CHECK(header.in_order_page_len == 0);
  CHECK_FALSE(header.busy_poll_hint);
  CHECK_FALSE(check_page_header(header, 0, 8192));
  CHECK(listing(body_of(page)) == Lines{"job 0", "NOP", "END_JOB", "EOF"});
}

TEST_CASE("a page of a published AIE4 program decodes: core reset") {
  // aiebu test/aie4-ctrlcode, dynamic_address_patching/aie_asm_core_reset_unreset.asm (control-code notes 7b).
  const Code page = code::bytes({
      0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,  //
      0x00, 0x00, 0x00, 0x00, 0x4c, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x30, 0x6a, 0x00,  //
      0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x30, 0x6a, 0x00,  //
      0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x30, 0x7a, 0x00,  //
      0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x30, 0x7a, 0x00,  //
      0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00,
  });
  const PageHeader header = parse_page_header(page);
  CHECK(header.cur_page_len == 0x60);
  CHECK(header.busy_poll_hint);
  CHECK_FALSE(check_page_header(header, 0, 8192));
  CHECK(listing(body_of(page)) == Lines{"job 0", "MASK_WRITE_32 6959104 2 2", "MASK_WRITE_32 6959104 2 0",
                                        "MASK_WRITE_32 8007680 2 2", "MASK_WRITE_32 8007680 2 0", "END_JOB", "EOF"});
}

TEST_CASE("a page of a published AIE4 program decodes: three jobs with local barriers, then data") {
  // The text of page 1 of aiebu test/aie4-ctrlcode, move_ddr_to_memtile_ctrlpkt (control-code notes 7b), with the
  // filler between EOF and data.
  const Code page = code::bytes({
      0xff, 0xff, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x44, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  //
      0x00, 0x00, 0x01, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x0e, 0x00, 0x80, 0x01, 0x01, 0x00, 0x06, 0x00,  //
      0x09, 0x00, 0xf0, 0x00, 0x09, 0x00, 0x10, 0x01, 0x05, 0x00, 0x00, 0x00, 0x64, 0x85, 0x01, 0x00,  //
      0x00, 0x00, 0x00, 0x80, 0x14, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x01, 0x00, 0xff, 0xff, 0xff, 0xff,  //
      0xfe, 0xca, 0xfe, 0xca, 0x11, 0x00, 0x00, 0x02, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,  //
      0x20, 0x00, 0x00, 0x00, 0x11, 0x00, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x30, 0x01, 0x00, 0x00,  //
      0x02, 0x00, 0x00, 0x00, 0x11, 0x00, 0x01, 0x02, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00,  //
      0x88, 0x00, 0x00, 0x00, 0x11, 0x00, 0x01, 0x02, 0x05, 0x00, 0x00, 0x00, 0x54, 0x85, 0x01, 0x00,  //
      0x00, 0x00, 0x00, 0x80, 0x05, 0x00, 0x00, 0x00, 0x04, 0x9e, 0x10, 0x00, 0x00, 0x00, 0x00, 0x80,  //
      0x05, 0x00, 0x00, 0x00, 0x04, 0xce, 0x6a, 0x00, 0x00, 0x00, 0x00, 0x80, 0x05, 0x00, 0x00, 0x00,  //
      0x04, 0xce, 0x7a, 0x00, 0x00, 0x00, 0x00, 0x80, 0x05, 0x00, 0x00, 0x00, 0x04, 0xce, 0x8a, 0x00,  //
      0x00, 0x00, 0x00, 0x80, 0x05, 0x00, 0x00, 0x00, 0x04, 0xce, 0x9a, 0x00, 0x00, 0x00, 0x00, 0x80,  //
      0x06, 0x00, 0x00, 0x00, 0x06, 0x00, 0x01, 0x00, 0x06, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00,  //
      0x06, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x06, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00,  //
      0x06, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x06, 0x00, 0x05, 0x00, 0x00, 0x00, 0x01, 0x00,  //
      0x07, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5,
  });
  CHECK(parse_page_header(page).page_index == 1);
  CHECK(parse_page_header(page).cur_page_len == 0x244);
  CHECK(listing(std::span(page).subspan(PageHeader::kSize)) == Lines{"job 1",
                                                                     "APPLY_OFFSET_57 384 1 6",
                                                                     "UC_DMA_WRITE_DES_SYNC 240",
                                                                     "UC_DMA_WRITE_DES_SYNC 272",
                                                                     "WRITE_32 99684 2147483648",
                                                                     "MASK_POLL_32 114688 4294967295 3405695742",
                                                                     "LOCAL_BARRIER 0 2",
                                                                     "END_JOB",
                                                                     "job 2",
                                                                     "LOCAL_BARRIER 0 2",
                                                                     "UC_DMA_WRITE_DES 0 304",
                                                                     "WAIT_UC_DMA 0",
                                                                     "LOCAL_BARRIER 1 2",
                                                                     "END_JOB",
                                                                     "job 3",
                                                                     "LOCAL_BARRIER 1 2",
                                                                     "WRITE_32 99668 2147483648",
                                                                     "WRITE_32 1089028 2147483648",
                                                                     "WRITE_32 6999556 2147483648",
                                                                     "WRITE_32 8048132 2147483648",
                                                                     "WRITE_32 9096708 2147483648",
                                                                     "WRITE_32 10145284 2147483648",
                                                                     "WAIT_TCTS 0 6 1",
                                                                     "WAIT_TCTS 1 0 1",
                                                                     "WAIT_TCTS 2 0 1",
                                                                     "WAIT_TCTS 3 0 1",
                                                                     "WAIT_TCTS 4 0 1",
                                                                     "WAIT_TCTS 5 0 1",
                                                                     "END_JOB",
                                                                     "EOF"});
}

TEST_CASE("a page header is refused for each thing that can be wrong with it") {
  const PageHeader good{.signature = 0xFFFF, .page_index = 3, .cur_page_len = 100, .in_order_page_len = 0};
  CHECK_FALSE(check_page_header(good, 3, 8192));
  CHECK_FALSE(check_page_header(good, 3, 100));

  const auto refused = [&](auto change, std::uint32_t available = 8192) {
    PageHeader header = good;
    change(header);
    const auto problem = check_page_header(header, 3, available);
    return problem && !problem->expected.empty() && !problem->came.empty();
  };
  for (const unsigned bad : {0x0000U, 0xFFFEU, 0xFF00U, 0x00FFU}) {
    CHECK(refused([&](PageHeader& header) { header.signature = static_cast<std::uint16_t>(bad); }));
  }
  for (const unsigned bad : {0U, 2U, 4U, 0x103U, 0xFFFFU}) {
    CHECK(refused([&](PageHeader& header) { header.page_index = static_cast<std::uint16_t>(bad); }));
  }
  CHECK(refused([](PageHeader& header) { header.cur_page_len = 19; }));
  CHECK_FALSE(refused([](PageHeader& header) { header.cur_page_len = 20; }));
  CHECK_FALSE(refused([](PageHeader& header) { header.cur_page_len = 8192; }));
  CHECK(refused([](PageHeader& header) { header.cur_page_len = 8193; }));
  CHECK(refused([](PageHeader&) {}, 99));
  for (unsigned length = 0; length < 0x1'0000; ++length) {
    const bool good_length = length == 0 || (length >= 20 && length <= 8192 && length % 4 == 0);
    const bool bad =
        refused([&](PageHeader& header) { header.in_order_page_len = static_cast<std::uint16_t>(length); });
    if (bad == good_length) FAIL("in_order_page_len " << length);
  }
}

Code joined(const std::vector<Code>& parts) {
  Code text;
  for (const Code& part : parts) text.insert(text.end(), part.begin(), part.end());
  return text;
}

TEST_CASE("an empty page is a page") {
  CHECK(listing(joined({code::eof()})) == Lines{"EOF"});
}

TEST_CASE("a job list that breaks the rules is an invalid page, an unassigned byte an invalid opcode") {
  const Code start = code::start_job(5, 16);
  // Missing EOF: end of the page, exactly or in the middle of the opcode.
  CHECK(listing(joined({code::job(5, {code::nop()})})).back() == "invalid page at 16");
  CHECK(listing(Code{}) == Lines{"invalid page at 0"});
  CHECK(listing(code::bytes({0xFF, 0, 0})) == Lines{"invalid page at 0"});
  // Outside of jobs stands something else.
  for (const Code& stray : {code::nop(), code::end_job(), code::mov(0, 1), code::bytes({0xA5, 0xA5, 0xA5, 0xA5})}) {
    CHECK(listing(joined({code::job(5, {}), stray, code::eof()})).back() == "invalid page at 12");
  }
  CHECK(listing(joined({code::job(5, {}), code::bytes({0x0A, 0, 0, 0}), code::eof()})).back() ==
        "invalid opcode at 12");
  // Job sizes.
  for (const unsigned size : {0U, 4U, 8U, 11U, 13U, 14U, 15U, 17U, 0xFFFCU, 0xFFFFU}) {
    INFO("size " << size);
    CHECK(listing(joined({code::start_job(5, size), code::nop(), code::end_job(), code::eof()})) ==
          Lines{"invalid page at 0"});
  }
  // The whole page may be one job, with no room for EOF.
  CHECK(listing(joined({code::start_job(5, 12), code::end_job()})) == Lines{"job 5", "END_JOB", "invalid page at 12"});
  // END_JOB too early, missing, or replaced by the next job or EOF.
  CHECK(listing(joined({start, code::end_job(), code::nop(), code::eof()})) == Lines{"job 5", "invalid page at 8"});
  CHECK(listing(joined({start, code::nop(), code::nop(), code::eof()})) ==
        Lines{"job 5", "NOP", "NOP", "EOF"});  // `listing` stops at the end; the interpreter asks once more:
  const JobHeader job{.id = 5, .start = 0, .size = 16};
  const Code no_end = joined({start, code::nop(), code::nop(), code::eof()});
  const auto beyond = next_instruction(no_end, job, 16);
  REQUIRE(std::holds_alternative<CodeProblem>(beyond));
  CHECK(std::get<CodeProblem>(beyond).fault == CodeFault::InvalidPage);
  CHECK(listing(joined({start, code::nop(), code::eof(), code::eof()})) == Lines{"job 5", "NOP", "invalid page at 12"});
  CHECK(listing(joined({code::start_job(5, 28), code::job(6, {}), code::nop(), code::end_job(), code::eof()})) ==
        Lines{"job 5", "invalid page at 8"});
  // An instruction across the end of its job.
  CHECK(listing(joined({start, code::nop(), code::mov(1, 2), code::eof()})) ==
        Lines{"job 5", "NOP", "invalid page at 12"});
  // An unassigned opcode inside a job.
  CHECK(listing(joined({start, code::bytes({0x24, 0, 0, 0}), code::end_job(), code::eof()})) ==
        Lines{"job 5", "invalid opcode at 8"});
}

TEST_CASE("the three ways to start a job are told apart") {
  const std::vector<std::pair<unsigned, Opcode>> starts = {
      {0x00, Opcode::START_JOB}, {0x17, Opcode::START_JOB_DEFERRED}, {0x1F, Opcode::START_COND_JOB_PREEMPT}};
  for (const auto& [byte, opcode] : starts) {
    Code text = joined({code::job(0x1234, {code::nop()}), code::eof()});
    text[0] = static_cast<std::byte>(byte);
    const auto next = next_job(text, 0);
    REQUIRE(std::holds_alternative<JobHeader>(next));
    CHECK(std::get<JobHeader>(next).start_opcode == opcode);
    CHECK(std::get<JobHeader>(next).id == 0x1234);
    CHECK(std::get<JobHeader>(next).first_instruction() == 8);
    CHECK(std::get<JobHeader>(next).end() == 16);
  }
}

}  // namespace
}  // namespace aie4::cert
