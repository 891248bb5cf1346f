// SPDX-License-Identifier: Apache-2.0
// What the guest's kernel traced, as text: the function_graph tracer with absolute times and task names, and events
// between the functions (Linux, Documentation/trace/ftrace.rst), after lines of the laboratory's own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aie4::profile {

/// Nanoseconds of CLOCK_MONOTONIC, of the guest or of the computer.
using Nanoseconds = std::int64_t;

enum class EntryKind : std::uint8_t {
  Call,             ///< A function of the driver begins: `text` is its name.
  Leaf,             ///< One that calls no other, with its `duration`.
  Return,           ///< The latest Call of the task ends.
  RunStart,         ///< XRT: the task enters a call that starts `object`; `list`: a runlist.
  RunStarted,       ///< It returns.
  RunWait,          ///< XRT: the task enters a call that waits for `object`.
  RunWaited,        ///< It returns.
  IoctlEnter,       ///< `value`: the command.
  IoctlExit,        ///< `value`: the result.
  InterruptEnter,   ///< A handler begins; `value`: the interrupt line, `text`: its name.
  InterruptExit,    ///< It ends.
  Switch,           ///< The task leaves the processor to `other`, named `text`; `asleep`: it waits for something.
  Waking,           ///< `other` may run again.
  MessageSent,      ///< The driver has written a mailbox tail; `value`: id, `line`: the mailbox's interrupt line.
  MessageReceived,  ///< The driver has taken a response and written the head; the same.
  Note,             ///< Any other event.
};

struct GuestEntry {
  Nanoseconds time = 0;
  EntryKind kind = EntryKind::Note;
  std::uint32_t pid = 0;  ///< Of the task during which it happened; 0: none.
  std::uint32_t other = 0;
  std::uint32_t line = 0;
  bool list = false;
  bool asleep = false;
  std::uint64_t value = 0;
  std::uint64_t object = 0;
  Nanoseconds duration = 0;
  std::string text;
};

/// The guest read the function's class code, which the device server saw, between these times of its own clock.
struct ClockReading {
  Nanoseconds before = 0;
  Nanoseconds after = 0;
};

/// QEMU sent an access to a function: vfio-user region and offset in it.
struct SentAccess {
  Nanoseconds host = 0;
  std::uint32_t region = 0;
  std::uint64_t offset = 0;
};

struct GuestRecord {
  std::vector<GuestEntry> entries;                               ///< By time.
  std::map<std::string, std::vector<std::uint32_t>> interrupts;  ///< Lines of a function, by MSI-X vector.
  std::map<std::uint32_t, std::string> tasks;                    ///< Names.
  std::vector<ClockReading> readings;
  std::vector<SentAccess> sent;
  std::uint64_t lost = 0;  ///< Entries that did not fit into the kernel's buffer.
};

/// Throws ProfileError for a line that is none of these.
[[nodiscard]] GuestRecord parse_guest(std::string_view text);

}  // namespace aie4::profile
