// SPDX-License-Identifier: Apache-2.0
// DEVICE_SET_IRQS in all its forms (test checklist S).
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint32_t kAssign = kIrqDataEventfd | kIrqActionTrigger;
constexpr std::uint32_t kTrigger = kIrqDataNone | kIrqActionTrigger;
constexpr std::uint32_t kTriggerSome = kIrqDataBool | kIrqActionTrigger;

/// A client with memory space, bus master and MSI-X on, so that the function may signal.
struct Ready {
  Ready() : client(bench.client()) { client.enable_device({}); }
  void signal(unsigned vector) { bench.functions[0]->signal(vector); }
  int assign(std::uint32_t start, std::vector<int> fds) {
    return client.set_irqs(kAssign, kIrqMsix, start, static_cast<std::uint32_t>(fds.size()), fds);
  }

  Bench bench;
  VfioUserClient client;
};

}  // namespace

TEST_CASE("SET_IRQS that is too short or has a small argsz is refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  require_refused(client.call(Command::DeviceSetIrqs, Bytes()), EINVAL);
  require_refused(client.call(Command::DeviceSetIrqs, Bytes(19)), EINVAL);
  require_refused(client.call(Command::DeviceSetIrqs, SetIrqsRequest{19, kTrigger, kIrqMsix, 0, 1}), EINVAL);
  require_usable(client);
}

TEST_CASE("SET_IRQS with a combination that has no meaning is refused") {
  struct Case {
    const char* what;
    std::uint32_t flags, index, start, count;
  };
  const auto bad = GENERATE(
      Case{"no such index", kTrigger, 5, 0, 1}, Case{"two actions", 0x31, kIrqMsix, 0, 1},
      Case{"no action", 0x01, kIrqMsix, 0, 1}, Case{"two kinds of data", 0x23, kIrqMsix, 0, 1},
      Case{"no data", 0x20, kIrqMsix, 0, 1}, Case{"unknown flag", 0x61, kIrqMsix, 0, 1},
      Case{"start = vectors", kTrigger, kIrqMsix, 4, 1}, Case{"beyond the last", kTrigger, kIrqMsix, 3, 2},
      Case{"wraps", kTrigger, kIrqMsix, 0xFFFFFFFF, 2}, Case{"count of 2^32-1", kTrigger, kIrqMsix, 1, 0xFFFFFFFF},
      Case{"masks ERR", 0x09, kIrqError, 0, 1}, Case{"start of REQ", kTrigger, kIrqRequest, 1, 1},
      Case{"two ERR", kTrigger, kIrqError, 0, 2}, Case{"ERR has no vector", kTrigger, kIrqError, 0, 1},
      Case{"INTx has no vector", kAssign, 0, 0, 1}, Case{"none from 1 on", kTrigger, kIrqMsix, 1, 0},
      Case{"mask none", 0x09, kIrqMsix, 0, 0}, Case{"assign none", kAssign, kIrqMsix, 0, 0});
  CAPTURE(bad.what);
  Bench bench;
  VfioUserClient client = bench.client();
  CHECK(client.set_irqs(bad.flags, bad.index, bad.start, bad.count) == EINVAL);
  require_usable(client);
}

TEST_CASE("SET_IRQS with descriptors in the wrong number or place is refused and they are closed") {
  Ready ready;
  EventCounter event;
  const std::size_t before = open_descriptors();
  const std::array one{event.fd()};
  const std::array three{event.fd(), event.fd(), event.fd()};
  const Bytes yes{std::byte{1}};
  CHECK(ready.client.set_irqs(kTriggerSome, kIrqMsix, 0, 1, one, yes) == EINVAL);
  CHECK(ready.client.set_irqs(kTrigger, kIrqMsix, 0, 1, one) == EINVAL);
  CHECK(ready.client.set_irqs(kAssign, kIrqMsix, 0, 2, one) == EINVAL);
  CHECK(ready.client.set_irqs(kAssign, kIrqMsix, 0, 2, three) == EINVAL);
  CHECK(open_descriptors() == before);
  CHECK(event.take() == 0);
}

TEST_CASE("SET_IRQS with booleans needs exactly one byte a vector") {
  Ready ready;
  EventCounter event;
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  CHECK(ready.client.set_irqs(kTriggerSome, kIrqMsix, 0, 2, {}, Bytes(1, std::byte{1})) == EINVAL);
  CHECK(ready.client.set_irqs(kTriggerSome, kIrqMsix, 0, 2, {}, Bytes(3, std::byte{1})) == EINVAL);
  CHECK(event.take() == 0);
}

