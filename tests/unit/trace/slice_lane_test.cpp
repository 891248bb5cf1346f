// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/slice_lane.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace aie4::trace {
namespace {

/// "1( 2( )3 )5": names and times of begins and ends.
class Text {
 public:
  std::string text;

  void begin(const Slice& slice) { text += std::to_string(slice.begin) + (slice.instant ? "! " : "( "); }
  void end(const Slice& slice) { text += ")" + std::to_string(slice.end) + " "; }
};

TEST_CASE("Slices that come late come out in order, inner ones within outer ones") {
  SliceLane lane;
  Text out;
  CHECK(lane.take({.begin = 12, .end = 14}, out));
  CHECK(lane.take({.begin = 10, .end = 12}, out));
  CHECK(lane.take({.begin = 15, .end = 15, .instant = true}, out));
  CHECK(lane.take({.begin = 10, .end = 20}, out));
  CHECK(lane.take({.begin = 2, .end = 3}, out));
  lane.flush(out);
  CHECK(out.text == "2( )3 10( 10( )12 12( )14 15! )20 ");
}

TEST_CASE("Slices without length stand between those that touch there") {
  SliceLane lane;
  Text out;
  CHECK(lane.take({.begin = 1, .end = 5}, out));
  CHECK(lane.take({.begin = 5, .end = 5}, out));
  CHECK(lane.take({.begin = 5, .end = 5}, out));
  CHECK(lane.take({.begin = 5, .end = 7}, out));
  lane.flush(out);
  CHECK(out.text == "1( )5 5( 5( )5 5( )5 )7 ");
}

TEST_CASE("A slice that overlaps another in part is not taken") {
  SliceLane lane;
  Text out;
  CHECK(lane.take({.begin = 10, .end = 20}, out));
  CHECK_FALSE(lane.take({.begin = 5, .end = 11}, out));
  CHECK_FALSE(lane.take({.begin = 19, .end = 21}, out));
  CHECK(lane.take({.begin = 20, .end = 21}, out));
  CHECK(lane.take({.begin = 5, .end = 10}, out));
  CHECK(lane.waiting() == 3);
}

TEST_CASE("A full window puts out half, and takes nothing that begins before") {
  SliceLane lane;
  Text out;
  for (Tick time = 0; time < SliceLane::kWindow; ++time) CHECK(lane.take({.begin = time, .end = time + 1}, out));
  CHECK(out.text.empty());
  CHECK(lane.take({.begin = SliceLane::kWindow, .end = SliceLane::kWindow + 1}, out));
  CHECK(lane.waiting() == SliceLane::kWindow / 2 + 1);
  CHECK_FALSE(lane.take({.begin = SliceLane::kWindow / 2 - 1, .end = SliceLane::kWindow / 2}, out));
  CHECK(lane.take({.begin = SliceLane::kWindow / 2, .end = 1000}, out));
}

TEST_CASE("A window full of one slice and all within it goes out as a whole") {
  SliceLane lane;
  Text out;
  CHECK(lane.take({.begin = 0, .end = 1000}, out));
  for (Tick time = 1; time < SliceLane::kWindow; ++time) CHECK(lane.take({.begin = time, .end = time + 1}, out));
  CHECK_FALSE(lane.take({.begin = 999, .end = 1000}, out));
  CHECK(lane.waiting() == 0);
  CHECK(out.text.ends_with(")128 )1000 "));
  CHECK(lane.take({.begin = 1000, .end = 1000}, out));
}

TEST_CASE("Only a slice that goes on where the last one of its name and flow ended lengthens it") {
  SliceLane lane;
  Text out;
  CHECK_FALSE(lane.extend({.begin = 0, .end = 5, .name = 1, .flow = 7}));
  CHECK(lane.take({.begin = 0, .end = 5, .name = 1, .flow = 7}, out));
  CHECK_FALSE(lane.extend({.begin = 6, .end = 9, .name = 1, .flow = 7}));
  CHECK_FALSE(lane.extend({.begin = 5, .end = 9, .name = 2, .flow = 7}));
  CHECK_FALSE(lane.extend({.begin = 5, .end = 9, .name = 1, .flow = 8}));
  CHECK(lane.extend({.begin = 5, .end = 9, .name = 1, .flow = 7}));
  SECTION("unless something encloses it") {
    CHECK(lane.take({.begin = 0, .end = 9, .name = 3}, out));
    CHECK_FALSE(lane.extend({.begin = 9, .end = 10, .name = 1, .flow = 7}));
    lane.flush(out);
    CHECK(out.text == "0( 0( )9 )9 ");
  }
  SECTION("and so on") {
    CHECK(lane.extend({.begin = 9, .end = 10, .name = 1, .flow = 7}));
    lane.flush(out);
    CHECK(out.text == "0( )10 ");
  }
}

}  // namespace
}  // namespace aie4::trace
