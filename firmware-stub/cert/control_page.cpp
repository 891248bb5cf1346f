// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/control_page.hpp"

#include <fmt/format.h>

namespace aie4::cert {
namespace {

constexpr std::uint32_t kStartSize = 8;
constexpr std::uint32_t kEndSize = 4;

CodeProblem bad_page(std::uint32_t offset, std::string expected, std::string came) {
  return {CodeFault::InvalidPage, offset, {std::move(expected), std::move(came)}};
}

CodeProblem bad_opcode(std::span<const std::byte> text, std::uint32_t offset) {
  return {CodeFault::InvalidOpcode,
          offset,
          {"an opcode of the control-code instruction set", fmt::format("byte {:#04x}", load8(text, offset))}};
}

bool starts_job(Opcode opcode) {
  return opcode == Opcode::START_JOB || opcode == Opcode::START_JOB_DEFERRED ||
         opcode == Opcode::START_COND_JOB_PREEMPT;
}

}  // namespace

PageHeader parse_page_header(std::span<const std::byte> bytes) {
  return {.signature = load16(bytes, 0),
          .page_index = load16(bytes, 2),
          .cur_page_len = load16(bytes, 8),
          .in_order_page_len = load16(bytes, 10),
          .busy_poll_hint = load8(bytes, 12) != 0};
}

std::optional<Problem> check_page_header(const PageHeader& header, std::uint32_t expected_index,
                                         std::uint32_t available) {
  if (header.signature != PageHeader::kSignature) {
    return Problem{"page signature 0xffff", fmt::format("{:#06x}", header.signature)};
  }
  if (header.page_index != expected_index) {
    return Problem{"the page's own index in its header",
                   fmt::format("index {} in page {}", header.page_index, expected_index)};
  }
  if (header.cur_page_len < PageHeader::kMinLength || header.cur_page_len > available) {
    return Problem{"cur_page_len from 20 to what the page before announced (8192 in page 0)",
                   fmt::format("{}, of {} bytes", header.cur_page_len, available)};
  }
  const std::uint32_t next = header.in_order_page_len;
  if (next != 0 && (next < PageHeader::kMinLength || next > PageHeader::kPageSize || next % 4 != 0)) {
    return Problem{"in_order_page_len 0, or a multiple of 4 from 20 to 8192", fmt::format("{}", next)};
  }
  return std::nullopt;
}

std::variant<JobHeader, EndOfPage, CodeProblem> next_job(std::span<const std::byte> body, std::uint32_t offset) {
  const std::variant<Instruction, DecodeError> decoded = decode(body, offset);
  if (const auto* error = std::get_if<DecodeError>(&decoded)) {
    if (*error == DecodeError::UnknownOpcode) return bad_opcode(body, offset);
    return bad_page(offset, "EOF after the last job", "the end of the page");
  }
  const auto& instruction = std::get<Instruction>(decoded);
  if (instruction.opcode() == Opcode::END_OF_PAGE) return EndOfPage{};
  if (!starts_job(instruction.opcode())) {
    return bad_page(offset, "START_* or EOF outside of jobs", std::string(instruction.info->mnemonic));
  }
  const JobHeader job{.start_opcode = instruction.opcode(),
                      .id = static_cast<std::uint16_t>(instruction.operands[0]),
                      .start = offset,
                      .size = instruction.operands[1]};
  if (job.size < kStartSize + kEndSize || job.size % 4 != 0 || job.size > body.size() - offset) {
    return bad_page(offset, "a job size that is a multiple of 4, holds START_* and END_JOB and ends in the page",
                    fmt::format("size {} of job {}", job.size, job.id));
  }
  return job;
}

std::variant<Instruction, CodeProblem> next_instruction(std::span<const std::byte> body, const JobHeader& job,
                                                        std::uint32_t pc) {
  const std::span<const std::byte> text = body.first(job.end());
  const std::variant<Instruction, DecodeError> decoded = decode(text, pc);
  if (const auto* error = std::get_if<DecodeError>(&decoded)) {
    if (*error == DecodeError::UnknownOpcode) return bad_opcode(text, pc);
    return bad_page(pc, "END_JOB at the end of the job", fmt::format("the end of job {}", job.id));
  }
  const auto& instruction = std::get<Instruction>(decoded);
  if (starts_job(instruction.opcode()) || instruction.opcode() == Opcode::END_OF_PAGE) {
    return bad_page(pc, "END_JOB before the next job or EOF", std::string(instruction.info->mnemonic));
  }
  if (instruction.opcode() == Opcode::END_JOB && pc + kEndSize != job.end()) {
    return bad_page(pc, "END_JOB where the job size says", fmt::format("it {} bytes early", job.end() - pc - kEndSize));
  }
  return instruction;
}

}  // namespace aie4::cert
