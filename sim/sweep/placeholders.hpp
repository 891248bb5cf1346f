// SPDX-License-Identifier: Apache-2.0
// `{name}` in the words of a command line. Other braces stand for themselves.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aie4::sweep {

/// In `{point}`: the number of the run in its sweep, from 0. Not a name for a variable.
inline constexpr std::string_view kPointPlaceholder = "point";

/// A letter, then letters, digits and underscores.
[[nodiscard]] bool is_identifier(std::string_view text);
/// The names in a word, in order.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view word);
/// The word with each name replaced by what `value` gives for it.
[[nodiscard]] std::string substitute(std::string_view word,
                                     const std::function<std::string(const std::string&)>& value);

}  // namespace aie4::sweep
