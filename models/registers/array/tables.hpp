// SPDX-License-Identifier: Apache-2.0
// The generated tables, by tile kind. For the functions of this folder only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/registers/array/streams.hpp"
#include "models/registers/array/types.hpp"

namespace aie4::registers::tables {

/// One register: the families in memory order.
struct Element {
  std::uint32_t offset = 0;
  std::uint16_t family = 0;
  std::uint16_t index = 0;  ///< Half in bit 15, below it the indices as one number, the last index running fastest.
};

struct PortTable {
  std::span<const StreamPort> ports[2][2];  ///< By switch and direction.
};

extern const std::span<const Family> kFamilies[3];
extern const std::span<const Element> kElements[3];
extern const PortTable kPorts[3];
extern const std::span<const std::uint32_t> kRoutes[3];      ///< For each subordinate, the managers as a mask.
extern const std::span<const std::uint32_t> kHalfRoutes[3];  ///< The same with two applications.
extern const std::span<const std::string_view> kEvents[3];

}  // namespace aie4::registers::tables
