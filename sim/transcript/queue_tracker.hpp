// SPDX-License-Identifier: Apache-2.0
// Follows the contexts and host queues of one function from the outside: which queue, slot and command a device access
// belongs to. Layouts: host-interface 6.4 to 6.7.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "sim/transcript/format.hpp"
#include "sim/transcript/mailbox_tracker.hpp"

namespace aie4::transcript {

class QueueTracker {
 public:
  /// Learns contexts from CREATE_HW_CONTEXT and DESTROY_HW_CONTEXT; `request` is the payload that was answered.
  void observe(const MailboxMessage& response, std::span<const std::byte> request);
  /// The device lost its contexts.
  void reset();

  /// What a device access, an interrupt or a doorbell write has to do with a context: "context 0 read_index = 1",
  /// "context 0 slot 3: EXEC_BUF ...", or empty. Learns from what the device reads.
  std::string annotate(const Event& event);

  /// What the word at `offset` of the event's data means: "read_index", "completion_signal low", or empty.
  [[nodiscard]] std::string word_name(const Event& event, std::size_t offset) const;

 private:
  static constexpr std::size_t kHeaderSize = 128;  ///< Of the wide layout; the compact one has 32.

  struct Context {
    std::uint32_t id = 0;
    std::uint64_t queue = 0;     ///< Address of the header.
    std::uint64_t doorbell = 0;  ///< Offset in BAR2.
    std::uint32_t vector = 0;
    std::array<std::byte, kHeaderSize> header{};  ///< As far as the device has read it.
    std::array<bool, kHeaderSize> known{};

    [[nodiscard]] std::optional<std::uint64_t> field(std::size_t offset, std::size_t size) const;
    [[nodiscard]] bool wide() const { return field(0x08, 2).value_or(0) != 0; }
    [[nodiscard]] std::optional<std::uint64_t> slots() const { return field(wide() ? 0x78 : 0x18, 8); }
    [[nodiscard]] std::uint64_t capacity() const { return field(0x0C, 4).value_or(0); }
  };

  /// What a command of a slot has told about later accesses.
  struct Command {
    std::uint32_t context = 0;
    std::uint64_t slot = 0;
  };

  static void learn(Context& context, const Event& event);
  [[nodiscard]] static std::string header_text(const Context& context, const Event& event);
  std::string slot_text(const Context& context, const Event& event, std::uint64_t slots);
  [[nodiscard]] std::string interrupt_text(std::uint64_t vector) const;
  [[nodiscard]] std::string command_text(const Event& event) const;
  void remember(std::map<std::uint64_t, Command>& commands, std::uint64_t address, const Command& command);

  std::map<std::uint32_t, Context> contexts_;
  std::map<std::uint64_t, Command> completions_;    ///< By completion_signal.
  std::map<std::uint64_t, Command> control_codes_;  ///< By address.
};

}  // namespace aie4::transcript
