// SPDX-License-Identifier: Apache-2.0
// The exit statuses of the program and the exceptions that stand for them.
#pragma once

#include <stdexcept>
#include <string_view>

namespace aie4::cli {

// Exit statuses of every sub-command except `guest`, which exits with that of the guest's command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  ///< What was asked for was done, and the answer is no: refused, differs, failed.
inline constexpr int kExitUsage = 2;   ///< The command line or the configuration cannot be used.
inline constexpr int kExitDefect = 3;  ///< The simulator itself failed.

inline constexpr std::string_view kExitStatuses =
    "Exit status: 0 success; 1 refused, different or failed; 2 unusable command line or configuration; 3 defect of the "
    "simulator.";

/// The user asked for something that cannot be done: one line, exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The world did not play along (a file, a socket): one line, exit status 1.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aie4::cli
