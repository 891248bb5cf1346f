// SPDX-License-Identifier: Apache-2.0
// Management messages that no good driver sends. Whatever comes, a response has the size that the driver of that
// message expects, and the firmware lives on. Opcodes and sizes are those of table A, host interface 5.1.
#include <algorithm>
#include <array>
#include <cstring>

#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using Words = std::vector<std::uint32_t>;

/// A function with a mailbox of the test's own.
class RawMailbox {
 public:
  RawMailbox(Rig& rig, host::PciDevice& device) : rig_(rig), device_(device) {
    channel_ = std::make_unique<host::MailboxChannel>(device, host::read_mailbox_info(device));
  }

  /// Sends words and expects a response of that many bytes. Throws DriverError if the size differs.
  Words call(std::uint32_t opcode, const Words& payload, std::uint32_t response_size) {
    const std::vector<std::byte> bytes = channel_->call(opcode, std::as_bytes(std::span(payload)), response_size);
    Words words(bytes.size() / 4);
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
  }

  /// Writes raw words at the driver's tail and moves the tail register.
  void send_raw(const Words& words, std::uint32_t tail_step) {
    const std::uint32_t tail = device_.read32(0, 0x10);
    for (std::uint32_t i = 0; i < words.size(); ++i) device_.write32(2, 0x1000 + tail + 4 * i, words[i]);
    device_.write32(0, 0x10, tail + tail_step);
    rig_.host.wait_for(10 * kMillisecond, [] { return false; });
  }

  /// Closes the channel and opens it again, as an unload and load of the driver would, at the device's positions.
  void reopen() {
    channel_.reset();
    device_.write32(0, 0x24, device_.read32(0, 0x20));
    channel_ = std::make_unique<host::MailboxChannel>(device_, host::read_mailbox_info(device_));
  }

 private:
  Rig& rig_;
  host::PciDevice& device_;
  std::unique_ptr<host::MailboxChannel> channel_;
};

