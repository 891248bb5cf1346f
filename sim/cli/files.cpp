// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/files.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <system_error>

#include "sim/cli/exit_status.hpp"

namespace aie4::cli {
namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path) {
  const std::error_code reason(errno, std::generic_category());
  throw Failure(fmt::format("cannot {} {}: {}", verb, path.string(), reason.message()));
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit) {
  // In pieces: a limit is no size, and a pipe has none to ask for.
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::ifstream file = open_input(path);
  std::vector<std::byte> data;
  std::size_t size = 0;
  while (!file.eof()) {
    data.resize(size + kPiece);
    file.read(reinterpret_cast<char*>(data.data() + size), kPiece);
    if (file.bad() || (file.fail() && !file.eof())) fail("read", path);
    size += static_cast<std::size_t>(file.gcount());
    if (size > limit) {
      throw Failure(fmt::format("{}: expected a file of at most {} bytes, came a larger one", path.string(), limit));
    }
  }
  data.resize(size);
  return data;
}

std::ifstream open_input(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("read", path);
  if (std::filesystem::is_directory(path)) {
    errno = EISDIR;
    fail("read", path);
  }
  return file;
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> data) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) fail("write", path);
  file.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
  file.flush();
  if (!file) fail("write", path);
}

}  // namespace aie4::cli
