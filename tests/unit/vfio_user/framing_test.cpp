// SPDX-License-Identifier: Apache-2.0
// How messages are cut from the stream, whatever pieces they come in (test checklist F of the vfio-user reference).
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/vfio_user/message_reader.hpp"
#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

using Bytes = std::vector<std::byte>;

const DeviceInfo kInfoRequest{sizeof(DeviceInfo), 0, 0, 0};

Bytes info_message(std::uint16_t id, std::uint32_t flags = 0) {
  return VfioUserClient::message(id, Command::DeviceGetInfo, bytes_of(kInfoRequest), flags);
}

void append(Bytes& stream, const Bytes& message) {
  stream.insert(stream.end(), message.begin(), message.end());
}

/// A header of the given size field, with nothing behind it.
Bytes header_of_size(std::uint32_t size) {
  Header header;
  header.command = static_cast<std::uint16_t>(Command::DeviceGetInfo);
  header.size = size;
  Bytes bytes(sizeof(Header));
  store(bytes, header);
  return bytes;
}

}  // namespace

TEST_CASE("a message that arrives byte by byte is executed once it is complete") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes message = info_message(77);
  for (std::size_t at = 0; at < message.size(); ++at) {
    REQUIRE_FALSE(client.receive_if_any(1).has_value());
    REQUIRE(client.send_raw(std::span(message).subspan(at, 1)));
    bench.turns(1);
  }
  const Reply reply = client.receive();
  CHECK(reply.header.id == 77);
  CHECK(reply.error() == 0);
  CHECK(reply.payload.size() == sizeof(DeviceInfo));
}

TEST_CASE("ten requests in one segment get ten replies in order") {
  Bench bench;
  VfioUserClient client = bench.client();
  Bytes stream;
  for (std::uint16_t id = 100; id < 110; ++id) append(stream, info_message(id));
  REQUIRE(client.send_raw(stream));
  for (std::uint16_t id = 100; id < 110; ++id) CHECK(client.receive().header.id == id);
}

TEST_CASE("any cut of a stream of messages gives the same replies") {
  Bench bench;
  VfioUserClient client = bench.client();
  Bytes stream;
  for (std::uint16_t id = 0; id < 4; ++id) append(stream, info_message(id));
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    REQUIRE(client.send_raw(std::span(stream).first(cut)));
    bench.turns(1);
    REQUIRE(client.send_raw(std::span(stream).subspan(cut)));
    for (std::uint16_t id = 0; id < 4; ++id) REQUIRE(client.receive().header.id == id);
  }
}

TEST_CASE("a message size below the header is answered with EINVAL and the connection ends") {
  Bench bench;
  VfioUserClient client = bench.client();
  REQUIRE(client.send_raw(header_of_size(15)));
  require_refused(client.receive(), EINVAL);
  CHECK(client.closed_by_server());
  CHECK(bench.statistics().malformed > 0);
  VfioUserClient next = bench.client();
  require_usable(next);
}

TEST_CASE("a message size beyond the limit is refused on sight of the header") {
  const auto size = GENERATE(std::uint32_t{kMaxMessage + 1}, std::uint32_t{0x7FFFFFFF}, std::uint32_t{0xFFFFFFFF});
  Bench bench;
  VfioUserClient client = bench.client();
  REQUIRE(client.send_raw(header_of_size(size)));
  require_refused(client.receive(), EINVAL);
  CHECK(client.closed_by_server());
}

TEST_CASE("the longest message is accepted after a short one that moved it off the start of the buffer") {
  Bench bench;
  VfioUserClient client = bench.client();
  // Too wide for a register, so it is refused; but it is read, and the one after it too.
  Bytes payload(sizeof(RegionAccess) + kMaxDataTransfer);
  store(payload, RegionAccess{0, 2, kMaxDataTransfer});
  Bytes stream;
  for (std::uint16_t round = 0; round < 5; ++round) {
    append(stream, info_message(1));
    append(stream, VfioUserClient::message(2, Command::RegionWrite, payload));
  }
  append(stream, info_message(3));
  REQUIRE(client.send_raw(stream));
  for (unsigned round = 0; round < 5; ++round) {
    CHECK(client.receive().error() == 0);
    require_refused(client.receive(), EINVAL);
  }
  CHECK(client.receive().header.id == 3);
}

TEST_CASE("a reply that nobody asked for is not executed, and many of them end the connection") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes stray = VfioUserClient::message(5, Command::DeviceReset, {}, kTypeReply);
  REQUIRE(client.send_raw(stray));
  CHECK_FALSE(client.receive_if_any().has_value());
  CHECK(bench.devices[0]->resets == 0);
  require_usable(client);
  for (unsigned count = 0; count < Connection::kMaxStrayReplies; ++count) client.send_raw(stray);
  CHECK(client.closed_by_server());
}

TEST_CASE("a message that is neither command nor reply is refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  REQUIRE(client.send_raw(info_message(9, 0x2)));
  require_refused(client.receive(), EINVAL);
  require_usable(client);
}

