// SPDX-License-Identifier: Apache-2.0
// Whether a database is the file of a sweep.
#pragma once

#include <filesystem>

#include "sim/sweep/sqlite.hpp"

namespace aie4::sweep {

/// Throws StoreError if it is not, or of another version.
void check_file(Sqlite& database, const std::filesystem::path& file);

}  // namespace aie4::sweep
