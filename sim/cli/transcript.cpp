// SPDX-License-Identifier: Apache-2.0
// `aie4sim transcript`: shows what a recording holds, by the names of registers and messages.
#include <charconv>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/config/names.hpp"
#include "sim/transcript/print.hpp"
#include "sim/transcript/reader.hpp"

namespace aie4::cli {
namespace {

struct TranscriptOptions {
  std::string file;
  std::string format = "text";
  std::vector<std::string> functions;
  std::vector<std::string> kinds;
  double from_us = 0;
  double to_us = -1;
};

transcript::EventKind parse_kind(const std::string& name) {
  if (const auto kind = transcript::find_kind(name)) return *kind;
  std::vector<std::string_view> names;
  for (std::uint8_t kind = 0; kind < transcript::kEventKinds; ++kind) {
    names.push_back(to_string(static_cast<transcript::EventKind>(kind)));
  }
  throw UsageError("--kind: expected a kind of event, came " + name +
                   " (nearest: " + std::string(config::nearest_name(name, names)) + ")");
}

std::uint64_t to_picoseconds(double microseconds) {
  // Beyond what fits: as late as can be.
  if (microseconds >= 1.8e13) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(microseconds * 1e6 + 0.5);
}

int print(const TranscriptOptions& options) {
  transcript::PrintOptions how{
      .format = options.format == "json" ? transcript::PrintFormat::Json : transcript::PrintFormat::Text,
      .functions = options.functions,
      .kinds = {},
      .from_ps = to_picoseconds(options.from_us),
  };
  if (options.to_us >= 0) how.to_ps = to_picoseconds(options.to_us);
  for (const std::string& kind : options.kinds) how.kinds.push_back(parse_kind(kind));
  std::ifstream in = open_input(options.file);
  try {
    transcript::print(in, std::cout, how);
  } catch (const transcript::TranscriptError& error) {
    std::cout.flush();
    throw Failure(options.file + ": " + error.what());
  }
  return kExitOk;
}

}  // namespace

void add_transcript(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("transcript", "Look into recordings of the PCI boundary");
  command->require_subcommand(1);
  command->footer(examples({"aie4sim transcript print run.aie4t"}));

  CLI::App* print_command = command->add_subcommand("print", "Print a transcript by register and message name");
  const auto options = std::make_shared<TranscriptOptions>();
  print_command->add_option("file", options->file, "Transcript")->required();
  print_command->add_option("--format", options->format, "text, or json: one object per line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_repeated(*print_command, "--function", options->functions, "Only this function: pf, vf0, ...; repeatable");
  add_repeated(*print_command, "--kind", options->kinds, "Only this kind: bar-write, interrupt, ...; repeatable");
  print_command->add_option("--from", options->from_us, "Only from this simulated time on, in microseconds")
      ->check(CLI::NonNegativeNumber);
  print_command->add_option("--to", options->to_us, "Only up to this simulated time, in microseconds")
      ->check(CLI::NonNegativeNumber);
  print_command->footer(examples({"aie4sim transcript print run.aie4t",
                                  "aie4sim transcript print run.aie4t --function vf0 --from 100 --to 250.5",
                                  "aie4sim transcript print run.aie4t --format json --kind interrupt"}));
  print_command->callback([options, &action] { action = [options] { return print(*options); }; });
}

}  // namespace aie4::cli
