// SPDX-License-Identifier: Apache-2.0
// Whether a database is the file of a sweep.
#pragma once

#include <filesystem>

#include "sim/sweep/sqlite.hpp"

namespace aie4::sweep {

/// Throws StoreError if it is not.
void check_sweep(Sqlite& database, const std::filesystem::path& file);
/// Throws StoreError if it is not, or its tables are of another version.
void check_file(Sqlite& database, const std::filesystem::path& file);

}  // namespace aie4::sweep
