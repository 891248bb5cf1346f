// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/server.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sim/vfio_user/listening_socket.hpp"

namespace aie4::vfio_user {
namespace {

/// How long a slice of simulation should take: a message that arrives meanwhile waits half of this on average.
constexpr std::chrono::microseconds kSlice{20};
constexpr unsigned kMaxSliceSteps = 4096;
/// Longest sleep. Short enough to tell an idle server from a stopped process (EventLoop::arrived_at).
constexpr int kIdleMs = 1000;
/// Between attempts to reach QEMU's qtest socket; the guest waits 100 ms for its VFs.
constexpr int kRetryMs = 5;

}  // namespace

class Server::Listener final : public ReadyHandler {
 public:
  Listener(Server& server, std::size_t slot, std::string path)
      : server_(server), slot_(slot), socket_(std::move(path)) {
    if (const int error = server_.loop_.add(socket_.fd(), EPOLLIN, *this); error != 0) {
      throw std::system_error(error, std::generic_category(), "epoll_ctl");
    }
  }
  ~Listener() override { server_.loop_.remove(socket_.fd(), *this); }
  void ready(std::uint32_t events) override {
    (void)events;
    server_.accept(slot_);
  }
  [[nodiscard]] const ListeningSocket& socket() const { return socket_; }

 private:
  Server& server_;
  std::size_t slot_;
  ListeningSocket socket_;
};

class Server::StopRequest final : public ReadyHandler {
 public:
  explicit StopRequest(Server& server) : server_(server), eventfd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!eventfd_) throw std::system_error(errno, std::generic_category(), "eventfd");
    server_.loop_.add(eventfd_.get(), EPOLLIN, *this);
  }
  ~StopRequest() override { server_.loop_.remove(eventfd_.get(), *this); }
  void request() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(eventfd_.get(), &one, sizeof(one));
  }
  void ready(std::uint32_t events) override {
    (void)events;
    std::uint64_t value = 0;
    if (::read(eventfd_.get(), &value, sizeof(value)) > 0) server_.stopping_ = true;
  }

 private:
  Server& server_;
  UniqueFd eventfd_;
};

