// SPDX-License-Identifier: Apache-2.0
// `aie4sim report`: the file of a sweep as an HTML page.
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/report/page.hpp"

namespace aie4::cli {
namespace {

struct ReportOptions {
  std::vector<std::string> files;
  std::string output;
  std::size_t details = report::kDetails;
};

int write_report(const ReportOptions& options) {
  std::vector<report::Source> sources;
  for (const std::string& file : options.files) {
    static_cast<void>(open_input(file));  // For its message: SQLite only says that it cannot.
    try {
      sources.push_back({std::filesystem::path(file).filename().string(), sweep::read_sweep(file)});
    } catch (const sweep::StoreError& error) {
      throw UsageError(error.what());
    } catch (const sweep::SqliteError& error) {
      throw Failure(error.what());
    }
  }
  if (sources.size() == 2 && sources[0].file == sources[1].file) {
    for (std::size_t i = 0; i < 2; ++i) sources[i].file = options.files[i];
  }
  try {
    const std::string page = report::make_page(sources, {.version = AIE4SIM_VERSION, .details = options.details});
    write_file(options.output, std::as_bytes(std::span(page)));
  } catch (const report::NoCharts& error) {
    throw Failure(error.what());
  }
  return kExitOk;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("report", "Show a sweep, or two beside each other, as a page for a browser");
  const auto options = std::make_shared<ReportOptions>();
  command->add_option("files", options->files, "One or two files of `aie4sim sweep`")->required()->expected(1, 2);
  command->add_option("-o,--output", options->output, "HTML file; needs nothing else, no network either")->required();
  command->add_option("--details", options->details, "Runs of each file of which the page has all resources")
      ->check(CLI::Range(0U, 1000000U))
      ->capture_default_str();
  command->footer("Equal files give equal pages.\n\n" +
                  examples({"aie4sim report run.db -o run.html", "aie4sim report before.db after.db -o change.html"}));
  command->callback([options, &action] { action = [options] { return write_report(*options); }; });
}

}  // namespace aie4::cli
