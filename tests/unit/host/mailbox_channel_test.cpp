// SPDX-License-Identifier: Apache-2.0
// The driver's half of the mailbox against a scripted device: every rule of the host interface document, 4.1 to 4.6.
#include "sim/host/driver/mailbox_channel.hpp"

#include <cerrno>

#include "tests/support/catch.hpp"
#include "tests/unit/host/driver_fixture.hpp"

namespace aie4::host::test {
namespace {

/// A VF with MSI-X on and a channel that the test opens.
struct Mailbox : VfFixture {
  explicit Mailbox(const std::function<void(FakeNpu&)>& script = {}) {
    if (script) script(npu);
    npu.boot();
    device.enable();
    device.set_bus_master();
    device.enable_msix();
  }
  MailboxChannel& open() {
    channel = std::make_unique<MailboxChannel>(device, read_mailbox_info(device));
    return *channel;
  }
  /// A call that sends one word and expects one.
  void call(std::uint32_t word = 0) { channel->call(0x1'0003, std::as_bytes(std::span(&word, 1)), 4); }

  std::unique_ptr<MailboxChannel> channel;
};

constexpr const char* kDead = "Unexpected ret -22, disable irq";

/// Answers the next request in a bad way, and returns what was logged; the request itself must have timed out.
std::vector<std::string> logged_with(const std::function<void(FakeNpu&, const Words&)>& misbehave) {
  Mailbox mailbox;
  mailbox.open();
  mailbox.npu.answer = [&](const Words& request) {
    misbehave(mailbox.npu, request);
    return Words{};
  };
  const DriverError error = error_of([&] { mailbox.call(); });
  CHECK(error.code() == -ETIME);
  CHECK(mailbox.channel->bad());
  // From now on nothing is sent, and interrupts only complain.
  mailbox.npu.accesses.clear();
  mailbox.npu.interrupt(0);
  mailbox.host.dispatch();
  const DriverError later = error_of([&] { mailbox.call(); });
  CHECK(later.code() == -EPIPE);
  CHECK(later.lines() == std::vector<std::string>{"Channel in bad state", "Send message failed, ret -32"});
  CHECK(mailbox.npu.accesses.empty());
  std::vector<std::string> lines = texts(mailbox.host.log());
  REQUIRE(lines.size() >= 4);
  CHECK(lines[lines.size() - 3] == "Channel in bad state, work aborted");
  lines.resize(lines.size() - 3);
  CHECK(lines.back() == "Wait for completion timeout");
  lines.pop_back();
  return lines;
}

}  // namespace

TEST_CASE("protocol 5 from minor 10 on is accepted, nothing else") {
  struct Row {
    std::uint32_t major;
    std::uint32_t minor;
    bool accepted;
  };
  for (const Row& row : {Row{5, 9, false}, Row{5, 10, true}, Row{5, 99, true}, Row{4, 24, false}, Row{6, 0, false}}) {
    Mailbox mailbox([&](FakeNpu& npu) { npu.info[1] = row.major, npu.info[2] = row.minor; });
    if (row.accepted) {
      CHECK_NOTHROW(read_mailbox_info(mailbox.device));
    } else {
      const DriverError error = error_of([&] { static_cast<void>(read_mailbox_info(mailbox.device)); });
      CHECK(error.code() == -EOPNOTSUPP);
      CHECK(error.lines() ==
            std::vector{fmt::format("mailbox major.minor {}.{} is not supported", row.major, row.minor)});
    }
  }
}

TEST_CASE("valid must be exactly 1 within a second") {
  Mailbox mailbox([](FakeNpu& npu) { npu.info[0] = 3; });
  const DriverError error = error_of([&] { static_cast<void>(read_mailbox_info(mailbox.device)); });
  CHECK(error.lines() == std::vector<std::string>{"fw_is_valid=3 after 1 ms"});
  CHECK(mailbox.npu.clock.now_ps() == 1020 * kMillisecond);
  Mailbox late;
  late.npu.set(2, 0, 0);
  late.npu.clock.schedule(999 * kMillisecond, [&] { late.npu.set(2, 0, 1); });
  CHECK_NOTHROW(read_mailbox_info(late.device));
  CHECK(late.npu.clock.now_ps() == 1000 * kMillisecond);
}

TEST_CASE("rings have to be powers of two and the vector has to exist") {
  for (const std::size_t word : {6U, 10U}) {
    Mailbox mailbox([&](FakeNpu& npu) { npu.info[word] = 0xFFC; });
    const DriverError error = error_of([&] { mailbox.open(); });
    CHECK(error.lines() ==
          std::vector<std::string>{"Ring buf size must be power of 2", "failed to start management mailbox channel"});
  }
  Mailbox mailbox([](FakeNpu& npu) { npu.info[11] = 4; });
  const DriverError error = error_of([&] { mailbox.open(); });
  CHECK(error.lines() == std::vector<std::string>{"failed to alloc irq vector, return -22"});
}

TEST_CASE("ids count up from 0x1D000000 and come round after 256") {
  Mailbox mailbox;
  mailbox.open();
  for (std::uint32_t i = 0; i < 600; ++i) {
    mailbox.call(i);
    REQUIRE(mailbox.npu.requests.back()[2] == 0x1D00'0000 + i % 256);
    REQUIRE(mailbox.npu.requests.back()[4] == i);
  }
}

TEST_CASE("requests wrap with a tombstone and never end in the last word of the ring") {
  // 20-byte messages in 64 bytes: at 0, 20, 40; then 40 + 20 = 60 is the limit and is just reached.
  Mailbox mailbox([](FakeNpu& npu) { npu.info[6] = 64; });
  mailbox.open();
  const std::uint32_t tails[] = {20, 40, 60, 20, 40, 60, 20};
  for (const std::uint32_t tail : tails) {
    mailbox.call();
    CHECK(mailbox.npu.reg(0, FakeNpu::kX2iTail) == tail);
  }
  CHECK(mailbox.npu.reg(2, FakeNpu::kX2iRing + 60) == 0xDEAD'FACE);
  CHECK(mailbox.npu.requests.size() == 7);
  // 24-byte messages: 24, 48, then 72 is beyond 60.
  Mailbox other([](FakeNpu& npu) { npu.info[6] = 64; });
  other.open();
  const std::array<std::uint32_t, 2> payload{1, 2};
  for (const std::uint32_t tail : {24U, 48U, 24U, 48U}) {
    other.channel->call(0x3'0004, std::as_bytes(std::span(payload)), 4);
    CHECK(other.npu.reg(0, FakeNpu::kX2iTail) == tail);
  }
  CHECK(other.npu.reg(2, FakeNpu::kX2iRing + 48) == 0xDEAD'FACE);
}

TEST_CASE("responses wrap at a tombstone, and at the very end of the ring without one") {
  // 20-byte responses in 64 bytes: the fourth does not fit behind 60.
  Mailbox mailbox([](FakeNpu& npu) { npu.info[10] = 64; });
  mailbox.open();
  for (int i = 0; i < 50; ++i) CHECK_NOTHROW(mailbox.call());
  CHECK_FALSE(mailbox.channel->bad());
  // 32-byte responses: the second ends exactly at 64, and the head register says so.
  Mailbox exact([](FakeNpu& npu) { npu.info[10] = 64; });
  exact.open();
  exact.npu.answer = [](const Words& request) { return FakeNpu::respond(request, {0, 1, 2, 3}); };
  const std::uint32_t word = 0;
  for (const std::uint32_t head : {32U, 64U, 32U, 64U}) {
    const auto response = exact.channel->call(0x3'0003, std::as_bytes(std::span(&word, 1)), 16);
    CHECK(response.size() == 16);
    CHECK(response[12] == std::byte{3});
    CHECK(exact.npu.reg(0, FakeNpu::kI2xHead) == head);
  }
}

TEST_CASE("a channel starts from the positions that it finds") {
  Mailbox mailbox;
  mailbox.npu.set(0, FakeNpu::kX2iTail, 0x40);
  mailbox.npu.set(0, FakeNpu::kX2iHead, 0x40);
  mailbox.npu.set(0, FakeNpu::kI2xTail, 0x80);
  mailbox.npu.set(0, FakeNpu::kI2xHead, 0x80);
  mailbox.open();
  mailbox.call();
  CHECK(mailbox.npu.reg(0, FakeNpu::kX2iTail) == 0x54);
  CHECK(mailbox.npu.reg(0, FakeNpu::kI2xHead) == 0x94);
}

TEST_CASE("a full ring is given 100 microseconds") {
  // The head stays at 40 while the tail comes round to 0: 20 + 20 would overtake it.
  Mailbox mailbox([](FakeNpu& npu) { npu.info[6] = 64; });
  mailbox.open();
  mailbox.call();
  mailbox.call();
  mailbox.npu.consumes = false;
  for (int i = 0; i < 2; ++i) static_cast<void>(error_of([&] { mailbox.call(); }));
  CHECK(mailbox.npu.reg(0, FakeNpu::kX2iTail) == 20);
  const std::uint64_t start = mailbox.npu.clock.now_ps();
  mailbox.npu.accesses.clear();
  const DriverError error = error_of([&] { mailbox.call(); });
  CHECK(error.code() == -ETIMEDOUT);
  CHECK(error.lines() == std::vector<std::string>{"Send message failed, ret -110"});
  CHECK(mailbox.npu.clock.now_ps() - start == 101 * kMicrosecond);
  CHECK(std::ranges::all_of(mailbox.npu.accesses, [](const Access& a) { return a.kind == 'R' && a.offset == 0x14; }));
  // As soon as there is room the message goes out.
  mailbox.npu.consumes = true;
  mailbox.npu.clock.schedule(50 * kMicrosecond, [&] { mailbox.npu.set(0, FakeNpu::kX2iHead, 20); });
  CHECK_NOTHROW(mailbox.call());
}

TEST_CASE("a response of another size fails the request and kills the channel") {
  for (const Words& payload : {Words{0, 0}, Words{}}) {
    Mailbox mailbox;
    mailbox.open();
    mailbox.npu.answer = [&](const Words& request) {
      return payload.empty() ? FakeNpu::respond(request, {0, 0, 0}) : FakeNpu::respond(request, payload);
    };
    const DriverError error = error_of([&] { mailbox.call(); });
    CHECK(error.code() == -EINVAL);
    CHECK(texts(mailbox.host.log()) == std::vector<std::string>{"Message callback ret -22", kDead});
    CHECK(mailbox.channel->bad());
  }
}

TEST_CASE("ids that nobody waits for kill the channel") {
  const auto answer_with_id = [](std::uint32_t id) {
    return logged_with([id](FakeNpu& npu, const Words& request) {
      Words message = FakeNpu::respond(request, {0});
      message[2] = id;
      npu.send(message);
    });
  };
  CHECK(answer_with_id(0) == std::vector<std::string>{"Bad message ID 0x0", kDead});
  CHECK(answer_with_id(0x2D00'0000) == std::vector<std::string>{"Bad message ID 0x2d000000", kDead});
  CHECK(answer_with_id(0x1D00'0001) == std::vector<std::string>{"Cannot find msg 0x1d000001", kDead});
}

TEST_CASE("an answer that comes twice kills the channel, the request itself is fine") {
  Mailbox mailbox;
  mailbox.open();
  mailbox.npu.answer = [&](const Words& request) {
    mailbox.npu.send(FakeNpu::respond(request, {0}));
    return FakeNpu::respond(request, {0});
  };
  CHECK_NOTHROW(mailbox.call());
  // The second interrupt finds the channel dead.
  CHECK(texts(mailbox.host.log()) ==
        std::vector<std::string>{"Cannot find msg 0x1d000000", kDead, "Channel in bad state, work aborted"});
}

TEST_CASE("an impossible tail kills the channel") {
  const auto tail = [](std::uint32_t value) {
    return logged_with([value](FakeNpu& npu, const Words&) {
      npu.set(0, FakeNpu::kI2xTail, value);
      npu.interrupt(0);
    });
  };
  CHECK(tail(0x15) == std::vector<std::string>{"Invalid tail 0x15", kDead});
  CHECK(tail(0x1004) == std::vector<std::string>{"Invalid tail 0x1004", kDead});
}

TEST_CASE("a broken size kills the channel") {
  const auto size = [](std::uint32_t value, std::uint32_t tail) {
    return logged_with([=](FakeNpu& npu, const Words&) {
      npu.set(2, FakeNpu::kI2xRing, value);
      npu.set(0, FakeNpu::kI2xTail, tail);
      npu.interrupt(0);
    });
  };
  CHECK(size(0, 0x14) == std::vector<std::string>{"Invalid total size 0x0", kDead});
  CHECK(size(6, 0x18) == std::vector<std::string>{"Invalid total size 0x6", kDead});
  CHECK(size(8, 0x14) == std::vector<std::string>{"Invalid message size 24, tail 20, head 0", kDead});
  CHECK(size(0xDEAD'FACE, 0x14) == std::vector<std::string>{"Tombstone, head 0x0 tail 0x14", kDead});
}

TEST_CASE("a response that comes after five seconds is late") {
  Mailbox mailbox;
  mailbox.open();
  mailbox.npu.message_delay_ps = 5001 * kMillisecond;
  CHECK(error_of([&] { mailbox.call(); }).code() == -ETIME);
  Mailbox just;
  just.open();
  just.npu.message_delay_ps = 4999 * kMillisecond;
  CHECK_NOTHROW(just.call());
}

TEST_CASE("a message without an interrupt is found with the next interrupt only") {
  Mailbox mailbox;
  mailbox.open();
  mailbox.npu.answer = [&](const Words& request) {
    const Words message = FakeNpu::respond(request, {0});
    for (std::uint32_t i = 0; i < message.size(); ++i) mailbox.npu.set(2, FakeNpu::kI2xRing + 4 * i, message[i]);
    mailbox.npu.set(0, FakeNpu::kI2xTail, 20);
    mailbox.npu.clock.schedule(3 * kMillisecond, [&] { mailbox.npu.interrupt(0); });
    return Words{};
  };
  CHECK_NOTHROW(mailbox.call());
  CHECK(mailbox.npu.clock.now_ps() == 3 * kMillisecond);
}

TEST_CASE("the interrupt of a closed channel is masked") {
  Mailbox mailbox;
  mailbox.open();
  mailbox.channel.reset();
  CHECK(mailbox.npu.reg(0, FakeNpu::kMsixTable + 12) == 1);
  CHECK_FALSE(mailbox.device.interrupts().requested(0));
}

}  // namespace aie4::host::test
