// SPDX-License-Identifier: Apache-2.0
#include "sim/core_text/statement.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

#include "sim/config/names.hpp"
#include "sim/core_text/assembler.hpp"

namespace aie4::core_text {

using compute::CoreNeighbour;

void Place::fail(std::string_view expected, std::string_view came) const {
  throw AssemblyError(fmt::format("{}:{}: expected {}, came {}", file, line, expected, came));
}

void Place::fail(std::string_view expected, std::string_view came, std::span<const std::string_view> valid) const {
  const std::string_view nearest = config::nearest_name(came, valid);
  if (nearest.empty()) fail(expected, came);
  fail(expected, fmt::format("{} (nearest: {})", came, nearest));
}

std::vector<std::string_view> split_words(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  constexpr std::string_view kSpace = " \t\r";
  for (std::size_t at = line.find_first_not_of(kSpace); at != std::string_view::npos;
       at = line.find_first_not_of(kSpace, at)) {
    const std::size_t end = line[at] == ',' ? at + 1 : std::min(line.find_first_of(" \t\r,", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string_view Statement::take(std::string_view expected) {
  if (at_end()) place_.fail(expected, "the end of the line");
  return words_[next_++];
}

bool Statement::take_if(std::string_view word) {
  if (peek() != word) return false;
  ++next_;
  return true;
}

void Statement::expect(std::string_view word) {
  const std::string_view came = take(word);
  if (came != word) place_.fail(word, came);
}

void Statement::expect_end() const {
  if (!at_end()) place_.fail("the end of the line", words_[next_]);
}

std::uint32_t Statement::number(std::string_view what, std::uint64_t minimum, std::uint64_t maximum) {
  return parse_number(place_, take(what), what, minimum, maximum);
}

std::uint32_t parse_number(const Place& place, std::string_view text, std::string_view what, std::uint64_t minimum,
                           std::uint64_t maximum) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value < minimum ||
      value > maximum) {
    place.fail(fmt::format("{}, {}..{}", what, minimum, maximum), text);
  }
  return static_cast<std::uint32_t>(value);
}

Located parse_tile(const Place& place, std::string_view text, bool own_by_default) {
  constexpr std::array kTiles{CoreNeighbour::South, CoreNeighbour::West, CoreNeighbour::North, CoreNeighbour::Own};
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos && own_by_default) return {CoreNeighbour::Own, text};
  std::array<std::string_view, kTiles.size()> names;
  for (std::size_t index = 0; index < kTiles.size(); ++index) {
    names[index] = to_string(kTiles[index]);
    if (dot != std::string_view::npos && text.substr(0, dot) == names[index]) {
      return {kTiles[index], text.substr(dot + 1)};
    }
  }
  place.fail("own., south., west. or north. and a number", text);
}

}  // namespace aie4::core_text
