// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/disassembly.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware-stub/cert/bytes.hpp"
#include "firmware-stub/cert/control_page.hpp"
#include "models/array/dma/buffer_descriptor.hpp"
#include "models/registers/array/registers.hpp"

namespace aie4::host::elf {
namespace {

using cert::Instruction;
using cert::Opcode;
using cert::OperandKind;

/// A uC-DMA descriptor (control-code notes 2.4).
constexpr std::uint32_t kDescriptorSize = 16;
constexpr std::uint32_t kLengthMask = 0x7FFF;
constexpr std::uint32_t kNextFlag = 1U << 16;
constexpr std::uint32_t kExternalFlag = 1U << 17;
constexpr std::uint32_t kRelativeFlag = 1U << 18;

/// What a block of words written to a register is: the descriptor of some DMA, or nothing in particular.
std::optional<array::BdKind> descriptor_at(const registers::RegisterRef& ref) {
  const std::string_view family = ref.family->id;
  const bool first_word =
      ref.family->field_dimension >= 0 && ref.indices.at(static_cast<std::size_t>(ref.family->field_dimension)) == 0;
  if (!first_word || family.find("_bd") == std::string_view::npos) return std::nullopt;
  switch (ref.kind) {
    case array::TileKind::Compute:
      return array::BdKind::Compute;
    case array::TileKind::Memory:
      return array::BdKind::Memory;
    case array::TileKind::Shim:
      if (family.find("control") != std::string_view::npos) return array::BdKind::ShimControl;
      return family.find("trace") != std::string_view::npos ? array::BdKind::ShimTrace : array::BdKind::Shim;
  }
  return std::nullopt;
}

class PagePrinter {
 public:
  PagePrinter(std::span<const std::byte> page, const array::Geometry& geometry, std::span<const Patch> patches,
              std::uint64_t page_start)
      : page_(page), geometry_(geometry), patches_(patches), page_start_(page_start) {}

  std::string print() {
    if (page_.size() < cert::PageHeader::kSize) return "  (no page header)\n";
    const cert::PageHeader header = cert::parse_page_header(page_);
    text_ = fmt::format("page {}: {} bytes, {}{}\n", header.page_index, header.cur_page_len,
                        header.in_order_page_len == 0 ? "last of its sequence"
                                                      : fmt::format("next page {} bytes", header.in_order_page_len),
                        header.busy_poll_hint ? ", busy poll" : "");
    if (const auto problem =
            cert::check_page_header(header, header.page_index, static_cast<std::uint32_t>(page_.size()))) {
      text_ += fmt::format("  !! expected {}, came {}\n", problem->expected, problem->came);
      return text_;
    }
    body_ = page_.subspan(cert::PageHeader::kSize, header.cur_page_len - cert::PageHeader::kSize);
    print_jobs();
    return text_;
  }

 private:
  void print_jobs() {
    std::uint32_t offset = 0;
    while (true) {
      const auto entry = cert::next_job(body_, offset);
      if (std::holds_alternative<cert::EndOfPage>(entry)) {
        text_ += "  EOF\n";
        return;
      }
      if (const auto* problem = std::get_if<cert::CodeProblem>(&entry)) {
        complain(*problem);
        return;
      }
      const auto& job = std::get<cert::JobHeader>(entry);
      const auto* info = cert::find_opcode(static_cast<std::uint8_t>(job.start_opcode));
      text_ += fmt::format("  {:#06x}  {} {}\n", job.start, info->mnemonic, job.id);
      if (!print_job(job)) return;
      offset = job.end();
    }
  }

  bool print_job(const cert::JobHeader& job) {
    std::uint32_t pc = job.first_instruction();
    while (pc < job.end()) {
      const auto next = cert::next_instruction(body_, job, pc);
      if (const auto* problem = std::get_if<cert::CodeProblem>(&next)) {
        complain(*problem);
        return false;
      }
      const auto& instruction = std::get<Instruction>(next);
      print_instruction(instruction);
      pc += instruction.info->size;
    }
    return true;
  }

  void complain(const cert::CodeProblem& problem) {
    text_ += fmt::format("  {:#06x}  !! expected {}, came {}\n", problem.offset, problem.problem.expected,
                         problem.problem.came);
  }

  void print_instruction(const Instruction& instruction) {
    text_ += fmt::format("  {:#06x}    {}", instruction.offset, instruction.info->mnemonic);
    std::vector<std::string> notes;
    std::size_t value = 0;
    for (const cert::OperandInfo& operand : instruction.info->operands) {
      if (operand.kind == OperandKind::None) break;
      if (operand.kind == OperandKind::Pad) continue;
      text_ += (value == 0 ? " " : ", ") + operand_text(instruction, operand, instruction.operands.at(value), notes);
      ++value;
    }
    for (std::size_t i = 0; i < notes.size(); ++i) text_ += (i == 0 ? "   ; " : ", ") + notes[i];
    text_ += '\n';
    if (instruction.opcode() == Opcode::UC_DMA_WRITE_DES || instruction.opcode() == Opcode::UC_DMA_WRITE_DES_SYNC) {
      const std::size_t pointer = instruction.opcode() == Opcode::UC_DMA_WRITE_DES ? 1 : 0;
      print_chain(instruction.operands.at(pointer));
    }
  }

