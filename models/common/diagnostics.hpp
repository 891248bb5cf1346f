// SPDX-License-Identifier: Apache-2.0
// What went wrong, whose fault it is, and what we do not model: one object per simulated device collects it all.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aie4 {

/// Who has to act on a diagnostic.
enum class FaultCategory : std::uint8_t {
  GuestError,          ///< The driver, the application or its control code broke the contract.
  ConfigurationError,  ///< The user of the simulator asked for something that does not fit together.
  Unmodelled,          ///< The hardware would do something here that the simulator does not.
  SimulatorDefect,     ///< The simulator contradicts itself.
};

/// "guest error", "configuration error", "unmodelled" or "simulator defect".
[[nodiscard]] std::string_view to_string(FaultCategory category);

/// One thing that went wrong. Every part is a phrase without a final full stop; `blame` names the likely culprit.
struct Diagnostic {
  FaultCategory category = FaultCategory::SimulatorDefect;
  std::string where;     ///< Function, tile, register by name, page, job, opcode: as far as known.
  std::string expected;  ///< What the contract asks for.
  std::string came;      ///< What was seen instead.
  std::string blame;     ///< Who is likely at fault.
  std::uint64_t time_ps = 0;

  /// "guest error at 12.500 us in vf0 context 3: expected ..., came ...; likely at fault: ...".
  [[nodiscard]] std::string text() const;
};

/// Collects diagnostics, the burndown of what is not modelled, and register spins.
///
/// Owned by the machine; models and firmware hold a reference. Used on the simulation thread only.
class Diagnostics {
 public:
  using Sink = std::function<void(const Diagnostic&)>;
  using Clock = std::function<std::uint64_t()>;

  /// `sink` receives every diagnostic (at most `kSinkLimit` per place, then they are only counted); `clock` gives
  /// simulated picoseconds.
  explicit Diagnostics(Sink sink = {}, Clock clock = {});

  /// Counts and forwards. Fills in `time_ps`.
  void report(Diagnostic diagnostic);

  /// Something the hardware would do and we do not: loud once per (kind, name), whatever the limit, counted always.
  /// `kind` is "register", "opcode", "message", ...; `name` is the hardware's name or an offset in hexadecimal.
  void unmodelled(std::string_view kind, std::string_view name, std::string_view where);

  /// As above, but only counted: what the hardware would do cannot be seen by a program.
  void unmodelled_quietly(std::string_view kind, std::string_view name) {
    ++unmodelled_[{std::string(kind), std::string(name)}];
  }

  /// Feeds the spin detector: `reg` was read and gave `value`. After `spin_threshold` reads of the same register in
  /// a row with the same value and no `activity()` between, the register is named once.
  void register_read(std::string_view reg, std::uint64_t value);
  /// Anything that a spinning reader could be waiting for: a write, an interrupt, a device event.
  void activity() { spin_count_ = 0; }

  struct BurndownEntry {
    std::string kind;
    std::string name;
    std::uint64_t count = 0;
  };
  /// Everything unmodelled that was touched, sorted by kind, then name.
  [[nodiscard]] std::vector<BurndownEntry> burndown() const;
  [[nodiscard]] std::uint64_t count(FaultCategory category) const;
  /// Places (register names) at which a reader span.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& spins() const { return spins_; }

  /// Reads of one register in a row that count as a spin. 0 turns the detector off.
  std::uint64_t spin_threshold = 5000;

  /// Diagnostics of one (category, where) that reach the sink; the rest is counted.
  static constexpr std::uint64_t kSinkLimit = 20;

 private:
  void send(Diagnostic diagnostic) const;

  Sink sink_;
  Clock clock_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> unmodelled_;
  std::map<std::pair<FaultCategory, std::string>, std::uint64_t> reported_;
  std::map<FaultCategory, std::uint64_t> counts_;
  std::string spin_register_;
  std::uint64_t spin_value_ = 0;
  std::uint64_t spin_count_ = 0;
  std::map<std::string, std::uint64_t> spins_;
};

}  // namespace aie4