TEST_CASE("a vector of the device arrives at its eventfd as one") {
  Ready ready;
  EventCounter first;
  EventCounter second;
  REQUIRE(ready.assign(0, {first.fd(), second.fd()}) == 0);
  ready.signal(1);
  CHECK(first.take() == 0);
  CHECK(second.take() == 1);
  ready.signal(1);
  ready.signal(1);
  CHECK(second.take() == 2);
}

TEST_CASE("assigning again replaces and closes the former eventfd") {
  Ready ready;
  EventCounter former;
  EventCounter latter;
  REQUIRE(ready.assign(2, {former.fd()}) == 0);
  const std::size_t before = open_descriptors();
  REQUIRE(ready.assign(2, {latter.fd()}) == 0);
  CHECK(open_descriptors() == before);
  ready.signal(2);
  CHECK(former.take() == 0);
  CHECK(latter.take() == 1);
}

TEST_CASE("a client can loop a trigger back, to all or to selected vectors") {
  Ready ready;
  EventCounter first(4);
  EventCounter second(8);
  REQUIRE(ready.assign(0, {first.fd(), second.fd()}) == 0);
  REQUIRE(ready.client.set_irqs(kTrigger, kIrqMsix, 1, 1) == 0);
  CHECK(first.take() == 4);
  CHECK(second.take() == 9);
  REQUIRE(ready.client.set_irqs(kTriggerSome, kIrqMsix, 0, 2, {}, Bytes{std::byte{0}, std::byte{1}}) == 0);
  CHECK(first.take() == 0);
  CHECK(second.take() == 1);
}

TEST_CASE("assigning no descriptors takes the eventfd away, the vector then stays pending") {
  Ready ready;
  EventCounter event;
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  const std::size_t before = open_descriptors();
  REQUIRE(ready.client.set_irqs(kAssign, kIrqMsix, 0, 1) == 0);
  CHECK(open_descriptors() == before - 1);
  ready.signal(0);
  ready.signal(0);
  CHECK(event.take() == 0);
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  CHECK(event.take() == 1);
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  CHECK(event.take() == 0);
}

TEST_CASE("disabling the index drops eventfds and pending vectors, twice and when empty too") {
  Ready ready;
  EventCounter event;
  REQUIRE(ready.assign(0, {event.fd(), event.fd(), event.fd()}) == 0);
  ready.client.set_irqs(kTrigger, kIrqMsix, 3, 1);  // No eventfd: pending.
  const std::size_t before = open_descriptors();
  REQUIRE(ready.client.set_irqs(kTrigger, kIrqMsix, 0, 0) == 0);
  CHECK(open_descriptors() == before - 3);
  CHECK(ready.client.set_irqs(kTrigger, kIrqMsix, 0, 0) == 0);
  for (std::uint32_t index = 0; index < kIrqCount; ++index) CHECK(ready.client.set_irqs(kTrigger, index, 0, 0) == 0);
  REQUIRE(ready.assign(3, {event.fd()}) == 0);
  CHECK(event.take() == 0);
}

TEST_CASE("a masked vector is held back and delivered once when unmasked") {
  Ready ready;
  EventCounter first;
  EventCounter second;
  REQUIRE(ready.assign(0, {first.fd(), second.fd()}) == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataNone | kIrqActionMask, kIrqMsix, 0, 2) == 0);
  ready.signal(0);
  ready.signal(0);
  ready.signal(1);
  CHECK(first.take() == 0);
  const Bytes only_first{std::byte{1}, std::byte{0}};
  REQUIRE(ready.client.set_irqs(kIrqDataBool | kIrqActionUnmask, kIrqMsix, 0, 2, {}, only_first) == 0);
  CHECK(first.take() == 1);
  CHECK(second.take() == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataNone | kIrqActionUnmask, kIrqMsix, 0, 2) == 0);
  CHECK(first.take() == 0);
  CHECK(second.take() == 1);
}

TEST_CASE("a new eventfd for a masked vector does not deliver what is pending") {
  Ready ready;
  EventCounter event;
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataNone | kIrqActionMask, kIrqMsix, 0, 1) == 0);
  ready.signal(0);
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  CHECK(event.take() == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataNone | kIrqActionUnmask, kIrqMsix, 0, 1) == 0);
  CHECK(event.take() == 1);
}

