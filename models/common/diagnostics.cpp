// SPDX-License-Identifier: Apache-2.0
#include "models/common/diagnostics.hpp"

#include <fmt/format.h>

namespace aie4 {

std::string_view to_string(FaultCategory category) {
  switch (category) {
    case FaultCategory::GuestError:
      return "guest error";
    case FaultCategory::ConfigurationError:
      return "configuration error";
    case FaultCategory::Unmodelled:
      return "unmodelled";
    case FaultCategory::SimulatorDefect:
      return "simulator defect";
  }
  return "simulator defect";
}

std::string Diagnostic::text() const {
  const std::uint64_t nanoseconds = time_ps / 1000;
  return fmt::format("{} at {}.{:03} us in {}: expected {}, came {}; likely at fault: {}", to_string(category),
                     nanoseconds / 1000, nanoseconds % 1000, where, expected, came, blame);
}

Diagnostics::Diagnostics(Sink sink, Clock clock) : sink_(std::move(sink)), clock_(std::move(clock)) {}

void Diagnostics::report(Diagnostic diagnostic) {
  ++counts_[diagnostic.category];
  if (++reported_[{diagnostic.category, diagnostic.where}] <= kSinkLimit) send(std::move(diagnostic));
}

void Diagnostics::unmodelled(std::string_view kind, std::string_view name, std::string_view where) {
  ++counts_[FaultCategory::Unmodelled];
  if (++unmodelled_[{std::string(kind), std::string(name)}] > 1) return;
  // Once per name is limit enough: the twenty-first gap of one place is as new as the first.
  send({.category = FaultCategory::Unmodelled,
        .where = std::string(where),
        .expected = fmt::format("a modelled {}", kind),
        .came = std::string(name),
        .blame = "the simulator (see docs/known-gaps.md)"});
}

void Diagnostics::send(Diagnostic diagnostic) const {
  if (!sink_) return;
  if (clock_) diagnostic.time_ps = clock_();
  sink_(diagnostic);
}

void Diagnostics::register_read(std::string_view reg, std::uint64_t value) {
  if (spin_threshold == 0) return;
  if (spin_count_ == 0 || value != spin_value_ || reg != spin_register_) {
    spin_register_ = reg;
    spin_value_ = value;
    spin_count_ = 0;
  }
  if (++spin_count_ != spin_threshold) return;
  ++spins_[spin_register_];
  report({.category = FaultCategory::GuestError,
          .where = spin_register_,
          .expected = "a change between reads",
          .came = fmt::format("{:#x} in {} reads in a row while the device did nothing", value, spin_count_),
          .blame = "the driver polls something that will not change, or the device forgot to change it"});
}

std::vector<Diagnostics::BurndownEntry> Diagnostics::burndown() const {
  std::vector<BurndownEntry> entries;
  entries.reserve(unmodelled_.size());
  for (const auto& [key, count] : unmodelled_) entries.push_back({key.first, key.second, count});
  return entries;
}

std::uint64_t Diagnostics::count(FaultCategory category) const {
  const auto found = counts_.find(category);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace aie4
