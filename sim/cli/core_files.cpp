// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/core_files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/core_text/assembler.hpp"

namespace aie4::cli {
namespace {

/// Of texts; images are far smaller.
constexpr std::size_t kFileLimit = std::size_t{16} << 20;
constexpr std::size_t kDigestLetters = 64;

std::string describe(const compute::CoreProgramError& error) {
  return fmt::format("expected {}, came {}", error.expected, error.came);
}

}  // namespace

compute::CoreImage read_core(const std::filesystem::path& path) {
  std::vector<std::byte> file = read_file(path, kFileLimit);
  if (!compute::is_core_image(file)) {
    // A NUL is in no text: whatever this was meant to be, an error of its first line would mislead.
    if (std::ranges::find(file, std::byte{0}) != file.end()) {
      throw UsageError(
          fmt::format("{}: expected a core program, as text or as an image that starts with {}, came neither",
                      path.string(), compute::kCoreMagic));
    }
    try {
      const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
      // What was assembled can be encoded.
      file = std::get<std::vector<std::byte>>(compute::encode_core_image(core_text::assemble(text, path.string())));
    } catch (const core_text::AssemblyError& error) {
      throw UsageError(error.what());
    }
  }
  auto decoded = compute::decode_core_image(file);
  if (const auto* error = std::get_if<compute::CoreProgramError>(&decoded)) {
    throw UsageError(fmt::format("{}: {}", path.string(), describe(*error)));
  }
  return std::get<compute::CoreImage>(std::move(decoded));
}

void BindOptions::add_to(CLI::App& command) {
  add_repeated(command, "--bind", bindings_,
               "SHA=FILE: what a core does whose program memory has that SHA-256 and is no core program; repeatable");
}

void BindOptions::apply(Configuration& configuration) {
  for (const std::string& binding : bindings_) {
    const std::size_t equals = binding.find('=');
    std::string digest = binding.substr(0, equals);
    std::ranges::transform(digest, digest.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    if (equals == std::string::npos || digest.size() != kDigestLetters ||
        digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
      throw UsageError(
          fmt::format("--bind: expected SHA=FILE with {} hexadecimal digits, came {}", kDigestLetters, binding));
    }
    if (!library_.bind(digest, read_core(binding.substr(equals + 1)))) {
      throw UsageError(fmt::format("--bind: expected each SHA-256 once, came {} twice", digest));
    }
  }
  configuration.cores = &library_;
}

}  // namespace aie4::cli
