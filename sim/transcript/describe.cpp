// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/describe.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/registers/psp.hpp"
#include "models/registers/smu.hpp"
#include "sim/pci/config_names.hpp"
#include "sim/transcript/names.hpp"

namespace aie4::transcript {
namespace {

namespace psp = registers::psp;
namespace smu = registers::smu;

constexpr std::size_t kShownBytes = 16;

std::string value_text(const Event& event) {
  if (!has_data(event.kind)) return {};
  if (event.data.empty()) return "0 bytes";
  if (event.data.size() <= 8) return fmt::format("{:#0{}x}", value_of(event.data), 2 + 2 * event.data.size());
  std::string text = fmt::format("{} bytes", event.data.size());
  for (const std::byte byte : event.data.first(std::min(event.data.size(), kShownBytes))) {
    text += fmt::format(" {:02x}", std::to_integer<unsigned>(byte));
  }
  if (event.data.size() > kShownBytes) text += " ...";
  return text;
}

std::string psp_command(std::uint32_t command) {
  switch (static_cast<psp::Command>(command)) {
    case psp::Command::VALIDATE:
      return "VALIDATE";
    case psp::Command::START:
      return "START";
    case psp::Command::RELEASE_TMR:
      return "RELEASE_TMR";
    case psp::Command::VALIDATE_CERT:
      return "VALIDATE_CERT";
  }
  return fmt::format("command {}", command);
}

std::string psp_response(std::uint32_t response) {
  switch (static_cast<psp::Response>(response)) {
    case psp::Response::OK:
      return "OK";
    case psp::Response::CANCEL:
      return "CANCEL";
    case psp::Response::BAD_FORMAT:
      return "BAD_FORMAT";
    case psp::Response::BAD_PARAMETERS:
      return "BAD_PARAMETERS";
    case psp::Response::BAD_STATE:
      return "BAD_STATE";
    case psp::Response::NOT_SUPPORTED:
      return "NOT_SUPPORTED";
    case psp::Response::SECURITY:
      return "SECURITY";
  }
  return fmt::format("{:#x}", response);
}

std::string smu_command(std::uint32_t command) {
  switch (static_cast<smu::Command>(command)) {
    case smu::Command::POWER_ON:
      return "POWER_ON";
    case smu::Command::POWER_OFF:
      return "POWER_OFF";
    case smu::Command::SET_MPNPUCLK:
      return "SET_MPNPUCLK";
    case smu::Command::SET_HCLK:
      return "SET_HCLK";
    case smu::Command::SET_SOFT_DPM:
      return "SET_SOFT_DPM";
    case smu::Command::SET_HARD_DPM:
      return "SET_HARD_DPM";
  }
  return fmt::format("command {}", command);
}

std::string smu_response(std::uint32_t response) {
  switch (static_cast<smu::Response>(response)) {
    case smu::Response::NONE:
      return "busy";
    case smu::Response::OK:
      return "OK";
    case smu::Response::REJECTED_BUSY:
      return "REJECTED_BUSY";
    case smu::Response::REJECTED_PREREQ:
      return "REJECTED_PREREQ";
    case smu::Response::UNKNOWN_COMMAND:
      return "UNKNOWN_COMMAND";
    case smu::Response::FAILED:
      return "FAILED";
  }
  return fmt::format("{:#x}", response);
}

}  // namespace

std::string Describer::psp_note(Function& state, const Event& event) {
  const auto value = static_cast<std::uint32_t>(value_of(event.data));
  if (event.kind == EventKind::BarRead) {
    if (event.address == psp::kMPASP_C2PMSG_123_ALT_1) {
      return (value & psp::kStatusReady) != 0 ? "PSP ready" : "PSP busy";
    }
    if (event.address == psp::kMPASP_C2PMSG_156_ALT_1) return fmt::format("PSP response {}", psp_response(value));
    return {};
  }
  if (event.address == psp::kMPASP_C2PMSG_123_ALT_1) state.psp[0] = value;
  if (event.address == psp::kMPASP_C2PMSG_156_ALT_1) state.psp[1] = value;
  if (event.address == psp::kMPASP_C2PMSG_157_ALT_1) state.psp[2] = value;
  if (event.address != psp::kMPASP_C2PMSG_73_ALT_1 || value != psp::kKick) return {};
  const std::uint32_t command = state.psp[0] >> 24;
  const std::uint32_t size = state.psp[0] & 0xFF'FFFF;
  const std::uint64_t address = state.psp[1] | (std::uint64_t{state.psp[2]} << 32);
  const bool cert = command == static_cast<std::uint32_t>(psp::Command::VALIDATE_CERT);
  if (!cert && command != static_cast<std::uint32_t>(psp::Command::VALIDATE))
    return fmt::format("PSP {}", psp_command(command));
  state.image = address;
  state.image_size = size;
  state.image_name = cert ? "CERT image" : "management firmware image";
  return fmt::format("PSP {} address {:#x} size {:#x}", psp_command(command), address, size);
}

std::string Describer::smu_note(Function& state, const Event& event) {
  const auto value = static_cast<std::uint32_t>(value_of(event.data));
  if (event.kind == EventKind::BarRead) {
    return event.address == smu::kMP1_C2PMSG_60_ALT_1 ? fmt::format("SMU {}", smu_response(value)) : "";
  }
  if (event.address == smu::kMP1_C2PMSG_61_ALT_1) state.smu_argument = value;
  if (event.address != smu::kMP1_C2PMSG_59_ALT_1) return {};
  return fmt::format("SMU {} argument {}", smu_command(value), state.smu_argument);
}

std::string Describer::note(Function& state, const Event& event, std::optional<MailboxMessage>& message) {
  message = state.mailbox.observe(event);
  if (message) {
    state.queues.observe(*message, state.mailbox.request_of(*message));
    return message->text();
  }
  if (event.kind == EventKind::Reset) state.queues.reset();
  if (event.kind == EventKind::Connect) return event.address == 1 ? "host keeps the MSI-X vector masks" : "";
  if (is_bar(event.kind) && event.bar == 4) return psp_note(state, event);
  if (is_bar(event.kind) && event.bar == 5) return smu_note(state, event);
  if (is_dma(event.kind)) {
    std::string text = event.status == DmaStatus::Ok ? "" : fmt::format("refused: {}", to_string(event.status));
    std::string what = state.queues.annotate(event);
    if (event.space == DmaSpace::GuestPhysical && event.address - state.image < state.image_size) {
      what = fmt::format("{}+{:#x}", state.image_name, event.address - state.image);
    }
    return fmt::format("{}{}{}", text, text.empty() || what.empty() ? "" : ", ", what);
  }
  return state.queues.annotate(event);
}

Description Describer::describe(const Event& event) {
  Description description;
  description.function = function_name(function_names_, event.function);
  description.place = place(event);
  description.value = value_text(event);
  description.note = note(functions_[event.function], event, description.message);
  return description;
}

std::string Describer::word_name(const Event& event, std::size_t offset) const {
  const std::uint64_t address = event.address + offset;
  if (event.kind == EventKind::ConfigRead || event.kind == EventKind::ConfigWrite) {
    return address < 4096 ? pci::config_access_name(static_cast<std::uint32_t>(address), 4) : std::string();
  }
  const auto found = functions_.find(event.function);
  if (is_bar(event.kind)) {
    if (event.bar == 2 && found != functions_.end()) {
      if (std::string name = found->second.mailbox.word_name(address); !name.empty()) return name;
    }
    return bar_place(event.bar, address);
  }
  return found != functions_.end() ? found->second.queues.word_name(event, offset) : std::string();
}

std::string line_text(std::uint64_t number, const Event& event, const Description& description) {
  std::string text = fmt::format("{:>7} {:>18}  {:<5} {:<12} {:<36}", number, time_text(event.time_ps),
                                 description.function, to_string(event.kind), description.place);
  if (!description.value.empty()) text += fmt::format(" = {}", description.value);
  if (!description.note.empty()) text += fmt::format("  {}", description.note);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace aie4::transcript
