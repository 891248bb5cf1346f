// SPDX-License-Identifier: Apache-2.0
// The vfio-user server: one socket per PCI function, one thread, one loop that also runs the machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/vfio_user/connection.hpp"
#include "sim/vfio_user/device_host.hpp"
#include "sim/vfio_user/event_loop.hpp"
#include "sim/vfio_user/log.hpp"
#include "sim/vfio_user/statistics.hpp"
#include "sim/vfio_user/unique_fd.hpp"
#include "sim/vfio_user/vf_bar_programmer.hpp"

namespace aie4::vfio_user {

class ListeningSocket;

struct ServerOptions {
  /// One per function of the host, in its order: the PF first, then the VFs. At most 17.
  std::vector<std::string> sockets;
  /// QEMU's `-qtest` socket, to place the BARs of SR-IOV VFs; empty if there are none.
  std::string qtest_socket = {};
  /// Of the PF, in the guest: the server cannot see it.
  PciAddress pf_address = {};
  /// After a message, how long to look for the next one before going to sleep; 0 sleeps at once. Saves the wake-up
  /// within a burst of register accesses (a guest leaves 5 to 30 us between them) and costs a core for at most this
  /// long after each burst. Measured with tests/bench/mmio: on a loaded host no window changes the median, because
  /// whoever sends next is given the core; so the window is what spans the pauses of a driver on an idle host.
  std::chrono::microseconds busy_poll{100};
  /// SIGTERM and SIGINT end run(), SIGUSR1 asks for a report. While run() is active they are blocked in its thread.
  bool handle_signals = true;
  /// Called on SIGUSR1, after the hang report has been logged.
  std::function<void()> on_report = {};
  Clock clock = &std::chrono::steady_clock::now;
};

/// Owns the machine while it runs: everything happens on the thread that calls run().
///
/// Each turn of the loop serves the messages that are there, then lets the simulation run for a slice of some tens of
/// microseconds while it has something to do; only an idle machine sleeps. No message waits for simulated time.
class Server final : private ConnectionListener {
 public:
  static constexpr std::size_t kMaxFunctions = 17;

  /// Listens on all sockets when it returns. Ignores SIGPIPE in this process. `host` outlives the server. Throws
  /// std::system_error if a socket cannot be had, std::invalid_argument if sockets and functions do not match.
  Server(DeviceHost& host, ServerOptions options, LogSink sink = {});
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until request_stop() or a signal, then logs the statistics.
  void run();
  /// One turn of the loop; sleeps at most `idle_ms` (milliseconds) if there is nothing to do. For tests that play the
  /// client on the same thread.
  void run_once(int idle_ms);
  /// Ends run(). From any thread or signal handler.
  void request_stop();

  [[nodiscard]] const ServerStatistics& statistics() const { return statistics_; }
  [[nodiscard]] bool connected(std::size_t slot) const;
  [[nodiscard]] const VfBarProgrammer& vf_bar_programmer() const { return programmer_; }

 private:
  class Listener;
  class StopRequest;
  class Signals;
  struct Slot {
    pci::PciFunction* function = nullptr;
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Connection> connection;
  };

  void accept(std::size_t slot);
  void run_machine();
  void drop_closed();
  void log_statistics();
  void log_hang_report();
  [[nodiscard]] int sleep_ms(int idle_ms) const;

  void host_connected(std::size_t slot) override;
  void host_reset(std::size_t slot) override;
  void config_written(std::size_t slot) override;
  void disconnected(std::size_t slot) override;

  DeviceHost& host_;
  ServerOptions options_;
  Log log_;
  ServerStatistics statistics_;
  EventLoop loop_;
  VfBarProgrammer programmer_;
  std::unique_ptr<StopRequest> stop_request_;
  std::vector<Slot> slots_;
  UniqueFd reserve_;  ///< Given up to turn a client away when descriptors have run out.
  TimePoint last_message_;
  unsigned slice_steps_ = 16;  ///< Instants per slice, adapted to the time that they take.
  bool stopping_ = false;
  bool any_closed_ = false;
};

}  // namespace aie4::vfio_user
