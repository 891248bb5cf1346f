// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory/lock_unit.hpp"

#include <algorithm>
#include <utility>

#include "models/common/time.hpp"

namespace aie4::array {

LockUnit::LockUnit(sc_core::sc_module_name name, const Environment& environment, std::string owner, unsigned locks)
    : sc_module(name),
      environment_(environment),
      owner_(std::move(owner)),
      subject_(owner_ + " lock"),
      locks_(std::min(locks, kMaxLocks)) {
  SC_METHOD(release_due);
  sensitive << due_;
  dont_initialize();
}

bool LockUnit::holds(std::uint32_t value, int change) {
  return change < 0 ? static_cast<int>(value) >= -change : static_cast<int>(value) == change;
}

void LockUnit::set(unsigned lock, std::uint32_t value) {
  locks_.at(lock).value = value & kMaxValue;
  changed(lock, LockAction::Set);
  serve(lock);
}

bool LockUnit::request(unsigned lock, bool acquire, int change, std::string_view requester) {
  if (!acquire) {
    give(lock, change, requester);
    return true;
  }
  if (!holds(locks_.at(lock).value, change)) return false;
  take(lock, change);
  return true;
}

bool LockUnit::acquire(LockWaiter& waiter, unsigned lock, int change, const sc_core::sc_event* cancel) {
  waiter.lock_ = lock;
  waiter.value_ = change;
  // Whoever waits already cannot be served at the present value, so a newcomer passes nobody.
  if (holds(locks_.at(lock).value, change)) {
    grant(lock, waiter);
    serve(lock);
    return true;
  }
  waiter.waiting_ = true;
  locks_[lock].waiters.push_back(&waiter);
  const std::string_view releaser = locks_[lock].last_releaser;
  const WaitRegistry::Scope scope(
      waiter.process_, {WaitReason::Lock, subject_, lock, releaser.empty() ? "nobody has released it yet" : releaser});
  const sc_core::sc_time since = time_now();
  if (cancel == nullptr) {
    sc_core::wait(waiter.granted_);
  } else {
    if (waiter.cancel_ == nullptr) {
      waiter.cancel_ = cancel;
      waiter.granted_or_cancelled_ |= waiter.granted_;
      waiter.granted_or_cancelled_ |= *cancel;
    }
    sc_assert(waiter.cancel_ == cancel);
    sc_core::wait(waiter.granted_or_cancelled_);
  }
  if (waiter.use_ != nullptr) waiter.use_->stall(WaitReason::Lock, time_now() - since);
  if (!waiter.waiting_) return true;
  withdraw(waiter);
  return false;
}

void LockUnit::withdraw(LockWaiter& waiter) {
  waiter.waiting_ = false;
  std::erase(locks_[waiter.lock_].waiters, &waiter);
}

void LockUnit::grant(unsigned lock, LockWaiter& waiter) {
  Lock& entry = locks_[lock];
  const sc_core::sc_time at = std::max(time_now(), entry.free_at);
  entry.free_at = at + environment_.clock.cycles(1);
  waiter.granted_at_ = at + environment_.clock.cycles(environment_.parameters.lock_acquire_cycles);
  take(lock, waiter.value_);
}

void LockUnit::serve(unsigned lock) {
  std::vector<LockWaiter*>& waiters = locks_[lock].waiters;
  for (std::size_t next = 0; next < waiters.size();) {
    LockWaiter& waiter = *waiters[next];
    if (!holds(locks_[lock].value, waiter.value_)) {
      ++next;
      continue;
    }
    waiters.erase(waiters.begin() + static_cast<std::ptrdiff_t>(next));
    waiter.waiting_ = false;
    grant(lock, waiter);
    waiter.granted_.notify(waiter.granted_at_ - time_now());
    // The new value may suit one who arrived earlier.
    next = 0;
  }
}

void LockUnit::take(unsigned lock, int change) {
  locks_[lock].value -= static_cast<std::uint32_t>(change < 0 ? -change : change);
  changed(lock, change < 0 ? LockAction::AcquireGreaterEqual : LockAction::AcquireEqual);
}

void LockUnit::give(unsigned lock, int change, std::string_view releaser) {
  Lock& entry = locks_.at(lock);
  const int result = static_cast<int>(entry.value) + change;
  if (result < 0 || result > static_cast<int>(kMaxValue)) {
    (result < 0 ? underflow_ : overflow_) |= std::uint64_t{1} << lock;
    environment_.diagnostics.report({.category = FaultCategory::GuestError,
                                     .where = fmt::format("{} {}", subject_, lock),
                                     .expected = "a release to a value of 0..63",
                                     .came = fmt::format("{} {:+} = {}", entry.value, change, result),
                                     .blame = std::string(releaser)});
    if (observer_ != nullptr) observer_->lock_changed(lock, LockAction::Error, entry.value);
    return;
  }
  entry.value = static_cast<std::uint32_t>(result);
  entry.last_releaser = releaser;
  changed(lock, LockAction::Release);
  serve(lock);
}

void LockUnit::release(unsigned lock, int change, std::string_view releaser, const sc_core::sc_time& at) {
  const sc_core::sc_time now = time_now();
  if (at <= now) {
    give(lock, change, releaser);
    return;
  }
  auto place = pending_.end();
  while (place != pending_.begin() && std::prev(place)->at > at) --place;
  pending_.insert(place, {.at = at, .lock = lock, .change = change, .releaser = releaser});
  due_.notify(pending_.front().at - now);
}

void LockUnit::release_due() {
  const sc_core::sc_time now = time_now();
  while (!pending_.empty() && pending_.front().at <= now) {
    const PendingRelease due = pending_.front();
    pending_.pop_front();
    give(due.lock, due.change, due.releaser);
  }
  if (!pending_.empty()) due_.notify(pending_.front().at - now);
}

void LockUnit::changed(unsigned lock, LockAction action) {
  if ((watched_ >> lock & 1U) != 0) observer_->lock_changed(lock, action, locks_[lock].value);
  if (environment_.probe == nullptr) return;
  Lock& entry = locks_[lock];
  if (!entry.has_track) {
    entry.track = environment_.probe->track(fmt::format("{}/lock {}", owner_, lock));
    entry.has_track = true;
  }
  environment_.probe->counter(entry.track, time_now(), entry.value);
}

void LockUnit::reset(unsigned first, unsigned count) {
  std::erase_if(pending_, [&](const PendingRelease& release) { return release.lock - first < count; });
  for (unsigned lock = first; lock < first + count; ++lock) {
    overflow_ &= ~(std::uint64_t{1} << lock);
    underflow_ &= ~(std::uint64_t{1} << lock);
    const bool was_set = locks_[lock].value != 0;
    locks_[lock].value = 0;
    locks_[lock].free_at = sc_core::SC_ZERO_TIME;
    locks_[lock].last_releaser = {};
    if (was_set) changed(lock, LockAction::Set);
    serve(lock);
  }
}

}  // namespace aie4::array
