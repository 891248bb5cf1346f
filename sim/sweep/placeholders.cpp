// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/placeholders.hpp"

#include <algorithm>

namespace aie4::sweep {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string substitute(std::string_view word, const std::function<std::string(const std::string&)>& value) {
  std::string result;
  while (!word.empty()) {
    const std::size_t open = word.find('{');
    result += word.substr(0, open);
    if (open == std::string_view::npos) break;
    word.remove_prefix(open);
    const std::size_t close = word.find('}');
    const std::string_view name = close == std::string_view::npos ? "" : word.substr(1, close - 1);
    if (is_identifier(name)) {
      result += value(std::string(name));
      word.remove_prefix(close + 1);
    } else {
      result += '{';
      word.remove_prefix(1);
    }
  }
  return result;
}

std::vector<std::string> placeholders(std::string_view word) {
  std::vector<std::string> names;
  static_cast<void>(substitute(word, [&names](const std::string& name) {
    names.push_back(name);
    return std::string();
  }));
  return names;
}

}  // namespace aie4::sweep
