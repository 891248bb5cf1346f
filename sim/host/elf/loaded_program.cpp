// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/loaded_program.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace aie4::host::elf {
namespace {

constexpr std::string_view kScratchPad = "scratch-pad-mem";
constexpr std::string_view kControlCode = "control-code-";

/// XRT leaves these alone: an unknown name in a constant that the assembler gave no mask.
bool is_inert(const Patch& patch) {
  return patch.schema == PatchSchema::scalar_32 && patch.mask == 0;
}

}  // namespace

LoadedProgram::LoadedProgram(DmaDomain& domain, const Instance& instance, std::span<const std::uint64_t> arguments,
                             unsigned columns) {
  std::uint64_t size = 0;
  for (const UcCode& code : instance.code) size += code.bytes.size();
  code_ = std::make_unique<DmaBuffer>(domain, size, DmaBuffer::Options{.device_writes = false});
  std::uint64_t offset = 0;
  for (const UcCode& code : instance.code) {
    code_addresses_.push_back(code_->address() + offset);
    work_.push_back({static_cast<std::uint8_t>(code.uc), code_addresses_.back()});
    offset += code.bytes.size();
  }
  for (const ControlPackets& packets : instance.control_packets) {
    control_packets_.emplace_back(domain, std::max<std::uint64_t>(packets.bytes.size(), 4));
  }
  if (std::ranges::any_of(instance.patches, [](const Patch& patch) { return patch.symbol == kScratchPad; })) {
    scratch_ = std::make_unique<DmaBuffer>(domain, kScratchPerColumn * std::max(columns, 1U));
  }

  std::vector<std::vector<std::byte>> code;
  std::vector<std::vector<std::byte>> packets;
  for (const UcCode& part : instance.code) code.push_back(part.bytes);
  for (const ControlPackets& part : instance.control_packets) packets.push_back(part.bytes);
  for (const Patch& patch : instance.patches) {
    if (is_inert(patch)) continue;
    std::vector<std::byte>& target = patch.where == Patch::Where::Code ? code.at(patch.index) : packets.at(patch.index);
    apply(patch.schema, std::span(target).subspan(patch.offset),
          value_of(patch, instance, arguments) + static_cast<std::uint64_t>(patch.addend), patch.mask);
  }
  offset = 0;
  for (const std::vector<std::byte>& part : code) {
    code_->write(offset, part);
    offset += part.size();
  }
  for (std::size_t i = 0; i < packets.size(); ++i) control_packets_[i].write(0, packets[i]);
}

std::uint64_t LoadedProgram::value_of(const Patch& patch, const Instance& instance,
                                      std::span<const std::uint64_t> arguments) const {
  const char* end = patch.symbol.data() + patch.symbol.size();
  if (patch.is_argument()) {
    std::uint32_t number = 0;
    const bool valid = std::from_chars(patch.symbol.data(), end, number).ec == std::errc{};
    if (!valid || number >= arguments.size()) {
      throw ElfError(fmt::format("argument {} is used by the program and was not given", patch.symbol));
    }
    return arguments[number];
  }
  if (patch.symbol == kScratchPad) return scratch_->address();
  if (patch.symbol.starts_with(kControlCode)) {
    unsigned uc = 0;
    const auto [rest, error] = std::from_chars(patch.symbol.data() + kControlCode.size(), end, uc);
    const auto found = std::ranges::find(instance.code, uc, &UcCode::uc);
    if (error == std::errc{} && rest == end && found != instance.code.end()) {
      return code_addresses_[static_cast<std::size_t>(found - instance.code.begin())];
    }
  }
  for (std::size_t i = 0; i < instance.control_packets.size(); ++i) {
    if (instance.control_packets[i].name == patch.symbol) return control_packets_[i].address();
  }
  throw ElfError(fmt::format("{} {}: symbol {} is no argument, control code, control packet or scratch pad",
                             find_rule(static_cast<std::uint8_t>(patch.schema))->name, patch.offset, patch.symbol));
}

}  // namespace aie4::host::elf
