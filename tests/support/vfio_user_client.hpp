// SPDX-License-Identifier: Apache-2.0
// A vfio-user client for tests and benchmarks: it plays QEMU, or misbehaves on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <sys/mman.h>
#include <vector>

#include "sim/vfio_user/protocol.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// Guest RAM in a memfd, mapped by the guest.
class GuestMemory {
 public:
  /// `sealed`: cannot shrink, as QEMU makes it by default.
  explicit GuestMemory(std::size_t size, bool sealed = true);
  ~GuestMemory();
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::span<std::byte> bytes() { return {base_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  UniqueFd fd_;
  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
};

/// An eventfd with a counter to look at.
class EventCounter {
 public:
  explicit EventCounter(std::uint64_t initial = 0);
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The counter, which becomes 0.
  std::uint64_t take();
  /// Waits until it is not 0, at most `timeout_ms`; then as `take`.
  std::uint64_t wait(int timeout_ms);

 private:
  UniqueFd fd_;
};

struct Reply {
  Header header;
  std::vector<std::byte> payload;

  /// 0, or the errno of an error reply.
  [[nodiscard]] int error() const { return (header.flags & kErrorReply) != 0 ? static_cast<int>(header.error) : 0; }
  /// A bare header, as an error has to be.
  [[nodiscard]] bool bare() const { return header.size == sizeof(Header) && payload.empty(); }
};

/// What QEMU 11.1 sends with its VERSION.
inline constexpr const char* kQemuCapabilities =
    R"({"capabilities": {"max_msg_fds": 16, "max_data_xfer_size": 1048576, "max_dma_maps": 65535, "pgsizes": 4096, )"
    R"("write_multiple": true, "migration": {"pgsize": 4096, "max_bitmap_size": 268435456}}})";

class VfioUserClient {
 public:
  /// `pump` is called while a reply is awaited: a server on the same thread gets its turns there. Without it the
  /// client blocks (at most 10 s), for a server in another thread or process. Throws std::runtime_error if a reply
  /// does not come or the connection ends.
  using Pump = std::function<void()>;
  explicit VfioUserClient(UniqueFd socket, Pump pump = {});
  /// Connects to the socket file; the server need not have accepted yet.
  static VfioUserClient connect(const std::string& path, Pump pump = {});

  // --- messages -----------------------------------------------------------------------------------------------------
  using Bytes = std::span<const std::byte>;
  /// Sends bytes as they are, with descriptors. False if the server has closed.
  bool send_raw(Bytes bytes, std::initializer_list<int> fds = {});
  bool send_raw(Bytes bytes, std::span<const int> fds);
  /// A whole message with the next id. Returns the id.
  std::uint16_t send(Command command, Bytes payload, std::span<const int> fds = {}, std::uint32_t flags = 0);
  Reply receive();
  /// A reply that is there after the server had `turns` turns; for "nothing is sent".
  std::optional<Reply> receive_if_any(unsigned turns = 5);
  /// True when the server has closed the connection.
  bool closed_by_server(unsigned turns = 5);
  Reply call(Command command, Bytes payload, std::span<const int> fds = {});
  template <typename T>
    requires(std::is_trivially_copyable_v<T> && !std::is_convertible_v<const T&, Bytes>)
  Reply call(Command command, const T& payload, std::span<const int> fds = {}) {
    return call(command, Bytes(std::as_bytes(std::span<const T, 1>(&payload, 1))), fds);
  }
  /// The bytes of a message.
  [[nodiscard]] static std::vector<std::byte> message(std::uint16_t id, Command command, Bytes payload,
                                                      std::uint32_t flags = 0);

  // --- requests; each returns 0 or an errno, reads throw on error
  // -----------------------------------------------------
  int version(const std::string& json = kQemuCapabilities);
  int map(std::uint64_t address, std::uint64_t size, int fd, std::uint64_t offset = 0, std::uint32_t flags = 3);
  int unmap(std::uint64_t address, std::uint64_t size, std::uint32_t flags = 0);
  int reset();
  int set_irqs(std::uint32_t flags, std::uint32_t index, std::uint32_t start, std::uint32_t count,
               std::span<const int> fds = {}, Bytes data = {});
  Reply read_region(std::uint32_t region, std::uint64_t offset, std::uint32_t count);
  int write_region(std::uint32_t region, std::uint64_t offset, Bytes data);
  void post_write(std::uint32_t region, std::uint64_t offset, Bytes data);
  RegionInfo region_info(std::uint32_t index);
  IrqInfo irq_info(std::uint32_t index);

  template <typename T>
  T read(std::uint32_t region, std::uint64_t offset) {
    return load<T>(data_of(read_region(region, offset, sizeof(T)), sizeof(T)));
  }
  template <typename T>
  int write(std::uint32_t region, std::uint64_t offset, T value) {
    return write_region(region, offset, std::as_bytes(std::span<const T, 1>(&value, 1)));
  }
  template <typename T>
  void post(std::uint32_t region, std::uint64_t offset, T value) {
    post_write(region, offset, std::as_bytes(std::span<const T, 1>(&value, 1)));
  }
  template <typename T>
  T config(std::uint32_t offset) {
    return read<T>(kRegionConfig, offset);
  }
  template <typename T>
  int config(std::uint32_t offset, T value) {
    return write<T>(kRegionConfig, offset, value);
  }

  // --- what QEMU does
  // -------------------------------------------------------------------------------------------------
  /// VERSION to the end of realise, as recorded from QEMU 11.1 (vfio-user reference, golden sequence, ids 0-24).
  void realise(GuestMemory& ram);
  /// The reset before the guest starts, and the maps after it (ids 25-40).
  void start_guest(GuestMemory& ram);
  /// As a guest driver does it: memory space and bus master, MSI-X with function mask, then `vectors` one by one.
  void enable_device(std::span<const int> vectors);

  [[nodiscard]] int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }

 private:
  [[nodiscard]] static Bytes data_of(const Reply& reply, std::size_t count);
  bool fill(std::size_t count);

  UniqueFd socket_;
  Pump pump_;
  std::uint16_t next_id_ = 0;
  std::vector<std::byte> received_;
};

}  // namespace aie4::vfio_user
