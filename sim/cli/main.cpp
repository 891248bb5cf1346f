// SPDX-License-Identifier: Apache-2.0
// aie4sim: one program, one sub-command per question.
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <systemc>

#include "sim/cli/command.hpp"
#include "sim/config/error.hpp"
#include "sim/config/names.hpp"

// The SystemC library is bound to it at load time; the program has a main of its own.
int sc_main(int, char*[]);
int sc_main(int, char*[]) {
  return aie4::cli::kExitDefect;
}

namespace aie4::cli {
namespace {

int say(std::string message, int status) {
  std::ranges::replace(message, '\n', ' ');
  std::cerr << "aie4sim: " << message << '\n';
  return status;
}

/// The parser would only say that some sub-command is missing. An option in its place is left to the parser.
void check_subcommand(const CLI::App& app, const std::string& word) {
  if (word.starts_with('-')) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, word) != names.end()) return;
  const std::vector<std::string_view> views(names.begin(), names.end());
  throw UsageError("expected a sub-command, came " + word +
                   " (nearest: " + std::string(config::nearest_name(word, views)) + ")");
}

int run(int count, char** words) {
  if (count > 1 && std::string_view(words[1]) == "guest") return run_guest({words + 2, words + count});

  CLI::App app{"AIE4 NPU simulator behind a virtual PCI device", "aie4sim"};
  app.footer("Each sub-command has --help with examples.\n\n" +
             examples({"aie4sim guest -- xrt-smi examine", "aie4sim gemm --m 1024 --n 1024 --k 1024 --check",
                       "aie4sim net docs/examples/resnet50.json", "aie4sim sweep docs/examples/gemm-shapes.toml"}) +
             "\n\n" + std::string(kExitStatuses));
  app.require_subcommand(1);
  Action action;
  add_serve(app, action);
  add_guest(app);
  add_up(app, action);
  add_run(app, action);
  add_operations(app, action);
  add_net(app, action);
  add_dis(app, action);
  add_sweep(app, action);
  add_report(app, action);
  add_core(app, action);
  add_replay(app, action);
  add_profile(app, action);
  add_transcript(app, action);
  add_firmware(app, action);
  add_config(app, action);
  add_faults(app, action);
  add_validate(app, action);
  add_version(app, action);
  check_subcommand(app, count > 1 ? words[1] : "-");
  try {
    app.parse(count, words);
  } catch (const CLI::Success& help) {
    return app.exit(help, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    return say(std::string(error.what()) + " (see --help)", kExitUsage);
  }
  return action();
}

}  // namespace
}  // namespace aie4::cli

int main(int count, char** words) {
  using namespace aie4::cli;
  try {
    return run(count, words);
  } catch (const UsageError& error) {
    return say(error.what(), kExitUsage);
  } catch (const aie4::config::ConfigurationError& error) {
    return say(error.what(), kExitUsage);
  } catch (const Failure& error) {
    return say(error.what(), kExitFailed);
  } catch (const std::exception& error) {
    return say(std::string("defect of the simulator: ") + error.what(), kExitDefect);
  }
}
