// SPDX-License-Identifier: Apache-2.0
// What an AIE4 ELF file contains: kernels and their instances, control code for each uC, control packets, and what has
// to be patched before it can run. Pure. Source: AIE4 control-code notes 3.1 to 3.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/host/elf/elf_image.hpp"
#include "sim/host/elf/patch.hpp"

namespace aie4::host::elf {

enum class Platform : std::uint8_t {
  LegacyGroup = 0x46,  ///< Plain and early configuration ELFs of AIE4.
  Aie4 = 0x4B,
  Aie4a = 0x56,
  Aie4z = 0x69,
};

/// Pages of one uC, back to back, followed by what a `.pad` section appends.
struct UcCode {
  unsigned uc = 0;  ///< 2 * column + half.
  std::vector<std::byte> bytes;
  std::uint32_t pages = 0;
};

/// A blob that a shim control MM2S sends to tile control.
struct ControlPackets {
  std::string name;  ///< Section name without the instance: ".ctrlpkt-57".
  std::vector<std::byte> bytes;
};

/// One place that takes an address.
struct Patch {
  enum class Where : std::uint8_t { Code, ControlPackets };

  Where where = Where::Code;
  std::size_t index = 0;     ///< Into `code` or `control_packets` of the instance.
  std::uint64_t offset = 0;  ///< Bytes from the start of that buffer.
  PatchSchema schema = PatchSchema::shim_dma_57_aie4;
  std::string symbol;  ///< Argument number, "control-code-N", ".ctrlpkt-ID", "scratch-pad-mem".
  std::int64_t addend = 0;
  std::uint32_t mask = 0;  ///< Of scalar_32.

  [[nodiscard]] bool is_argument() const {
    return !symbol.empty() && symbol.find_first_not_of("0123456789") == std::string::npos;
  }
};

/// Something that can be run.
struct Instance {
  std::string kernel;                  ///< "DPU"; empty in a plain ELF.
  std::vector<std::string> arguments;  ///< Types, "char *"; empty in a plain ELF, which does not say.
  std::string name;                    ///< "copy"; empty in a plain ELF.
  std::vector<UcCode> code;            ///< By ascending uC.
  std::vector<ControlPackets> control_packets;
  std::vector<Patch> patches;

  /// "DPU:copy", as XRT names it.
  [[nodiscard]] std::string full_name() const { return kernel + ":" + name; }
  /// One more than the highest argument number that is patched, or the number of declared arguments if that is more.
  [[nodiscard]] std::size_t argument_count() const;
};

struct Program {
  static constexpr std::uint32_t kPageSize = 8192;
  static constexpr std::uint32_t kPageHeader = 16;
  static constexpr unsigned kMaxUcs = 120;
  /// Page numbers are 16 bits wide.
  static constexpr std::uint32_t kMaxPages = 65536;

  Platform platform = Platform::Aie4;
  std::uint8_t abi_version = 0;
  unsigned columns = 0;  ///< Of the partition; 0: the file does not say.
  std::vector<Instance> instances;

  [[nodiscard]] bool is_plain() const { return abi_version == 0x02; }
  /// The instance of that full name, or of that instance name; with an empty name the only one. Throws ElfError.
  [[nodiscard]] const Instance& find(std::string_view name) const;
};

/// Throws ElfError for a file that is no AIE4 program or contradicts itself.
[[nodiscard]] Program read_program(std::span<const std::byte> file);

}  // namespace aie4::host::elf
