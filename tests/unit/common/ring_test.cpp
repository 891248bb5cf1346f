// SPDX-License-Identifier: Apache-2.0
#include "models/common/ring.hpp"

#include <deque>
#include <memory>
#include <random>

#include "tests/support/catch.hpp"

using aie4::Ring;

TEST_CASE("a ring is a queue, however it grows and goes round") {
  Ring<int> ring;
  std::deque<int> expected;
  std::mt19937 dice(7);
  for (int step = 0; step < 10'000; ++step) {
    // Longer and longer, then shorter again.
    const bool push = expected.empty() || dice() % 100 < (step < 6'000 ? 55U : 40U);
    if (push) {
      ring.push_back(step);
      expected.push_back(step);
    } else {
      REQUIRE(ring.front() == expected.front());
      ring.pop_front();
      expected.pop_front();
    }
    REQUIRE(ring.size() == expected.size());
    REQUIRE(ring.empty() == expected.empty());
    for (std::size_t i = 0; i < expected.size(); i += 17) REQUIRE(ring[i] == expected[i]);
  }
  ring.clear();
  CHECK(ring.empty());
}

TEST_CASE("what has left a ring is gone") {
  const auto element = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  for (int i = 0; i < 5; ++i) ring.push_back(element);
  CHECK(element.use_count() == 6);
  ring.pop_front();
  CHECK(element.use_count() == 5);
  ring.clear();
  CHECK(element.use_count() == 1);
}
