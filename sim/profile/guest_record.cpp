// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/guest_record.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "sim/profile/error.hpp"

namespace aie4::profile {
namespace {

/// Takes a line apart from the left.
class Words {
 public:
  explicit Words(std::string_view rest) : rest_(rest) {}

  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  [[nodiscard]] bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  /// Up to `end`, which goes too; everything if it is not there.
  std::string_view until(std::string_view end) {
    const std::size_t at = std::min(rest_.find(end), rest_.size());
    const std::string_view word = rest_.substr(0, at);
    rest_.remove_prefix(std::min(at + end.size(), rest_.size()));
    return word;
  }
  template <typename Number>
  [[nodiscard]] bool number(Number& value) {
    const bool hexadecimal = take("0x");
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, hexadecimal ? 16 : 10);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The number after "key=" or "key: ", 0 if it is not there.
std::uint64_t value_of(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  std::uint64_t value = 0;
  if (at == std::string_view::npos || !Words(text.substr(at + key.size())).number(value)) return 0;
  return value;
}

std::uint32_t word_of(std::string_view text, std::string_view key) {
  return static_cast<std::uint32_t>(value_of(text, key));
}

/// Between two keys, both of which are there or the result is empty.
std::string_view between(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + from.size());
  return text.substr(0, text.find(to));
}

/// "3.300" microseconds.
std::optional<Nanoseconds> duration_of(std::string_view text) {
  Words words(text);
  std::int64_t whole = 0;
  if (!words.number(whole)) return std::nullopt;
  std::int64_t thousandths = 0;
  if (words.take(".")) {
    const std::string_view digits = words.rest();
    if (!words.number(thousandths) || thousandths < 0) return std::nullopt;
    for (std::size_t count = digits.size() - words.rest().size(); count < 3; ++count) thousandths *= 10;
    for (std::size_t count = digits.size() - words.rest().size(); count > 3; --count) thousandths /= 10;
  }
  if (whole < 0 || whole > 1'000'000'000'000) return std::nullopt;
  return whole * 1000 + thousandths;
}

/// Names that the laboratory gave to its probes of XRT.
void xrt_event(GuestEntry& entry, std::string_view name) {
  const bool back = name.ends_with("_end");
  entry.list = name.starts_with("runlist");
  const bool wait = name.find("_wait") != std::string_view::npos;
  if (wait) {
    entry.kind = back ? EntryKind::RunWaited : EntryKind::RunWait;
  } else {
    entry.kind = back ? EntryKind::RunStarted : EntryKind::RunStart;
  }
  entry.object = value_of(entry.text, "object=");
}

void event(GuestEntry& entry) {
  const std::string_view text = entry.text;
  const std::string_view name = text.substr(0, text.find(':'));
  if (name == "run_start" || name == "run_start_auto" || name == "runlist_execute" || name == "run_wait" ||
      name == "run_wait2" || name == "runlist_wait" || name == "run_start_end" || name == "run_start_auto_end" ||
      name == "runlist_execute_end" || name == "run_wait_end" || name == "run_wait2_end" ||
      name == "runlist_wait_end") {
    xrt_event(entry, name);
  } else if (text.starts_with("sys_ioctl(")) {
    entry.kind = EntryKind::IoctlEnter;
    entry.value = value_of(text, "cmd: ");
  } else if (text.starts_with("sys_ioctl -> ")) {
    entry.kind = EntryKind::IoctlExit;
    entry.value = value_of(text, "-> ");
  } else if (name == "irq_handler_entry") {
    entry.kind = EntryKind::InterruptEnter;
    entry.value = value_of(text, "irq=");
    entry.text = trimmed(between(text, "name=", "\n"));
  } else if (name == "irq_handler_exit") {
    entry.kind = EntryKind::InterruptExit;
    entry.value = value_of(text, "irq=");
  } else if (name == "sched_switch") {
    entry.kind = EntryKind::Switch;
    entry.pid = word_of(text, "prev_pid=");
    entry.other = word_of(text, "next_pid=");
    const std::string_view state = between(text, "prev_state=", " ");
    entry.asleep = !state.starts_with('R');
    entry.text = between(text, "next_comm=", " next_pid=");
  } else if (name == "sched_waking" || name == "sched_wakeup") {
    entry.kind = EntryKind::Waking;
    entry.other = word_of(text, " pid=");
  } else if (name == "mbox_set_tail" || name == "mbox_set_head") {
    entry.kind = name == "mbox_set_tail" ? EntryKind::MessageSent : EntryKind::MessageReceived;
    entry.line = word_of(text, ".");
    entry.value = value_of(text, " id ");
  }
}

/// What stands in the last column: `name [module]();`, `name [module]() {`, `} /* name */`, `/* event */`.
bool column(GuestEntry& entry, std::string_view text, std::optional<Nanoseconds> duration) {
  if (text.starts_with("/* ") && text.ends_with(" */")) {
    entry.text = text.substr(3, text.size() - 6);
    event(entry);
    return true;
  }
  entry.duration = duration.value_or(0);
  if (text.starts_with('}')) {
    entry.kind = EntryKind::Return;
    return true;
  }
  const std::size_t parenthesis = text.find("()");
  if (parenthesis == std::string_view::npos) return false;
  const std::string_view tail = text.substr(parenthesis + 2);
  if (!tail.starts_with(';') && !tail.starts_with(" {")) return false;
  entry.kind = tail.starts_with(';') ? EntryKind::Leaf : EntryKind::Call;
  entry.text = text.substr(0, text.substr(0, parenthesis).find(' '));
  return true;
}

/// "   22.847387 |   npu-xrt-138   |   3.300 us    |      get_read_index [amdxdna]();"
bool traced(GuestRecord& record, std::string_view line) {
  Words words(line);
  GuestEntry entry;
  std::int64_t seconds = 0;
  std::int64_t micros = 0;
  words.skip_spaces();
  if (!words.number(seconds) || !words.take(".") || !words.number(micros) || !words.take(" |")) return false;
  if (seconds < 0 || seconds > 1'000'000'000 || micros < 0 || micros > 999'999) return false;
  entry.time = seconds * 1'000'000'000 + micros * 1000;
  const std::string_view task = trimmed(words.until("|"));
  const std::size_t dash = task.rfind('-');
  if (dash == std::string_view::npos || !Words(task.substr(dash + 1)).number(entry.pid)) return false;
  if (entry.pid != 0) record.tasks.try_emplace(entry.pid, task.substr(0, dash));
  const std::string_view spent = trimmed(words.until("|"));
  if (!column(entry, trimmed(words.rest()), duration_of(spent))) return false;
  // The short name of the other column has seven letters.
  if (entry.kind == EntryKind::Switch && entry.other != 0) record.tasks[entry.other] = entry.text;
  record.entries.push_back(std::move(entry));
  return true;
}

/// So that differences of times cannot overflow.
bool sensible(Nanoseconds time) {
  return time >= 0 && time <= 1'000'000'000'000'000'000;
}

bool note(GuestRecord& record, std::string_view line) {
  Words words(line);
  if (words.take("clock ")) {
    ClockReading reading;
    if (!words.number(reading.before) || !words.take(" ") || !words.number(reading.after)) return false;
    record.readings.push_back(reading);
    return sensible(reading.before) && sensible(reading.after) && reading.before <= reading.after;
  }
  if (words.take("sent ")) {
    SentAccess sent;
    if (!words.number(sent.host) || !words.take(" ") || !words.number(sent.region) || !words.take(" ")) return false;
    record.sent.push_back(sent);
    return sensible(sent.host) && words.number(record.sent.back().offset);
  }
  if (words.take("lost ")) {
    std::uint64_t lost = 0;
    if (!words.number(lost)) return false;
    record.lost += lost;
    return true;
  }
  if (!words.take("function ")) return false;
  std::vector<std::uint32_t>& lines = record.interrupts[std::string(words.until(" "))];
  for (words.skip_spaces(); !words.rest().empty(); words.skip_spaces()) {
    if (!words.number(lines.emplace_back())) return false;
  }
  return true;
}

/// What the tracer prints around its entries.
bool ornament(std::string_view line) {
  const std::string_view text = trimmed(line);
  return text.empty() || text.starts_with('#') || text.find_first_not_of('-') == std::string_view::npos ||
         (text.find(") ") != std::string_view::npos && text.find(" => ") != std::string_view::npos);
}

}  // namespace

GuestRecord parse_guest(std::string_view text) {
  GuestRecord record;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (traced(record, line) || note(record, line) || ornament(line)) continue;
    throw ProfileError(fmt::format("expected a line of the guest kernel's trace, came in line {}: {}", number,
                                   trimmed(line).substr(0, 120)));
  }
  std::ranges::stable_sort(record.entries, {}, &GuestEntry::time);
  return record;
}

}  // namespace aie4::profile
