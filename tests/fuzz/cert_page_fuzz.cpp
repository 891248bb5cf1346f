// SPDX-License-Identifier: Apache-2.0
// Control pages from a hostile guest: two bytes of expected index, two of bytes fetched, then the page.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "firmware-stub/cert/control_page.hpp"

namespace {

using namespace aie4::cert;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Walks all instructions of a job the way the interpreter does.
void walk(std::span<const std::byte> body, const JobHeader& job) {
  for (std::uint32_t pc = job.first_instruction();;) {
    const auto next = next_instruction(body, job, pc);
    if (const auto* problem = std::get_if<CodeProblem>(&next)) {
      require(!problem->problem.expected.empty() && !problem->problem.came.empty());
      return;
    }
    const auto& instruction = std::get<Instruction>(next);
    require(instruction.offset == pc && instruction.info->size > 0);
    require(pc + instruction.info->size <= job.end());
    pc += instruction.info->size;
    if (instruction.opcode() != Opcode::END_JOB) continue;
    require(pc == job.end());
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  if (input.size() < 4) return 0;
  const std::uint32_t expected_index = load16(input, 0);
  const std::uint32_t fetched = std::clamp<std::uint32_t>(load16(input, 2), PageHeader::kMinLength, 8192);
  // A copy of exactly the fetched size: an access beyond it is one that the sanitizer sees.
  std::vector<std::byte> page(fetched);
  std::ranges::copy(input.subspan(4, std::min<std::size_t>(input.size() - 4, fetched)), page.begin());

  const PageHeader header = parse_page_header(page);
  if (check_page_header(header, expected_index, fetched)) return 0;
  require(header.cur_page_len <= fetched);
  require(header.in_order_page_len <= PageHeader::kPageSize);
  const std::span<const std::byte> body = std::span(page).first(header.cur_page_len).subspan(PageHeader::kSize);

  std::uint32_t offset = 0;
  for (;;) {
    const auto next = next_job(body, offset);
    if (!std::holds_alternative<JobHeader>(next)) break;
    const auto& job = std::get<JobHeader>(next);
    require(job.start == offset && job.end() > offset && job.end() <= body.size());
    walk(body, job);
    offset = job.end();
  }
  return 0;
}
