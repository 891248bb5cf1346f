// SPDX-License-Identifier: Apache-2.0
// The one exception of everything that reads configuration.
#pragma once

#include <stdexcept>
#include <string>

namespace aie4::config {

/// The user asked for something that does not exist or does not fit together.
class ConfigurationError : public std::runtime_error {
 public:
  /// `where` is "file:line" or the option; `subject` the key, or empty; the others are phrases without a full stop.
  ConfigurationError(const std::string& where, const std::string& subject, std::string expected, std::string came)
      : std::runtime_error(where + ": " + (subject.empty() ? "" : subject + ": ") + "expected " + expected + ", came " +
                           came),
        where_(where),
        expected_(std::move(expected)),
        came_(std::move(came)) {}

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const std::string& expected() const { return expected_; }
  [[nodiscard]] const std::string& came() const { return came_; }

 private:
  std::string where_;
  std::string expected_;
  std::string came_;
};

}  // namespace aie4::config
