// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <utility>

namespace aie4::vfio_user {
namespace {

[[noreturn]] void fail(int error, const std::string& path, const char* what) {
  throw std::system_error(error, std::generic_category(), "socket " + path + ": " + what);
}

/// Removes what a server that died has left behind.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) fail(EEXIST, path, "the file exists and is not a socket");
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool answered = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  if (answered || errno != ECONNREFUSED) fail(EADDRINUSE, path, "somebody listens there");
  ::unlink(path.c_str());
}

}  // namespace

ListeningSocket::ListeningSocket(std::string path) : path_(std::move(path)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.empty() || path_.size() >= sizeof(address.sun_path)) {
    fail(ENAMETOOLONG, path_, "a socket path has 1 to 107 characters");
  }
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) fail(errno, path_, "cannot create");
  remove_stale(path_, address);
  // Before bind: on Linux the file is created with the mode of the socket, so there is no moment at which others could
  // connect.
  if (::fchmod(socket_.get(), 0600) != 0) fail(errno, path_, "cannot set the mode");
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fail(errno, path_, "cannot bind");
  }
  struct stat status{};
  if (::lstat(path_.c_str(), &status) == 0) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
  if (::listen(socket_.get(), 8) != 0) {
    const int error = errno;
    ::unlink(path_.c_str());
    fail(error, path_, "cannot listen");
  }
}

ListeningSocket::~ListeningSocket() {
  struct stat status{};
  if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

UniqueFd ListeningSocket::accept() const {
  return UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

}  // namespace aie4::vfio_user
