// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/device_time.hpp"

#include <vector>

#include "sim/profile/error.hpp"
#include "tests/support/catch.hpp"

namespace aie4::profile {
namespace {

Moment moment(Nanoseconds host, std::uint64_t ps, bool by_host) {
  return {.host = host, .time_ps = ps, .by_host = by_host};
}

/// The guest's clock is the computer's.
const ClockMap kSame{};

TEST_CASE("Simulated time is stretched evenly between what crossed the boundary") {
  const std::vector<Moment> moments = {moment(1000, 10'000, true), moment(3000, 20'000, false),
                                       moment(4000, 40'000, false)};
  const DeviceTime time(moments, kSame);
  CHECK(time.begin(10'000) == 1000);
  CHECK(time.begin(15'000) == 2000);
  CHECK(time.begin(30'000) == 3500);
  CHECK(time.end(40'000) == 4000);
  CHECK(time.begin(0) == 1000);
  CHECK(time.begin(45'000) == 4005);  // 5 ns of the device after the last
}

TEST_CASE("Before the host does something the device stood still, but for the time that its work takes in hardware") {
  // An interrupt at 1000; 50 ns of work; idle until a doorbell at 9000.
  const std::vector<Moment> moments = {moment(1000, 10'000, false), moment(9000, 60'000, true)};
  const DeviceTime time(moments, kSame);
  CHECK(time.end(35'000) == 1025);
  CHECK(time.end(60'000) == 1050);    // What ended at that instant ended before the pause.
  CHECK(time.begin(60'000) == 9000);  // What began at that instant began after it.
}

TEST_CASE("A recording of nothing has no time") {
  CHECK_THROWS_AS(DeviceTime({}, kSame), ProfileError);
}

}  // namespace
}  // namespace aie4::profile
