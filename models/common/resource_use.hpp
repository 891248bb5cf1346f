// SPDX-License-Identifier: Apache-2.0
// What each resource of the device did with its time: bytes, busy, and stalled by reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

#include <systemc>

#include "models/common/wait_registry.hpp"

namespace aie4 {

/// One DMA channel, switch port, microcontroller, memory, ... Counters only grow.
struct ResourceUse {
  std::string name;  ///< "column 0/memory tile 1/DMA/S2MM 3".
  std::uint64_t bytes = 0;
  std::uint64_t operations = 0;  ///< Descriptors, packets, opcodes, accesses: what the resource counts in.
  sc_core::sc_time busy;
  std::array<sc_core::sc_time, kWaitReasons> stalled{};

  void stall(WaitReason reason, sc_core::sc_time duration) { stalled[static_cast<std::size_t>(reason)] += duration; }
};

/// All resources of one device, in order of construction. Rows live as long as the registry.
class ResourceRegistry {
 public:
  ResourceUse& add(std::string name) {
    rows_.emplace_back();
    rows_.back().name = std::move(name);
    return rows_.back();
  }
  [[nodiscard]] const std::list<ResourceUse>& rows() const { return rows_; }

 private:
  std::list<ResourceUse> rows_;
};

}  // namespace aie4
