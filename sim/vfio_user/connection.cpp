// SPDX-License-Identifier: Apache-2.0
// Messages: receiving, refusing, answering, ending. What each request does is in requests.cpp.
#include "sim/vfio_user/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace aie4::vfio_user {

Connection::Connection(UniqueFd socket, const Environment& environment)
    : env_(environment),
      socket_(std::move(socket)),
      irqs_(environment.function.shape().msix.vectors, environment.loop) {
  if (env_.loop.add(socket_.get(), EPOLLIN, *this) != 0) socket_.reset();
}

Connection::~Connection() {
  close();
}

void Connection::close() {
  if (!socket_) return;
  env_.loop.remove(socket_.get(), *this);
  socket_.reset();
  if (negotiated_) {
    env_.function.disconnect();
    env_.function.reset();
    env_.host.settle();
  }
  env_.statistics.interrupts += irqs_.delivered();
  env_.statistics.interrupts_out_of_range += irqs_.out_of_range();
  irqs_.clear();
  dma_.clear();
  env_.listener.disconnected(env_.slot);
}

bool Connection::peer_gone() const {
  if (!socket_) return true;
  pollfd state{socket_.get(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Connection::ready(std::uint32_t events) {
  if (!socket_) return;
  if (!unsent_.empty()) {
    if (!flush()) {
      if (socket_ && (events & (EPOLLHUP | EPOLLERR)) != 0) close();
      return;
    }
    process();  // What had been read before the socket was full.
    if (!socket_ || !unsent_.empty()) return;
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  switch (reader_.receive(socket_.get())) {
    case MessageReader::Received::Data:
      read_at_ = env_.loop.arrived_at();
      process();
      break;
    case MessageReader::Received::WouldBlock:
      break;
    case MessageReader::Received::Closed:
      close();
      break;
  }
}

void Connection::process() {
  Message message;
  while (socket_ && unsent_.empty()) {
    const MessageReader::Next next = reader_.next(message);
    if (next == MessageReader::Next::Incomplete) return;
    if (next == MessageReader::Next::Unframeable) {
      // Where the next message begins is unknown from here on.
      ++env_.statistics.malformed;
      hang_up_ = true;
      answer(message.header, {EINVAL, "impossible message size"});
      return;
    }
    handle(message);
  }
}

void Connection::handle(Message& message) {
  const TimePoint began = env_.clock();
  const Header header = message.header;
  if ((header.flags & kTypeMask) == kTypeReply) {
    // This server sends no requests, so nobody waits for it.
    ++env_.statistics.malformed;
    if (++stray_replies_ > kMaxStrayReplies) close();
    return;
  }
  ++env_.statistics.messages[header.command < kCommandCount ? header.command : 0];
  device_touched_ = false;
  reply_payload_ = 0;
  Result result = refuse_early(message);
  if (result.error == 0) result = execute(message);
  answer(header, result);

  const auto spent = static_cast<std::uint64_t>((env_.clock() - began).count());
  ++env_.statistics.service_samples;
  env_.statistics.service_ns_total += spent;
  env_.statistics.service_ns_max = std::max(env_.statistics.service_ns_max, spent);
  if (device_touched_) env_.host.settle();
}

Connection::Result Connection::refuse_early(const Message& message) {
  if (message.descriptors_lost) {
    ++env_.statistics.descriptors_lost;
    return {EINVAL, "more descriptors than agreed"};
  }
  if ((message.header.flags & kTypeMask) != kTypeCommand) return {EINVAL, "neither command nor reply"};
  const auto command = static_cast<Command>(message.header.command);
  if (!negotiated_ && command != Command::Version) {
    hang_up_ = true;
    return {EINVAL, "VERSION has to come first"};
  }
  if (!message.descriptors.empty() && command != Command::DmaMap && command != Command::DeviceSetIrqs) {
    return {EINVAL, "descriptors that the command does not take"};
  }
  return {};
}

void Connection::answer(const Header& request, Result result) {
  if (result.error != 0) note_refusal(request, result);
  if ((request.flags & kNoReply) == 0 && socket_) {
    if (result.error == 0 && env_.clock() - read_at_ > kLatestAnswer) {
      result = {ETIMEDOUT, "the answer took too long"};
      ++env_.statistics.answered_too_late;
      note_refusal(request, result);
    }
    Header header;
    header.id = request.id;
    header.command = request.command;
    header.size = sizeof(Header);
    header.flags = kTypeReply;
    if (result.error != 0) {
      header.flags |= kErrorReply;
      header.error = static_cast<std::uint32_t>(result.error);
      ++env_.statistics.errors_answered;
    } else {
      header.size += static_cast<std::uint32_t>(reply_payload_);
    }
    store(std::span(reply_), header);
    transmit(std::span(reply_).first(header.size));
  }
  if (hang_up_) close();
}

void Connection::note_refusal(const Header& request, Result result) {
  if (result.error == EINVAL) ++env_.statistics.malformed;
  const bool posted = (request.flags & kNoReply) != 0;
  if (posted && static_cast<Command>(request.command) == Command::RegionWrite) {
    ++env_.statistics.posted_writes_dropped;
  }
  env_.log.warning("{}: {} {} (number {}, id {}, {} bytes, flags {:#x}): {} ({})", env_.function.shape().name,
                   posted ? "dropped posted" : "refused", command_name(request.command), request.command, request.id,
                   request.size, request.flags, result.reason, ::strerrorname_np(result.error));
}

void Connection::transmit(std::span<const std::byte> bytes) {
  // One call for header and payload: QEMU takes a header that arrives in pieces for a fatal error.
  ssize_t sent = 0;
  do {
    sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (sent < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      hang_up_ = true;
      return;
    }
    sent = 0;
  }
  const auto rest = bytes.subspan(static_cast<std::size_t>(sent));
  unsent_.assign(rest.begin(), rest.end());
  env_.loop.modify(socket_.get(), EPOLLOUT, *this);
}

bool Connection::flush() {
  const ssize_t sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close();
    return false;
  }
  unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
  if (!unsent_.empty()) return false;
  env_.loop.modify(socket_.get(), EPOLLIN, *this);
  return true;
}

// --- memory of the client -----------------------------------------------------------------------------------------

DmaStatus Connection::read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) {
  const DmaStatus status = dma_.read(address, data, attributes.space);
  if (status == DmaStatus::NotMapped) explain_refusal(address, data.size(), attributes, "read");
  return status;
}

DmaStatus Connection::write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) {
  const DmaStatus status = dma_.write(address, data, attributes.space);
  if (status == DmaStatus::NotMapped) explain_refusal(address, data.size(), attributes, "write");
  return status;
}

void Connection::explain_refusal(std::uint64_t address, std::uint64_t size, const DmaAttributes& attributes,
                                 const char* what) {
  if (!dma_.lacks_descriptor(address, size, attributes.space)) return;
  ++env_.statistics.dma_without_descriptor;
  env_.log.warning(
      "{}: DMA {} of {} bytes at {:#x} by {} meets memory that the virtual machine did not share; guest RAM has to be "
      "a "
      "memory backend with share=on",
      env_.function.shape().name, what, size, address, attributes.engine);
}

}  // namespace aie4::vfio_user
