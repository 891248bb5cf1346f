// SPDX-License-Identifier: Apache-2.0
// The locks of one tile: semaphores of 6 bits that DMA channels, cores and memory-mapped masters acquire and release.
// Source: AIE4 tile-array notes, section 3 (aie-codegen lock tables; save/restore programs for the request window).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"

namespace aie4::array {

enum class LockAction : std::uint8_t { AcquireEqual, AcquireGreaterEqual, Release, Set, Error };

/// Hears of the locks it asked for: the event logic of the tile.
class LockObserver {
 public:
  virtual ~LockObserver() = default;
  /// `value` is that after the action. Errors are told for every lock.
  virtual void lock_changed(unsigned lock, LockAction action, std::uint32_t value) = 0;
};

/// A requester that can wait for a lock: one per DMA channel or core, for as long as that lives. It has at most one
/// request outstanding.
class LockWaiter {
 public:
  /// `process` says what it waits for meanwhile; its name is what others read as the releaser of a lock.
  explicit LockWaiter(WaitRegistry::Process& process, ResourceUse* use = nullptr) : process_(process), use_(use) {}

  /// Absolute; when the requester may go on. May lie in the future right after a request.
  [[nodiscard]] sc_core::sc_time granted_at() const { return granted_at_; }
  [[nodiscard]] std::string_view name() const { return process_.name(); }

 private:
  friend class LockUnit;
  WaitRegistry::Process& process_;
  ResourceUse* use_;
  sc_core::sc_event granted_;
  const sc_core::sc_event* cancel_ = nullptr;
  sc_core::sc_event_or_list granted_or_cancelled_;  // By cancel_.
  sc_core::sc_time granted_at_;
  bool waiting_ = false;
  unsigned lock_ = 0;
  int value_ = 0;
};

/// 1..64 locks, value 0..63 each, 0 after reset.
///
/// A change is a number of -64..63. Acquire with v >= 0 waits until the lock equals v, with v < 0 until it is at least
/// -v, and takes that much. Release adds and never waits. A result outside 0..63 leaves the value as it was, sets the
/// sticky overflow or underflow bit and is reported (what hardware keeps is not public).
///
/// Those who wait are served in order of arrival; one whose condition does not hold does not hold up those behind it.
/// A lock grants one acquire in each clock cycle.
class LockUnit : public sc_core::sc_module {
 public:
  static constexpr unsigned kMaxLocks = 64;
  static constexpr std::uint32_t kMaxValue = 63;

  SC_HAS_PROCESS(LockUnit);
  /// `owner`: "column 0/memory tile 1".
  LockUnit(sc_core::sc_module_name name, const Environment& environment, std::string owner, unsigned locks);

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(locks_.size()); }
  [[nodiscard]] std::uint32_t value(unsigned lock) const { return locks_.at(lock).value; }
  /// The value register. `value` is cut to 6 bits.
  void set(unsigned lock, std::uint32_t value);

  /// Memory-mapped request: never waits. True: done. `change` in -64..63; `requester` outlives the locks.
  bool request(unsigned lock, bool acquire, int change, std::string_view requester = "a memory-mapped request");

  /// Whether an acquire would succeed at once.
  [[nodiscard]] bool available(unsigned lock, int change) const { return holds(locks_.at(lock).value, change); }

  /// For SC_THREADs: returns when the lock is taken, with `waiter.granted_at()` now or a cycle ahead (it costs
  /// lock.acquire_cycles, which the caller spends together with its other times). False: `cancel` was notified first;
  /// nothing was taken. A waiter that gives one always gives the same, which outlives it.
  bool acquire(LockWaiter& waiter, unsigned lock, int change, const sc_core::sc_event* cancel = nullptr);

  /// Adds `change`, at the time `at` (absolute; now if it is past). `releaser` outlives the locks.
  void release(unsigned lock, int change, std::string_view releaser,
               const sc_core::sc_time& at = sc_core::SC_ZERO_TIME);

  /// Sticky, bit per lock.
  [[nodiscard]] std::uint64_t overflow() const { return overflow_; }
  [[nodiscard]] std::uint64_t underflow() const { return underflow_; }
  void clear_overflow(std::uint64_t ones) { overflow_ &= ~ones; }
  void clear_underflow(std::uint64_t ones) { underflow_ &= ~ones; }

  /// `watched`: bit per lock that the observer wants to hear of. Null: nobody listens.
  void observe(LockObserver* observer, std::uint64_t watched) {
    observer_ = observer;
    watched_ = watched;
  }

  /// All values 0, sticky bits clear, releases under way forgotten. Who waits goes on waiting: its own reset ends that.
  void reset() { reset(0, size()); }
  /// The same for the locks from `first` on.
  void reset(unsigned first, unsigned count);

 private:
  struct Lock {
    std::uint32_t value = 0;
    sc_core::sc_time free_at;          // No grant before.
    std::vector<LockWaiter*> waiters;  // In order of arrival.
    std::string_view last_releaser;    // Empty: nobody yet.
    bool has_track = false;
    TrackId track = 0;
  };
  struct PendingRelease {
    sc_core::sc_time at;
    unsigned lock = 0;
    int change = 0;
    std::string_view releaser;
  };

  [[nodiscard]] static bool holds(std::uint32_t value, int change);
  void take(unsigned lock, int change);
  void give(unsigned lock, int change, std::string_view releaser);
  void grant(unsigned lock, LockWaiter& waiter);
  void serve(unsigned lock);
  void withdraw(LockWaiter& waiter);
  void changed(unsigned lock, LockAction action);
  void release_due();

  const Environment& environment_;
  std::string owner_;
  std::string subject_;
  std::vector<Lock> locks_;
  std::deque<PendingRelease> pending_;  // By time, then by order of request.
  sc_core::sc_event due_;
  std::uint64_t overflow_ = 0;
  std::uint64_t underflow_ = 0;
  LockObserver* observer_ = nullptr;
  std::uint64_t watched_ = 0;
};

/// A lock of some tile as a requester names it.
struct LockReference {
  LockUnit* unit = nullptr;  ///< Null: there is no such tile or lock.
  unsigned lock = 0;
};

/// The locks that one requester can name: equal windows, one per tile that it reaches.
///
/// DMA of a compute or shim tile: its own tile. DMA of a memory tile: 15 windows of 64, own locks 448..511, the next
/// tile to the west below, to the east above. Core: 4 windows of 16, in the order south, west, north, own.
class LockSpace {
 public:
  static constexpr unsigned kMemoryWindow = 64;
  static constexpr unsigned kMemoryReach = 7;  ///< Tiles to either side.
  static constexpr unsigned kCoreWindow = 16;

  LockSpace(unsigned window, std::vector<LockUnit*> units) : window_(window), units_(std::move(units)) {}

  [[nodiscard]] LockReference find(unsigned id) const {
    const unsigned tile = id / window_;
    if (tile >= units_.size() || units_[tile] == nullptr || id % window_ >= units_[tile]->size()) return {};
    return {units_[tile], id % window_};
  }

 private:
  unsigned window_;
  std::vector<LockUnit*> units_;  // Null: no tile there.
};

}  // namespace aie4::array