  std::string operand_text(const Instruction& instruction, const cert::OperandInfo& operand, std::uint32_t value,
                           std::vector<std::string>& notes) const {
    switch (operand.kind) {
      case OperandKind::Register:
        return value < 8 ? fmt::format("$r{}", value) : fmt::format("$g{}", value - 8);
      case OperandKind::Barrier:
        return instruction.opcode() == Opcode::LOCAL_BARRIER ? fmt::format("$lb{}", value)
                                                             : fmt::format("$rb{}", static_cast<int>(value) - 1);
      case OperandKind::PageIndex:
        return fmt::format("page {}", value);
      default:
        break;
    }
    if (operand.name.ends_with("_ptr")) return fmt::format("@{:#x}", value);
    if (operand.name.ends_with("address")) {
      notes.push_back(registers::describe(value, geometry_));
    } else if (operand.name == "tile_id") {
      notes.push_back(fmt::format("tile {} {}", value >> 5U & 0x7FU, value & 0x1FU));
    } else if (operand.name == "offset" && instruction.opcode() == Opcode::APPLY_OFFSET_57) {
      notes.push_back(value == 0xFFFF ? "patched by the host" : fmt::format("argument {}", value / 2));
    }
    return operand.bytes == 4 ? fmt::format("{:#x}", value) : fmt::format("{}", value);
  }

  void print_chain(std::uint32_t descriptor) {
    for (;; descriptor += kDescriptorSize) {
      if (descriptor > body_.size() || body_.size() - descriptor < kDescriptorSize) {
        text_ += fmt::format("            !! descriptor at {:#x} lies beyond the page\n", descriptor);
        return;
      }
      const std::uint32_t control = cert::load32(body_, descriptor);
      const std::uint32_t local = cert::load32(body_, descriptor + 4);
      const std::uint64_t remote =
          cert::load32(body_, descriptor + 8) | std::uint64_t{cert::load32(body_, descriptor + 12)} << 32U;
      const std::uint64_t source = (control & kRelativeFlag) != 0 ? std::uint64_t{descriptor} + local : local;
      print_write(control & kLengthMask, source, remote, (control & kExternalFlag) != 0);
      if ((control & kNextFlag) == 0) return;
    }
  }

  void print_write(std::uint32_t length, std::uint64_t source, std::uint64_t remote, bool external) {
    text_ += fmt::format("            -> {:#010x} {}", remote,
                         external ? "host memory" : registers::describe(remote, geometry_));
    if (source > body_.size() || (body_.size() - source) / 4 < length) {
      text_ += fmt::format(" !! {} words at {:#x} lie beyond the page\n", length, source);
      return;
    }
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = 0; i < length; ++i) {
      words.push_back(cert::load32(body_, static_cast<std::size_t>(source) + std::size_t{i} * 4));
    }
    if (length == 1) {
      text_ += fmt::format(" = {:#x}\n", words.front());
      return;
    }
    text_ += fmt::format(", {} words{}\n", length, patch_note(source, length));
    const auto place = external ? std::nullopt : geometry_.locate(remote);
    const auto ref = place ? registers::lookup(geometry_.kind(place->tile), place->offset) : std::nullopt;
    const auto kind = ref ? descriptor_at(*ref) : std::nullopt;
    if (kind && length >= array::bd_layout(*kind).words) {
      text_ += fmt::format("               {}\n", array::describe_bd(*kind, words));
    }
  }

  std::string patch_note(std::uint64_t source, std::uint32_t length) const {
    const std::uint64_t begin = page_start_ + cert::PageHeader::kSize + source;
    for (const Patch& patch : patches_) {
      if (patch.offset < begin || patch.offset >= begin + std::uint64_t{length} * 4) continue;
      return fmt::format(", {} {}{}", find_rule(static_cast<std::uint8_t>(patch.schema))->name,
                         patch.is_argument() ? "argument " : "", patch.symbol);
    }
    return {};
  }

  std::span<const std::byte> page_;
  const array::Geometry& geometry_;
  std::span<const Patch> patches_;
  std::uint64_t page_start_;
  std::span<const std::byte> body_;
  std::string text_;
};

}  // namespace

std::string disassemble_page(std::span<const std::byte> page, const array::Geometry& geometry,
                             std::span<const Patch> patches, std::uint64_t page_start) {
  return PagePrinter(page, geometry, patches, page_start).print();
}

std::string disassemble(const Program& program, const array::Geometry& geometry) {
  std::string text;
  for (const Instance& instance : program.instances) {
    std::string arguments;
    for (const std::string& type : instance.arguments) arguments += (arguments.empty() ? "" : ", ") + type;
    text += program.is_plain() ? "plain program\n" : fmt::format("{}({})\n", instance.full_name(), arguments);
    for (std::size_t i = 0; i < instance.code.size(); ++i) {
      const UcCode& code = instance.code[i];
      std::vector<Patch> patches;
      std::ranges::copy_if(instance.patches, std::back_inserter(patches),
                           [i](const Patch& patch) { return patch.where == Patch::Where::Code && patch.index == i; });
      text += fmt::format("\nuC {}\n", code.uc);
      for (std::uint64_t start = 0; start + Program::kPageSize <= code.bytes.size(); start += Program::kPageSize) {
        if (start / Program::kPageSize >= code.pages) break;
        text += disassemble_page(std::span(code.bytes).subspan(start, Program::kPageSize), geometry, patches, start);
      }
    }
    for (const ControlPackets& packets : instance.control_packets) {
      text += fmt::format("\n{}: {} bytes of control packets\n", packets.name, packets.bytes.size());
    }
  }
  return text;
}

}  // namespace aie4::host::elf
