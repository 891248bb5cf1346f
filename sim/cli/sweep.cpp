// SPDX-License-Identifier: Apache-2.0
// `aie4sim sweep`: many runs with other parameters, into one file.
#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/progress.hpp"
#include "sim/sweep/inputs.hpp"
#include "sim/sweep/points.hpp"
#include "sim/sweep/pool.hpp"
#include "sim/sweep/spec.hpp"
#include "sim/sweep/store.hpp"
#include "sim/sweep/table.hpp"

namespace aie4::cli {
namespace {

constexpr std::size_t kSpecLimit = std::size_t{1} << 20;

struct SweepOptions {
  std::string spec;
  std::string output;
  unsigned jobs = 0;
  unsigned timeout_s = 0;
  bool retry = false;
  bool restart = false;
  bool dry_run = false;
  bool json = false;
  bool csv = false;
  std::vector<std::string> commands;  ///< That a workload may use.
  std::vector<std::string> threaded;  ///< Those of them with --threads.
};

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
  interrupted = 1;
}

std::string text_of(const std::vector<std::byte>& data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// In which the runs work.
std::filesystem::path folder_of(const SweepOptions& options) {
  return std::filesystem::absolute(options.spec).parent_path();
}

/// Runs what is open; returns how many points are still open at the end.
std::size_t run_open(sweep::SweepWriter& writer, const std::vector<sweep::Point>& points, const SweepOptions& options) {
  std::vector<sweep::Job> jobs;
  for (const std::size_t number : writer.open_points()) {
    jobs.push_back({number, points[number].words});
    std::vector<std::string>& words = jobs.back().words;
    // Runs are what fills the cores; with threads on top they only get in each other's way.
    const bool threaded = std::ranges::find(options.threaded, words.front()) != options.threaded.end();
    const bool chosen = std::ranges::any_of(words, [](const auto& word) { return word.starts_with("--threads"); });
    if (threaded && !chosen) words.insert(words.end(), {"--threads", "1"});
    words.emplace_back("--json");
  }
  sweep::PoolOptions pool{.jobs = options.jobs, .folder = folder_of(options), .timeout = {}};
  if (options.timeout_s != 0) pool.timeout = std::chrono::seconds(options.timeout_s);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::size_t done = 0;
  Progress progress(jobs.size(), "points");
  sweep::run_jobs(
      jobs, pool,
      [&](std::size_t number, const sweep::Ended& ended) {
        writer.put(number, sweep::outcome_of(ended));
        ++done;
      },
      [&] {
        progress.show(done);
        return interrupted == 0;
      });
  return jobs.size() - done;
}

int sweep_all(const SweepOptions& options) {
  const std::string spec_text = text_of(read_file(options.spec, kSpecLimit));
  const std::vector<std::string_view> commands(options.commands.begin(), options.commands.end());
  sweep::Spec spec = sweep::read_spec(spec_text, options.spec, commands);
  const std::filesystem::path spec_file(options.spec);
  if (spec.name.empty()) spec.name = spec_file.stem().string();
  const std::vector<sweep::Point> points = sweep::points_of(spec, options.spec);
  if (options.dry_run) {
    for (const sweep::Point& point : points) std::cout << fmt::format("aie4sim {}\n", fmt::join(point.words, " "));
    return kExitOk;
  }
  const std::filesystem::path output = options.output.empty() ? spec_file.stem().string() + ".db" : options.output;
  try {
    const sweep::Provenance provenance{.version = AIE4SIM_VERSION,
                                       .build = sweep::file_sha256("/proc/self/exe"),
                                       .spec = spec_text,
                                       .inputs = sweep::read_inputs(points, folder_of(options))};
    std::size_t open = 0;
    {
      sweep::SweepWriter writer(output, spec, points, provenance,
                                options.restart ? sweep::Begin::Restart : sweep::Begin::GoOn);
      if (options.retry) writer.forget_failures();
      open = run_open(writer, points, options);
    }
    const sweep::StoredSweep result = sweep::read_sweep(output);
    std::cout << (options.json ? to_json(result) : options.csv ? to_csv(result) : to_text(result));
    if (open != 0) {
      throw Failure(fmt::format("interrupted with {} of {} points open; the same command goes on with them", open,
                                points.size()));
    }
    const auto failed = std::ranges::count_if(
        result.points, [](const sweep::StoredPoint& point) { return !point.outcome || !point.outcome->succeeded(); });
    if (failed != 0) {
      throw Failure(fmt::format("{} of {} points failed (--retry runs them again)", failed, points.size()));
    }
    return kExitOk;
  } catch (const sweep::StoreError& error) {
    throw UsageError(error.what());
  } catch (const sweep::SqliteError& error) {
    throw Failure(error.what());
  } catch (const std::system_error& error) {
    throw Failure(error.what());
  }
}

/// The sub-commands that have all these options.
std::vector<std::string> with_options(const CLI::App& app, std::initializer_list<const char*> options) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (std::ranges::all_of(options,
                            [command](auto* option) { return command->get_option_no_throw(option) != nullptr; })) {
      names.push_back(command->get_name());
    }
  }
  return names;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sweep", "Run workloads with many values of parameters, into one file");
  const auto options = std::make_shared<SweepOptions>();
  options->jobs = std::max(std::thread::hardware_concurrency(), 1U);
  command->add_option("spec", options->spec, "TOML file that says what is run (docs/sweeps.md)")->required();
  command->add_option("-o,--output", options->output, "SQLite file for the results (default: name of SPEC with .db)");
  command->add_option("--jobs", options->jobs, "Runs at the same time")
      ->check(CLI::Range(1U, 4096U))
      ->capture_default_str();
  command->add_option("--timeout", options->timeout_s, "Seconds of real time after which a run is ended; 0: never")
      ->check(CLI::Range(0U, 1000000U))
      ->capture_default_str();
  command->add_flag("--retry", options->retry, "Run what failed before again");
  command->add_flag("--restart", options->restart, "Throw away the results in the file and begin anew");
  command->add_flag("--dry-run", options->dry_run, "Only print the command lines");
  CLI::Option* json = command->add_flag("--json", options->json, "Print JSON, times in picoseconds");
  command->add_flag("--csv", options->csv, "Print comma-separated values")->excludes(json);
  command->footer(
      "What a killed sweep had finished is kept: the same command goes on where it stopped, unless the spec, a file\n"
      "that the runs read or aie4sim itself is another now.\nThe table has simulated "
      "times only; equal sweeps give equal tables.\n\n" +
      examples({"aie4sim sweep bandwidth.toml", "aie4sim sweep bandwidth.toml -o run.db --jobs 4 --csv",
                "aie4sim sweep bandwidth.toml --dry-run"}));
  command->callback([options, &app, &action] {
    action = [options, &app] {
      // Whose report a sweep can read, and whose parameters it can set.
      options->commands = with_options(app, {"--json", "--stats", "--set"});
      options->threaded = with_options(app, {"--threads"});
      return sweep_all(*options);
    };
  });
}

}  // namespace aie4::cli
