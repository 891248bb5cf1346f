// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/assembler.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <spawn.h>
#include <sstream>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "sim/workload/error.hpp"

namespace aie4::workload {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "aiebu-asm";
/// Of Debian packages for x86-64 (the only architecture that XRT is packaged for).
constexpr const char* kLibraries = "usr/lib/x86_64-linux-gnu";
constexpr const char* kLoader = "ld-linux-x86-64.so.2";

bool is_program(const fs::path& path) {
  return fs::is_regular_file(path) && access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> in_path() {
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && is_program(fs::path(folder) / kName)) return fs::path(folder) / kName;
  }
  return std::nullopt;
}

/// The laboratory unpacks XRT's packages without installing them, so they bring their own loader and libraries.
std::vector<std::string> in_cache(const fs::path& cache) {
  std::ifstream stream(cache / "guest" / "versions.json");
  const nlohmann::json record = nlohmann::json::parse(stream, nullptr, false);
  if (!record.is_object() || !record.contains("xrt") || !record["xrt"].contains("folder")) return {};
  const fs::path folder = cache / "guest" / "sets" / record["xrt"]["folder"].get<std::string>();
  const fs::path libraries = folder / kLibraries;
  const fs::path program = folder / "usr/bin" / kName;
  if (!fs::is_regular_file(program) || !is_program(libraries / kLoader)) return {};
  return {(libraries / kLoader).string(), "--library-path", libraries.string(), program.string()};
}

struct Outcome {
  int status = 0;
  std::string output;
};

Outcome run(const std::vector<std::string>& words, const fs::path& folder) {
  const fs::path log = folder / "aiebu-asm.log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& word : copies) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, pointers.front(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw WorkloadError(fmt::format("cannot start {}: {}", words.front(), std::generic_category().message(error)));
  Outcome outcome;
  while (waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  outcome.output = text.str();
  fs::remove(log);
  return outcome;
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream stream(path);
  stream << text;
  stream.close();
  if (!stream) throw WorkloadError("cannot write " + path.string());
}

}  // namespace

std::vector<std::string> find_assembler(const AssemblerSearch& search) {
  if (!search.given.empty()) {
    if (!is_program(search.given)) throw WorkloadError(search.given + " is no program that could be aiebu-asm");
    return {fs::absolute(search.given).string()};
  }
  if (const auto found = in_path()) return {found->string()};
  std::vector<std::string> words = in_cache(search.cache);
  if (words.empty()) {
    throw WorkloadError(
        fmt::format("{} is neither in $PATH nor in {}: give --aiebu-asm, or fetch it with tests/guest/lab.py fetch",
                    kName, search.cache.string()));
  }
  return words;
}

fs::path assemble(const std::vector<std::string>& assembler, const fs::path& folder, const std::string& name,
                  std::size_t arguments) {
  nlohmann::ordered_json kernel;
  kernel["name"] = name;
  kernel["arguments"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < arguments; ++i) {
    kernel["arguments"].push_back(
        {{"name", fmt::format("arg{}", i)}, {"type", "char *"}, {"offset", fmt::format("{:#x}", 8 * i)}});
  }
  kernel["instance"] = {{{"id", kInstance}, {"ctrl_code_file", fmt::format("./{}.asm", name)}}};
  nlohmann::ordered_json configuration;
  configuration["xrt-kernels"] = {kernel};
  write_text(folder / (name + ".json"), configuration.dump(1));
  std::vector<std::string> words = assembler;
  words.insert(words.end(), {"-t", "aie4_config", "-j", name + ".json", "-o", name + ".elf"});
  const Outcome outcome = run(words, folder);
  const fs::path elf = folder / (name + ".elf");
  if (outcome.status != 0 || !fs::is_regular_file(elf)) {
    std::string said = outcome.output.empty() ? "nothing" : outcome.output;
    throw WorkloadError(fmt::format("{} refuses {}.asm: {}", kName, name, said));
  }
  return elf;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "aie4sim-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw WorkloadError("cannot make a folder like " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace aie4::workload
