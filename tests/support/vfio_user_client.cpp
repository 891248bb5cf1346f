// SPDX-License-Identifier: Apache-2.0
#include "tests/support/vfio_user_client.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <utility>

namespace aie4::vfio_user {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("vfio-user client: " + what);
}

constexpr unsigned kMostTurns = 1'000'000;
constexpr std::uint32_t kMsixControl = 2;

}  // namespace

// --- GuestMemory, EventCounter ------------------------------------------------------------------------------------

GuestMemory::GuestMemory(std::size_t size, bool sealed)
    : fd_(::memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING)), size_(size) {
  if (!fd_ || ::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) fail("cannot make guest memory");
  if (sealed && ::fcntl(fd_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) fail("cannot seal guest memory");
  void* base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (base == MAP_FAILED) fail("cannot map guest memory");
  base_ = static_cast<std::byte*>(base);
}

GuestMemory::~GuestMemory() {
  ::munmap(base_, size_);
}

EventCounter::EventCounter(std::uint64_t initial) : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!fd_) fail("cannot make an eventfd");
  if (initial != 0 && ::write(fd_.get(), &initial, sizeof(initial)) != sizeof(initial)) fail("eventfd");
}

std::uint64_t EventCounter::take() {
  std::uint64_t value = 0;
  return ::read(fd_.get(), &value, sizeof(value)) == sizeof(value) ? value : 0;
}

std::uint64_t EventCounter::wait(int timeout_ms) {
  pollfd state{fd_.get(), POLLIN, 0};
  ::poll(&state, 1, timeout_ms);
  return take();
}

// --- messages -------------------------------------------------------------------------------------------------------

VfioUserClient::VfioUserClient(UniqueFd socket, Pump pump) : socket_(std::move(socket)), pump_(std::move(pump)) {
  if (pump_) {
    ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  } else {
    const timeval limit{10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
}

VfioUserClient VfioUserClient::connect(const std::string& path, Pump pump) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) fail("path too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fail("cannot connect to " + path);
  }
  return VfioUserClient(std::move(socket), std::move(pump));
}

bool VfioUserClient::send_raw(Bytes bytes, std::initializer_list<int> fds) {
  return send_raw(bytes, std::span<const int>(fds.begin(), fds.size()));
}

bool VfioUserClient::send_raw(Bytes bytes, std::span<const int> fds) {
  while (!bytes.empty()) {
    iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr request{};
    request.msg_iov = &piece;
    request.msg_iovlen = 1;
    std::vector<std::byte> control(CMSG_SPACE(fds.size_bytes()));
    if (!fds.empty()) {
      request.msg_control = control.data();
      request.msg_controllen = control.size();
      cmsghdr* part = CMSG_FIRSTHDR(&request);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(fds.size_bytes());
      std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
    }
    const ssize_t sent = ::sendmsg(socket_.get(), &request, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if ((errno == EAGAIN || errno == EWOULDBLOCK) && pump_) {
        pump_();
        continue;
      }
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
    fds = {};
  }
  return true;
}

std::vector<std::byte> VfioUserClient::message(std::uint16_t id, Command command, Bytes payload, std::uint32_t flags) {
  Header header;
  header.id = id;
  header.command = static_cast<std::uint16_t>(command);
  header.size = static_cast<std::uint32_t>(sizeof(Header) + payload.size());
  header.flags = flags;
  std::vector<std::byte> bytes(header.size);
  store(bytes, header);
  if (!payload.empty()) std::memcpy(bytes.data() + sizeof(Header), payload.data(), payload.size());
  return bytes;
}

std::uint16_t VfioUserClient::send(Command command, Bytes payload, std::span<const int> fds, std::uint32_t flags) {
  const std::uint16_t id = next_id_++;
  send_raw(message(id, command, payload, flags), fds);
  return id;
}

bool VfioUserClient::fill(std::size_t count) {
  unsigned turns = 0;
  while (received_.size() < count) {
    std::array<std::byte, 8192> chunk;
    const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (got > 0) {
      received_.insert(received_.end(), chunk.begin(), chunk.begin() + got);
    } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      return false;
    } else if (pump_ && turns++ < kMostTurns) {
      pump_();
    } else {
      fail("no reply");
    }
  }
  return true;
}

Reply VfioUserClient::receive() {
  Reply reply;
  if (!fill(sizeof(Header))) fail("the server closed the connection");
  reply.header = load<Header>(received_);
  if (reply.header.size < sizeof(Header) || !fill(reply.header.size)) fail("half a reply");
  const auto end = received_.begin() + static_cast<std::ptrdiff_t>(reply.header.size);
  reply.payload.assign(received_.begin() + sizeof(Header), end);
  received_.erase(received_.begin(), end);
  return reply;
}

