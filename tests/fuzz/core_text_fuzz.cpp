// SPDX-License-Identifier: Apache-2.0
// Texts of core programs: anything is an error with a line, or a program whose image comes back as the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>
#include <vector>

#include "models/compute/core/core_image.hpp"
#include "sim/core_text/assembler.hpp"
#include "sim/core_text/disassembler.hpp"

namespace {

using namespace aie4;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const compute::CoreProgram program = core_text::assemble(text, "fuzz");
    const auto encoded = compute::encode_core_image(program);
    require(std::holds_alternative<std::vector<std::byte>>(encoded));
    const auto decoded = compute::decode_core_image(std::get<std::vector<std::byte>>(encoded));
    require(std::holds_alternative<compute::CoreImage>(decoded));
    const auto& image = std::get<compute::CoreImage>(decoded);
    require(image.program == program);
    require(core_text::assemble(core_text::disassemble(image), "again") == program);
  } catch (const core_text::AssemblyError& error) {
    require(std::string_view(error.what()).starts_with("fuzz:"));
  }
  return 0;
}
