// SPDX-License-Identifier: Apache-2.0
// Whole files in and out, with errors that a user understands.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

namespace aie4::cli {

/// The content of a file; throws Failure if it cannot be read or is larger than `limit` bytes.
[[nodiscard]] std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit);
/// A file opened for reading in binary mode; throws Failure if it cannot be.
[[nodiscard]] std::ifstream open_input(const std::filesystem::path& path);
/// Replaces a file; throws Failure if it cannot be written.
void write_file(const std::filesystem::path& path, std::span<const std::byte> data);

}  // namespace aie4::cli
