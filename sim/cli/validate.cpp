// SPDX-License-Identifier: Apache-2.0
// `aie4sim validate`: how far simulated times are from published measurements.
#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/laboratory.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/config.hpp"
#include "sim/config/names.hpp"
#include "sim/config/preset.hpp"
#include "sim/validate/report.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/error.hpp"

namespace aie4::cli {
namespace {

struct ValidateOptions {
  std::string preset;
  std::string assembler;
  std::vector<std::string> only;
  std::vector<std::string> settings;
  bool json = false;
  bool markdown = false;
};

/// Throws UsageError naming the nearest.
void check_name(const std::string& option, const std::string& name, const std::vector<std::string_view>& known) {
  if (std::ranges::find(known, name) != known.end()) return;
  throw UsageError(fmt::format("{}: expected one of {}, came {} (nearest: {})", option, fmt::join(known, ", "), name,
                               config::nearest_name(name, known)));
}

/// None if none was given and there is none.
std::vector<std::string> assembler(const std::string& given) {
  try {
    return workload::find_assembler({.given = given, .cache = laboratory_cache()});
  } catch (const workload::WorkloadError& error) {
    if (!given.empty()) throw UsageError(error.what());
    return {};
  }
}

int run(const ValidateOptions& options) {
  std::vector<validate::Measurement> all = validate::measurements(assembler(options.assembler));
  std::vector<std::string_view> rows;
  for (const validate::Measurement& measurement : all) {
    if (std::ranges::find(rows, measurement.row) == rows.end()) rows.push_back(measurement.row);
  }
  for (const std::string& row : options.only) check_name("--only", row, rows);
  std::vector<std::string_view> presets;
  for (const config::Preset& preset : config::presets()) presets.push_back(preset.name);
  if (!options.preset.empty()) check_name("--preset", options.preset, presets);

  std::vector<validate::Result> results;
  for (const validate::Measurement& measurement : all) {
    if (!options.preset.empty() && measurement.preset != options.preset) continue;
    if (!options.only.empty() && std::ranges::find(options.only, measurement.row) == options.only.end()) continue;
    results.push_back(validate::repeat(measurement, [&options](Configuration& configuration) {
      for (const std::string& setting : options.settings) config::apply_setting(configuration, setting);
    }));
  }
  std::cout << (options.json       ? validate::to_json(results)
                : options.markdown ? validate::to_markdown(results)
                                   : validate::to_text(results));
  return validate::succeeded(results) ? kExitOk : kExitFailed;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("validate", "Repeat published measurements of hardware, show the error");
  const auto options = std::make_shared<ValidateOptions>();
  command->add_option("--only", options->only, "Rows, with commas between them: C1,C3")->delimiter(',');
  command->add_option("--preset", options->preset, "Only what was measured on this generation: aie4, xdna2 or xdna1");
  add_repeated(*command, "--set", options->settings, "NAME=VALUE, over the preset of each row; repeatable");
  command->add_option("--aiebu-asm", options->assembler, "The assembler (default: in $PATH, else the laboratory's)");
  CLI::Option* const json = command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--markdown", options->markdown, "Print the page docs/accuracy.md")->excludes(json);
  command->footer("Exit status 1 if a row that runs is outside its target.\n\n" +
                  examples({"aie4sim validate", "aie4sim validate --only C3,C5 --json",
                            "aie4sim validate --preset xdna1 --set shim.cold_read_ns=2300"}));
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace aie4::cli
