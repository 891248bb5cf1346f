// SPDX-License-Identifier: Apache-2.0
// The few things of SQLite that a sweep needs, with errors as exceptions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace aie4::sweep {

class SqliteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Sqlite {
 public:
  enum class Mode : std::uint8_t { Read, Write };

  /// Write creates the file if it is not there. Throws SqliteError.
  Sqlite(const std::filesystem::path& file, Mode mode);
  /// Statements without parameters and results.
  void run(const char* sql);
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement: bind, then step.
class Statement {
 public:
  Statement(Sqlite& database, const char* sql);

  // Parameters and columns count up from the left.
  Statement& bind(std::uint64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::optional<std::uint64_t>& value);
  /// True if there is a row.
  bool step();
  /// Runs it to its end, and makes it ready to be bound again.
  void run();

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] std::string text();
  [[nodiscard]] std::optional<std::uint64_t> optional_number();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void check(int code);

  Sqlite& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
  int column_ = 0;
};

/// All or nothing: rolled back unless `commit` was called.
class Transaction {
 public:
  explicit Transaction(Sqlite& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Sqlite& database_;
  bool open_ = true;
};

}  // namespace aie4::sweep
