// SPDX-License-Identifier: Apache-2.0
// The files that the runs of a sweep read, so that one that goes on notices when they are not what they were.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/sweep/points.hpp"

namespace aie4::sweep {

struct Input {
  std::string name;    ///< As the command lines have it, or for "--option=name" and "0=name" what is behind the "=".
  std::string sha256;  ///< In hexadecimal.

  friend bool operator==(const Input&, const Input&) = default;
};

/// The regular files that words of the points name, in `folder`, by name; but for those that options write.
/// Throws std::system_error if one cannot be read.
[[nodiscard]] std::vector<Input> read_inputs(const std::vector<Point>& points, const std::filesystem::path& folder);

/// Of the content. Throws std::system_error.
[[nodiscard]] std::string file_sha256(const std::filesystem::path& file);

}  // namespace aie4::sweep
