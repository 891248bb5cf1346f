// SPDX-License-Identifier: Apache-2.0
// Configuration in and out: TOML files, `--set name=value`, `--fault NAME[:N]`, printing. Reference:
// docs/configuration.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "models/npu/configuration.hpp"
#include "sim/config/error.hpp"

namespace aie4::config {

/// Applies a TOML text over `configuration`; keys that it does not name keep their value. `origin` names the text in
/// errors. Does not check combinations: call `check` when everything has been applied.
void apply_toml(Configuration& configuration, std::string_view toml, const std::string& origin);

/// `apply_toml` with the content of a file (at most 1 MiB).
void apply_file(Configuration& configuration, const std::filesystem::path& file);

/// Applies "name=value". The value is an integer (decimal or 0x...), true, false or a word, with or without quotes.
void apply_setting(Configuration& configuration, std::string_view assignment);

/// Arms the fault of "psp-silent", "message-lost:3", "smu-error:always".
void apply_fault(Configuration& configuration, std::string_view specification);

/// Throws if the parts do not fit together: no function at all, SR-IOV without a PF, a parameter out of its range.
/// `where` stands for the origin in the error.
void check(const Configuration& configuration, const std::string& where = "configuration");

/// A checked configuration from one text over the defaults.
[[nodiscard]] Configuration parse(std::string_view toml, const std::string& origin);

struct PrintOptions {
  bool comments = true;  ///< Description, unit, range, confidence and source of each value.
};
/// Everything, also what has its default, as TOML that `parse` reads back to the same configuration.
[[nodiscard]] std::string print_toml(const Configuration& configuration, const PrintOptions& options = {});
/// The same as one JSON object with each parameter's description.
[[nodiscard]] std::string print_json(const Configuration& configuration);

/// The text of docs/configuration.md.
[[nodiscard]] std::string reference();

}  // namespace aie4::config
