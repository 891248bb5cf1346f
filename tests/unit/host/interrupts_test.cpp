// SPDX-License-Identifier: Apache-2.0
#include "sim/host/interrupts.hpp"

#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4::host {

TEST_CASE("interrupts are counted at once and handled later, in the order of arrival") {
  InterruptController interrupts;
  std::vector<int> handled;
  interrupts.request(0, [&] { handled.push_back(0); });
  interrupts.request(3, [&] { handled.push_back(3); });
  interrupts.signal(3);
  interrupts.signal(0);
  interrupts.signal(3);
  CHECK(handled.empty());
  CHECK(interrupts.count(3) == 2);
  CHECK(interrupts.total() == 3);
  CHECK(interrupts.dispatch());
  CHECK(handled == std::vector{3, 0, 3});
  CHECK_FALSE(interrupts.dispatch());
}

TEST_CASE("an interrupt without a handler is lost, also when a handler comes afterwards") {
  InterruptController interrupts;
  int handled = 0;
  interrupts.signal(1);
  interrupts.request(1, [&] { ++handled; });
  CHECK_FALSE(interrupts.dispatch());
  CHECK(handled == 0);
  CHECK(interrupts.unhandled() == 1);
  CHECK(interrupts.count(1) == 1);
}

TEST_CASE("a vector has one handler, and what is pending goes with it") {
  InterruptController interrupts;
  int handled = 0;
  interrupts.request(1, [&] { ++handled; });
  CHECK_THROWS_AS(interrupts.request(1, [] {}), std::invalid_argument);
  interrupts.signal(1);
  interrupts.release(1);
  CHECK_FALSE(interrupts.dispatch());
  CHECK(handled == 0);
}

TEST_CASE("a handler may release its own vector and provoke further interrupts") {
  InterruptController interrupts;
  int second = 0;
  interrupts.request(1, [&] {
    interrupts.signal(2);
    interrupts.release(1);
  });
  interrupts.request(2, [&] { ++second; });
  interrupts.signal(1);
  interrupts.signal(1);
  CHECK(interrupts.dispatch());
  CHECK(second == 1);
  CHECK_FALSE(interrupts.requested(1));
}

}  // namespace aie4::host
