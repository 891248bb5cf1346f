// SPDX-License-Identifier: Apache-2.0
// A file that backs guest memory, and the few of them that one client has handed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <sys/types.h>
#include <utility>

#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// Guest memory as a file. The client owns it too and is not trusted: it may truncate the file while we look.
///
/// Touching a mapped page behind the end of a file raises SIGBUS. A handler for that signal is a process-wide affair;
/// instead, only files that cannot shrink (memfd with F_SEAL_SHRINK, which QEMU's memory-backend-memfd sets by
/// default) are mapped. All others are read and written with pread and pwrite: slower, but a truncated file is then
/// merely a refused access.
class GuestFile {
 public:
  GuestFile() = default;
  ~GuestFile();
  GuestFile(const GuestFile&) = delete;
  GuestFile& operator=(const GuestFile&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool writable() const { return writable_; }
  [[nodiscard]] bool mapped() const { return base_ != nullptr; }
  /// Whether the bytes are there now. Costs a system call only for a file that may shrink.
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const;
  /// Naturally aligned accesses of 1, 2, 4 and 8 bytes are single: a guest that polls never sees half of one, nor one
  /// done twice; reads that follow see at least what was there before it. False: the file became too short.
  bool read(std::uint64_t offset, std::span<std::byte> data) const;
  /// As `read`. A single write is visible to the guest only after everything that was written before it: data first,
  /// then the word that announces it.
  bool write(std::uint64_t offset, std::span<const std::byte> data) const;

 private:
  friend class GuestFiles;
  /// (Re)opens through `descriptor`. 0 or EFAULT; after an error the old state remains.
  int open(UniqueFd descriptor, std::uint64_t size, bool writable, bool can_shrink);

  std::byte* base_ = nullptr;
  std::uint64_t size_ = 0;
  bool writable_ = false;
  UniqueFd descriptor_;  ///< Kept only while the file is not mapped.
};

/// Files by identity: a client sends the same file with thousands of maps, and it is mapped once.
class GuestFiles {
 public:
  /// Files of one client in use at a time.
  static constexpr std::size_t kMaxFiles = 64;
  /// Larger than any guest; smaller than what would exhaust our own address space.
  static constexpr std::uint64_t kMaxFileSize = std::uint64_t{8} << 40;

  struct Found {
    std::shared_ptr<GuestFile> file;  ///< Null on error.
    bool writable = false;            ///< This descriptor allows writing.
    int error = 0;                    ///< Positive errno.
  };
  /// The file behind `descriptor`, which must reach to `end` (bytes). EINVAL: not memory, or too short; EFAULT: cannot
  /// be mapped with the rights asked for; ENOSPC: too many or too large.
  Found find(UniqueFd descriptor, std::uint64_t end, bool write);

 private:
  std::map<std::pair<dev_t, ino_t>, std::weak_ptr<GuestFile>> files_;
};

}  // namespace aie4::vfio_user
