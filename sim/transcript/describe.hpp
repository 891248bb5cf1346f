// SPDX-License-Identifier: Apache-2.0
// Turns events into words: names, decoded commands, messages and queue accesses. Shared by the printer and by the
// report of a replay that differs.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/transcript/format.hpp"
#include "sim/transcript/mailbox_tracker.hpp"
#include "sim/transcript/queue_tracker.hpp"

namespace aie4::transcript {

/// One event in words.
struct Description {
  std::string function;  ///< "pf".
  std::string place;     ///< "X2I_TAIL", "0x0000fffff000", "MSI-X 1".
  std::string value;     ///< "0x00000010", "64 bytes 01 02 ...".
  std::string note;      ///< What it means, as far as that is known.
  std::optional<MailboxMessage> message;
};

/// Has to be fed every event of a transcript in order.
class Describer {
 public:
  explicit Describer(std::vector<std::string> function_names) : function_names_(std::move(function_names)) {}

  Description describe(const Event& event);
  /// What the word at `offset` of an event's data means, given all events described so far; empty if unknown.
  [[nodiscard]] std::string word_name(const Event& event, std::size_t offset) const;

 private:
  /// What is known about one function.
  struct Function {
    MailboxTracker mailbox;
    QueueTracker queues;
    std::array<std::uint32_t, 3> psp{};  ///< C2PMSG_123, 156, 157 as last written.
    std::uint32_t smu_argument = 0;
    std::uint64_t image = 0;  ///< What the PSP fetches: address and size.
    std::uint64_t image_size = 0;
    std::string_view image_name;
  };
  std::string note(Function& state, const Event& event, std::optional<MailboxMessage>& message);
  static std::string psp_note(Function& state, const Event& event);
  static std::string smu_note(Function& state, const Event& event);

  std::vector<std::string> function_names_;
  std::map<std::uint8_t, Function> functions_;
};

/// "    12     4.000000 us  pf    bar-write   X2I_TAIL  = 0x00000020  request ...", without a line end.
[[nodiscard]] std::string line_text(std::uint64_t number, const Event& event, const Description& description);

}  // namespace aie4::transcript