struct Fixture {
  Fixture() {
    rig.bind_pf();
    rig.bind_vfs(1);
    rig.pf().link().stop();
    rig.vf().link().stop();
    pf = std::make_unique<RawMailbox>(rig, rig.pf_device());
    vf = std::make_unique<RawMailbox>(rig, rig.vf().device());
  }
  ~Fixture() {
    pf.reset();
    vf.reset();
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  Rig rig;
  std::unique_ptr<RawMailbox> pf;
  std::unique_ptr<RawMailbox> vf;
};

struct Row {
  std::uint32_t opcode;
  bool pf;
  std::uint32_t request_size;
  std::uint32_t response_size;
};
constexpr std::array<Row, 9> kTableA = {{{0x1'000D, true, 16, 4},
                                         {0x1'0003, true, 4, 4},
                                         {0x2'0001, true, 4, 4},
                                         {0x2'0002, true, 4, 4},
                                         {0x3'0006, false, 4, 48},
                                         {0x3'0001, false, 8, 8},
                                         {0x3'0002, false, 4, 4},
                                         {0x3'0003, false, 24, 16},
                                         {0x3'0004, false, 8, 4}}};

/// Status `expected` and nothing but zeros behind it.
void check_refused(const Words& response, std::uint32_t expected) {
  CHECK(response.at(0) == expected);
  CHECK(std::ranges::all_of(std::span(response).subspan(1), [](std::uint32_t word) { return word == 0; }));
}

}  // namespace

TEST_CASE("an unknown opcode is answered with status 2 in four bytes, on every function") {
  Fixture fixture;
  for (const std::uint32_t opcode : {0x0U, 0x1'0001U, 0x1'0002U, 0x3'0005U, 0x4'0001U, 0xFFFF'FFFFU}) {
    CHECK(fixture.pf->call(opcode, {0}, 4) == Words{2});
    CHECK(fixture.vf->call(opcode, {1, 2, 3}, 4) == Words{2});
  }
  CHECK(fixture.rig.machine.diagnostics().burndown().size() == 6);
}

TEST_CASE("a message of the other kind of function is answered with status 2 and its full size") {
  Fixture fixture;
  for (const Row& row : kTableA) {
    RawMailbox& wrong = row.pf ? *fixture.vf : *fixture.pf;
    check_refused(wrong.call(row.opcode, Words(row.request_size / 4), row.response_size), 2);
  }
  // Nothing of it had an effect.
  CHECK(fixture.vf->call(0x3'0001, {0, 3}, 8).at(0) == 0);
}

TEST_CASE("a message of the wrong size is refused with a response of the right size") {
  Fixture fixture;
  for (const Row& row : kTableA) {
    RawMailbox& mailbox = row.pf ? *fixture.pf : *fixture.vf;
    for (const std::uint32_t words : {row.request_size / 4 + 1, row.request_size / 4 - 1, 100U}) {
      check_refused(mailbox.call(row.opcode, Words(words), row.response_size), 1);
    }
  }
}

TEST_CASE("bad values are refused with a response of the right size") {
  Fixture fixture;
  RawMailbox& pf = *fixture.pf;
  RawMailbox& vf = *fixture.vf;
  const auto refused = [](RawMailbox& mailbox, std::uint32_t opcode, const Words& payload, std::uint32_t size) {
    check_refused(mailbox.call(opcode, payload, size), 1);
  };
  // ATTACH_WORK_BUFFER: sizes other than 4 to 64 MiB, addresses that are not aligned to the size.
  for (const std::uint32_t size : {0U, 0x20'0000U, 0x40'0001U, 0x60'0000U, 0x800'0000U}) {
    refused(pf, 0x1'000D, {0, 1, 0, size}, 4);
  }
  refused(pf, 0x1'000D, {0x20'0000, 1, 0, 0x40'0000}, 4);
  CHECK(pf.call(0x1'000D, {0x40'0000, 1, 0, 0x40'0000}, 4) == Words{0});
  // CREATE_VFS: they exist.
  refused(pf, 0x2'0001, {1}, 4);
  // CREATE_PARTITION.
  refused(vf, 0x3'0001, {1, 2}, 8);
  refused(vf, 0x3'0001, {0, 0}, 8);
  refused(vf, 0x3'0001, {0, 4}, 8);
  // DESTROY_PARTITION, DESTROY_HW_CONTEXT: unknown ids.
  refused(vf, 0x3'0002, {99}, 4);
  refused(vf, 0x3'0004, {0, 0}, 4);
  refused(vf, 0x3'0004, {0xFFFF'FFFF, 0}, 4);
  // CREATE_HW_CONTEXT: partition, tiles, queue address.
  const std::uint32_t partition = fixture.rig.vf().partition_id();
  constexpr std::uint32_t kNoPasid = 0x800F'FFFF;
  refused(vf, 0x3'0003, {0, 12, 1, 0x1000, kNoPasid, 0}, 16);
  refused(vf, 0x3'0003, {partition + 1, 12, 1, 0x1000, kNoPasid, 0}, 16);
  refused(vf, 0x3'0003, {partition, 0, 1, 0x1000, kNoPasid, 0}, 16);
  refused(vf, 0x3'0003, {partition, 16, 1, 0x1000, kNoPasid, 0}, 16);
  refused(vf, 0x3'0003, {partition, 12, 0xFFFF'FFFF, 0xFFFF'FFFF, kNoPasid, 0}, 16);
  CHECK(vf.call(0x3'0003, {partition, 12, 1, 0x1000, kNoPasid, 0}, 16).at(0) == 0);
}

TEST_CASE("partitions run out with a status, and come back") {
  Fixture fixture;
  RawMailbox& vf = *fixture.vf;
  std::vector<std::uint32_t> ids;
  while (true) {
    const Words response = vf.call(0x3'0001, {0, 3}, 8);
    if (response[0] != 0) {
      check_refused(response, 1);
      break;
    }
    REQUIRE(response[1] != 0);
    REQUIRE(std::ranges::find(ids, response[1]) == ids.end());
    ids.push_back(response[1]);
    REQUIRE(ids.size() < 1000);
  }
  REQUIRE_FALSE(ids.empty());
  CHECK(vf.call(0x3'0002, {ids.front()}, 4) == Words{0});
  CHECK(vf.call(0x3'0001, {0, 3}, 8)[0] == 0);
}

TEST_CASE("DESTROY_VFS without VFs is an error") {
  Rig rig;
  rig.bind_pf();
  CHECK(error_of([&] { rig.pf().link().request(0x2'0002); }).says("command opcode 0x20002 failed, status 0x1"));
}

TEST_CASE("a context needs the PF's work buffer") {
  Fixture fixture;
  CHECK(fixture.pf->call(0x1'0003, {0}, 4) == Words{0});  // SUSPEND drops it.
  const Words response = fixture.vf->call(0x3'0001, {0, 3}, 8);
  REQUIRE(response[0] == 0);
  check_refused(fixture.vf->call(0x3'0003, {response[1], 12, 1, 0x1000, 0x800F'FFFF, 0}, 16), 1);
}

TEST_CASE("thousands of messages of all sizes go round both rings") {
  Fixture fixture;
  const std::uint32_t partition = fixture.rig.vf().partition_id();
  for (std::uint32_t i = 0; i < 2000; ++i) {
    REQUIRE(fixture.vf->call(0x3'0006, {0}, 48).at(3) == (6U << 16 | 3U));
    const Words created = fixture.vf->call(0x3'0003, {partition, 4, 1, 0x1000, 0x800F'FFFF, 0}, 16);
    REQUIRE(created.at(0) == 0);
    REQUIRE(fixture.vf->call(0x3'0004, {created[1], 0}, 4) == Words{0});
    if (i % 7 == 0) REQUIRE(fixture.vf->call(0x7777, Words(i % 60 + 1), 4) == Words{2});
  }
}

TEST_CASE("a request that overruns its tail is reported, and the channel can be opened again") {
  Fixture fixture;
  fixture.vf->send_raw({0x100, 0x1'0100, 0x1D00'0000, 0x3'0006, 0}, 20);
  CHECK(fixture.rig.reported(FaultCategory::GuestError, "vf0"));
  fixture.vf->reopen();
  CHECK(fixture.vf->call(0x3'0006, {0}, 48).at(0) == 0);
  fixture.vf->send_raw({6, 0x1'0006, 0x1D00'0000, 0x3'0006, 0}, 20);
  fixture.vf->reopen();
  CHECK(fixture.vf->call(0x3'0006, {0}, 48).at(0) == 0);
}

TEST_CASE("a tail that cannot be one is reported, and harms nobody else") {
  Fixture fixture;
  for (const std::uint32_t tail : {0x1004U, 0x1000U, 0x15U, 0xFFFF'FFFCU}) {
    fixture.rig.diagnostics.clear();
    fixture.rig.vf().device().write32(0, 0x10, tail);
    fixture.rig.host.wait_for(10 * kMillisecond, [] { return false; });
    CHECK(fixture.rig.reported(FaultCategory::GuestError, "vf0"));
    CHECK(fixture.pf->call(0x7777, {0}, 4) == Words{2});
    // The ring is usable again from a tail that the host sets to the published head.
    fixture.rig.vf().device().write32(0, 0x10, fixture.rig.vf().device().read32(0, 0x14));
    fixture.vf->reopen();
    CHECK(fixture.vf->call(0x3'0006, {0}, 48).at(0) == 0);
  }
}

TEST_CASE("a message of no payload is answered") {
  Fixture fixture;
  // The driver never sends one; the ring allows it.
  CHECK(fixture.vf->call(0x3'0006, {}, 48).at(0) == 1);
  CHECK(fixture.vf->call(0x3'0006, {0}, 48).at(0) == 0);
}

}  // namespace aie4::integration
