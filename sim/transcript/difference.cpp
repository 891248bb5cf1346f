// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/difference.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sim/transcript/describe.hpp"
#include "sim/transcript/names.hpp"

namespace aie4::transcript {
namespace {

std::string hex_line(std::span<const std::byte> data, std::size_t offset) {
  std::string text;
  for (std::size_t i = offset; i < offset + 16; ++i) {
    if (i % 4 == 0 && i != offset) text += ' ';
    text += i < data.size() ? fmt::format("{:02x}", std::to_integer<unsigned>(data[i])) : "  ";
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

bool word_differs(std::span<const std::byte> a, std::span<const std::byte> b, std::size_t offset) {
  const auto word = [offset](std::span<const std::byte> data) {
    const std::size_t start = std::min(offset, data.size());
    return data.subspan(start, std::min<std::size_t>(4, data.size() - start));
  };
  return !std::ranges::equal(word(a), word(b));
}

/// In what the two differ: the most telling first.
std::string differing(const Event& expected, const Event& came, bool exact) {
  if (expected.kind != came.kind)
    return fmt::format("{} instead of {}", to_string(came.kind), to_string(expected.kind));
  if (expected.function != came.function) return "function";
  if (expected.bar != came.bar || expected.space != came.space || expected.address != came.address) {
    return expected.kind == EventKind::Interrupt ? "vector" : "address";
  }
  if (expected.data.size() != came.data.size()) return "size";
  if (expected.status != came.status) return "status";
  if (!std::ranges::equal(expected.data, came.data)) return "data";
  return exact && expected.time_ps != came.time_ps ? "time" : "nothing";
}

std::string time_difference(std::uint64_t expected, std::uint64_t came) {
  const bool late = came > expected;
  return fmt::format("  time: {} too {}\n", time_text(late ? came - expected : expected - came),
                     late ? "late" : "early");
}

}  // namespace

bool same(const Event& expected, const Event& came, bool exact) {
  return differing(expected, came, exact) == "nothing";
}

std::string compare_dump(std::span<const std::byte> expected, std::span<const std::byte> came,
                         const std::vector<std::string>& word_names, std::size_t max_lines) {
  const std::size_t size = std::max(expected.size(), came.size());
  std::string text;
  std::size_t lines = 0;
  bool skipped = false;
  for (std::size_t offset = 0; offset < size; offset += 16) {
    std::string marks;
    std::string named;
    for (std::size_t word = offset; word < std::min(offset + 16, size); word += 4) {
      const bool differs = word_differs(expected, came, word);
      marks += differs ? "^^^^^^^^ " : "         ";
      const std::string name = word / 4 < word_names.size() ? word_names[word / 4] : std::string();
      if (differs && !name.empty()) named += fmt::format("    +{:#06x} is {}\n", word, name);
    }
    marks.erase(marks.find_last_not_of(' ') + 1);
    // Equal lines are left out, except for the first.
    if (marks.empty() && offset > 0) {
      skipped = true;
      continue;
    }
    if (lines++ == max_lines) return text + "    ...\n";
    if (skipped) text += "    (equal lines left out)\n";
    skipped = false;
    text += fmt::format("    +{:#06x} expected {}\n", offset, hex_line(expected, offset));
    if (marks.empty()) continue;
    text += fmt::format("            got      {}\n                     {}\n{}", hex_line(came, offset), marks, named);
  }
  return text;
}

Difference describe_difference(const Transcript& transcript, std::uint64_t expected, const Event* came,
                               const std::vector<std::string>& names, const ReplayOptions& options) {
  const bool exact = options.timing == ReplayTiming::Exact;
  const std::uint64_t count = transcript.events.size();
  Difference difference;
  difference.event = expected;

  // Describing is slow and needs the history: done here, once, instead of for every event of the replay.
  Describer describer(names);
  std::string history;
  for (std::uint64_t i = 0; i < expected; ++i) {
    const Event& event = transcript.events[i];
    const Description description = describer.describe(event);
    if (i + options.context_events >= expected) history += line_text(i, event, description) + "\n";
  }
  const auto line = [&](const Event& event) {
    Describer with_history = describer;
    return line_text(expected, event, with_history.describe(event));
  };

  const Event* due = expected < count ? &transcript.events[expected] : nullptr;
  if (due == nullptr) {
    difference.what = fmt::format("unexpected {}", to_string(came->kind));
  } else if (came == nullptr) {
    difference.what = fmt::format("missing {}", to_string(due->kind));
  } else if (started_by_host(due->kind) && !started_by_host(came->kind)) {
    difference.what = fmt::format("unexpected {}", to_string(came->kind));
  } else {
    difference.what = differing(*due, *came, exact);
  }

  std::string& report = difference.report;
  report = fmt::format("first difference at event {} of {}: {}\n", expected, count, difference.what);
  if (!history.empty()) report += "before:\n" + history;
  report += fmt::format("expected:\n{}\n", due != nullptr ? line(*due) : "        nothing: the transcript ends here");
  report += fmt::format("got:\n{}\n", came != nullptr ? line(*came) : "        nothing");
  if (due == nullptr || came == nullptr) return difference;
  if (exact && due->time_ps != came->time_ps) report += time_difference(due->time_ps, came->time_ps);
  if (due->kind == came->kind && !std::ranges::equal(due->data, came->data)) {
    std::vector<std::string> words;
    const std::size_t size = std::min<std::size_t>(std::max(due->data.size(), came->data.size()), 4096);
    for (std::size_t offset = 0; offset < size; offset += 4) words.push_back(describer.word_name(*due, offset));
    report += compare_dump(due->data, came->data, words);
  }
  return difference;
}

}  // namespace aie4::transcript
