// SPDX-License-Identifier: Apache-2.0
// What is said of results that say nothing.
#include "sim/workload/net/spread.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using aie4::compute::ElementType;
using aie4::workload::Spread;
using aie4::workload::spread_of;

template <class Value>
Spread of(ElementType type, const std::vector<Value>& values) {
  return spread_of(type, std::as_bytes(std::span(values)));
}

TEST_CASE("Zeros, limits and the commonest value are shares of all elements") {
  const Spread spread = of<std::int8_t>(ElementType::i8, {0, 0, 127, -128, -127, 5, 5, 5, 5, 126});
  CHECK(spread.elements == 10);
  CHECK(spread.zeros == 0.2);
  CHECK(spread.limits == 0.2);
  CHECK(spread.commonest == 0.4);
  CHECK_FALSE(spread.degenerate());
}

TEST_CASE("One value all over is degenerate, whichever it is") {
  CHECK(of(ElementType::i16, std::vector<std::int16_t>(64, 7)).degenerate());
  CHECK(of(ElementType::fp32, std::vector<float>(64, 0.5F)).degenerate());
  // A few elements may be equal by chance.
  CHECK_FALSE(of(ElementType::i16, std::vector<std::int16_t>(2, 7)).degenerate());
}

TEST_CASE("Numbers that are none count as limits") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float none = std::numeric_limits<float>::quiet_NaN();
  const Spread spread = of(ElementType::fp32, std::vector<float>{none, infinity, -infinity, 1, 2, 3, 4, 5});
  CHECK(spread.limits == 0.375);
  CHECK(spread.commonest == 0.125);
  CHECK(spread.degenerate());
  CHECK(of(ElementType::fp32, std::vector<float>(16, none)).degenerate());
}

}  // namespace
