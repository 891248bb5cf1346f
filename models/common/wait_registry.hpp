// SPDX-License-Identifier: Apache-2.0
// Everything waits for a reason: each process of the model says what it waits for while it waits, so that the hang
// report, the timeline and the statistics can name it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace aie4 {

enum class WaitReason : std::uint8_t { None, Lock, Stream, Queue, Memory, Token, Barrier, Clock, Host, Cascade };
inline constexpr std::size_t kWaitReasons = 10;

[[nodiscard]] std::string_view to_string(WaitReason reason);

/// Why a process stands still. The texts must outlive the wait: string literals.
struct WaitLabel {
  WaitReason reason = WaitReason::None;
  std::string_view subject;        ///< The lock, queue, barrier, ... waited for.
  std::uint64_t index = 0;         ///< Which one of them.
  std::string_view releaser = {};  ///< Who could end the wait.
};

/// The processes of one device and what each waits for.
class WaitRegistry {
 public:
  /// One process. Lives as long as the module that owns the process; registers itself in construction order.
  class Process {
   public:
    Process(WaitRegistry& registry, std::string name);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void begin(const WaitLabel& label) { label_ = label; }
    void end() { label_ = {}; }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const WaitLabel& label() const { return label_; }

   private:
    WaitRegistry& registry_;
    std::string name_;
    WaitLabel label_;
  };

  /// Labels a process for the duration of a scope; then the label of the enclosing scope is back.
  class Scope {
   public:
    Scope(Process& process, const WaitLabel& label) : process_(process), outer_(process.label()) {
      process_.begin(label);
    }
    ~Scope() { process_.begin(outer_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Process& process_;
    WaitLabel outer_;
  };

  /// One line per waiting process: "uc0 waits for barrier: local barrier 3; released by: another job of the page".
  /// Processes that wait for `WaitReason::Host` with nothing outstanding are idle, not hung, and are left out unless
  /// `include_idle`.
  [[nodiscard]] std::vector<std::string> hang_report(bool include_idle = false) const;

 private:
  std::list<Process*> processes_;
};

}  // namespace aie4
