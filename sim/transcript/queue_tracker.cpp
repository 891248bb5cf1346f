// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/queue_tracker.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sim/transcript/names.hpp"

namespace aie4::transcript {
namespace {

namespace opcode = management::opcode;
namespace create = management::create_hw_context;

constexpr std::uint64_t kSlotSize = 64;
constexpr std::uint64_t kIndirectSize = 32;
constexpr std::uint64_t kUcs = 6;
constexpr std::size_t kPacketHeader = 16;
/// Contexts and commands that are remembered: beyond what a device has, little enough for a hostile file.
constexpr std::size_t kMaxContexts = 4096;
constexpr std::size_t kMaxCommands = std::size_t{1} << 16;

struct HeaderField {
  std::string_view name;
  std::size_t offset;
  std::size_t size;
};
constexpr std::array kCompactFields = {HeaderField{"read_index", 0x00, 8},    HeaderField{"version_major", 0x08, 2},
                                       HeaderField{"version_minor", 0x0A, 2}, HeaderField{"capacity", 0x0C, 4},
                                       HeaderField{"write_index", 0x10, 8},   HeaderField{"data_address", 0x18, 8}};
constexpr std::array kWideFields = {HeaderField{"read_index", 0x00, 8},         HeaderField{"version_major", 0x08, 2},
                                    HeaderField{"version_minor", 0x0A, 2},      HeaderField{"capacity", 0x0C, 4},
                                    HeaderField{"write_index_mirror", 0x10, 8}, HeaderField{"write_index", 0x40, 8},
                                    HeaderField{"data_address", 0x78, 8}};

std::span<const HeaderField> header_fields(bool wide) {
  if (wide) return kWideFields;
  return kCompactFields;
}

/// Words of a packet (host-interface 6.5).
constexpr std::array<std::string_view, 10> kDirectWords = {"type, opcode, chain_flag",  "count, distribute, indirect",
                                                           "completion_signal low",     "completion_signal high",
                                                           "dtrace address low",        "control code address low",
                                                           "control code address high", "args_len, dtrace address high",
                                                           "args address low",          "args address high"};

std::string_view state_name(std::uint64_t state) {
  constexpr std::array<std::string_view, 12> kStates = {"0",         "NEW",        "QUEUED",  "RUNNING",
                                                        "COMPLETED", "ERROR",      "ABORT",   "SUBMITTED",
                                                        "TIMEOUT",   "NORESPONSE", "SKERROR", "SKCRASHED"};
  return state < kStates.size() ? kStates.at(state) : "unknown state";
}

bool overlaps(std::uint64_t address, std::uint64_t size, std::uint64_t base, std::uint64_t length) {
  // Neither range may wrap: addresses come from the file.
  return address < base ? base - address < size : address - base < length;
}

}  // namespace

std::optional<std::uint64_t> QueueTracker::Context::field(std::size_t offset, std::size_t size) const {
  if (!std::all_of(known.begin() + static_cast<std::ptrdiff_t>(offset),
                   known.begin() + static_cast<std::ptrdiff_t>(offset + size), [](bool byte) { return byte; })) {
    return std::nullopt;
  }
  return value_of(std::span(header).subspan(offset, size));
}

void QueueTracker::observe(const MailboxMessage& response, std::span<const std::byte> request) {
  if (!response.response || response.info == nullptr || !response.problem.empty()) return;
  if (management::get(response.payload, management::kStatus) != 0) return;
  if (response.info->opcode == opcode::kDESTROY_HW_CONTEXT) {
    const auto id = static_cast<std::uint32_t>(management::get(request, management::destroy_hw_context::kHwContextId));
    const auto of_context = [id](const auto& entry) { return entry.second.context == id; };
    std::erase_if(completions_, of_context);
    std::erase_if(control_codes_, of_context);
    contexts_.erase(id);
  }
  if (response.info->opcode == opcode::kDESTROY_PARTITION) reset();
  if (response.info->opcode == opcode::kCREATE_HW_CONTEXT) {
    if (contexts_.size() >= kMaxContexts) contexts_.clear();
    Context context;
    context.id = static_cast<std::uint32_t>(management::get(response.payload, create::kHwContextId));
    context.queue = create::hsa_address(request);
    context.doorbell = management::get(response.payload, create::kDoorbellOffset);
    context.vector = static_cast<std::uint32_t>(management::get(response.payload, create::kJobCompleteMsixIdx));
    contexts_[context.id] = context;
  }
}

void QueueTracker::reset() {
  contexts_.clear();
  completions_.clear();
  control_codes_.clear();
}

void QueueTracker::remember(std::map<std::uint64_t, Command>& commands, std::uint64_t address, const Command& command) {
  if (address == 0) return;
  if (commands.size() >= kMaxCommands) commands.clear();
  commands[address] = command;
}

void QueueTracker::learn(Context& context, const Event& event) {
  for (std::size_t i = 0; i < event.data.size(); ++i) {
    const std::uint64_t offset = event.address + i - context.queue;
    if (offset >= kHeaderSize) continue;
    context.header.at(offset) = event.data[i];
    context.known.at(offset) = true;
  }
}

std::string QueueTracker::header_text(const Context& context, const Event& event) {
  std::string text = fmt::format("context {}", context.id);
  std::string_view separator = " queue header: ";
  for (const HeaderField& field : header_fields(context.wide())) {
    const std::uint64_t offset = context.queue + field.offset - event.address;  // huge if the field lies before
    if (offset > event.data.size() || field.size > event.data.size() - offset) continue;
    const std::uint64_t value = value_of(event.data.subspan(offset, field.size));
    text += fmt::format("{}{}={:#x}", separator, field.name, value);
    separator = ", ";
  }
  return text;
}

std::string QueueTracker::slot_text(const Context& context, const Event& event, std::uint64_t slots) {
  const std::uint64_t offset = event.address - slots;
  const std::uint64_t capacity = context.capacity();
  const auto word = [&event](std::size_t at) { return value_of(event.data.subspan(at, 4)); };
  const auto exec_buf = [&](std::size_t at, std::uint64_t slot) {
    const std::uint64_t code = word(at + 4) | (word(at + 8) << 32);
    remember(control_codes_, code, {context.id, slot});
    return fmt::format("control code {:#x}", code);
  };
  if (offset < capacity * kSlotSize) {
    const std::uint64_t slot = offset / kSlotSize;
    std::string text = fmt::format("context {} slot {}", context.id, slot);
    if (offset % kSlotSize != 0 || event.data.size() < kPacketHeader) return text;
    const bool indirect = (word(4) >> 24) != 0;
    const std::uint64_t completion = word(8) | (word(12) << 32);
    const std::uint64_t operation = (word(0) >> 16) & 0xFF;
    remember(completions_, completion, {context.id, slot});
    text += fmt::format(": {}{}{} completion_signal {:#x}",
                        operation == 1 ? "EXEC_BUF" : fmt::format("packet opcode {}", operation),
                        (word(0) >> 24) != 0 ? " chained" : "", indirect ? " indirect" : "", completion);
    if (!indirect && event.data.size() >= kPacketHeader + 24) text += fmt::format(" {}", exec_buf(kPacketHeader, slot));
    if (indirect) text += fmt::format(" {} entries", (word(4) & 0xFFFF) / 8);
    return text;
  }
  const std::uint64_t entry = (offset - capacity * kSlotSize) / kIndirectSize;
  if (capacity == 0 || entry >= kUcs * capacity) return {};
  std::string text =
      fmt::format("context {} slot {} indirect packet of uc{}", context.id, entry % capacity, entry / capacity);
  if (offset % kIndirectSize == 0 && event.data.size() >= kIndirectSize) {
    text += fmt::format(": {}", exec_buf(8, entry % capacity));
  }
  return text;
}

std::string QueueTracker::command_text(const Event& event) const {
  if (const auto found = completions_.find(event.address);
      found != completions_.end() && event.kind == EventKind::DmaWrite && event.data.size() >= 4) {
    const std::uint64_t value = value_of(event.data.first(4));
    std::string text = fmt::format("context {} slot {} completion word {}", found->second.context, found->second.slot,
                                   state_name(value & 0xF));
    if ((value >> 4) != 0) text += fmt::format(" code {}", value >> 4);
    return text;
  }
  if (const auto found = control_codes_.find(event.address); found != control_codes_.end()) {
    return fmt::format("context {} slot {} control code", found->second.context, found->second.slot);
  }
  return {};
}

std::string QueueTracker::interrupt_text(std::uint64_t vector) const {
  if (vector == 0) return "mailbox";
  std::string text;
  for (const auto& [id, context] : contexts_) {
    if (context.vector == vector) text += fmt::format("{}{}", text.empty() ? "completion of context " : ", ", id);
  }
  return text;
}

std::string QueueTracker::annotate(const Event& event) {
  if (event.kind == EventKind::Interrupt) return interrupt_text(event.address);
  if (event.kind == EventKind::BarWrite && event.bar == 2) {
    for (const auto& [id, context] : contexts_) {
      if (context.doorbell == event.address) return fmt::format("context {} rings", id);
    }
    return {};
  }
  if (!is_dma(event.kind) || event.space != DmaSpace::Function) return {};
  for (auto& [id, context] : contexts_) {
    if (overlaps(event.address, event.data.size(), context.queue, kHeaderSize)) {
      const auto slots = context.slots();
      // In the compact layout the packets may follow after 32 bytes.
      if (!slots || event.address < *slots || *slots < context.queue) {
        if (event.status == DmaStatus::Ok) learn(context, event);
        return header_text(context, event);
      }
    }
    const auto slots = context.slots();
    // The device writes headers and completion words, never packets.
    if (event.kind == EventKind::DmaWrite || !slots || event.address < *slots) continue;
    // The capacity is a number out of the host's memory: beyond 2^16 no queue is meant.
    if (context.capacity() > 0x1'0000) continue;
    if (std::string text = slot_text(context, event, *slots); !text.empty()) return text;
  }
  return command_text(event);
}

std::string QueueTracker::word_name(const Event& event, std::size_t offset) const {
  if (!is_dma(event.kind) || event.space != DmaSpace::Function) return {};
  const std::uint64_t address = event.address + offset;
  for (const auto& [id, context] : contexts_) {
    const auto slots = context.slots();
    const std::uint64_t in_slots = address - slots.value_or(0);
    if (slots && address >= *slots && context.capacity() <= 0x1'0000 && in_slots < context.capacity() * kSlotSize) {
      const std::size_t word = in_slots % kSlotSize / 4;
      return word < kDirectWords.size() ? std::string(kDirectWords.at(word)) : std::string();
    }
    const std::uint64_t in_header = address - context.queue;
    if (address < context.queue || in_header >= kHeaderSize) continue;
    std::string names;
    for (const HeaderField& field : header_fields(context.wide())) {
      if (field.offset >= in_header + 4 || field.offset + field.size <= in_header) continue;
      names += names.empty() ? "" : ", ";
      names += field.name;
    }
    return names;
  }
  if (completions_.contains(address)) return "completion word";
  return {};
}

}  // namespace aie4::transcript