/// Turns signals into events for as long as it lives.
class Server::Signals final : public ReadyHandler {
 public:
  explicit Signals(Server& server) : server_(server) {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    descriptor_.reset(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
    if (descriptor_) server_.loop_.add(descriptor_.get(), EPOLLIN, *this);
  }
  ~Signals() override {
    if (descriptor_) server_.loop_.remove(descriptor_.get(), *this);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  void ready(std::uint32_t events) override {
    (void)events;
    signalfd_siginfo info{};
    while (::read(descriptor_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
      if (info.ssi_signo == SIGUSR1) {
        server_.log_hang_report();
        if (server_.options_.on_report) server_.options_.on_report();
      } else {
        server_.stopping_ = true;
      }
    }
  }

 private:
  Server& server_;
  UniqueFd descriptor_;
  sigset_t before_{};
};

Server::Server(DeviceHost& host, ServerOptions options, LogSink sink)
    : host_(host),
      options_(std::move(options)),
      log_(std::move(sink), options_.clock),
      loop_(options_.clock),
      programmer_(options_.qtest_socket, options_.pf_address, loop_, log_) {
  // A client may hand over a pipe as eventfd and close its other end.
  ::signal(SIGPIPE, SIG_IGN);
  stop_request_ = std::make_unique<StopRequest>(*this);
  reserve_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::vector<pci::PciFunction*> functions = host_.functions();
  if (options_.sockets.size() != functions.size() || functions.size() > kMaxFunctions) {
    throw std::invalid_argument(fmt::format("vfio-user server: {} sockets for {} functions; needs one each, at most {}",
                                            options_.sockets.size(), functions.size(), kMaxFunctions));
  }
  slots_.resize(functions.size());
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    slots_[slot].function = functions[slot];
    show_to_virtual_machine_monitor(*functions[slot]);
    slots_[slot].listener = std::make_unique<Listener>(*this, slot, options_.sockets[slot]);
  }
}

Server::~Server() {
  for (Slot& slot : slots_) slot.connection.reset();
}

void Server::run() {
  stopping_ = false;
  const std::unique_ptr<Signals> signals = options_.handle_signals ? std::make_unique<Signals>(*this) : nullptr;
  while (!stopping_) run_once(kIdleMs);
  for (Slot& slot : slots_) slot.connection.reset();
  log_statistics();
}

void Server::request_stop() {
  stop_request_->request();
}

bool Server::connected(std::size_t slot) const {
  return slots_[slot].connection != nullptr;
}

int Server::sleep_ms(int idle_ms) const {
  if (host_.busy() || loop_.woke_at() - last_message_ < options_.busy_poll) return 0;
  return programmer_.waiting_for_socket() ? std::min(idle_ms, kRetryMs) : idle_ms;
}

void Server::run_once(int idle_ms) {
  const int timeout = sleep_ms(idle_ms);
  if (loop_.wait(timeout) > 0) {
    loop_.dispatch();
    last_message_ = loop_.woke_at();
    if (any_closed_) drop_closed();
  } else if (timeout == 0 && !host_.busy()) {
    // Looking for the next message: let whoever is about to send it have the core, if it wants this one.
    ::sched_yield();
  }
  if (host_.busy()) run_machine();
  if (programmer_.waiting_for_socket()) programmer_.retry();
}

void Server::run_machine() {
  const TimePoint began = options_.clock();
  host_.run_steps(slice_steps_);
  const auto spent = options_.clock() - began;
  if (spent > 2 * kSlice) {
    slice_steps_ = std::max(1U, slice_steps_ / 2);
  } else if (spent < kSlice / 2) {
    slice_steps_ = std::min(kMaxSliceSteps, slice_steps_ * 2);
  }
}

void Server::accept(std::size_t slot_index) {
  Slot& slot = slots_[slot_index];
  UniqueFd client = slot.listener->socket().accept();
  if (!client) {
    if (errno != EMFILE && errno != ENFILE) return;
    // Out of descriptors. Left in the backlog, the client would keep the loop awake for ever.
    reserve_.reset();
    client = slot.listener->socket().accept();
    client.reset();
    reserve_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ++statistics_.clients_refused;
    log_.error("{}: a client was turned away: no descriptors left", slot.function->shape().name);
    return;
  }
  // The previous client may have died without its socket having been looked at yet: its last messages are of no use
  // to anybody, and its successor must not be turned away.
  if (slot.connection != nullptr && slot.connection->peer_gone()) slot.connection.reset();
  if (slot.connection != nullptr) {
    ++statistics_.clients_refused;
    log_.warning("{}: a second client was turned away", slot.function->shape().name);
    return;
  }
  ++statistics_.clients;
  slot.connection = std::make_unique<Connection>(
      std::move(client),
      Connection::Environment{host_, *slot.function, loop_, log_, statistics_, options_.clock, *this, slot_index});
}

void Server::drop_closed() {
  any_closed_ = false;
  for (Slot& slot : slots_) {
    if (slot.connection != nullptr && slot.connection->closed()) slot.connection.reset();
  }
}

// --- what connections tell ------------------------------------------------------------------------------------------

void Server::host_connected(std::size_t slot) {
  log_.info("{}: client connected", slots_[slot].function->shape().name);
}

void Server::host_reset(std::size_t slot) {
  pci::PciFunction& function = *slots_[slot].function;
  show_to_guest(function);
  if (function.shape().sriov.has_value()) programmer_.update(function);
}

void Server::config_written(std::size_t slot) {
  const pci::PciFunction& function = *slots_[slot].function;
  if (function.shape().sriov.has_value()) programmer_.update(function);
}

void Server::disconnected(std::size_t slot) {
  pci::PciFunction& function = *slots_[slot].function;
  show_to_virtual_machine_monitor(function);
  if (function.shape().sriov.has_value()) programmer_.forget();
  any_closed_ = true;
  log_.info("{}: client gone", function.shape().name);
}

// --- reports --------------------------------------------------------------------------------------------------------

void Server::log_statistics() {
  for (std::string& line : statistics_.summary()) log_.report(LogLevel::Info, std::move(line));
  if (log_.suppressed() != 0) {
    log_.report(LogLevel::Info, fmt::format("log lines left out: {}", log_.suppressed()));
  }
}

void Server::log_hang_report() {
  const std::vector<std::string> lines = host_.hang_report();
  log_.report(LogLevel::Info, fmt::format("hang report: {} waiting", lines.size()));
  for (const std::string& line : lines) log_.report(LogLevel::Info, line);
}

}  // namespace aie4::vfio_user
