// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/config_names.hpp"

#include <set>

#include "sim/pci/config_layout.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

TEST_CASE("A configuration register has the name that the specification gives it") {
  CHECK(config_register_name(0x00) == "Vendor ID");
  CHECK(config_register_name(0x04) == "Command");
  CHECK(config_register_name(0x08) == "Revision ID");
  CHECK(config_register_name(0x10) == "BAR0");
  CHECK(config_register_name(0x24) == "BAR5");
  CHECK(config_register_name(0x44) == "Power Management Control/Status");
  CHECK(config_register_name(0x52) == "MSI-X Message Control");
  CHECK(config_register_name(0x68) == "Device Control");
  CHECK(config_register_name(0x108) == "SR-IOV Control");
  CHECK(config_register_name(0x110) == "SR-IOV NumVFs");
  CHECK(config_register_name(0x138) == "SR-IOV VF BAR5");
}

TEST_CASE("A byte within a register has the name of the register") {
  CHECK(config_register_name(0x0B) == "Class Code");
  CHECK(config_register_name(0x53) == "MSI-X Message Control");
}

TEST_CASE("What is not defined has no name") {
  for (const std::uint32_t offset :
       {0x35U, 0x48U, 0x5CU, 0x9CU, 0xFFU, 0x118U, 0x140U, 0xFFFU, 0x1000U, 0xFFFF'FFFFU}) {
    INFO(offset);
    CHECK(config_register_name(offset).empty());
  }
}

TEST_CASE("Every register of a function has a name of its own") {
  std::set<std::string_view> names;
  for (const ConfigRegister& reg : config_layout(pf_shape())) {
    CHECK(config_register_name(reg.offset) == reg.name);
    CHECK(names.insert(reg.name).second);
  }
}

TEST_CASE("An access is named by the registers that it touches") {
  CHECK(config_access_name(0x04, 2) == "Command");
  CHECK(config_access_name(0x05, 1) == "Command");
  CHECK(config_access_name(0x00, 4) == "Vendor ID + Device ID");
  CHECK(config_access_name(0x10, 24) == "BAR0 .. BAR5");
  CHECK(config_access_name(0x00, 4096) == "Vendor ID .. SR-IOV VF Migration State Array Offset");
  CHECK(config_access_name(0x118, 4) == "SR-IOV VF Device ID");
  CHECK(config_access_name(0x200, 4) == "0x200");
}

}  // namespace aie4::pci::test
