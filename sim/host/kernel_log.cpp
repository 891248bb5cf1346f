// SPDX-License-Identifier: Apache-2.0
#include "sim/host/kernel_log.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::host {

DriverError::DriverError(int code, std::vector<std::string> lines)
    : std::runtime_error(fmt::format("{}", fmt::join(lines, "; "))), code_(code), lines_(std::move(lines)) {}

bool DriverError::says(std::string_view text) const {
  return std::ranges::any_of(lines_, [text](const std::string& line) { return line.find(text) != std::string::npos; });
}

void KernelLog::error(std::string text) {
  lines_.push_back({clock_ ? clock_() : 0, std::move(text)});
}

bool KernelLog::contains(std::string_view text) const {
  return std::ranges::any_of(lines_, [text](const Line& line) { return line.text.find(text) != std::string::npos; });
}

}  // namespace aie4::host
