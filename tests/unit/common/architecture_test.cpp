// SPDX-License-Identifier: Apache-2.0
// Dependencies point down only: sim -> firmware-stub -> models. Read from the #include lines of the tree.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kRoots = {"models/", "firmware-stub/", "sim/", "tests/"};

/// What the models must not know: sockets, files, threads. A trailing slash means all headers below.
constexpr std::array<std::string_view, 29> kNotForModels = {"arpa/",
                                                            "net/",
                                                            "netinet/",
                                                            "sys/",
                                                            "linux/",
                                                            "aio.h",
                                                            "fcntl.h",
                                                            "netdb.h",
                                                            "poll.h",
                                                            "pthread.h",
                                                            "stdio.h",
                                                            "unistd.h",
                                                            "barrier",
                                                            "cstdio",
                                                            "filesystem",
                                                            "fstream",
                                                            "future",
                                                            "iostream",
                                                            "condition_variable",
                                                            "latch",
                                                            "mutex",
                                                            "semaphore",
                                                            "shared_mutex",
                                                            "stop_token",
                                                            "syncstream",
                                                            "thread",
                                                            "spdlog/",
                                                            "openssl/",
                                                            "zstd.h"};

bool matches(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('/') ? name.starts_with(pattern) : name == pattern;
}

/// The text between the brackets or quotes of an #include line, with the opening one in front; empty for other lines.
std::string included(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || line[hash] != '#') return {};
  line.remove_prefix(line.find_first_not_of(" \t", hash + 1) == std::string_view::npos
                         ? line.size()
                         : line.find_first_not_of(" \t", hash + 1));
  if (!line.starts_with("include")) return {};
  const std::size_t open = line.find_first_of("<\"");
  if (open == std::string_view::npos) return {};
  const std::size_t close = line.find_first_of(">\"", open + 1);
  return std::string(line.substr(open, close == std::string_view::npos ? close : close - open));
}

/// Why `file`, a path from the root of the tree, must not have this line; nothing if it may.
std::optional<std::string> violation(std::string_view file, std::string_view line) {
  const std::string header = included(line);
  if (header.empty()) return std::nullopt;
  const std::string_view name = std::string_view(header).substr(1);
  const auto refuse = [&](std::string_view why) {
    return std::string(file) + " includes " + std::string(name) + ": " + std::string(why);
  };
  if (header.front() == '"' &&
      std::ranges::none_of(kRoots, [name](std::string_view root) { return name.starts_with(root); })) {
    return refuse("our headers are named from the root of the tree");
  }
  const bool of_tests = file.starts_with("tests/");
  if (name.starts_with("tests/") && !of_tests) return refuse("nothing may need the tests");
  if (file.starts_with("models/")) {
    if (name.starts_with("firmware-stub/") || name.starts_with("sim/")) return refuse("models are at the bottom");
    if (header.front() == '<' &&
        std::ranges::any_of(kNotForModels, [name](std::string_view pattern) { return matches(name, pattern); })) {
      return refuse("models know no socket, file or thread");
    }
  }
  if (file.starts_with("firmware-stub/") && name.starts_with("sim/")) return refuse("firmware knows models only");
  if (name.starts_with("sim/vfio_user/") && !of_tests && !file.starts_with("sim/vfio_user/") &&
      !file.starts_with("sim/cli/")) {
    return refuse("only sim/vfio_user knows that protocol");
  }
  if (name.starts_with("sim/cli/") && !of_tests && !file.starts_with("sim/cli/")) {
    return refuse("the command line is at the top");
  }
  return std::nullopt;
}

bool is_source(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".hpp" || extension == ".cpp" || extension == ".h" || extension == ".c";
}

}  // namespace

TEST_CASE("Dependencies point down only in the whole tree") {
  const fs::path root = AIE4SIM_SOURCE_DIR;
  std::vector<std::string> violations;
  std::size_t lines_with_includes = 0;
  for (const std::string_view top : kRoots) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      const std::string file = fs::relative(entry.path(), root).generic_string();
      if (file.starts_with("tests/guest/")) continue;  // programs of the guest: they know the kernel's headers only
      std::ifstream stream(entry.path());
      for (std::string line; std::getline(stream, line);) {
        if (!included(line).empty()) ++lines_with_includes;
        if (const auto found = violation(file, line)) violations.push_back(*found);
      }
    }
  }
  std::string all;
  for (const std::string& found : violations) all += found + "\n";
  INFO(all);
  CHECK(violations.empty());
  CHECK(lines_with_includes > 200);
}

TEST_CASE("Each rule of the architecture refuses what it is there for") {
  const auto refused = [](std::string_view file, std::string_view line) { return violation(file, line).has_value(); };
  CHECK(refused("models/soc/psp.cpp", R"(#include "firmware-stub/management/ring.hpp")"));
  CHECK(refused("models/soc/psp.cpp", R"(#include "sim/pci/ports.hpp")"));
  CHECK(refused("models/soc/psp.cpp", "#include <sys/socket.h>"));
  CHECK(refused("models/soc/psp.cpp", "  #  include <thread>"));
  CHECK(refused("models/soc/psp.cpp", "#include <fstream>  // for a log"));
  CHECK(refused("models/soc/psp.cpp", "#include <mutex>"));
  CHECK(refused("models/soc/psp.cpp", R"(#include "../../sim/pci/ports.hpp")"));
  CHECK(refused("models/soc/psp.cpp", R"(#include "psp.hpp")"));
  CHECK(refused("models/soc/psp.cpp", R"(#include "tests/support/catch.hpp")"));
  CHECK(refused("firmware-stub/cert/lead.cpp", R"(#include "sim/pci/ports.hpp")"));
  CHECK(refused("sim/machine/machine.cpp", R"(#include "sim/vfio_user/server.hpp")"));
  CHECK(refused("sim/host/host.cpp", R"(#include "sim/cli/serve.hpp")"));

  CHECK_FALSE(refused("models/soc/psp.cpp", R"(#include "models/registers/psp.hpp")"));
  CHECK_FALSE(refused("models/soc/psp.cpp", "#include <systemc>"));
  CHECK_FALSE(refused("models/soc/psp.cpp", "// #include <thread> is what we do not do"));
  CHECK_FALSE(refused("firmware-stub/cert/lead.cpp", R"(#include "models/soc/noc.hpp")"));
  CHECK_FALSE(refused("firmware-stub/image/tool.cpp", "#include <fstream>"));
  CHECK_FALSE(refused("sim/machine/machine.cpp", R"(#include "firmware-stub/management/firmware.hpp")"));
  CHECK_FALSE(refused("sim/cli/serve.cpp", R"(#include "sim/vfio_user/server.hpp")"));
  CHECK_FALSE(refused("sim/vfio_user/server.cpp", R"(#include "sim/vfio_user/log.hpp")"));
  CHECK_FALSE(refused("tests/unit/vfio_user/server_test.cpp", R"(#include "sim/vfio_user/server.hpp")"));
}
