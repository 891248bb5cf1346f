// SPDX-License-Identifier: Apache-2.0
// Probe, remove and everything between, through the PCI boundary. Access sequences are those of the host interface
// document, section 9, written by hand with the placement that mailbox_info publishes.
#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

void append(Accesses& to, const Accesses& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// The busy time of PSP and SMU makes the driver read their registers again, every 20 ms. Repetitions of one read with
/// a "not yet" answer are what a golden transcript leaves out.
Accesses without_busy_reads(const Accesses& accesses) {
  Accesses result;
  for (const Access& access : accesses) {
    const bool psp_busy = access.kind == 'R' && access.bar == 4 && access.offset == 0xAEC && (access.value >> 31) == 0;
    const bool smu_busy = access.kind == 'R' && access.bar == 5 && access.offset == 0x9F0 && access.value == 0;
    const bool not_alive = access == read(2, 0, 0);
    if (psp_busy || smu_busy || not_alive) continue;
    result.push_back(access);
    // STATUS: only bit 31 has a meaning.
    if (access.kind == 'R' && access.bar == 4 && access.offset == 0xAEC) result.back().value = 0x8000'0000;
  }
  return result;
}

Accesses smu(std::uint32_t command) {
  return {write(5, 0x9F0, 0), write(5, 0x9F4, 0), write(5, 0x9EC, command),
          write(5, 0x000, 0), write(5, 0x000, 1), read(5, 0x9F0, 1)};
}

Accesses psp(std::uint32_t command, std::uint64_t arg0, std::uint64_t arg1, std::uint32_t arg2) {
  return {read(4, 0xAEC, 0x8000'0000),
          write(4, 0xAEC, command),
          write(4, 0xB70, arg0),
          write(4, 0xB74, arg1),
          write(4, 0xAEC, command << 24 | arg2),
          write(4, 0xA24, 0),
          write(4, 0xA24, 0xD007'BE11),
          read(4, 0xAEC, 0x8000'0000),
          read(4, 0xB70, 0)};
}

using Words = std::vector<std::uint32_t>;

/// One message and its answer; `x2i` and `i2x` are the ring positions at which they lie.
Accesses message(std::uint32_t x2i, std::uint32_t i2x, std::uint32_t n, std::uint32_t opcode, const Words& request,
                 const Words& response) {
  const auto sent = static_cast<std::uint32_t>(4 * request.size());
  const auto received = static_cast<std::uint32_t>(4 * response.size());
  Accesses list = {read(0, 0x14, x2i), write(2, 0x1000 + x2i, sent), write(2, 0x1004 + x2i, 0x1'0000 | sent),
                   write(2, 0x1008 + x2i, 0x1D00'0000 + n), write(2, 0x100C + x2i, opcode)};
  for (std::uint32_t i = 0; i < request.size(); ++i) list.push_back(write(2, 0x1010 + x2i + 4 * i, request[i]));
  append(list, {write(0, 0x10, x2i + 16 + sent), read(0, 0x20, i2x + 16 + received), read(2, 0x2000 + i2x, received),
                read(2, 0x2004 + i2x, 0x1'0000 | received), read(2, 0x2008 + i2x, 0x1D00'0000 + n),
                read(2, 0x200C + i2x, opcode)});
  for (std::uint32_t i = 0; i < response.size(); ++i) list.push_back(read(2, 0x2010 + i2x + 4 * i, response[i]));
  append(list, {write(0, 0x24, i2x + 16 + received), read(0, 0x20, i2x + 16 + received)});
  return list;
}

Accesses mailbox_start() {
  Accesses list = {read(2, 0, 1)};
  const Words info = {1, 5, 24, 0x10, 0x14, 0x1000, 0x1000, 0x20, 0x24, 0x2000, 0x1000, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < info.size(); ++i) list.push_back(read(2, 4 * i, info[i]));
  append(list, {read(0, 0x10, 0), read(0, 0x24, 0)});
  return list;
}

/// The value that was written to `bar`+`offset` the `n`th time.
std::uint64_t written(const Accesses& accesses, unsigned bar, std::uint64_t offset, unsigned n) {
  for (const Access& access : accesses) {
    if (access.kind == 'W' && access.bar == bar && access.offset == offset && n-- == 0) return access.value;
  }
  return 0;
}

}  // namespace

TEST_CASE("a PF probe and remove cross the boundary as in the golden transcript, twenty times in a row") {
  Rig rig;
  for (int round = 0; round < 20; ++round) {
    Recorder recorder(rig.pf_device().function());
    rig.bind_pf();
    rig.unbind();
    const Accesses& seen = recorder.accesses;
    // Addresses are the host's choice: take them from where they were written first.
    const std::uint64_t npu_low = written(seen, 4, 0xB70, 0);
    const std::uint64_t npu_high = written(seen, 4, 0xB74, 0);
    const std::uint64_t cert_low = written(seen, 4, 0xB70, 1);
    const std::uint64_t cert_high = written(seen, 4, 0xB74, 1);
    const auto buffer_low = static_cast<std::uint32_t>(written(seen, 2, 0x1010, 0));
    const auto buffer_high = static_cast<std::uint32_t>(written(seen, 2, 0x1014, 0));
    REQUIRE(npu_low % 0x1'0000 == 0);
    REQUIRE(cert_low % 0x8000 == 0);
    REQUIRE(buffer_low % 0x40'0000 == 0);

    Accesses golden = smu(4);
    append(golden, smu(3));
    append(golden, psp(1, npu_low, npu_high, 0x1'0000));
    append(golden, psp(4, cert_low, cert_high, 0x8000));
    append(golden, psp(2, 1, 0, 0));
    append(golden, mailbox_start());
    append(golden, message(0, 0, 0, 0x1'000D, {buffer_low, buffer_high, 0, 0x40'0000}, {0}));
    append(golden, message(0x20, 0x14, 1, 0x1'0003, {0}, {0}));
    append(golden, psp(3, 0, 0, 0));
    append(golden, smu(4));
    REQUIRE(without_busy_reads(seen) == golden);
    // One interrupt for each response, and no DMA by the stopped device.
    REQUIRE(recorder.interrupts == std::vector<unsigned>{0, 0});
    REQUIRE(recorder.refused == 0);
  }
  CHECK(rig.log() == kNothing);
  CHECK(rig.reports() == kNothing);
  CHECK(rig.machine.diagnostics().burndown().empty());
}

TEST_CASE("the mailbox is dead and empty between remove and probe") {
  Rig rig;
  rig.bind_pf();
  rig.unbind();
  rig.pf_device().enable();
  for (std::uint32_t offset = 0; offset < 0x40; offset += 4) CHECK(rig.pf_device().read32(2, offset) == 0);
  for (const std::uint32_t offset : {0x10U, 0x14U, 0x20U, 0x24U}) CHECK(rig.pf_device().read32(0, offset) == 0);
}

TEST_CASE("a VF probe and remove cross the boundary as in the golden transcript") {
  Rig rig;
  rig.bind_pf();
  std::vector<host::PciDevice*> vfs = rig.pf().enable_vfs(4);
  REQUIRE(vfs.size() == 4);
  for (host::PciDevice* device : vfs) {
    Recorder recorder(device->function());
    {
      const host::VfDriver driver(*device);
    }
    Accesses golden = mailbox_start();
    // AIE_TILE_INFO of a 3 x (1 + 1 + 4) array: 4 KiB of column dump, version 4.0 and the numbers of the array's
    // public attributes; see control-code and array documents for their sources.
    append(golden, message(0, 0, 0, 0x3'0006, {0},
                           {0, 4096, 4, 6U << 16 | 3, 1U << 16 | 4, 2U << 16 | 1, 1, 18U << 16 | 3, 16U << 16 | 6,
                            32U << 16 | 64, 200U << 16 | 229, 246}));
    append(golden, message(0x14, 0x40, 1, 0x3'0001, {0, 3}, {0, 1}));
    append(golden, message(0x2C, 0x58, 2, 0x3'0002, {1}, {0}));
    CHECK(recorder.accesses == golden);
    CHECK(recorder.interrupts == std::vector<unsigned>{0, 0, 0});
  }
  rig.unbind();
  CHECK(rig.log() == kNothing);
  CHECK(rig.reports() == kNothing);
}

TEST_CASE("a VF that vanishes right after its last response leaves no messages behind") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  // The firmware still looks for a further message when the reset clears registers and SRAM under it.
  rig.unbind_vf(0);
  rig.pf().disable_vfs();
  CHECK(rig.reports() == kNothing);
  CHECK(rig.machine.diagnostics().burndown().empty());
}

TEST_CASE("VFs come and go with sriov_numvfs, and each comes back fresh") {
  Rig rig;
  rig.bind_pf();
  for (const unsigned count : {4U, 1U, 3U, 4U, 2U}) {
    rig.bind_vfs(count);
    CHECK(rig.bus.devices().size() == 1 + count);
    CHECK(rig.vf(count - 1).partition_id() != 0);
    for (unsigned i = 0; i < count; ++i) rig.unbind_vf(i);
    rig.pf().disable_vfs();
    CHECK(rig.bus.devices().size() == 1);
    for (unsigned i = 1; i <= 4; ++i) CHECK_FALSE(rig.bus.device(i).present());
  }
  rig.unbind();
  CHECK(rig.log() == kNothing);
  CHECK(rig.reports() == kNothing);
}

TEST_CASE("a second sriov_numvfs and one too many VFs are refused") {
  Rig rig;
  rig.bind_pf();
  CHECK(error_of([&] { rig.pf().enable_vfs(5); }).says("create vfs op failed: -22"));
  CHECK(error_of([&] { rig.pf().enable_vfs(0); }).says("command opcode 0x20001 failed, status 0x1"));
  rig.bind_vfs(2);
  CHECK(error_of([&] { rig.pf().enable_vfs(2); }).says("create vfs op failed: -22"));
  rig.unbind();
}

TEST_CASE("static VFs probe beside a PF without SR-IOV") {
  Configuration configuration;
  configuration.vf_mode = VfMode::Static;
  configuration.vfs = 2;
  Rig rig(configuration);
  CHECK(rig.bus.devices().size() == 3);
  rig.bind_pf();
  rig.bind_vfs(2);
  CHECK(rig.vf(1).tile_info().cols == 3);
  rig.unbind();
  CHECK(rig.log() == kNothing);
}

TEST_CASE("static VFs probe without any PF") {
  Configuration configuration;
  configuration.vf_mode = VfMode::Static;
  configuration.has_pf = false;
  configuration.vfs = 2;
  Rig rig(configuration);
  CHECK(rig.bus.devices().size() == 2);
  rig.bind_vfs(2);
  CHECK(rig.vf(0).tile_info().core_rows == 4);
  rig.unbind();
  CHECK(rig.log() == kNothing);
}

namespace {

void check_identity(std::uint16_t pf, std::uint16_t vf) {
  Configuration configuration;
  configuration.identity.pf_device_id = pf;
  configuration.identity.vf_device_id = vf;
  Rig rig(configuration);
  CHECK(rig.pf_device().id().vendor == 0x1022);
  CHECK(rig.pf_device().id().device == pf);
  CHECK(rig.pf_device().id().revision == 0x10);
  CHECK(rig.pf_device().config_read<std::uint32_t>(0x08) == 0x1180'0010);
  rig.bind_pf();
  rig.bind_vfs(1);
  CHECK(rig.vf().device().id().device == vf);
  CHECK(rig.vf().device().id().revision == 0x10);
  rig.unbind();
}

}  // namespace

TEST_CASE("PF and VF can be 17F2 and 17F3") {
  check_identity(0x17F2, 0x17F3);
}

TEST_CASE("PF and VF can be 1B0B and 1B0C") {
  check_identity(0x1B0B, 0x1B0C);
}

TEST_CASE("an FLR of a VF brings its firmware back by itself, with fresh rings and without contexts") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(2);
  host::PciDevice& device = rig.vf().device();
  rig.vf().link().stop();
  REQUIRE(device.reset_function());
  CHECK(device.read32(0, 0x10) == 0);
  CHECK(device.read32(0, 0x20) == 0);
  host::VfDriver again(device);
  CHECK(again.partition_id() == 1);
  // The neighbour did not notice.
  CHECK_NOTHROW(rig.vf(1).link().request(0x3'0006));
}

TEST_CASE("an FLR of the PF forgets its VFs and comes back without PSP and SMU") {
  Rig rig;
  rig.bind_pf();
  rig.pf().link().stop();
  rig.pf_device().write32(2, 0, 0);
  REQUIRE(rig.pf_device().reset_function());
  host::ManagementLink link(rig.pf_device());
  CHECK_NOTHROW(link.start());
  CHECK_NOTHROW(link.request(0x2'0001, {{{"vf_count", 0}, 2}}));
}

}  // namespace aie4::integration
