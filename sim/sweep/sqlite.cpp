// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/sqlite.hpp"

#include <fmt/format.h>
#include <limits>
#include <sqlite3.h>

namespace aie4::sweep {
namespace {

// Another program may look at the file for a moment.
constexpr int kBusyMs = 10'000;

[[noreturn]] void fail(sqlite3* handle, std::string_view what) {
  throw SqliteError(fmt::format("{}: {}", what, handle == nullptr ? "out of memory" : sqlite3_errmsg(handle)));
}

}  // namespace

void Sqlite::Close::operator()(sqlite3* handle) const {
  sqlite3_close(handle);
}

Sqlite::Sqlite(const std::filesystem::path& file, Mode mode) {
  sqlite3* handle = nullptr;
  const int flags = mode == Mode::Read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle, file.string());
  sqlite3_busy_timeout(handle, kBusyMs);
}

void Sqlite::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_.get(), "database");
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(Sqlite& database, const char* sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(database.handle(), sql, -1, &statement, nullptr));
  statement_.reset(statement);
}

void Statement::check(int code) {
  if (code != SQLITE_OK) fail(database_.handle(), "database");
}

Statement& Statement::bind(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw SqliteError(fmt::format("database: {} is too large", value));
  }
  check(sqlite3_bind_int64(statement_.get(), ++parameter_, static_cast<sqlite3_int64>(value)));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  check(sqlite3_bind_text64(statement_.get(), ++parameter_, value.data(), value.size(),
                            reinterpret_cast<sqlite3_destructor_type>(-1),  // SQLITE_TRANSIENT is an old-style cast.
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(const std::optional<std::uint64_t>& value) {
  if (value) return bind(*value);
  check(sqlite3_bind_null(statement_.get(), ++parameter_));
  return *this;
}

bool Statement::step() {
  column_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_.handle(), "database");
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  check(sqlite3_reset(statement_.get()));
  parameter_ = 0;
}

std::uint64_t Statement::number() {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column_++));
}

std::optional<std::uint64_t> Statement::optional_number() {
  if (sqlite3_column_type(statement_.get(), column_) != SQLITE_NULL) return number();
  ++column_;
  return std::nullopt;
}

std::string Statement::text() {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column_));
  const int size = sqlite3_column_bytes(statement_.get(), column_++);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(size));
}

Transaction::Transaction(Sqlite& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const SqliteError&) {
    // Closing the file does the same.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace aie4::sweep
