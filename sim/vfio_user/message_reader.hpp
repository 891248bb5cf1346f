// SPDX-License-Identifier: Apache-2.0
// Cuts the byte stream of a client into messages and gives each the descriptors that came with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/vfio_user/protocol.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// One message. `payload` points into the reader and is valid until its next `receive`.
struct Message {
  Header header;
  std::span<const std::byte> payload;
  std::vector<UniqueFd> descriptors;
  /// More descriptors came than a message may carry; the surplus is gone.
  bool descriptors_lost = false;
};

/// Reads ahead into a fixed buffer: usually one system call per message, for a burst of posted writes far fewer.
///
/// Which message do descriptors belong to, when one recvmsg returns the bytes of several? Linux never returns bytes
/// beyond the buffer (skb) that carried SCM_RIGHTS in one call on a stream socket: it stops after it, because the next
/// buffer could carry descriptors too. So the last byte that such a call returned was sent together with the
/// descriptors, and they belong to the message that holds this byte. (unix(7); `unix_stream_read_generic` in Linux.)
class MessageReader {
 public:
  /// Two longest messages: a whole one always fits, wherever the previous one ended.
  static constexpr std::size_t kCapacity = 2 * kMaxMessage;

  MessageReader();

  enum class Received : std::uint8_t { Data, WouldBlock, Closed };
  /// One recvmsg, without blocking. Closed: end of file, or an error after which nothing more can come.
  Received receive(int socket);

  enum class Next : std::uint8_t {
    Message,      ///< `message` is filled.
    Incomplete,   ///< More bytes are needed.
    Unframeable,  ///< The size in the header is impossible; only `message.header` is filled. There is no way on.
  };
  Next next(Message& message);

  /// Bytes that wait to be taken.
  [[nodiscard]] std::size_t buffered() const { return end_ - begin_; }

 private:
  /// Descriptors, tied to a byte of the stream.
  struct Arrival {
    std::uint64_t position = 0;
    std::vector<UniqueFd> descriptors;
    bool truncated = false;
  };
  void make_room();
  void take_descriptors(Message& message, std::uint64_t end_position);

  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;  ///< Of `begin_` in the stream.
  std::vector<Arrival> arrivals_;
};

}  // namespace aie4::vfio_user
