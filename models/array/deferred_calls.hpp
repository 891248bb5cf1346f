// SPDX-License-Identifier: Apache-2.0
// Actions at future times behind one kernel event.
#pragma once

#include <deque>
#include <functional>
#include <iterator>
#include <utility>

#include <systemc>

namespace aie4::array {

/// Calls at the same time run in the order in which they were asked for.
class DeferredCalls : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(DeferredCalls);
  explicit DeferredCalls(sc_core::sc_module_name name) : sc_module(name) {
    SC_METHOD(run);
    sensitive << due_;
    dont_initialize();
  }

  /// At once if `time` is not in the future.
  void at(const sc_core::sc_time& time, std::function<void()> call) {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (time <= now) {
      call();
      return;
    }
    auto place = calls_.end();
    while (place != calls_.begin() && std::prev(place)->time > time) --place;
    calls_.insert(place, {time, std::move(call)});
    due_.notify(calls_.front().time - now);
  }
  void cancel() {
    calls_.clear();
    due_.cancel();
  }

 private:
  struct Call {
    sc_core::sc_time time;
    std::function<void()> call;
  };

  void run() {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    while (!calls_.empty() && calls_.front().time <= now) {
      const std::function<void()> call = std::move(calls_.front().call);
      calls_.pop_front();
      call();
    }
    if (!calls_.empty()) due_.notify(calls_.front().time - now);
  }

  std::deque<Call> calls_;
  sc_core::sc_event due_;
};

}  // namespace aie4::array
