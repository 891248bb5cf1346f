// SPDX-License-Identifier: Apache-2.0
// What each bit of configuration space does. The expectations are written down from the PCI Express base specification,
// not taken from the table under test.
#include "sim/pci/config_space.hpp"

#include <map>

#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

namespace {

std::uint32_t read32(const ConfigSpace& config, std::uint32_t offset) {
  std::uint32_t value = 0;
  config.read(offset, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint32_t read16(const ConfigSpace& config, std::uint32_t offset) {
  std::uint16_t value = 0;
  config.read(offset, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

ConfigEffects write(ConfigSpace& config, std::uint32_t offset, std::uint32_t value, std::size_t size = 4) {
  return config.write(offset, std::as_bytes(std::span(&value, 1)).first(size));
}

/// Bits of each dword that a write of all ones sets, and the values out of reset; 0 for every dword not listed.
using Dwords = std::map<std::uint32_t, std::uint32_t>;

const Dwords kPfWritable = {
    {0x004, 0x0000'0546},  // Command: memory, bus master, parity, SERR, interrupt disable.
    {0x00C, 0x0000'00FF},  // Cache line size.
    {0x010, 0xFFFE'0000},  // BAR0, 128 KiB.
    {0x01C, 0xFFFF'FFFE},  // Upper half of BAR2, 8 GiB.
    {0x020, 0xFFFF'F000},  // BAR4, 4 KiB.
    {0x024, 0xFFFF'FFF0},  // BAR5, 16 bytes.
    {0x03C, 0x0000'00FF},  // Interrupt line.
    {0x044, 0x0000'0003},  // Power state.
    {0x050, 0xC000'0000},  // MSI-X enable and function mask.
    {0x068, 0x0000'79FF},  // Device control.
    {0x070, 0x0000'00CB},  // Link control.
    {0x088, 0x0000'0010},  // Device control 2: completion timeout disable.
    {0x090, 0x0000'000F},  // Link control 2: target link speed.
    {0x108, 0x0000'0008},  // SR-IOV control: VF MSE. VF Enable is refused while NumVFs is 0.
    {0x110, 0x0000'FFFF},  // NumVFs.
    {0x120, 0x0000'0553},  // System page size.
    {0x124, 0xFFFE'0000},  // VF BAR0, 128 KiB.
    {0x12C, 0xFFE0'0000},  // VF BAR2, 2 MiB, 64 bits.
    {0x130, 0xFFFF'FFFF},
};

const Dwords kPfReset = {
    {0x000, 0x17F2'1022}, {0x004, 0x0010'0000}, {0x008, 0x1180'0010}, {0x018, 0x0000'000C}, {0x02C, 0xABCD'1022},
    {0x034, 0x0000'0040}, {0x040, 0x0003'5001}, {0x050, 0x0003'6011}, {0x054, 0x0001'0000}, {0x058, 0x0001'8000},
    {0x060, 0x0002'0010}, {0x064, 0x1000'8021}, {0x068, 0x0000'2910}, {0x06C, 0x0040'0084}, {0x070, 0x0084'0000},
    {0x084, 0x0070'0010}, {0x08C, 0x0000'001E}, {0x090, 0x0000'0004}, {0x100, 0x0001'0010}, {0x10C, 0x0004'0004},
    {0x114, 0x0008'0008}, {0x118, 0x17F3'0000}, {0x11C, 0x0000'0553}, {0x120, 0x0000'0001}, {0x12C, 0x0000'0004},
};

/// A VF: no BARs of its own, controls of the PF reserved, identity hidden.
const Dwords kVfWritable = {{0x004, 0x0000'0006}, {0x044, 0x0000'0003}, {0x050, 0xC000'0000}};

const Dwords kVfReset = {
    {0x000, 0xFFFF'FFFF}, {0x004, 0x0010'0000}, {0x008, 0x1180'0010}, {0x02C, 0xABCD'1022}, {0x034, 0x0000'0040},
    {0x040, 0x0003'5001}, {0x050, 0x0003'6011}, {0x054, 0x0001'0000}, {0x058, 0x0001'8000}, {0x060, 0x0002'0010},
    {0x064, 0x1000'8021}, {0x06C, 0x0040'0084}, {0x084, 0x0070'0010}, {0x08C, 0x0000'001E},
};

std::uint32_t at(const Dwords& dwords, std::uint32_t offset) {
  const auto found = dwords.find(offset);
  return found == dwords.end() ? 0 : found->second;
}

void check_every_dword(const FunctionShape& shape, const Dwords& reset, const Dwords& writable) {
  ConfigSpace config(shape);
  for (std::uint32_t offset = 0; offset < ConfigSpace::kSize; offset += 4) {
    INFO("offset " << fmt::format("{:#x}", offset));
    CHECK(read32(config, offset) == at(reset, offset));
    write(config, offset, 0);
    CHECK(read32(config, offset) == (at(reset, offset) & ~at(writable, offset)));
    write(config, offset, 0xFFFF'FFFF);
    CHECK(read32(config, offset) == (at(reset, offset) | at(writable, offset)));
    config.reset(ResetKind::Conventional);
  }
}

}  // namespace

TEST_CASE("Every bit of a PF is read only or read/write as the specification has it") {
  check_every_dword(pf_shape(), kPfReset, kPfWritable);
}

TEST_CASE("Every bit of an SR-IOV VF is read only or read/write as the specification has it") {
  check_every_dword(vf_shape(), kVfReset, kVfWritable);
}

TEST_CASE("The registers of the table ascend, do not overlap and stay within their dword") {
  for (const FunctionShape& shape : {pf_shape(), vf_shape(), static_vf_shape()}) {
    std::uint32_t end = 0;
    for (const ConfigRegister& reg : config_layout(shape)) {
      INFO(reg.name);
      CHECK(reg.offset >= end);
      CHECK(reg.offset / 4 == (reg.offset + reg.size - 1) / 4);
      const std::uint64_t bits = (1ULL << (reg.size * 8)) - 1;
      CHECK(((reg.reset | reg.writable | reg.write_one_to_clear | reg.kept_by_flr) & ~bits) == 0);
      CHECK((reg.writable & reg.write_one_to_clear) == 0);
      end = reg.offset + reg.size;
    }
    CHECK(end <= ConfigSpace::kSize);
  }
}

TEST_CASE("Status bits are cleared by writing one to them and by nothing else") {
  ConfigSpace config(pf_shape());
  config.record_received_master_abort();
  CHECK(read16(config, config::kStatus) == 0x2010);
  write(config, config::kStatus, 0, 2);
  CHECK(read16(config, config::kStatus) == 0x2010);
  write(config, config::kStatus, 0xDFFF, 2);
  CHECK(read16(config, config::kStatus) == 0x2010);
  write(config, config::kCommand, 0x2000, 2);  // The other half of the dword.
  CHECK(read16(config, config::kStatus) == 0x2010);
  write(config, config::kStatus + 1, 0x20, 1);
  CHECK(read16(config, config::kStatus) == 0x0010);
}

TEST_CASE("Device Status tells posted from non-posted unsupported requests and is cleared bit by bit") {
  ConfigSpace config(pf_shape());
  config.record_unsupported_request(false);
  CHECK(read16(config, config::kDeviceStatus) == 0x0009);
  config.record_unsupported_request(true);
  CHECK(read16(config, config::kDeviceStatus) == 0x000B);
  write(config, config::kDeviceStatus, 0x0002, 2);
  CHECK(read16(config, config::kDeviceStatus) == 0x0009);
  write(config, config::kDeviceStatus, 0xFFFF, 2);
  CHECK(read16(config, config::kDeviceStatus) == 0);
}

TEST_CASE("BAR sizing gives the size of 32-bit and 64-bit BARs, as Linux computes it") {
  ConfigSpace config(pf_shape());
  const auto size_of = [&config](std::uint32_t offset, bool is_64bit) {
    write(config, offset, 0xFFFF'FFFF);
    std::uint64_t mask = read32(config, offset) & ~0xFU;
    if (is_64bit) {
      write(config, offset + 4, 0xFFFF'FFFF);
      mask |= std::uint64_t{read32(config, offset + 4)} << 32;
    } else {
      mask |= 0xFFFF'FFFF'0000'0000;
    }
    return ~mask + 1;
  };
  CHECK(size_of(0x10, false) == 0x2'0000);
  CHECK(size_of(0x18, true) == 0x2'0000'0000);
  CHECK(size_of(0x20, false) == 0x1000);
  CHECK(size_of(0x24, false) == 0x10);
  CHECK(size_of(config::kVfBar0, false) == 0x2'0000);
  CHECK(size_of(config::kVfBar0 + 8, true) == 0x20'0000);
}

TEST_CASE("A BAR keeps the address that is written to it, without the bits below its size") {
  ConfigSpace config(pf_shape());
  write(config, 0x10, 0xFEB1'2345);
  CHECK(read32(config, 0x10) == 0xFEB0'0000);
  CHECK(config.bar_base(0) == 0xFEB0'0000);
  write(config, 0x18, 0xFFFF'FFFF);
  write(config, 0x1C, 0x0000'0047);
  CHECK(read32(config, 0x18) == 0xC);  // Type bits only: 8 GiB.
  CHECK(config.bar_base(2) == 0x46'0000'0000);
  CHECK(config.bar_base(1) == 0);
  CHECK(config.bar_base(3) == 0);
  CHECK(config.bar_base(6) == 0);
}

TEST_CASE("The capability list is found by walking it, and no capability reaches into another") {
  for (const FunctionShape& shape : {pf_shape(), vf_shape(), static_vf_shape()}) {
    const ConfigSpace config(shape);
    const std::map<std::uint32_t, std::uint32_t> sizes = {{0x01, 8}, {0x11, 12}, {0x10, 60}};
    std::map<std::uint32_t, std::uint32_t> found;
    std::array<bool, 256> used{};
    REQUIRE((read16(config, config::kStatus) & 0x10) != 0);
    std::uint32_t offset = read16(config, config::kCapabilitiesPointer) & 0xFC;
    while (offset != 0) {
      REQUIRE(offset >= 0x40);
      const std::uint32_t id = read16(config, offset) & 0xFF;
      REQUIRE(sizes.count(id) == 1);
      REQUIRE(found.emplace(id, offset).second);
      for (std::uint32_t byte = offset; byte < offset + sizes.at(id); ++byte) {
        REQUIRE(byte < used.size());
        CHECK_FALSE(used[byte]);
        used[byte] = true;
      }
      offset = read16(config, offset) >> 8 & 0xFC;
    }
    CHECK(found.size() == sizes.size());
    CHECK(found[0x01] == ConfigSpace::power_management_capability_offset());
    CHECK(found[0x11] == ConfigSpace::msix_capability_offset());
    CHECK(found[0x10] == ConfigSpace::pci_express_capability_offset());
    CHECK((read16(config, found[0x10] + 2) & 0xFF) == 0x02);    // Version 2, endpoint.
    CHECK((read32(config, found[0x10] + 4) & 1U << 28) != 0);   // FLR.
    CHECK((read32(config, found[0x10] + 36) & 1U << 21) != 0);  // End-end TLP prefix.
    CHECK((read32(config, found[0x10] + 36) & 1U << 20) != 0);  // Which asks for the extended fmt field.
    CHECK((read16(config, found[0x01] + 4) & 1U << 3) == 0);    // No_Soft_Reset.
    CHECK((read16(config, found[0x11] + 2) & 0x7FFU) + 1 == shape.msix.vectors);
  }
}

TEST_CASE("Only a PF with SR-IOV has an extended capability") {
  CHECK(read32(ConfigSpace(pf_shape()), 0x100) == 0x0001'0010);
  CHECK(read32(ConfigSpace(vf_shape()), 0x100) == 0);
  CHECK(read32(ConfigSpace(static_vf_shape()), 0x100) == 0);
}

TEST_CASE("The SR-IOV capability carries the numbers of the shape") {
  const std::uint16_t total = GENERATE(std::uint16_t{4}, std::uint16_t{16});
  FunctionShape shape = pf_shape();
  SriovShape& sriov = shape.sriov.emplace();
  sriov.total_vfs = total;
  sriov.first_vf_offset = 0x20;
  sriov.vf_stride = 2;
  sriov.vf_device_id = 0x1B0C;
  const ConfigSpace config(shape);
  CHECK(read16(config, config::kInitialVfs) == total);
  CHECK(read16(config, config::kTotalVfs) == total);
  CHECK(read16(config, config::kFirstVfOffset) == 0x20);
  CHECK(read16(config, config::kVfStride) == 2);
  CHECK(read16(config, config::kVfDeviceId) == 0x1B0C);
}

TEST_CASE("A system page larger than a VF BAR widens the BAR") {
  ConfigSpace config(pf_shape());
  CHECK(config.vf_bar_aperture(0) == 0x2'0000);
  write(config, config::kSystemPageSize, 1U << 6);  // 256 KiB.
  CHECK(config.vf_bar_aperture(0) == 0x4'0000);
  CHECK(config.vf_bar_aperture(2) == 0x20'0000);
  write(config, config::kVfBar0, 0xFFFF'FFFF);
  CHECK(read32(config, config::kVfBar0) == 0xFFFC'0000);
  CHECK(config.vf_bar_base(0) == 0xFFFC'0000);
  write(config, config::kVfBar0 + 8, 0x8000'0000);
  write(config, config::kVfBar0 + 12, 0x12);
  CHECK(config.vf_bar_base(2) == 0x12'8000'0000);
  CHECK(config.vf_bar_base(1) == 0);
  CHECK(config.vf_bar_base(3) == 0);
}

TEST_CASE("NumVFs and System Page Size are locked while VF Enable is set") {
  ConfigSpace config(pf_shape());
  write(config, config::kNumVfs, 3, 2);
  CHECK_FALSE(write(config, config::kSriovControl, config::kVfEnable, 2).vf_enable_refused);
  CHECK(config.enabled_vfs() == 3);
  CHECK_FALSE(config.vf_memory_enabled());
  write(config, config::kNumVfs, 2, 2);
  write(config, config::kSystemPageSize, 2);
  CHECK(read16(config, config::kNumVfs) == 3);
  CHECK(read32(config, config::kSystemPageSize) == 1);
  write(config, config::kSriovControl, config::kVfEnable | config::kVfMemorySpaceEnable, 2);
  CHECK(config.vf_memory_enabled());
  write(config, config::kSriovControl, config::kVfMemorySpaceEnable, 2);
  CHECK(config.enabled_vfs() == 0);
  CHECK_FALSE(config.vf_memory_enabled());
  write(config, config::kNumVfs, 2, 2);
  CHECK(read16(config, config::kNumVfs) == 2);
}

TEST_CASE("VF Enable stays clear with no VFs or too many") {
  ConfigSpace config(pf_shape());
  const std::uint32_t vfs = GENERATE(0U, 5U, 0xFFFFU);
  write(config, config::kNumVfs, vfs, 2);
  CHECK(write(config, config::kSriovControl, 0x9, 2).vf_enable_refused);
  CHECK(read16(config, config::kSriovControl) == 0x8);
  CHECK(config.enabled_vfs() == 0);
  write(config, config::kNumVfs, 4, 2);
  CHECK_FALSE(write(config, config::kSriovControl, 0x9, 2).vf_enable_refused);
  CHECK(config.enabled_vfs() == 4);
}

TEST_CASE("A write past the end of the space is lost") {
  ConfigSpace config(pf_shape());
  for (const std::uint32_t offset : {4096U, 4098U, 0xFFFF'FFFCU}) {
    const ConfigEffects effects = write(config, offset, 0xFFFF, 2);
    CHECK_FALSE(effects.function_level_reset);
    CHECK_FALSE(effects.vf_enable_refused);
  }
  const ConfigSpace fresh(pf_shape());
  std::array<std::byte, ConfigSpace::kSize> now{};
  std::array<std::byte, ConfigSpace::kSize> then{};
  config.read(0, now);
  fresh.read(0, then);
  CHECK(now == then);
}

TEST_CASE("A power state that is not supported is not entered") {
  ConfigSpace config(pf_shape());
  for (const std::uint32_t from : {0U, 3U}) {
    for (const std::uint32_t to : {1U, 2U}) {
      write(config, config::kPmControlStatus, from, 2);
      CHECK_FALSE(write(config, config::kPmControlStatus, to, 2).function_level_reset);
      CHECK(read16(config, config::kPmControlStatus) == from);
    }
  }
}

TEST_CASE("Initiate FLR asks for a reset and reads 0") {
  ConfigSpace config(pf_shape());
  CHECK_FALSE(write(config, config::kDeviceControl, 0x7FFF, 2).function_level_reset);
  CHECK(write(config, config::kDeviceControl, 0xFFFF, 2).function_level_reset);
  CHECK(read16(config, config::kDeviceControl) == 0x79FF);
  CHECK(write(config, config::kDeviceControl + 1, 0x80, 1).function_level_reset);
  // Bit 15 of Device Status is not Initiate FLR.
  CHECK_FALSE(write(config, config::kDeviceStatus, 0x8000, 2).function_level_reset);
}

TEST_CASE("A function level reset keeps what belongs to the link, a conventional one keeps nothing") {
  ConfigSpace config(pf_shape());
  const auto dirty = [&config] {
    write(config, config::kCommand, 0x0546, 2);
    write(config, 0x10, 0xFEB0'0000);
    write(config, config::kDeviceControl, 0x0027, 2);
    write(config, config::kLinkControl, 0x0043, 2);
    write(config, config::kLinkControl2, 0x0002, 2);
    config.record_received_master_abort();
  };
  dirty();
  config.reset(ResetKind::FunctionLevel);
  CHECK(read32(config, config::kCommand) == 0x0010'0000);
  CHECK(read32(config, 0x10) == 0);
  CHECK(read16(config, config::kDeviceControl) == 0x2930);  // Max_Payload_Size.
  CHECK(read16(config, config::kLinkControl) == 0x0043);
  CHECK(read16(config, config::kLinkControl2) == 0x0002);
  dirty();
  config.reset(ResetKind::Conventional);
  CHECK(read16(config, config::kDeviceControl) == 0x2910);
  CHECK(read16(config, config::kLinkControl) == 0);
  CHECK(read16(config, config::kLinkControl2) == 0x0004);
}

TEST_CASE("Hidden extended space reads 0, ignores writes and comes back as it was") {
  ConfigSpace config(pf_shape());
  write(config, config::kNumVfs, 2, 2);
  config.set_extended_visible(false);
  for (std::uint32_t offset = 0x100; offset < ConfigSpace::kSize; offset += 4) CHECK(read32(config, offset) == 0);
  write(config, config::kNumVfs, 4, 2);
  write(config, config::kCommand, config::kCommandMemorySpace, 2);
  CHECK(config.memory_space_enabled());
  config.set_extended_visible(true);
  CHECK(read16(config, config::kNumVfs) == 2);
  CHECK(read32(config, 0x100) == 0x0001'0010);
}

TEST_CASE("A VF shows its identity and the types of its BARs only when it is told to") {
  FunctionShape shape = vf_shape();
  ConfigSpace config(shape);
  CHECK(read32(config, 0) == 0xFFFF'FFFF);
  CHECK(read32(config, 0x18) == 0);
  config.set_identity_hidden(false);
  CHECK(read32(config, 0) == 0x17F3'1022);
  write(config, 0x18, 0xFFFF'FFFF);
  CHECK(read32(config, 0x10) == 0x0);
  CHECK(read32(config, 0x18) == 0x4);
  CHECK(read32(config, 0x1C) == 0x0);
  config.set_identity_hidden(true);
  CHECK(read32(config, 0) == 0xFFFF'FFFF);
  CHECK(read32(config, 0x18) == 0);
}

TEST_CASE("A function that is not an SR-IOV VF never hides its identity") {
  ConfigSpace config(static_vf_shape());
  config.set_identity_hidden(true);
  CHECK(read32(config, 0) == 0x17F3'1022);
}

}  // namespace aie4::pci::test
