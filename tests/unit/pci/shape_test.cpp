// SPDX-License-Identifier: Apache-2.0
// A shape that PCI does not allow is refused at once, not in the guest.
#include "sim/pci/shape.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

TEST_CASE("The shapes of the other tests are without fault") {
  CHECK(shape_problem(pf_shape()).empty());
  CHECK(shape_problem(vf_shape()).empty());
  CHECK(shape_problem(static_vf_shape()).empty());
}

TEST_CASE("A BAR that cannot be is refused") {
  FunctionShape shape = pf_shape();
  SECTION("size not a power of two") {
    shape.bars[4].size = 0x1800;
    CHECK(shape_problem(shape) == "BAR4 has 0x1800 bytes, not a power of two of at least 16");
  }
  SECTION("size below 16") {
    shape.bars[5].size = 8;
    CHECK(shape_problem(shape).find("BAR5") == 0);
  }
  SECTION("4 GiB in 32 bits") {
    shape.bars[4].size = 1ULL << 32;
    CHECK(shape_problem(shape) == "BAR4 has 0x100000000 bytes, too many for 32 bits");
  }
  SECTION("64 bits above something") {
    shape.bars[4].is_64bit = true;
    CHECK(shape_problem(shape) == "BAR4 has 64 bits and no free register above it");
  }
  SECTION("64 bits at the end") {
    shape.bars[5].is_64bit = true;
    CHECK(shape_problem(shape) == "BAR5 has 64 bits and no free register above it");
  }
  SECTION("VF BAR below a page") {
    SriovShape sriov;
    sriov.vf_bars[0].size = 0x800;
    shape.sriov = sriov;
    CHECK(shape_problem(shape) == "VF BAR0 has 0x800 bytes, not a power of two of at least 4096");
  }
  CHECK_FALSE(shape_problem(shape).empty());
}

TEST_CASE("MSI-X structures that do not fit are refused") {
  FunctionShape shape = pf_shape();
  SECTION("no vectors") {
    shape.msix.vectors = 0;
  }
  SECTION("too many vectors") {
    shape.msix.vectors = 2049;
  }
  SECTION("absent BAR") {
    shape.msix.bar = 1;
  }
  SECTION("BAR beyond the last") {
    shape.msix.bar = 6;
  }
  SECTION("unaligned table") {
    shape.msix.table_offset += 4;
  }
  SECTION("unaligned PBA") {
    shape.msix.pba_offset += 4;
  }
  SECTION("table past the end") {
    shape.msix.table_offset = 0x2'0000 - 48;
  }
  SECTION("PBA past the end") {
    shape.msix.pba_offset = 0x2'0000;
  }
  SECTION("PBA within the table") {
    shape.msix.pba_offset = shape.msix.table_offset + 56;
  }
  CHECK_FALSE(shape_problem(shape).empty());
}

TEST_CASE("The largest MSI-X table that fits is accepted") {
  FunctionShape shape = pf_shape();
  shape.msix = {.vectors = 2048, .bar = 0, .table_offset = 0x1'0000, .pba_offset = 0x1'8000};
  CHECK(shape_problem(shape).empty());
  shape.msix.pba_offset -= 8;
  CHECK(shape_problem(shape) == "the MSI-X table and PBA overlap");
}

TEST_CASE("SR-IOV needs VFs, and VFs have none of their own") {
  FunctionShape shape = pf_shape();
  SECTION("no VFs") {
    shape.sriov.emplace().total_vfs = 0;
  }
  SECTION("nested") {
    shape.virtual_function = true;
  }
  SECTION("class code too wide") {
    shape.class_code = 0x0111'8000;
  }
  CHECK_FALSE(shape_problem(shape).empty());
}

TEST_CASE("A function with an impossible shape is not built, and says why") {
  Log log;
  FakeBackend backend(log);
  Diagnostics diagnostics;
  FunctionShape shape = pf_shape();
  shape.bars[4].size = 24;
  try {
    const PciFunction function(0, shape, backend, diagnostics);
    FAIL("built");
  } catch (const std::invalid_argument& problem) {
    CHECK(std::string(problem.what()) == "PCI function pf: BAR4 has 0x18 bytes, not a power of two of at least 16");
  }
}

}  // namespace aie4::pci::test
