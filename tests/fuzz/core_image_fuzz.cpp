// SPDX-License-Identifier: Apache-2.0
// Program memories that anybody may have written. The first byte chooses whether the checksum is put right, without
// which hardly anything would get past the header.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <variant>
#include <vector>

#include "models/compute/core/core_image.hpp"
#include "sim/core_text/assembler.hpp"
#include "sim/core_text/disassembler.hpp"

namespace {

using namespace aie4::compute;

void require(bool condition) {
  if (!condition) std::abort();
}

/// The decoder's own word about the checksum that it wants: "checksum 0x........".
void seal(std::vector<std::byte>& memory) {
  const auto result = decode_core_image(memory);
  const auto* error = std::get_if<CoreProgramError>(&result);
  constexpr std::size_t kPrefix = 11;
  if (error == nullptr || !error->expected.starts_with("checksum 0x")) return;
  const auto checksum = static_cast<std::uint32_t>(std::stoul(error->expected.substr(kPrefix), nullptr, 16));
  std::memcpy(memory.data() + 0x10, &checksum, sizeof checksum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 2 * kMaxCoreImage) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  // A copy of exactly that size: an access beyond it is one that the sanitizer sees.
  std::vector<std::byte> memory(input.begin() + 1, input.end());
  if ((data[0] & 1U) != 0) seal(memory);

  const auto result = decode_core_image(memory);
  if (const auto* error = std::get_if<CoreProgramError>(&result)) {
    require(!error->expected.empty() && !error->came.empty());
    return 0;
  }
  const auto& image = std::get<CoreImage>(result);
  const CoreProgram& program = image.program;
  require(!check(program));
  require(image.bytes <= memory.size() && image.pcs.size() == program.instructions.size());
  const auto encoded = encode_core_image(program);
  require(std::holds_alternative<std::vector<std::byte>>(encoded));
  require(std::ranges::equal(std::get<std::vector<std::byte>>(encoded), std::span(memory).first(image.bytes)));
  for (const std::uint32_t partner : match_loops(program)) require(partner < program.instructions.size());

  const std::string text = aie4::core_text::disassemble(image);
  require(text.starts_with("core " + program.name + "\n"));
  try {
    // A program may call kernels in ways that only a text is kept from; what is assembled again is an image again.
    const CoreProgram again = aie4::core_text::assemble(text, "fuzz");
    require(std::holds_alternative<std::vector<std::byte>>(encode_core_image(again)));
  } catch (const aie4::core_text::AssemblyError& error) {
    require(std::string_view(error.what()).starts_with("fuzz:"));
  }
  return 0;
}
