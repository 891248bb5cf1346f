// SPDX-License-Identifier: Apache-2.0
// `aie4sim guest`: becomes the guest laboratory with this very program as the device server.
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/laboratory.hpp"

namespace aie4::cli {

void add_guest(CLI::App& app) {
  // Only for the list of sub-commands: `run_guest` takes over before anything is parsed.
  app.add_subcommand("guest", "Boot an unmodified kernel in QEMU against a fresh simulator and run a command in it");
}

int run_guest(const std::vector<std::string>& arguments) {
  const std::filesystem::path lab = laboratory();
  if (!std::filesystem::is_regular_file(lab)) {
    throw UsageError("the guest laboratory is not at " + lab.string() + ": set AIE4SIM_LAB to its lab.py");
  }
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::vector<std::string> words = {"python3", lab.string(), "run", "--aie4sim", self, "--called-as", "aie4sim guest"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers.front(), pointers.data());
  const std::error_code reason(errno, std::generic_category());
  throw Failure("cannot start python3 for the guest laboratory: " + reason.message());
}

}  // namespace aie4::cli
