// SPDX-License-Identifier: Apache-2.0
// `aie4sim run`: a program from an ELF file on the device, with no virtual machine.
#include <charconv>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/boundary_tap.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/core_files.hpp"
#include "sim/cli/executor_options.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/log.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/trace_file.hpp"
#include "sim/config/config.hpp"
#include "sim/host/program_run.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::cli {
namespace {

constexpr std::size_t kProgramLimit = std::size_t{1} << 30;
constexpr std::uint64_t kArgumentLimit = std::uint64_t{1} << 32;
constexpr unsigned kMaxArguments = 256;

struct RunOptions {
  std::string program;
  std::string instance;
  std::string rival;
  std::vector<std::string> arguments;
  unsigned repeat = 1;
  std::string memory = "iova";
  std::string record;
  std::string stats;
  bool json = false;
  TraceOptions trace;
  BindOptions bind;
  ExecutorOptions executor;
  ConfigurationOptions configuration;
  Log log;
};

/// An argument and the file that takes its content after the last run.
struct ArgumentFile {
  host::ProgramArgument argument;
  std::string output;
};

/// "4096", "64K", "16M", "1G".
std::uint64_t parse_size(std::string_view text, const std::string& option) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  const unsigned shift = suffix == "K" ? 10 : suffix == "M" ? 20 : suffix == "G" ? 30 : 0;
  if (error != std::errc{} || (!suffix.empty() && shift == 0) || value == 0 || value > kArgumentLimit >> shift) {
    throw UsageError(
        fmt::format("--arg {}: expected a size of 1 to {} bytes, with K, M or G behind it if you like, "
                    "came {}",
                    option, kArgumentLimit, text));
  }
  return value << shift;
}

ArgumentFile parse_argument(std::string_view value, const std::string& option) {
  ArgumentFile result;
  const auto input = [&result](std::string_view file) {
    result.argument.content = read_file(file, kArgumentLimit);
    result.argument.size = result.argument.content.size();
  };
  if (value.starts_with("out:")) {
    value.remove_prefix(4);
    const std::size_t colon = value.find(':');
    result.argument.size = parse_size(value.substr(0, colon), option);
    result.argument.keep = colon != std::string_view::npos;
    if (result.argument.keep) result.output = value.substr(colon + 1);
  } else if (value.starts_with("inout:")) {
    value.remove_prefix(6);
    const std::size_t colon = value.find(':');
    input(value.substr(0, colon));
    result.argument.keep = true;
    result.output = value.substr(colon == std::string_view::npos ? 0 : colon + 1);
  } else {
    input(value);
  }
  return result;
}

/// By number; those that were not given are empty.
std::vector<ArgumentFile> parse_arguments(const std::vector<std::string>& options) {
  std::vector<ArgumentFile> result;
  std::map<unsigned, bool> given;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    unsigned number = 0;
    const auto [end, error] = std::from_chars(option.data(), option.data() + option.size(), number);
    if (equals == std::string::npos || error != std::errc{} || end != option.data() + equals ||
        number >= kMaxArguments) {
      throw UsageError(
          fmt::format("--arg {}: expected NUMBER=FILE, NUMBER=out:SIZE[:FILE] or NUMBER=inout:FILE[:FILE]", option));
    }
    if (!given.emplace(number, true).second) throw UsageError(fmt::format("--arg {} is given twice", number));
    if (result.size() <= number) result.resize(number + 1);
    result[number] = parse_argument(std::string_view(option).substr(equals + 1), option);
  }
  return result;
}

int run(RunOptions& options) {
  Configuration configuration = options.configuration.apply();
  config::check(configuration);
  options.bind.apply(configuration);
  options.executor.apply(configuration);
  const std::vector<ArgumentFile> arguments = parse_arguments(options.arguments);
  host::ProgramRunOptions run;
  run.memory = options.memory == "iova" ? host::AddressMode::Iova : host::AddressMode::Identity;
  run.repeat = options.repeat;
  for (const ArgumentFile& argument : arguments) run.arguments.push_back(argument.argument);

  const std::vector<std::byte> file = read_file(options.program, kProgramLimit);
  try {
    const host::elf::Program program = host::elf::read_program(file);
    const host::elf::Instance& instance = program.find(options.instance);
    std::optional<host::elf::Program> rival;
    if (!options.rival.empty()) {
      rival = host::elf::read_program(read_file(options.rival, kProgramLimit));
      run.rival = {&*rival, &rival->find("")};
    }
    if (instance.argument_count() > arguments.size()) {
      throw UsageError(fmt::format("{} takes {} arguments, {} are given (--arg NUMBER=...)", instance.full_name(),
                                   instance.argument_count(), arguments.size()));
    }
    options.log.open();
    TraceFile trace(options.trace);
    Machine machine(
        configuration, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); }, trace.probe());
    options.log.set_clock([&machine] { return machine.now_ps(); });
    BoundaryTap tap(machine, options.record);
    const host::ProgramRunReport report = host::run_program(machine, program, instance, run);
    tap.finish();
    trace.finish();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].output.empty()) write_file(arguments[i].output, report.outputs[i]);
    }
    if (!options.stats.empty()) {
      const std::string json = host::to_json(report, machine) + "\n";
      write_file(options.stats, std::as_bytes(std::span(json)));
    }
    std::cout << (options.json ? host::to_json(report, machine) + "\n" : host::to_text(report));
    return report.succeeded() ? kExitOk : kExitFailed;
  } catch (const host::elf::ElfError& error) {
    throw Failure(fmt::format("{}: {}", options.program, error.what()));
  }
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Run a program from an ELF file on the device, without a guest");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("program", options->program, "ELF file that aiebu-asm made for aie4")->required();
  add_repeated(*command, "--arg", options->arguments,
               "Argument: NUMBER=FILE (input), NUMBER=out:SIZE[:FILE] or NUMBER=inout:FILE[:FILE]");
  command->add_option("--instance", options->instance, "KERNEL:INSTANCE or INSTANCE, if the file has several");
  command->add_option("--rival", options->rival,
                      "A program that another context runs at the same time, with zeros as arguments");
  command->add_option("--repeat", options->repeat, "Runs, one after the other")
      ->check(CLI::Range(1U, 1000000U))
      ->capture_default_str();
  command->add_option("--memory", options->memory, "What the device sees: iova or identity")
      ->check(CLI::IsMember({"iova", "identity"}))
      ->capture_default_str();
  command->add_option("--stats", options->stats, "Write what every resource did, as JSON, to this file");
  command->add_option("--record", options->record, "Record the PCI boundary to this transcript");
  command->add_flag("--json", options->json, "Print JSON, times in picoseconds");
  options->bind.add_to(*command);
  options->executor.add_to(*command);
  options->trace.add_to(*command);
  options->log.add_options_to(*command);
  options->configuration.add_to(*command);
  command->footer("All times are simulated; equal arguments give equal results.\n\n" +
                  examples({"aie4sim run copy.elf --arg 0=in.bin --arg 1=out:4096:out.bin",
                            "aie4sim run gemm.elf --instance DPU:gemm --arg 0=a.bin --arg 1=b.bin --arg 2=out:16M "
                            "--repeat 10 --stats gemm.json",
                            "aie4sim run copy.elf --arg 0=in.bin --arg 1=out:4K --set noc.bytes_per_us=20000"}));
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace aie4::cli
