// SPDX-License-Identifier: Apache-2.0
// The file of a sweep: what is to be run, and what came out (tables: docs/sweeps.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/inputs.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/points.hpp"
#include "sim/sweep/spec.hpp"
#include "sim/sweep/sqlite.hpp"

namespace aie4::sweep {

/// The file is not a sweep, or not this one: one line.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What made the numbers.
struct Provenance {
  std::string version;  ///< Of the program.
  std::string build;    ///< SHA-256 of the program.
  std::string spec;     ///< The text of the spec.
  std::vector<Input> inputs;
};

/// What happens to a file that is there already.
enum class Begin : std::uint8_t {
  GoOn,     ///< With what it lacks, if it is of this sweep.
  Restart,  ///< Its results are thrown away, whatever sweep it is of.
};

/// Keeps other sweeps out of the file while this one writes.
class StoreLock {
 public:
  /// Throws StoreError if another process has it, SqliteError if there cannot be such a file.
  explicit StoreLock(const std::filesystem::path& file);
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;
  ~StoreLock();

 private:
  int fd_;
};

class SweepWriter {
 public:
  /// Begins a file, or goes on with one that was begun with equal points, by the same program, from the same inputs.
  /// Throws StoreError if it is anything else, with what differs, and SqliteError.
  SweepWriter(const std::filesystem::path& file, const Spec& spec, const std::vector<Point>& points,
              const Provenance& provenance, Begin begin = Begin::GoOn);

  /// The points without a result, ascending.
  [[nodiscard]] std::vector<std::size_t> open_points();
  /// Makes the points that failed open again.
  void forget_failures();
  /// Everything about one point, or nothing of it.
  void put(std::size_t point, const Outcome& outcome);

 private:
  void create(const Spec& spec, const std::vector<Point>& points, const Provenance& provenance);
  void drop();
  void go_on(const Spec& spec, const std::vector<Point>& points, const Provenance& provenance);
  [[nodiscard]] std::vector<std::string> differences(const Spec& spec, const std::vector<Point>& points,
                                                     const Provenance& provenance);

  std::filesystem::path file_;
  StoreLock lock_;
  Sqlite database_;
};

/// A point of a file that was read.
struct StoredPoint {
  std::string workload;
  std::string preset;
  std::vector<std::pair<std::string, Value>> values;  ///< By factor.
  std::vector<std::string> words;
  std::optional<std::uint64_t> operations;
  std::string dtype;
  std::optional<Outcome> outcome;  ///< Nothing: was not run yet.
};

struct StoredSweep {
  std::string name;
  Provenance provenance;
  std::vector<Factor> factors;  ///< Without their values.
  std::vector<StoredPoint> points;
};

/// Throws StoreError, SqliteError.
[[nodiscard]] StoredSweep read_sweep(const std::filesystem::path& file);

}  // namespace aie4::sweep
