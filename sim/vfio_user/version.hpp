// SPDX-License-Identifier: Apache-2.0
// VERSION: the first message, in which both sides say what they can.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sim/vfio_user/protocol.hpp"

namespace aie4::vfio_user {

/// A VERSION longer than this is refused; QEMU 11.1 sends 214 bytes.
inline constexpr std::size_t kMaxVersionPayload = 8192;

/// What a client can, as far as this server has a use for it: nothing is sent to a client that depends on it, so the
/// text is checked and only the version kept.
struct VersionResult {
  int error = 0;           ///< Positive errno.
  bool fatal = false;      ///< The client speaks another protocol: no use to go on.
  VersionNumbers version;  ///< What both sides understand.
};

/// Checks the payload of a VERSION request: numbers, then JSON with a terminating NUL (or nothing at all).
[[nodiscard]] VersionResult parse_version(std::span<const std::byte> payload);

/// The text of the reply, without its terminating NUL. With header, numbers and NUL it is shorter than the request of
/// QEMU, whose reply buffer is as long as its request.
[[nodiscard]] std::string version_reply_text();

}  // namespace aie4::vfio_user
