// SPDX-License-Identifier: Apache-2.0
// One line of a core program, cut into words, and the errors that name it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/compute/core/core_program.hpp"

namespace aie4::core_text {

/// Where a line is from, for errors.
struct Place {
  std::string_view file;
  std::size_t line = 0;

  /// Throws AssemblyError.
  [[noreturn]] void fail(std::string_view expected, std::string_view came) const;
  /// The same, and says which of `valid` is nearest to `came`.
  [[noreturn]] void fail(std::string_view expected, std::string_view came,
                         std::span<const std::string_view> valid) const;
};

/// The words of a line without its comment: separated by spaces; ',' and a lone '=' are words of their own.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view line);

/// Takes the words of one statement one after the other.
class Statement {
 public:
  Statement(const Place& place, std::vector<std::string_view> words) : place_(place), words_(std::move(words)) {}

  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] bool at_end() const { return next_ == words_.size(); }
  /// The next word without taking it; empty at the end.
  [[nodiscard]] std::string_view peek() const { return at_end() ? std::string_view() : words_[next_]; }
  /// Fails at the end of the line.
  std::string_view take(std::string_view expected);
  /// Takes the next word if it is `word`.
  bool take_if(std::string_view word);
  void expect(std::string_view word);
  void expect_end() const;
  std::uint32_t number(std::string_view what, std::uint64_t minimum, std::uint64_t maximum);

 private:
  Place place_;
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
};

/// Decimal or 0x hexadecimal in that range.
[[nodiscard]] std::uint32_t parse_number(const Place& place, std::string_view text, std::string_view what,
                                         std::uint64_t minimum, std::uint64_t maximum);
/// "south.3": tile and number; "3" alone is of the own tile if `own_by_default`.
struct Located {
  compute::CoreNeighbour tile = compute::CoreNeighbour::Own;
  std::string_view rest;
};
[[nodiscard]] Located parse_tile(const Place& place, std::string_view text, bool own_by_default);

}  // namespace aie4::core_text
