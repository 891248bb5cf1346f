// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/loaded_program.hpp"

#include <array>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/elf/files.hpp"

namespace aie4::host::elf {
namespace {

constexpr std::uint64_t kOffset = 0x8000'0000;

/// What the device reads at `address`.
template <typename T>
T device_load(DmaDomain& domain, std::uint64_t address) {
  T value{};
  REQUIRE(domain.read(address, std::as_writable_bytes(std::span(&value, 1)), {}) == DmaStatus::Ok);
  return value;
}

std::uint64_t bd_address(DmaDomain& domain, std::uint64_t bd) {
  return std::uint64_t{device_load<std::uint32_t>(domain, bd) & 0x01FF'FFFF} << 32 |
         device_load<std::uint32_t>(domain, bd + 4);
}

TEST_CASE("the device finds pages with the arguments in their BDs") {
  for (const AddressMode mode : {AddressMode::Identity, AddressMode::Iova}) {
    HostMemory memory;
    DmaDomain domain(memory, mode);
    const Instance instance = read_program(assembled("copy")).instances.front();
    const std::array<std::uint64_t, 2> arguments{0x7FFF'0000'1000, 0x1234'5000};
    const LoadedProgram program(domain, instance, arguments, 1);
    REQUIRE(program.work().size() == 1);
    CHECK(program.work().front().uc == 0);
    const std::uint64_t code = program.work().front().control_code;
    CHECK(device_load<std::uint16_t>(domain, code) == 0xFFFF);
    CHECK(bd_address(domain, code + instance.patches[0].offset) == arguments[0] + kOffset);
    CHECK(bd_address(domain, code + instance.patches[1].offset) == arguments[1] + kOffset);
  }
}

TEST_CASE("pages of several uCs follow each other in one buffer") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  const LoadedProgram program(domain, read_program(assembled("three-uc")).instances.front(), {}, 3);
  REQUIRE(program.work().size() == 3);
  CHECK(program.work()[1].uc == 2);
  CHECK(program.work()[1].control_code == program.work()[0].control_code + 8192);
  CHECK(program.work()[2].control_code == program.work()[0].control_code + 2 * 8192);
}

TEST_CASE("an argument that is missing is named") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Identity);
  const Instance instance = read_program(assembled("copy")).instances.front();
  const std::array<std::uint64_t, 1> arguments{0x1000};
  try {
    const LoadedProgram program(domain, instance, arguments, 1);
    FAIL("expected an error");
  } catch (const ElfError& error) {
    CHECK(std::string(error.what()).find("argument 1") != std::string::npos);
  }
}

TEST_CASE("save and restore programs share one scratch pad that the device can read and write") {
  HostMemory memory;
  DmaDomain domain(memory, AddressMode::Iova);
  const Instance instance = read_program(assembled("preempt")).instances.front();
  const LoadedProgram program(domain, instance, {}, 1);
  const std::uint64_t code = program.work().front().control_code;
  const std::uint64_t save = bd_address(domain, code + instance.patches[0].offset) - kOffset;
  const std::uint64_t restore = bd_address(domain, code + instance.patches[2].offset) - kOffset;
  CHECK(save == restore);
  const std::vector<std::byte> bytes(LoadedProgram::kScratchPerColumn, std::byte{0x5A});
  CHECK(domain.write(save, bytes, {}) == DmaStatus::Ok);
}

}  // namespace
}  // namespace aie4::host::elf
