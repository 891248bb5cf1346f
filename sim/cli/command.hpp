// SPDX-License-Identifier: Apache-2.0
// How the sub-commands of the program hang together: each file adds its own to the parser and leaves an action.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/cli/exit_status.hpp"

namespace aie4::cli {

/// What is to be done once the command line is parsed. Returns the exit status.
using Action = std::function<int()>;

// One per file; each sets `action` when its sub-command is given.
void add_serve(CLI::App& app, Action& action);
void add_guest(CLI::App& app);
void add_up(CLI::App& app, Action& action);
void add_operations(CLI::App& app, Action& action);
void add_net(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_dis(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_core(CLI::App& app, Action& action);
void add_replay(CLI::App& app, Action& action);
void add_profile(CLI::App& app, Action& action);
void add_transcript(CLI::App& app, Action& action);
void add_firmware(CLI::App& app, Action& action);
void add_config(CLI::App& app, Action& action);
void add_faults(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_version(CLI::App& app, Action& action);

/// `aie4sim guest ARGUMENTS`: becomes the guest laboratory; returns only if that is impossible, by UsageError or
/// Failure. Not parsed here: the laboratory owns its command line.
int run_guest(const std::vector<std::string>& arguments);

/// Indented, for the end of a help text.
[[nodiscard]] std::string examples(std::initializer_list<std::string_view> lines);

/// Options that take one value each time they are given, so that they cannot swallow what follows.
CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                          const std::string& description);

}  // namespace aie4::cli
