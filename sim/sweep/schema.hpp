// SPDX-License-Identifier: Apache-2.0
// The tables of the file of a sweep.
#pragma once

namespace aie4::sweep {

/// Changes with the tables, and is refused if it differs.
inline constexpr unsigned kSchemaVersion = 2;
/// "a4sw": PRAGMA application_id, by which file(1) and we know such a file.
inline constexpr unsigned kApplicationId = 0x61347377;

inline constexpr const char* kSchema = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE input (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
CREATE TABLE parameter (name TEXT PRIMARY KEY, unit TEXT NOT NULL, default_value INTEGER NOT NULL,
                        confidence TEXT NOT NULL, source TEXT NOT NULL, description TEXT NOT NULL);
CREATE TABLE factor (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('parameter', 'variable')),
                     name TEXT NOT NULL);
CREATE TABLE point (id INTEGER PRIMARY KEY, workload TEXT NOT NULL, preset TEXT NOT NULL, words TEXT NOT NULL UNIQUE,
                    operations INTEGER, dtype TEXT NOT NULL);
CREATE TABLE value (point INTEGER NOT NULL REFERENCES point, factor INTEGER NOT NULL REFERENCES factor,
                    value NOT NULL, PRIMARY KEY (point, factor)) WITHOUT ROWID;
CREATE TABLE result (point INTEGER PRIMARY KEY REFERENCES point, status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
                     error TEXT NOT NULL, exit_status INTEGER NOT NULL, time_ps INTEGER, window_ps INTEGER,
                     operations INTEGER, ddr_bytes INTEGER, energy_pj INTEGER, bin_ps INTEGER,
                     unmodelled TEXT NOT NULL);
CREATE TABLE setting (point INTEGER NOT NULL REFERENCES result, name TEXT NOT NULL, value INTEGER NOT NULL,
                      PRIMARY KEY (point, name)) WITHOUT ROWID;
CREATE TABLE part (point INTEGER NOT NULL REFERENCES result, position INTEGER NOT NULL, name TEXT NOT NULL,
                   ps INTEGER NOT NULL, PRIMARY KEY (point, position)) WITHOUT ROWID;
CREATE TABLE resource (point INTEGER NOT NULL REFERENCES result, position INTEGER NOT NULL, name TEXT NOT NULL,
                       bytes INTEGER NOT NULL, operations INTEGER NOT NULL, busy_ps INTEGER NOT NULL,
                       stalled_ps TEXT NOT NULL, PRIMARY KEY (point, position)) WITHOUT ROWID;
CREATE TABLE series (point INTEGER NOT NULL REFERENCES result, position INTEGER NOT NULL, name TEXT NOT NULL,
                     bytes TEXT NOT NULL, PRIMARY KEY (point, position)) WITHOUT ROWID;
)";

}  // namespace aie4::sweep
