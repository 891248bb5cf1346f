// SPDX-License-Identifier: Apache-2.0
// Who in the device had a moment of simulated time.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/profile/device_time.hpp"
#include "sim/profile/stages.hpp"
#include "sim/trace/perfetto_reader.hpp"

namespace aie4::profile {

/// Of those that were busy at a time the first of: kernels, host memory, DMA channels, control code, firmware.
class DeviceStages {
 public:
  /// `trace`: of `aie4sim serve --trace --trace-unit ps`.
  explicit DeviceStages(const trace::ReadTrace& trace);

  /// Covers the time from `begin_ps` to `end_ps`, on the guest's clock.
  [[nodiscard]] std::vector<StageSpan> spans(std::uint64_t begin_ps, std::uint64_t end_ps,
                                             const DeviceTime& time) const;

 private:
  struct Change {
    std::uint64_t ps = 0;
    Stage stage = Stage::Device;
  };
  std::vector<Change> changes_;
};

}  // namespace aie4::profile
