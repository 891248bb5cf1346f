// SPDX-License-Identifier: Apache-2.0
#include "models/array/geometry.hpp"

#include "tests/support/catch.hpp"

namespace aie4::array {
namespace {

TEST_CASE("tile windows lie where public control code has them") {
  const Geometry npu3;
  CHECK(npu3.base({0, 0}) == 0x0);
  CHECK(npu3.base({2, 0}) == 0x400'0000);
  CHECK(npu3.base({0, 1}) == 0x10'0000);
  CHECK(npu3.base({0, 2}) == 0x60'0000);
  CHECK(npu3.base({1, 5}) == 0x290'0000);
  CHECK(npu3.kind({0, 0}) == TileKind::Shim);
  CHECK(npu3.kind({0, 1}) == TileKind::Memory);
  CHECK(npu3.kind({0, 2}) == TileKind::Compute);
}

TEST_CASE("with two memory rows the second starts at address row 6 and compute at 11") {
  const Geometry two{.columns = 1, .memory_rows = 2, .compute_rows = 4};
  CHECK(two.base({0, 2}) == 0x60'0000);
  CHECK(two.base({0, 3}) == 0xB0'0000);
}

TEST_CASE("every byte of a tile's window is found in that tile and holes are found nowhere") {
  for (const std::uint8_t memory_rows : {std::uint8_t{1}, std::uint8_t{2}}) {
    const Geometry geometry{.columns = 3, .memory_rows = memory_rows, .compute_rows = 4};
    for (std::uint8_t column = 0; column < geometry.columns; ++column) {
      for (std::uint8_t row = 0; row < geometry.rows(); ++row) {
        const TileId tile{column, row};
        const std::uint32_t window = geometry.kind(tile) == TileKind::Memory ? 5U << 20 : 1U << 20;
        for (const std::uint32_t offset : {std::uint32_t{0}, std::uint32_t{0x9'0000}, window - 4}) {
          const auto found = geometry.locate(geometry.base(tile) + offset);
          REQUIRE(found);
          CHECK(found->tile == tile);
          CHECK(found->offset == offset);
        }
      }
      const TileId top{column, static_cast<std::uint8_t>(geometry.rows() - 1)};
      CHECK_FALSE(geometry.locate(geometry.base(top) + (1U << 20)));
    }
    CHECK_FALSE(geometry.locate(std::uint64_t{3} << Geometry::kColumnShift));
    CHECK_FALSE(geometry.locate(~std::uint64_t{0}));
  }
}

}  // namespace
}  // namespace aie4::array
