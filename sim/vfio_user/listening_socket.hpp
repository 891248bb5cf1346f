// SPDX-License-Identifier: Apache-2.0
// The socket file at which a client finds a function.
#pragma once

#include <string>
#include <sys/types.h>

#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// A listening UNIX stream socket, readable and writable by its owner only. The file is removed on destruction, if it
/// is still the same.
class ListeningSocket {
 public:
  /// Replaces a socket file that nobody listens on. Throws std::system_error, with the path in its text, if the path
  /// is too long, is something else, or somebody listens there.
  explicit ListeningSocket(std::string path);
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The next client, non-blocking; empty if there is none.
  [[nodiscard]] UniqueFd accept() const;

 private:
  std::string path_;
  UniqueFd socket_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace aie4::vfio_user
