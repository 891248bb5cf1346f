// SPDX-License-Identifier: Apache-2.0
// What the functions of each configuration look like from PCI (host-interface, section 1).
#include "sim/machine/shapes.hpp"

#include <set>

#include "models/registers/mailbox.hpp"
#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

Configuration make(bool has_pf, unsigned vfs, VfMode mode) {
  Configuration configuration;
  configuration.has_pf = has_pf;
  configuration.vfs = vfs;
  configuration.vf_mode = mode;
  return configuration;
}

TEST_CASE("The PF has the BARs that the driver maps: two of 64 bits, PSP and SMU of 32") {
  const pci::FunctionShape pf = function_shapes({}).front();
  CHECK(pf.name == "pf");
  CHECK(pf.vendor_id == 0x1022);
  CHECK(pf.device_id == 0x17F2);
  CHECK(pf.revision == 0x10);
  CHECK(pf.class_code == 0x118000);
  CHECK(pf.bars[0].is_64bit);
  CHECK(pf.bars[2].is_64bit);
  CHECK(pf.bars[1].size == 0);
  CHECK(pf.bars[3].size == 0);
  CHECK(pf.bars[4].size >= 0xB78);
  CHECK(pf.bars[5].size >= 0x9F8);
  CHECK_FALSE(pf.bars[4].is_64bit);
  CHECK_FALSE(pf.bars[5].is_64bit);
  CHECK_FALSE(pf.virtual_function);
}

TEST_CASE("A VF has BAR0 and BAR2 alone, as its own header and as the SR-IOV capability of the PF tells them") {
  const auto shapes = function_shapes({});
  REQUIRE(shapes.size() == 5);
  REQUIRE(shapes[0].sriov.has_value());
  CHECK(shapes[0].sriov->total_vfs == 4);
  CHECK(shapes[0].sriov->vf_device_id == 0x17F3);
  for (unsigned index = 1; index < 5; ++index) {
    const pci::FunctionShape& vf = shapes[index];
    CHECK(vf.name == "vf" + std::to_string(index - 1));
    CHECK(vf.device_id == 0x17F3);
    CHECK(vf.virtual_function);
    CHECK_FALSE(vf.sriov.has_value());
    for (unsigned bar = 0; bar < pci::kBarCount; ++bar) {
      CHECK((vf.bars[bar].size != 0) == (bar == 0 || bar == 2));
      CHECK(vf.bars[bar].size == shapes[0].sriov->vf_bars[bar].size);
      CHECK(vf.bars[bar].is_64bit == shapes[0].sriov->vf_bars[bar].is_64bit);
    }
  }
}

TEST_CASE("Everything that mailbox_info publishes, and every doorbell page, lies inside its BAR") {
  namespace mailbox = registers::mailbox;
  for (const pci::FunctionShape& shape : function_shapes({})) {
    CHECK(shape.bars[0].size >= mailbox::kI2X_HEAD + 4);
    CHECK(shape.bars[2].size >= mailbox::kI2XRing + mailbox::kRingSize);
    CHECK(shape.bars[2].size == mailbox::kDoorbellBase + std::uint64_t{mailbox::kDoorbells} * 4096);
    CHECK(shape.bars[2].size % 4096 == 0);
    const std::uint64_t table_end = shape.msix.table_offset + 16ULL * shape.msix.vectors;
    CHECK(shape.msix.bar == 0);
    CHECK(shape.msix.table_offset >= mailbox::kI2X_HEAD + 4);
    CHECK(table_end <= shape.msix.pba_offset);
    CHECK(shape.msix.pba_offset + 8 <= shape.bars[0].size);
  }
}

TEST_CASE("The vector counts are those of the configuration") {
  Configuration configuration;
  configuration.parameters.pf_vectors = 3;
  configuration.parameters.vf_vectors = 64;
  const auto shapes = function_shapes(configuration);
  CHECK(shapes[0].msix.vectors == 3);
  CHECK(shapes[1].msix.vectors == 64);
}

TEST_CASE("The other pair of device ids replaces both, in the SR-IOV capability too") {
  Configuration configuration;
  configuration.identity.pf_device_id = 0x1B0B;
  configuration.identity.vf_device_id = 0x1B0C;
  const auto shapes = function_shapes(configuration);
  CHECK(shapes[0].device_id == 0x1B0B);
  CHECK(shapes[0].subsystem_id == 0x1B0B);
  CHECK(shapes[0].revision == 0x10);
  CHECK(shapes[0].sriov->vf_device_id == 0x1B0C);
  CHECK(shapes[1].device_id == 0x1B0C);
}

TEST_CASE("Static VFs are ordinary functions, with a PF and without one") {
  for (const bool has_pf : {true, false}) {
    const auto shapes = function_shapes(make(has_pf, 3, VfMode::Static));
    REQUIRE(shapes.size() == (has_pf ? 4 : 3));
    for (const pci::FunctionShape& shape : shapes) {
      CHECK_FALSE(shape.virtual_function);
      CHECK_FALSE(shape.sriov.has_value());
    }
    CHECK(shapes.back().name == "vf2");
    CHECK(shapes.back().device_id == 0x17F3);
  }
}

TEST_CASE("Without a PF nobody could enable VFs: they are ordinary functions in SR-IOV mode too") {
  for (const pci::FunctionShape& shape : function_shapes(make(false, 2, VfMode::Sriov))) {
    CHECK_FALSE(shape.virtual_function);
  }
}

TEST_CASE("A PF without VFs has no SR-IOV capability") {
  const auto shapes = function_shapes(make(true, 0, VfMode::Sriov));
  REQUIRE(shapes.size() == 1);
  CHECK_FALSE(shapes[0].sriov.has_value());
}

TEST_CASE("Every configuration gives shapes that PCI allows, with names of their own") {
  for (const bool has_pf : {true, false}) {
    for (const VfMode mode : {VfMode::Sriov, VfMode::Static}) {
      for (unsigned vfs = has_pf ? 0 : 1; vfs <= Configuration::kMaxVfs; ++vfs) {
        std::set<std::string> names;
        for (const pci::FunctionShape& shape : function_shapes(make(has_pf, vfs, mode))) {
          INFO(shape.name << " of " << vfs << " VFs");
          CHECK(pci::shape_problem(shape).empty());
          CHECK(names.insert(shape.name).second);
        }
        CHECK(names.size() == vfs + (has_pf ? 1 : 0));
      }
    }
  }
}

}  // namespace
}  // namespace aie4
