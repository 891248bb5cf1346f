// SPDX-License-Identifier: Apache-2.0
// One client of the vfio-user server, hostile in every byte: whatever it sends, in whatever pieces and with whatever
// descriptors, each request is answered once and in order, and nothing is left when it goes.
//
// Input: a byte of options (bit 0: VERSION is negotiated first), then chunks of { length, low and high byte;
// descriptors: bits 0-1 how many, bits 2-4 which kind; bit 5: the device acts afterwards } and their bytes. Each chunk
// is sent with one call.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <span>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "sim/pci/function.hpp"
#include "sim/vfio_user/connection.hpp"

namespace {

using namespace aie4;
using namespace aie4::vfio_user;
using Bytes = std::span<const std::byte>;

void require(bool condition) {
  if (!condition) std::abort();
}

class Device final : public pci::FunctionBackend {
 public:
  void bar_read(unsigned, std::uint64_t, std::span<std::byte> data) override {
    std::fill(data.begin(), data.end(), std::byte{0x5A});
  }
  void bar_write(unsigned, std::uint64_t, Bytes) override {}
  void interrupt_control(const pci::InterruptControl&) override {}
  void reset(pci::ResetKind) override {}
  void virtual_functions(unsigned) override {}
};

class Host final : public DeviceHost {
 public:
  std::vector<pci::PciFunction*> functions() override { return {}; }
  void settle() override {}
  bool run_steps(unsigned) override { return false; }
  [[nodiscard]] bool busy() const override { return false; }
  [[nodiscard]] std::vector<std::string> hang_report() const override { return {}; }
};

class Listener final : public ConnectionListener {
 public:
  void host_connected(std::size_t) override {}
  void host_reset(std::size_t) override {}
  void config_written(std::size_t) override {}
  void disconnected(std::size_t) override {}
};

TimePoint standing_clock() {
  return {};
}

pci::FunctionShape shape() {
  pci::FunctionShape result;
  result.name = "pf";
  result.vendor_id = 0x1022;
  result.device_id = 0x17F2;
  result.class_code = 0x118000;
  result.bars[0] = {.size = 0x2000};
  result.bars[2] = {.size = 0x1000, .is_64bit = true};
  result.msix = {.vectors = 4, .bar = 0, .table_offset = 0, .pba_offset = 0x1000};
  return result;
}

int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 512; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

/// The kinds of descriptors a client may hand over: sealed and unsealed memory, read-only memory, eventfd, the reading
/// and the writing end of a pipe, a socket, a folder.
int make_descriptor(unsigned kind) {
  std::array<int, 2> ends{};
  switch (kind) {
    case 0:
    case 1: {
      const int fd = ::memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
      if (::ftruncate(fd, 0x4000) != 0) std::abort();
      if (kind == 0) ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
      return fd;
    }
    case 2:
      return ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    case 3:
      return ::eventfd(0, EFD_CLOEXEC);
    case 4:
    case 5:
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
      ::close(ends[kind - 4]);
      return ends[5 - kind];
    case 6:
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
      ::close(ends[0]);
      return ends[1];
    default:
      return ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
}

void send_chunk(int socket, Bytes bytes, unsigned descriptors, unsigned kind) {
  iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr request{};
  request.msg_iov = &piece;
  request.msg_iovlen = 1;
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(4 * sizeof(int))> control{};
  std::vector<UniqueFd> owned;
  if (descriptors != 0) {
    request.msg_control = control.data();
    request.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
    cmsghdr* part = CMSG_FIRSTHDR(&request);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
    for (unsigned index = 0; index < descriptors; ++index) {
      const int fd = make_descriptor(kind);
      owned.emplace_back(fd);
      std::memcpy(CMSG_DATA(part) + index * sizeof(int), &fd, sizeof(fd));
    }
  }
  (void)::sendmsg(socket, &request, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// The device does what devices do: reads, writes, interrupts.
void act(pci::PciFunction& function) {
  std::array<std::byte, 24> data{};
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0xFF8}, std::uint64_t{0x10'0000}, std::uint64_t{0xFFFF'FFFF'FFFF'FFF8}}) {
    for (const DmaSpace space : {DmaSpace::Function, DmaSpace::GuestPhysical}) {
      (void)function.dma_read(address, data, {.space = space});
      (void)function.dma_write(address, data, {.space = space});
    }
  }
  for (unsigned vector = 0; vector < 4; ++vector) function.signal(vector);
}

/// What is sent, and which requests in it want an answer, by an independent look at the same bytes.
struct Expected {
  std::vector<std::uint16_t> ids;
  void add(Bytes stream) {
    while (stream.size() >= sizeof(Header)) {
      const auto header = load<Header>(stream);
      const bool framed = header.size >= sizeof(Header) && header.size <= kMaxMessage;
      if (framed && stream.size() < header.size) return;
      if ((header.flags & kTypeMask) != kTypeReply || !framed) {
        if ((header.flags & kNoReply) == 0) ids.push_back(header.id);
      }
      if (!framed) return;
      stream = stream.subspan(header.size);
    }
  }
};

void check_replies(const std::vector<std::byte>& replies, const Expected& expected, bool closed) {
  Bytes stream(replies);
  std::size_t count = 0;
  while (!stream.empty()) {
    require(stream.size() >= sizeof(Header));
    const auto header = load<Header>(stream);
    require(header.size >= sizeof(Header) && header.size <= stream.size());
    require(header.flags == kTypeReply || header.flags == (kTypeReply | kErrorReply));
    require((header.error != 0) == (header.flags != kTypeReply));
    require(header.error == 0 || header.size == sizeof(Header));
    require(count < expected.ids.size() && expected.ids[count] == header.id);
    ++count;
    stream = stream.subspan(header.size);
  }
  require(closed || count == expected.ids.size());
}

void run(Bytes input) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  const UniqueFd client(ends[0]);
  Diagnostics diagnostics;
  Device device;
  pci::PciFunction function(0, shape(), device, diagnostics);
  Host host;
  EventLoop loop(&standing_clock);
  Log log([](LogLevel, const std::string&) {}, &standing_clock);
  ServerStatistics statistics;
  Listener listener;
  Connection connection(UniqueFd(ends[1]), {host, function, loop, log, statistics, &standing_clock, listener, 0});
  std::vector<std::byte> sent;
  std::vector<std::byte> replies;
  const auto turn = [&] {
    for (unsigned count = 0; count < 100'000 && loop.wait(0) > 0; ++count) {
      loop.dispatch();
      std::array<std::byte, 8192> chunk;
      for (ssize_t got = 0; (got = ::recv(client.get(), chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0;) {
        replies.insert(replies.end(), chunk.begin(), chunk.begin() + got);
      }
      if (connection.closed()) return;
    }
    require(loop.wait(0) == 0);  // A client that says nothing lets the server sleep.
  };
  const auto send = [&](Bytes bytes, unsigned descriptors, unsigned kind) {
    send_chunk(client.get(), bytes, descriptors, kind);
    sent.insert(sent.end(), bytes.begin(), bytes.end());
    turn();
  };

  const auto options = input.empty() ? 0U : std::to_integer<unsigned>(input[0]);
  if (!input.empty()) input = input.subspan(1);
  if ((options & 1) != 0) {
    std::array<std::byte, sizeof(Header) + sizeof(VersionNumbers)> version{};
    Header header;
    header.command = static_cast<std::uint16_t>(Command::Version);
    header.size = version.size();
    store(std::span<std::byte>(version), header);
    send(version, 0, 0);
  }
  while (input.size() >= 3 && !connection.closed()) {
    const std::size_t length = std::to_integer<std::size_t>(input[0]) | std::to_integer<std::size_t>(input[1]) << 8;
    const auto how = std::to_integer<unsigned>(input[2]);
    input = input.subspan(3);
    const Bytes bytes = input.first(std::min(length, input.size()));
    input = input.subspan(bytes.size());
    if (!bytes.empty()) send(bytes, how & 3, how >> 2 & 7);
    if ((how & 0x20) != 0 && !connection.closed()) act(function);
  }
  Expected expected;
  expected.add(sent);
  check_replies(replies, expected, connection.closed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  ::signal(SIGPIPE, SIG_IGN);
  const int before = open_descriptors();
  const std::vector<std::uint8_t> copy(bytes, bytes + size);
  run(std::as_bytes(std::span(copy)));
  require(open_descriptors() == before);
  return 0;
}
