// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/message_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sys/socket.h>

namespace aie4::vfio_user {

MessageReader::MessageReader() : buffer_(kCapacity) {}

void MessageReader::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (buffer_.size() - begin_ < kMaxMessage) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
}

MessageReader::Received MessageReader::receive(int socket) {
  make_room();
  alignas(cmsghdr) std::byte control[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
  iovec piece{buffer_.data() + end_, buffer_.size() - end_};
  msghdr request{};
  request.msg_iov = &piece;
  request.msg_iovlen = 1;
  request.msg_control = control;
  request.msg_controllen = sizeof(control);
  ssize_t count = 0;
  do {
    count = ::recvmsg(socket, &request, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Received::WouldBlock : Received::Closed;

  // Descriptors first: they are ours to close from this moment, whatever the bytes say.
  Arrival arrival;
  if (request.msg_controllen != 0) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&request); part != nullptr; part = CMSG_NXTHDR(&request, part)) {
      if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t bytes = part->cmsg_len - CMSG_LEN(0);
      for (std::size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part) + at, sizeof(fd));
        arrival.descriptors.emplace_back(fd);
      }
    }
  }
  arrival.truncated = (request.msg_flags & MSG_CTRUNC) != 0;
  if (count == 0) return Received::Closed;
  end_ += static_cast<std::size_t>(count);
  if (!arrival.descriptors.empty() || arrival.truncated) {
    arrival.position = position_ + buffered() - 1;
    // A client that sends a message in pieces, each with descriptors, must not collect them here.
    std::size_t held = 0;
    for (const Arrival& other : arrivals_) held += other.descriptors.size();
    if (held + arrival.descriptors.size() > kMaxDescriptors) {
      arrival.descriptors.clear();
      arrival.truncated = true;
    }
    if (arrival.truncated && !arrivals_.empty() && arrivals_.back().truncated) {
      arrivals_.back().position = arrival.position;
    } else {
      arrivals_.push_back(std::move(arrival));
    }
  }
  return Received::Data;
}

void MessageReader::take_descriptors(Message& message, std::uint64_t end_position) {
  auto arrival = arrivals_.begin();
  for (; arrival != arrivals_.end() && arrival->position < end_position; ++arrival) {
    std::move(arrival->descriptors.begin(), arrival->descriptors.end(), std::back_inserter(message.descriptors));
    message.descriptors_lost |= arrival->truncated;
  }
  arrivals_.erase(arrivals_.begin(), arrival);
}

MessageReader::Next MessageReader::next(Message& message) {
  if (buffered() < sizeof(Header)) return Next::Incomplete;
  const std::span<const std::byte> bytes(buffer_.data() + begin_, buffered());
  message.header = load<Header>(bytes);
  const std::size_t size = message.header.size;
  if (size < sizeof(Header) || size > kMaxMessage) return Next::Unframeable;
  if (bytes.size() < size) return Next::Incomplete;
  message.payload = bytes.subspan(sizeof(Header), size - sizeof(Header));
  message.descriptors.clear();
  message.descriptors_lost = false;
  begin_ += size;
  position_ += size;
  if (!arrivals_.empty()) take_descriptors(message, position_);
  return Next::Message;
}

}  // namespace aie4::vfio_user