TEST_CASE("unknown commands are refused whatever their payload") {
  const auto command = GENERATE(std::uint16_t{0}, std::uint16_t{19}, std::uint16_t{255}, std::uint16_t{0xFFFF});
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes payload(1);
  require_refused(client.call(static_cast<Command>(command), payload), EINVAL);
  require_usable(client);
}

TEST_CASE("commands that were not offered are refused as unsupported, those of the other direction as invalid") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes payload(32);
  for (const Command command : {Command::DeviceGetRegionIoFds, Command::DirtyPages, Command::RegionWriteMulti,
                                Command::DeviceFeature, Command::MigrationDataRead, Command::MigrationDataWrite}) {
    require_refused(client.call(command, payload), ENOTSUP);
  }
  require_refused(client.call(Command::DmaRead, payload), EINVAL);
  require_refused(client.call(Command::DmaWrite, payload), EINVAL);
  require_usable(client);
}

TEST_CASE("an end of the connection at any byte of a message with descriptors leaks none") {
  Bench bench;
  GuestMemory ram(1U << 20);
  const DmaMapRequest request{sizeof(DmaMapRequest), 3, 0, 0, 1U << 20};
  const Bytes message = VfioUserClient::message(1, Command::DmaMap, bytes_of(request));
  {
    VfioUserClient first = bench.client();
  }
  bench.turns();
  const std::size_t before = open_descriptors();
  for (std::size_t cut = 1; cut <= message.size(); ++cut) {
    {
      VfioUserClient client = bench.client();
      REQUIRE(client.send_raw(std::span(message).first(cut), {ram.fd()}));
      bench.turns(1);
    }
    bench.turns(2);
    REQUIRE_FALSE(bench.server->connected(0));
    REQUIRE(open_descriptors() == before);
  }
}

TEST_CASE("a client that closes before its answer is a disconnect and nothing else") {
  Bench bench;
  {
    VfioUserClient client = bench.client();
    for (unsigned count = 0; count < 10; ++count) client.send(Command::DeviceGetInfo, bytes_of(kInfoRequest));
  }
  bench.turns();
  CHECK_FALSE(bench.server->connected(0));
  VfioUserClient next = bench.client();
  require_usable(next);
}

TEST_CASE("a client that never reads is not served further, and loses nothing when it reads again") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes request = VfioUserClient::message(1, Command::RegionRead, bytes_of(RegionAccess{0, kRegionConfig, 4096}));
  const int flags = ::fcntl(client.fd(), F_GETFL);
  REQUIRE((flags & O_NONBLOCK) != 0);
  std::uint64_t sent = 0;
  // Until neither side takes any more: 10 turns without progress.
  for (unsigned idle = 0; idle < 10;) {
    if (::send(client.fd(), request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
      ++sent;
      idle = 0;
    } else {
      ++idle;
    }
    bench.turns(1);
  }
  const std::uint64_t served = bench.statistics().messages[static_cast<std::size_t>(Command::RegionRead)];
  CHECK(served < sent);
  bench.turns(100);
  CHECK(bench.statistics().messages[static_cast<std::size_t>(Command::RegionRead)] == served);
  for (std::uint64_t count = 0; count < sent; ++count) REQUIRE(client.receive().payload.size() == 16 + 4096);
  CHECK(bench.statistics().messages[static_cast<std::size_t>(Command::RegionRead)] == sent);
  require_usable(client);
}

