// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/progress.hpp"

#include <cmath>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace aie4::cli {
namespace {

constexpr double kSilentSeconds = 2;
constexpr std::size_t kBar = 24;

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_line(std::size_t done, std::size_t total, double seconds, std::string_view unit) {
  const std::size_t full = total == 0 ? kBar : kBar * done / total;
  std::string line =
      fmt::format("[{}{}] {}/{} {}", std::string(full, '#'), std::string(kBar - full, '.'), done, total, unit);
  if (done == 0 || seconds <= 0) return line;
  const double rate = static_cast<double>(done) / seconds;
  return line + fmt::format(", {:.{}f}/s, {} left", rate, rate < 10 ? 1 : 0,
                            duration(static_cast<double>(total - done) / rate));
}

Progress::Progress(std::size_t total, std::string_view unit)
    : total_(total), unit_(unit), terminal_(isatty(STDERR_FILENO) != 0), began_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
}

void Progress::show(std::size_t done) {
  if (!terminal_) return;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_;
  if (passed.count() < kSilentSeconds) return;
  std::cerr << "\r\x1b[K" << progress_line(done, total_, passed.count(), unit_) << std::flush;
  drawn_ = true;
}

}  // namespace aie4::cli