TEST_CASE("a client can mask and unmask by eventfd, without a message") {
  Ready ready;
  EventCounter event;
  EventCounter mask;
  EventCounter unmask;
  const std::array mask_fd{mask.fd()};
  const std::array unmask_fd{unmask.fd()};
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataEventfd | kIrqActionMask, kIrqMsix, 0, 1, mask_fd) == 0);
  REQUIRE(ready.client.set_irqs(kIrqDataEventfd | kIrqActionUnmask, kIrqMsix, 0, 1, unmask_fd) == 0);
  const std::uint64_t one = 1;
  REQUIRE(::write(mask.fd(), &one, sizeof(one)) == sizeof(one));
  ready.bench.turns();
  ready.signal(0);
  CHECK(event.take() == 0);
  REQUIRE(::write(unmask.fd(), &one, sizeof(one)) == sizeof(one));
  ready.bench.turns();
  CHECK(event.take() == 1);

  // Taken away again, it has no effect any more.
  REQUIRE(ready.client.set_irqs(kIrqDataEventfd | kIrqActionMask, kIrqMsix, 0, 1) == 0);
  REQUIRE(::write(mask.fd(), &one, sizeof(one)) == sizeof(one));
  ready.bench.turns();
  ready.signal(0);
  CHECK(event.take() == 1);
}

TEST_CASE("a mask descriptor whose other end is closed is no longer waited for") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  EventLoop loop(&std::chrono::steady_clock::now);
  Irqs irqs(1, loop);
  std::vector<UniqueFd> descriptors;
  descriptors.emplace_back(ends[0]);
  const SetIrqsRequest request{sizeof(SetIrqsRequest), kIrqDataEventfd | kIrqActionMask, kIrqMsix, 0, 1};
  REQUIRE(irqs.set(request, {}, std::move(descriptors)) == 0);
  CHECK(loop.wait(0) == 0);
  ::close(ends[1]);
  REQUIRE(loop.wait(0) == 1);
  loop.dispatch();
  CHECK(loop.wait(0) == 0);
}

TEST_CASE("the runs that QEMU sends when MSI-X is enabled with vectors already unmasked") {
  Ready ready;
  EventCounter event;
  REQUIRE(ready.client.set_irqs(kAssign, kIrqMsix, 0, 1) == 0);
  REQUIRE(ready.assign(0, {event.fd()}) == 0);
  REQUIRE(ready.client.set_irqs(kAssign, kIrqMsix, 1, 2) == 0);
  REQUIRE(ready.assign(3, {event.fd()}) == 0);
  ready.signal(0);
  ready.signal(3);
  ready.signal(1);
  CHECK(event.take() == 2);
}

TEST_CASE("an eventfd that is not one does no harm: closed pipe, full pipe, full counter, socket") {
  Ready ready;
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  REQUIRE(ready.assign(0, {ends[1]}) == 0);
  ready.signal(0);
  std::uint64_t value = 0;
  CHECK(::read(ends[0], &value, sizeof(value)) == sizeof(value));
  for (unsigned count = 0; count < 20'000; ++count) ready.signal(0);  // More than a pipe holds.
  ::close(ends[0]);
  ready.signal(0);  // Would raise SIGPIPE.
  ::close(ends[1]);

  EventCounter full(0xFFFFFFFFFFFFFFFE);
  REQUIRE(ready.assign(1, {full.fd()}) == 0);
  ready.signal(1);
  CHECK(full.take() == 0xFFFFFFFFFFFFFFFE);

  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  REQUIRE(ready.assign(2, {ends[0]}) == 0);
  ::close(ends[0]);
  ::close(ends[1]);
  ready.signal(2);
  require_usable(ready.client);
}

TEST_CASE("files and folders are not taken for eventfds, because writing to them could block") {
  Ready ready;
  const std::size_t before = open_descriptors();
  {
    GuestMemory file(4096);
    const UniqueFd folder(::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd device(::open("/dev/null", O_RDWR | O_CLOEXEC));
    EventCounter event;
    CHECK(ready.assign(0, {file.fd()}) == EINVAL);
    CHECK(ready.assign(0, {folder.get()}) == EINVAL);
    CHECK(ready.assign(0, {device.get()}) == EINVAL);
    CHECK(ready.assign(0, {event.fd(), file.fd()}) == EINVAL);
    ready.client.set_irqs(kTrigger, kIrqMsix, 0, 1);
    CHECK(event.take() == 0);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a vector that the device does not have is counted, not signalled") {
  EventLoop loop(&std::chrono::steady_clock::now);
  Irqs irqs(2, loop);
  irqs.signal(2);
  irqs.signal(0xFFFFFFFF);
  CHECK(irqs.out_of_range() == 2);
  CHECK(irqs.delivered() == 0);
}

TEST_CASE("the function knows that the client keeps the vector masks, because it never sees the table written") {
  Ready ready;
  CHECK(ready.bench.devices[0]->control.vector_masks_kept_by_host);
  ready.client.close();
  ready.bench.turns();
  CHECK_FALSE(ready.bench.devices[0]->control.vector_masks_kept_by_host);
}

}  // namespace aie4::vfio_user::test