TEST_CASE("a client that never reads and then goes is let go") {
  Bench bench;
  {
    VfioUserClient client = bench.client();
    const Bytes request =
        VfioUserClient::message(1, Command::RegionRead, bytes_of(RegionAccess{0, kRegionConfig, 4096}));
    for (unsigned count = 0; count < 2000; ++count) {
      if (::send(client.fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) break;
      bench.turns(1);
    }
  }
  bench.turns(20);
  CHECK_FALSE(bench.server->connected(0));
}

TEST_CASE("a request without reply is never answered, executed or refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  const Bytes short_payload(1);
  const Bytes long_payload(64);
  for (std::uint16_t command = 0; command < 25; ++command) {
    client.send(static_cast<Command>(command), {}, {}, kNoReply);
    client.send(static_cast<Command>(command), short_payload, {}, kNoReply);
    client.send(static_cast<Command>(command), long_payload, {}, kNoReply);
  }
  CHECK_FALSE(client.receive_if_any(20).has_value());
  CHECK(bench.devices[0]->resets == 3);
  require_usable(client);
}

TEST_CASE("descriptors of a refused message are closed") {
  Bench bench;
  VfioUserClient client = bench.client();
  GuestMemory ram(4096);
  const std::size_t before = open_descriptors();
  const std::array fds{ram.fd(), ram.fd()};
  const Bytes payload(4);
  require_refused(client.call(Command::DmaMap, payload, fds), EINVAL);
  CHECK(open_descriptors() == before);
  require_refused(client.call(static_cast<Command>(99), payload, fds), EINVAL);
  client.send(Command::DeviceSetIrqs, payload, fds, kNoReply);
  client.send_raw(VfioUserClient::message(1, Command::DeviceReset, {}, kTypeReply), fds);
  require_usable(client);
  CHECK(open_descriptors() == before);
}

TEST_CASE("more descriptors than a message may carry are closed, the message refused") {
  Bench bench;
  VfioUserClient client = bench.client();
  EventCounter event;
  const std::size_t before = open_descriptors();
  const std::vector<int> fds(17, event.fd());
  const SetIrqsRequest request{sizeof(SetIrqsRequest), 0x24, kIrqMsix, 0, 17};
  require_refused(client.call(Command::DeviceSetIrqs, bytes_of(request), fds), EINVAL);
  CHECK(bench.statistics().descriptors_lost == 1);
  CHECK(open_descriptors() == before);
  require_usable(client);
}

TEST_CASE("descriptors that trickle in with the bytes of one message do not pile up") {
  Bench bench;
  VfioUserClient client = bench.client();
  EventCounter event;
  const std::size_t before = open_descriptors();
  const SetIrqsRequest request{sizeof(SetIrqsRequest), 0x24, kIrqMsix, 0, 1};
  const Bytes message = VfioUserClient::message(3, Command::DeviceSetIrqs, bytes_of(request));
  for (std::size_t at = 0; at < message.size(); ++at) {
    REQUIRE(client.send_raw(std::span(message).subspan(at, 1), {event.fd()}));
    bench.turns(1);
    REQUIRE(open_descriptors() <= before + kMaxDescriptors);
  }
  require_refused(client.receive(), EINVAL);
  CHECK(open_descriptors() == before);
  require_usable(client);
}

TEST_CASE("commands that take no descriptors are refused with any") {
  Bench bench;
  VfioUserClient client = bench.client();
  EventCounter event;
  const std::size_t before = open_descriptors();
  const int fd = event.fd();
  require_refused(client.call(Command::DeviceGetInfo, kInfoRequest, std::span(&fd, 1)), EINVAL);
  CHECK(open_descriptors() == before);
  CHECK(client.call(Command::DeviceGetInfo, kInfoRequest).error() == 0);
}

TEST_CASE("no reply is longer than the buffer that QEMU has for it") {
  Bench bench;
  GuestMemory ram(1U << 20);
  VfioUserClient client = bench.connect();
  std::string json = kQemuCapabilities;
  Bytes version(sizeof(VersionNumbers) + json.size() + 1);
  std::memcpy(version.data() + sizeof(VersionNumbers), json.c_str(), json.size() + 1);
  CHECK(client.call(Command::Version, version).header.size <= 214);
  const int fd = ram.fd();
  CHECK(client.call(Command::DmaMap, DmaMapRequest{32, 3, 0, 0, 4096}, std::span(&fd, 1)).header.size <= 48);
  CHECK(client.call(Command::DmaUnmap, DmaUnmapRequest{24, 0, 0, 4096}).header.size == 40);
  CHECK(client.call(Command::DeviceGetInfo, kInfoRequest).header.size <= 32);
  CHECK(client.call(Command::DeviceGetRegionInfo, RegionInfo{32, 0, 0, 0, 0, 0}).header.size <= 16 + 32);
  CHECK(client.call(Command::DeviceGetIrqInfo, IrqInfo{16, 0, 2, 0}).header.size <= 32);
  CHECK(client.call(Command::DeviceSetIrqs, SetIrqsRequest{20, 0x21, 2, 0, 0}).header.size <= 36);
  CHECK(client.read_region(kRegionConfig, 0, 4).header.size == 32 + 4);
  CHECK(client.call(Command::DeviceReset, Bytes()).header.size == 16);
}

// Why the reader may read ahead at all: this is the behaviour of the kernel that it relies on.
TEST_CASE("descriptors go to the message that they were sent with, however much is read at once") {
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const UniqueFd receiver(pair[0]);
  VfioUserClient sender{UniqueFd(pair[1])};
  EventCounter event;
  // Plain, plain, one descriptor, plain, two descriptors, plain.
  const std::array<std::size_t, 6> carried{0, 0, 1, 0, 2, 0};
  for (std::uint16_t id = 0; id < carried.size(); ++id) {
    const std::vector<int> fds(carried[id], event.fd());
    REQUIRE(sender.send_raw(info_message(id), fds));
  }
  MessageReader reader;
  std::uint16_t expected = 0;
  while (expected < carried.size()) {
    REQUIRE(reader.receive(receiver.get()) == MessageReader::Received::Data);
    Message message;
    while (reader.next(message) == MessageReader::Next::Message) {
      CHECK(message.header.id == expected);
      CHECK(message.descriptors.size() == carried[expected]);
      ++expected;
    }
  }
  CHECK(reader.receive(receiver.get()) == MessageReader::Received::WouldBlock);
}

}  // namespace aie4::vfio_user::test
