// SPDX-License-Identifier: Apache-2.0
// Where the interrupts of one PCI function arrive: counted at once, handled when the host gets to it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "sim/pci/ports.hpp"

namespace aie4::host {

/// The interrupt lines of one function.
///
/// The device signals in the middle of its own activity, where no register may be accessed: `signal` therefore only
/// queues, and `dispatch` calls the handlers from the host's own code.
class InterruptController final : public pci::InterruptSink {
 public:
  using Handler = std::function<void()>;

  void signal(unsigned vector) override;

  /// Throws std::invalid_argument if the vector has a handler: no vector of this driver is shared.
  void request(unsigned vector, Handler handler);
  /// What is pending for the vector is dropped.
  void release(unsigned vector);
  [[nodiscard]] bool requested(unsigned vector) const { return handlers_.contains(vector); }

  /// Handles everything pending in the order of arrival, also what handlers provoke. Returns whether there was any.
  bool dispatch();
  [[nodiscard]] bool pending() const { return !pending_.empty(); }

  /// Interrupts of that vector since the beginning, handled or not.
  [[nodiscard]] std::uint64_t count(unsigned vector) const;
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Interrupts without a handler: lost, as in Linux.
  [[nodiscard]] std::uint64_t unhandled() const { return unhandled_; }

 private:
  std::map<unsigned, Handler> handlers_;
  std::map<unsigned, std::uint64_t> counts_;
  std::deque<unsigned> pending_;
  std::uint64_t total_ = 0;
  std::uint64_t unhandled_ = 0;
};

}  // namespace aie4::host
