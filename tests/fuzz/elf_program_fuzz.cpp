// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF program: read, and if it can be read, loaded.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/host/elf/loaded_program.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aie4::host;
  try {
    const elf::Program program = elf::read_program(std::as_bytes(std::span(data, size)));
    for (const elf::Instance& instance : program.instances) {
      HostMemory memory;
      DmaDomain domain(memory, AddressMode::Iova);
      const std::vector<std::uint64_t> arguments(16, 0x1000);
      const elf::LoadedProgram loaded(domain, instance, arguments, program.columns);
    }
  } catch (const elf::ElfError&) {
  }
  return 0;
}
