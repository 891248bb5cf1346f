// SPDX-License-Identifier: Apache-2.0
// One timeline of guest and device.
#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

#include "sim/profile/boundary_record.hpp"
#include "sim/profile/guest_record.hpp"
#include "sim/trace/perfetto_reader.hpp"

namespace aie4::profile {

/// What is known about the clocks, by all that guest and device server saw.
struct Merged {
  std::size_t commands = 0;
  Nanoseconds uncertain = 0;
  bool consistent = true;
};

/// Writes the timeline. `device`: of `aie4sim serve --trace --trace-unit ps`, beside the recording of `moments`. Throws
/// ProfileError if the clocks cannot be compared.
Merged merge(const GuestRecord& guest, const std::vector<Moment>& moments, const trace::ReadTrace& device,
             std::ostream& out);

}  // namespace aie4::profile