std::optional<Reply> VfioUserClient::receive_if_any(unsigned turns) {
  for (unsigned turn = 0; turn < turns; ++turn) {
    if (pump_) pump_();
    pollfd state{socket_.get(), POLLIN, 0};
    if (!received_.empty() || ::poll(&state, 1, 0) == 1) {
      std::byte peeked{};
      if (received_.empty() && ::recv(socket_.get(), &peeked, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) return std::nullopt;
      return receive();
    }
  }
  return std::nullopt;
}

bool VfioUserClient::closed_by_server(unsigned turns) {
  for (unsigned turn = 0; turn < turns; ++turn) {
    if (pump_) pump_();
    std::byte peeked{};
    const ssize_t got = ::recv(socket_.get(), &peeked, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return true;
  }
  return false;
}

Reply VfioUserClient::call(Command command, Bytes payload, std::span<const int> fds) {
  const std::uint16_t id = send(command, payload, fds);
  Reply reply = receive();
  if (reply.header.id != id || reply.header.command != static_cast<std::uint16_t>(command))
    fail("reply to another request");
  if ((reply.header.flags & kTypeMask) != kTypeReply || (reply.header.flags & kNoReply) != 0) fail("not a reply");
  return reply;
}

// --- requests -------------------------------------------------------------------------------------------------------

int VfioUserClient::version(const std::string& json) {
  std::vector<std::byte> payload(sizeof(VersionNumbers) + json.size() + 1);
  std::memcpy(payload.data() + sizeof(VersionNumbers), json.c_str(), json.size() + 1);
  return call(Command::Version, payload).error();
}

int VfioUserClient::map(std::uint64_t address, std::uint64_t size, int fd, std::uint64_t offset, std::uint32_t flags) {
  const DmaMapRequest request{sizeof(DmaMapRequest), flags, offset, address, size};
  return call(Command::DmaMap, request, fd < 0 ? std::span<const int>() : std::span<const int>(&fd, 1)).error();
}

int VfioUserClient::unmap(std::uint64_t address, std::uint64_t size, std::uint32_t flags) {
  const Reply reply = call(Command::DmaUnmap, DmaUnmapRequest{sizeof(DmaUnmapRequest), flags, address, size});
  if (reply.error() == 0 && reply.payload.size() != sizeof(DmaUnmapRequest)) fail("DMA_UNMAP has to echo its payload");
  return reply.error();
}

int VfioUserClient::reset() {
  return call(Command::DeviceReset, Bytes()).error();
}

int VfioUserClient::set_irqs(std::uint32_t flags, std::uint32_t index, std::uint32_t start, std::uint32_t count,
                             std::span<const int> fds, Bytes data) {
  std::vector<std::byte> payload(sizeof(SetIrqsRequest) + data.size());
  store(payload, SetIrqsRequest{sizeof(SetIrqsRequest), flags, index, start, count});
  if (!data.empty()) std::memcpy(payload.data() + sizeof(SetIrqsRequest), data.data(), data.size());
  return call(Command::DeviceSetIrqs, payload, fds).error();
}

Reply VfioUserClient::read_region(std::uint32_t region, std::uint64_t offset, std::uint32_t count) {
  return call(Command::RegionRead, RegionAccess{offset, region, count});
}

VfioUserClient::Bytes VfioUserClient::data_of(const Reply& reply, std::size_t count) {
  if (reply.error() != 0) fail(std::string("REGION_READ was refused: ") + std::strerror(reply.error()));
  if (reply.payload.size() != sizeof(RegionAccess) + count) fail("REGION_READ of another size");
  return Bytes(reply.payload).subspan(sizeof(RegionAccess));
}

int VfioUserClient::write_region(std::uint32_t region, std::uint64_t offset, Bytes data) {
  std::vector<std::byte> payload(sizeof(RegionAccess) + data.size());
  store(payload, RegionAccess{offset, region, static_cast<std::uint32_t>(data.size())});
  if (!data.empty()) std::memcpy(payload.data() + sizeof(RegionAccess), data.data(), data.size());
  return call(Command::RegionWrite, payload).error();
}

void VfioUserClient::post_write(std::uint32_t region, std::uint64_t offset, Bytes data) {
  std::vector<std::byte> payload(sizeof(RegionAccess) + data.size());
  store(payload, RegionAccess{offset, region, static_cast<std::uint32_t>(data.size())});
  if (!data.empty()) std::memcpy(payload.data() + sizeof(RegionAccess), data.data(), data.size());
  send(Command::RegionWrite, payload, {}, kNoReply);
}

RegionInfo VfioUserClient::region_info(std::uint32_t index) {
  const Reply reply = call(Command::DeviceGetRegionInfo, RegionInfo{sizeof(RegionInfo), 0, index, 0, 0, 0});
  if (reply.error() != 0 || reply.payload.size() != sizeof(RegionInfo)) fail("DEVICE_GET_REGION_INFO failed");
  return load<RegionInfo>(reply.payload);
}

IrqInfo VfioUserClient::irq_info(std::uint32_t index) {
  const Reply reply = call(Command::DeviceGetIrqInfo, IrqInfo{sizeof(IrqInfo), 0, index, 0});
  if (reply.error() != 0 || reply.payload.size() != sizeof(IrqInfo)) fail("DEVICE_GET_IRQ_INFO failed");
  return load<IrqInfo>(reply.payload);
}

// --- what QEMU does -------------------------------------------------------------------------------------------------

void VfioUserClient::realise(GuestMemory& ram) {
  if (version() != 0) fail("VERSION was refused");
  // QEMU sends all maps of one transaction before it reads an answer.
  const DmaMapRequest ram_map{sizeof(DmaMapRequest), 3, 0, 0, ram.size()};
  const DmaMapRequest rom_map{sizeof(DmaMapRequest), 1, 0, 0xFFFC'0000, 0x4'0000};
  const int fd = ram.fd();
  send(Command::DmaMap, std::as_bytes(std::span(&ram_map, 1)), std::span(&fd, 1));
  send(Command::DmaMap, std::as_bytes(std::span(&rom_map, 1)));
  if (receive().error() != 0 || receive().error() != 0) fail("DMA_MAP was refused");
  const Reply info = call(Command::DeviceGetInfo, DeviceInfo{sizeof(DeviceInfo), 0, 0, 0});
  if (info.error() != 0 || load<DeviceInfo>(info.payload).flags != (kDeviceReset | kDevicePci)) fail("no PCI device");
  for (std::uint32_t index = 0; index < 6; ++index) region_info(index);
  if (region_info(kRegionConfig).size != kConfigSize) fail("no configuration space");
  irq_info(kIrqError);
  if (read_region(kRegionConfig, 0, kConfigSize).payload.size() != sizeof(RegionAccess) + kConfigSize) {
    fail("configuration space cannot be read");
  }
  config<std::uint32_t>(0x30);
  config<std::uint32_t>(0x30, 0xFFFF'F800);
  config<std::uint32_t>(0x30);
  config<std::uint32_t>(0x30, 0);
  for (std::uint32_t bar = 0x10; bar < 0x28; bar += 8) config<std::uint32_t>(bar);
  if (irq_info(kIrqMsix).count == 0) fail("no MSI-X");
  if (config<std::uint8_t>(0x3D) != 0) fail("an interrupt pin");
}

void VfioUserClient::start_guest(GuestMemory& ram) {
  config<std::uint16_t>(0x04);
  config<std::uint16_t>(0x04, 0);
  if (reset() != 0) fail("DEVICE_RESET was refused");
  config<std::uint8_t>(0x3D);
  for (std::uint32_t bar = 0x10; bar < 0x28; bar += 4) config<std::uint32_t>(bar, 0);
  // The firmware shadows ROM below 1 MiB: RAM comes back in pieces, and part of it without a descriptor.
  if (unmap(0, ram.size()) != 0 || map(0, 0xC'0000, ram.fd()) != 0 || map(0xC'0000, 0x2'0000, -1, 0, 1) != 0 ||
      map(0xE'0000, 0x2'0000, -1, 0, 1) != 0 || map(0x10'0000, ram.size() - 0x10'0000, ram.fd(), 0x10'0000) != 0) {
    fail("DMA_MAP was refused");
  }
}

void VfioUserClient::enable_device(std::span<const int> vectors) {
  config<std::uint16_t>(0x04, 0x0006);
  std::uint32_t capability = config<std::uint8_t>(0x34);
  while (capability != 0 && config<std::uint8_t>(capability) != 0x11) capability = config<std::uint8_t>(capability + 1);
  if (capability == 0) fail("no MSI-X capability");
  const auto control = config<std::uint16_t>(capability + kMsixControl);
  config<std::uint16_t>(capability + kMsixControl, static_cast<std::uint16_t>(control | 0xC000));
  if (set_irqs(0x24, kIrqMsix, 0, 1) != 0) fail("enabling MSI-X was refused");
  config<std::uint16_t>(capability + kMsixControl, static_cast<std::uint16_t>((control & 0x3FFF) | 0x8000));
  for (std::uint32_t vector = 0; vector < vectors.size(); ++vector) {
    if (set_irqs(0x24, kIrqMsix, vector, 1, vectors.subspan(vector, 1)) != 0) fail("an eventfd was refused");
  }
}

}  // namespace aie4::vfio_user
