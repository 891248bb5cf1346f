// SPDX-License-Identifier: Apache-2.0
#include "sim/host/interrupts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace aie4::host {

void InterruptController::signal(unsigned vector) {
  ++counts_[vector];
  ++total_;
  if (!handlers_.contains(vector)) {
    ++unhandled_;
    return;
  }
  pending_.push_back(vector);
}

void InterruptController::request(unsigned vector, Handler handler) {
  if (!handlers_.emplace(vector, std::move(handler)).second) {
    throw std::invalid_argument(fmt::format("interrupt vector {} has a handler", vector));
  }
}

void InterruptController::release(unsigned vector) {
  handlers_.erase(vector);
  std::erase(pending_, vector);
}

bool InterruptController::dispatch() {
  const bool any = !pending_.empty();
  while (!pending_.empty()) {
    const unsigned vector = pending_.front();
    pending_.pop_front();
    // A copy: the handler may release its own vector.
    const Handler handler = handlers_.at(vector);
    handler();
  }
  return any;
}

std::uint64_t InterruptController::count(unsigned vector) const {
  const auto found = counts_.find(vector);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace aie4::host
