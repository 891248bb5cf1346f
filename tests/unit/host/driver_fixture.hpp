// SPDX-License-Identifier: Apache-2.0
// A host with one scripted function, enumerated.
#pragma once

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/host/driver/pf_driver.hpp"
#include "sim/host/driver/vf_driver.hpp"
#include "sim/host/pci_bus.hpp"
#include "tests/unit/host/fake_npu.hpp"

namespace aie4::host::test {

inline constexpr std::uint64_t kMicrosecond = 1'000'000;  // In picoseconds.
inline constexpr std::uint64_t kMillisecond = 1'000 * kMicrosecond;

/// Logged lines without their times.
[[nodiscard]] inline std::vector<std::string> texts(const KernelLog& log) {
  std::vector<std::string> result;
  std::ranges::transform(log.lines(), std::back_inserter(result), &KernelLog::Line::text);
  return result;
}

struct DriverFixture {
  explicit DriverFixture(bool physical, AddressMode mode = AddressMode::Iova, unsigned vectors = 4)
      : npu(physical, vectors), host(npu.clock, mode), bus(host, {&npu.function()}), device(bus.device(0)) {
    bus.enumerate();
    npu.accesses.clear();
    npu.msix_accesses.clear();
    if (!physical) npu.boot();
  }

  FakeNpu npu;
  Host host;
  PciBus bus;
  PciDevice& device;
};

struct PfFixture : DriverFixture {
  explicit PfFixture(AddressMode mode = AddressMode::Iova) : DriverFixture(true, mode) {}
  FirmwareImages images{std::vector<std::byte>(0x1'2345, std::byte{0x5A}),
                        std::vector<std::byte>(0x100, std::byte{0xA5})};
};

struct VfFixture : DriverFixture {
  explicit VfFixture(AddressMode mode = AddressMode::Iova, unsigned vectors = 4)
      : DriverFixture(false, mode, vectors) {}
};

/// The DriverError that `operation` ends with; fails the test through an exception of another kind if there is none.
template <class Operation>
[[nodiscard]] DriverError error_of(Operation operation) {
  try {
    operation();
  } catch (const DriverError& error) {
    return error;
  }
  throw std::logic_error("the operation succeeded");
}

}  // namespace aie4::host::test
