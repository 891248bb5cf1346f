// SPDX-License-Identifier: Apache-2.0
#include "models/common/clock_domain.hpp"

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

// A change is notified, which SystemC allows only of an elaborated model.
void elaborate() {
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

sc_core::sc_time ps(std::uint64_t count) {
  return {static_cast<double>(count), sc_core::SC_PS};
}

TEST_CASE("Cycles last what the frequency says, to the nearest picosecond") {
  ClockDomain clock("aie", 1200);
  elaborate();
  CHECK(clock.cycles(0) == sc_core::SC_ZERO_TIME);
  CHECK(clock.cycles(1) == ps(833));   // 833.33
  CHECK(clock.cycles(2) == ps(1667));  // 1666.67
  CHECK(clock.cycles(3) == ps(2500));
  clock.set_mhz(1000);
  CHECK(clock.cycles(7) == ps(7000));
  clock.set_mhz(1);
  CHECK(clock.cycles(1'000'000) == sc_core::sc_time(1, sc_core::SC_SEC));
}

TEST_CASE("A clock stands still until it is powered") {
  ClockDomain clock("aie", 1200);
  elaborate();
  CHECK(clock.name() == "aie");
  CHECK_FALSE(clock.running());
  clock.set_running(true);
  CHECK(clock.running());
  CHECK(clock.mhz() == 1200);
}

}  // namespace
}  // namespace aie4
