// SPDX-License-Identifier: Apache-2.0
// One client of one function: its messages, its memory, its interrupts.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/pci/function.hpp"
#include "sim/vfio_user/device_host.hpp"
#include "sim/vfio_user/dma_map.hpp"
#include "sim/vfio_user/event_loop.hpp"
#include "sim/vfio_user/irqs.hpp"
#include "sim/vfio_user/log.hpp"
#include "sim/vfio_user/message_reader.hpp"
#include "sim/vfio_user/protocol.hpp"
#include "sim/vfio_user/statistics.hpp"

namespace aie4::vfio_user {

/// What the server hears of its connections. `slot` is the number of the socket.
class ConnectionListener {
 public:
  virtual ~ConnectionListener() = default;
  /// The client's VERSION was accepted; the function is connected.
  virtual void host_connected(std::size_t slot) = 0;
  /// DEVICE_RESET was executed, its answer not yet sent.
  virtual void host_reset(std::size_t slot) = 0;
  /// Configuration space was written, the answer not yet sent.
  virtual void config_written(std::size_t slot) = 0;
  /// The client is gone and the function reset, or the client never got as far as VERSION. The connection is
  /// still on the call stack: it is destroyed later.
  virtual void disconnected(std::size_t slot) = 0;
};

/// Serves one client until it goes. Requests are executed in the order of arrival, each at once; nothing here waits.
///
/// The answer is sent before the machine settles, so that the client does not wait for what its write sets off; the
/// next access, of whichever client, finds a settled machine all the same.
class Connection final : public ReadyHandler, private pci::DmaPort {
 public:
  /// QEMU gives up after 5 s, and an answer with data after that ends the device; one without is only logged.
  static constexpr std::chrono::milliseconds kLatestAnswer{4000};
  /// Replies that answer nothing, after which a client is cut off.
  static constexpr unsigned kMaxStrayReplies = 16;

  /// What a connection works with; all of it outlives the connection.
  struct Environment {
    DeviceHost& host;
    pci::PciFunction& function;
    EventLoop& loop;
    Log& log;
    ServerStatistics& statistics;
    Clock clock;
    ConnectionListener& listener;
    std::size_t slot = 0;
  };

  /// `socket` is a connected stream socket.
  Connection(UniqueFd socket, const Environment& environment);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void ready(std::uint32_t events) override;
  [[nodiscard]] bool closed() const { return !socket_; }
  /// Ends the connection: the function is disconnected and reset, memory and eventfds are released.
  void close();
  /// The other end is closed, although its last messages may not have been read yet.
  [[nodiscard]] bool peer_gone() const;

  [[nodiscard]] const DmaMap& dma_map() const { return dma_; }

 private:
  /// Outcome of a request: an errno (positive) and why, or 0.
  struct Result {
    int error = 0;
    const char* reason = "";
  };
  using Payload = std::span<const std::byte>;

  // --- messages (connection.cpp) ----------------------------------------------------------------------------------
  void process();
  void handle(Message& message);
  Result refuse_early(const Message& message);
  void answer(const Header& request, Result result);
  void transmit(std::span<const std::byte> bytes);
  bool flush();
  void note_refusal(const Header& request, Result result);

  // --- requests (requests.cpp); each leaves its reply in `reply_` ---------------------------------------------------
  Result execute(Message& message);
  Result version(Payload payload);
  Result map_memory(Payload payload, std::vector<UniqueFd> descriptors);
  Result unmap_memory(Payload payload);
  Result device_info(Payload payload);
  Result region_info(Payload payload);
  Result irq_info(Payload payload);
  Result set_irqs(Payload payload, std::vector<UniqueFd> descriptors);
  Result region_read(Payload payload);
  Result region_write(Payload payload);
  Result reset();
  [[nodiscard]] std::uint64_t region_size(std::uint32_t region) const;
  [[nodiscard]] Result check_access(const RegionAccess& access) const;
  template <typename T>
  void reply_with(const T& value) {
    store(std::span(reply_).subspan(sizeof(Header)), value);
    reply_payload_ = sizeof(T);
  }

  // --- memory of the client, for the device -------------------------------------------------------------------------
  DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) override;
  DmaStatus write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) override;
  void explain_refusal(std::uint64_t address, std::uint64_t size, const DmaAttributes& attributes, const char* what);

  Environment env_;
  UniqueFd socket_;
  MessageReader reader_;
  DmaMap dma_;
  Irqs irqs_;
  bool negotiated_ = false;
  bool device_touched_ = false;  ///< By the present request: the machine has to settle after it.
  bool hang_up_ = false;         ///< After the present answer.
  unsigned stray_replies_ = 0;
  TimePoint read_at_;  ///< When the requests in the reader arrived.
  std::array<std::byte, sizeof(Header) + sizeof(RegionAccess) + kConfigSize> reply_{};
  std::size_t reply_payload_ = 0;
  /// What the socket did not take. While there is any, no request of this client is read: so it is one reply at most.
  std::vector<std::byte> unsent_;
};

}  // namespace aie4::vfio_user
